import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { urlRequest } from './requests.ts';

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

describe('the example', () => {
  const realFetch = globalThis.fetch;
  let down: Set<string>;
  let forced: string | undefined;

  beforeAll(() => {
    process.env['RESILIENCE_CONFIG'] = JSON.stringify({ version: 1, circuits: { payments: { shared: false } } });
    process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] = '102400';
    globalThis.fetch = (url) => {
      const { hostname } = new URL(new Request(url).url);
      if (hostname === 'localhost') return Promise.resolve(Response.json({ forced }));
      return down.has(hostname) ? Promise.reject(new Error(`connect ECONNREFUSED ${hostname}`)) : Promise.resolve(new Response('up'));
    };
  });

  beforeEach(() => {
    down = new Set();
    forced = undefined;
  });

  afterAll(() => {
    globalThis.fetch = realFetch;
    delete process.env['RESILIENCE_CONFIG'];
    delete process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'];
  });

  it('is degraded without mail, tells the team why, and obeys the flag', async () => {
    const { handler } = await import('../../../examples/health.mts');
    const ask = async (path: string, claims?: object) => {
      const event = urlRequest(path) as { requestContext: object };
      Object.assign(event.requestContext, claims !== undefined && { authorizer: { jwt: { claims } } });
      const { statusCode, body } = (await handler(event, {} as never)) as Answer;
      return { statusCode, body: path === '/orders' ? body : (JSON.parse(body) as Record<string, unknown>) };
    };
    down.add('mail.example.com');
    expect(await ask('/health')).toMatchObject({ statusCode: 200, body: { status: 'degraded' } });
    const { body } = await ask('/health/detail', { team: 'shop' });
    expect(body).toMatchObject({ version: '1.4.2', checks: [{ name: 'orders-db' }, { name: 'mail', status: 'unhealthy', message: 'failed' }, { name: 'circuits' }, { name: 'memory' }] });
    expect((await ask('/health/detail', { team: 'other' })).body).not.toHaveProperty('checks');
    forced = 'unhealthy';
    expect(await ask('/ready')).toMatchObject({ statusCode: 503, body: { status: 'not_ready' } });
    expect(await ask('/live')).toMatchObject({ statusCode: 200 });
    expect(await ask('/orders')).toMatchObject({ statusCode: 200, body: 'done' });
  });
});
