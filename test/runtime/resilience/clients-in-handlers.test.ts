import stock from '@middy/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentCall } from '../../../runtime/src/http-client/index.ts';
import { middy } from '../../../runtime/src/middy/index.ts';
import { createResilience, resilience, type ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { deferred } from '../core/deferred.ts';
import { FaultServer } from '../http-client/fault-server.ts';
import { errorOf as rejection } from '../http-client/sources.ts';
import { invoke, lambdaContext } from '../middy/gates.ts';
import { declared, errorOf, limitOf, requestOf, world, type Sections } from './world.ts';

const LIMIT_MS = 2000;
const EARLIER_MS = 100;
const LEDGER = { baseUrl: 'https://ledger.example.com', retry: false } as const;

/** Everything that a stack declares, a limit of requests that passes when the test says so, and paths that were asked for. */
function settingOf(stack: Sections, options: ResilienceOptions = {}, ask: (path: string) => Promise<Response> = async () => new Response('fine')) {
  const { clock, dependencies, recorded } = world(declared(stack));
  const { sleep, expire } = limitOf(LIMIT_MS);
  const sent: { path: string; leftMs: string | null }[] = [];
  const fetch = (async (url: string, { headers }: { headers: Headers }) => {
    const { pathname: path } = new URL(url);
    sent.push({ path, leftMs: headers.get('x-deadline-ms') });
    return ask(path);
  }) as unknown as typeof globalThis.fetch;
  const more = { ...dependencies, sleep, fetch };
  const earlier = async (): Promise<void> => {
    await Promise.resolve();
    clock.advance(EARLIER_MS);
  };
  return { clock, sent, earlier, options: recorded(options), dependencies: more, expire };
}

const namesOf = (stack: Sections, given: ResilienceOptions = {}): string[] => {
  const { options, dependencies } = settingOf(stack, given);
  return resilience(options, dependencies).map(({ before }) => before.name);
};

describe('clients in the handler of resilience()', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await FaultServer.start();
  });
  afterAll(() => server.stop());

  it('end with the time of the request, and say how much of it is left, without being handed anything', async () => {
    const [come, gone, handled] = [deferred(), deferred(), deferred<Error>()];
    server.will((_request, response) => {
      response.on('close', () => gone.resolve(undefined));
      come.resolve(undefined);
    });
    const { options, dependencies, earlier, expire } = settingOf({ timeout: { timeoutMs: LIMIT_MS }, dependencies: { ledger: { ...LEDGER, baseUrl: server.url } } });
    const everything = resilience(options, { ...dependencies, fetch: undefined });
    const handler = middy(async () => {
      await earlier();
      handled.resolve(await rejection(everything.client('ledger').get('/entries')));
    }).use(everything);
    const answered = invoke(handler, requestOf('/'));
    await come.promise;
    expect(server.seen.map(({ headers }) => headers['x-deadline-ms'])).toEqual([String(LIMIT_MS - EARLIER_MS)]);
    expire();
    await expect(answered).resolves.toMatchObject({ statusCode: 504 });
    expect(await handled.promise).toMatchObject({ name: 'TimedOutError', limitMs: LIMIT_MS });
    await gone.promise;
  });

  it('send nothing for a handler that was abandoned, whatever it calls and however it takes it', async () => {
    const method = fc.constantFrom('GET', 'PUT', 'POST');
    await fc.assert(
      fc.asyncProperty(fc.array(method, { minLength: 1, maxLength: 6 }), fc.nat(5), fc.boolean(), async (methods, at, alone) => {
        const cutAt = at % methods.length;
        const [come, over] = [deferred(), deferred<readonly (string | number)[]>()];
        const hang = (path: string): Promise<Response> => (path === `/${cutAt}` ? new Promise(() => come.resolve(undefined)) : Promise.resolve(new Response('fine')));
        const retries = alone ? { retry: false as const } : { retry: { maxAttempts: 3, initialDelayMs: 0, budget: 'none' } };
        const { options, dependencies, earlier, expire, sent } = settingOf({ timeout: { timeoutMs: LIMIT_MS }, dependencies: { ledger: { ...LEDGER, ...retries } } }, {}, hang);
        const everything = resilience(options, dependencies);
        const client = everything.client('ledger');
        const handler = middy(async () => {
          await earlier();
          const ended: (string | number)[] = [];
          for (const [index, each] of methods.entries()) {
            ended.push(await client.request(each, `/${index}`).then(({ status }) => status, (error: unknown) => (error as Error).name));
          }
          over.resolve(ended);
        }).use(everything);
        const answered = invoke(handler, requestOf('/'));
        await come.promise;
        expire();
        await expect(answered).resolves.toMatchObject({ statusCode: 504 });
        expect(await over.promise).toEqual(methods.map((_, index) => (index < cutAt ? 200 : 'TimedOutError')));
        expect(sent.map(({ path }) => path)).toEqual(Array.from({ length: cutAt + 1 }, (_, index) => `/${index}`));
      }),
      { numRuns: 40 },
    );
  });

  it('are followed innermost, and only where there are any', () => {
    const stack = { timeout: {}, retry: {} };
    expect(namesOf(stack)).not.toContain('followBefore');
    expect(namesOf({ ...stack, dependencies: { ledger: LEDGER } }).slice(-3)).toEqual(['timeoutBefore', 'retryBefore', 'followBefore']);
  });

  it('know of the request what all patterns know of it', async () => {
    const stack = { timeout: { timeoutMs: LIMIT_MS }, dependencies: { ledger: LEDGER } };
    const known = async (given: ResilienceOptions) => {
      const { options, dependencies } = settingOf(stack, given);
      return invoke(middy(async () => currentCall()).use(resilience(options, dependencies)), { ...requestOf('/orders', { org: 'acme', sub: 'ada' }), headers: { 'x-priority': 'high', 'x-rank': 'low' } });
    };
    const identity = { tenant: { claim: 'org' } };
    expect(await known({ identity })).toMatchObject({ tenant: 'acme', user: 'ada', priority: 'high', method: 'GET' });
    expect(await known({ timeout: { priority: { header: 'x-rank' } } })).toMatchObject({ priority: 'low' });
    expect(await known({ loadShedding: { enabled: false, priorityOf: () => 'critical' } })).toMatchObject({ priority: 'critical' });
  });

  it('have problems of priorities told once', () => {
    const { options, dependencies } = settingOf({ dependencies: { ledger: LEDGER } }, { timeout: { priority: { header: '' } } });
    expect(errorOf(() => resilience(options, dependencies)).problems).toEqual(['timeout.priority.header is "": set the name of a header']);
  });

  it('know nothing of it on stock Middy, where the signal is handed on by hand', async () => {
    const { options, dependencies, sent, clock } = settingOf({ dependencies: { ledger: LEDGER } });
    const everything = resilience(options, dependencies);
    const handler = stock(async () => {
      const { status } = await everything.client('ledger').get('/', { call: { deadlineMs: clock.nowMs() + 300 } });
      await everything.client('ledger').get('/');
      return [status, currentCall()];
    }).use(everything);
    expect(await invoke(handler, {}, lambdaContext(LIMIT_MS))).toEqual([200, undefined]);
    expect(sent.map(({ leftMs }) => leftMs)).toEqual(['300', '10000']);
  });

  it('follow what is run without Middy', async () => {
    const { options, dependencies, sent, clock } = settingOf({ timeout: { timeoutMs: LIMIT_MS }, dependencies: { ledger: LEDGER } });
    const everything = createResilience(options, dependencies);
    const deadlineMs = clock.nowMs() + 700;
    await everything.execute(() => everything.client('ledger').get('/'));
    await everything.execute(async ({ tenant }) => {
      expect([tenant, currentCall()?.tenant]).toEqual(['acme', 'acme']);
      await everything.client('ledger').get('/');
    }, { tenant: 'acme', deadlineMs });
    expect(currentCall()).toBeUndefined();
    expect(sent.map(({ leftMs }) => Number(leftMs))).toEqual([LIMIT_MS, expect.any(Number)]);
    expect(Number(sent[1]!.leftMs)).toBeLessThanOrEqual(700);
  });
});
