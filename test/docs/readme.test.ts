import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readText } from './pages.ts';

const RUNTIME_VARIABLES = {
  RESILIENCE_CONFIG: '{"version":1,"circuits":{"payments":{"shared":false,"failureThreshold":2}}}',
};

describe('README', () => {
  it('names commands that exist', async () => {
    const { scripts } = JSON.parse(await readText('package.json')) as { scripts: object };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
  });
});

describe('the handlers of the README', () => {
  const realFetch = globalThis.fetch;
  let answers: Response[];

  beforeEach(() => {
    Object.assign(process.env, RUNTIME_VARIABLES);
    globalThis.fetch = () => {
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new Error('not expected')) : Promise.resolve(answer);
    };
  });

  afterEach(() => {
    globalThis.fetch = realFetch;
    delete process.env['RESILIENCE_CONFIG'];
  });

  it('checkout: answers, and is answered for while the circuit is open', async () => {
    const { handler } = await import('../../examples/checkout.mts');
    const event = { version: '2.0', requestContext: { http: { method: 'POST' } } };
    const invoke = async () => (await handler(event, {} as never)) as { statusCode: number; body: string };
    answers = [new Response('ok'), new Response('', { status: 500 }), new Response('', { status: 500 })];
    expect(await invoke()).toEqual({ statusCode: 200, body: 'ok' });
    expect((await invoke()).statusCode).toBe(502);
    expect((await invoke()).statusCode).toBe(502);
    expect((await invoke()).statusCode).toBe(503);
  });

  it('charge: says later while the circuit is open', async () => {
    const { charge } = await import('../../examples/any-call.mts');
    answers = [new Response('ok'), new Response('', { status: 500 }), new Response('', { status: 503 })];
    expect(await charge(1)).toBe('charged');
    expect(await charge(2)).toBe('later');
    expect(await charge(3)).toBe('later');
    // There is no fourth answer: this one is not asked for.
    expect(await charge(4)).toBe('later');
  });
});
