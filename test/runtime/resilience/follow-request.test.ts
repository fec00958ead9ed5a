import { Readable } from 'node:stream';
import stock from '@middy/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createResilientClient, currentCall, resilient, withCall, type ClientOptions } from '../../../runtime/src/http-client/index.ts';
import { middy } from '../../../runtime/src/middy/index.ts';
import { followRequest } from '../../../runtime/src/resilience/index.ts';
import { retry, RetryBudgets } from '../../../runtime/src/retry/index.ts';
import { ManualClock, RecordingSink } from '../../../runtime/src/testing/index.ts';
import { timeout } from '../../../runtime/src/timeout/index.ts';
import { deferred } from '../core/deferred.ts';
import { answer, FaultServer, type Behaviour } from '../http-client/fault-server.ts';
import { errorOf, ownSources, QUICK } from '../http-client/sources.ts';
import { HTTP_EVENT, invoke, lambdaContext } from '../middy/gates.ts';
import { limitOf } from './world.ts';

const LIMIT_MS = 1000;
/** What the handler takes before it calls anybody, so that times of clients differ from those around them. */
const EARLIER_MS = 100;
const earlier = async (clock: ManualClock): Promise<void> => {
  await Promise.resolve();
  clock.advance(EARLIER_MS);
};

let server: FaultServer;
beforeAll(async () => {
  server = await FaultServer.start();
});
afterAll(() => server.stop());
afterEach(() => server.will(answer(200, 'fine')));

/** Time that is moved by hand, a limit that passes when the test says so, and a client of the server. */
function settingOf(options: Partial<ClientOptions> = {}) {
  const clock = new ManualClock();
  const { sleep, expire } = limitOf(LIMIT_MS);
  const sink = new RecordingSink();
  const shared = { clock, sleep, sink };
  const client = createResilientClient({ name: 'ledger', baseUrl: server.url, ...options }, { ...ownSources(), ...shared });
  const limited = timeout({ timeoutMs: LIMIT_MS, marginMs: 1 }, shared);
  return { clock, client, shared, limited, follow: followRequest({}, { clock }), expire };
}

/** Says nothing, and tells when a request has come and when whoever sent it is gone. */
function silence() {
  const [come, gone] = [deferred(), deferred()];
  const behaviour: Behaviour = (_request, response) => {
    response.on('close', () => gone.resolve(undefined));
    come.resolve(undefined);
  };
  return { behaviour, come: come.promise, gone: gone.promise };
}

describe('a client in a handler that follows its request', () => {
  it('says how much time is left, and ends at the timeout, without being handed the signal', async () => {
    const { clock, client, limited, follow, expire } = settingOf();
    const { behaviour, come, gone } = silence();
    server.will(behaviour);
    const handled = deferred<Error>();
    const handler = middy(async () => {
      await earlier(clock);
      handled.resolve(await errorOf(client.get('/entries')));
    }).use(limited).use(follow);
    const answered = invoke(handler);
    await come;
    expect(server.seen[0]!.headers['x-deadline-ms']).toBe(String(LIMIT_MS - EARLIER_MS));
    expire();
    await expect(answered).resolves.toMatchObject({ statusCode: 504 });
    expect(await handled.promise).toMatchObject({ name: 'TimedOutError', limitMs: LIMIT_MS });
    await gone;
  });

  it.each([['with', 30_000], ['without', false]] as const)('sends nothing for a handler that was abandoned, %s a time of its own', async (_with, timeoutMs) => {
    const { clock, client, limited, follow, expire } = settingOf({ timeoutMs, retry: QUICK });
    const work = jest.fn(async () => 'done');
    const store = resilient('store', work, { timeoutMs }, { ...ownSources(), clock });
    const { behaviour, come } = silence();
    server.will(behaviour, answer(200, 'fine'));
    const late = deferred<readonly Error[]>();
    const handler = middy(async () => {
      await earlier(clock);
      const errors = [await errorOf(client.get('/first'))];
      for (const path of ['/second', '/third']) errors.push(await errorOf(client.post(path, { idempotencyKey: 'k' })));
      await new Promise((resolve) => setImmediate(resolve));
      late.resolve([...errors, await errorOf(client.get('/fourth')), await errorOf(store())]);
    }).use(limited).use(follow);
    const answered = invoke(handler);
    await come;
    expire();
    await expect(answered).resolves.toMatchObject({ statusCode: 504 });
    expect((await late.promise).map(({ name }) => name)).toEqual(Array.from({ length: 5 }, () => 'TimedOutError'));
    expect(server.seen.map(({ path }) => path)).toEqual(['/first']);
    expect(work).not.toHaveBeenCalled();
    expect(client.dependency.parts.circuit!.snapshot()).toMatchObject({ phase: 'closed' });
  });

  it('has in each attempt of the handler the signal of that attempt, and none of one that is over', async () => {
    const { clock, client, shared, follow, expire } = settingOf({ retry: false });
    const { behaviour, come } = silence();
    server.will(behaviour, answer(200, 'fine'));
    const again = retry({ maxAttempts: 2, attemptTimeoutMs: LIMIT_MS, initialDelayMs: 0, jitter: 'none', budget: 'none' }, { ...shared, budgets: new RetryBudgets() });
    const late = deferred<Error>();
    let attempts = 0;
    const handler = middy(async () => {
      attempts += 1;
      const isFirst = attempts === 1;
      if (isFirst) await earlier(clock);
      const path = isFirst ? '/first' : '/second';
      const answered = await client.get(path).catch(async (error: unknown) => {
        late.resolve(await errorOf(client.get('/late')));
        throw error;
      });
      return { statusCode: answered.status };
    }).use(again).use(follow);
    const answered = invoke(handler);
    await come;
    expire();
    await expect(answered).resolves.toEqual({ statusCode: 200 });
    expect(await late.promise).toMatchObject({ name: 'AttemptTimedOutError' });
    expect(server.seen.map(({ path }) => path)).toEqual(['/first', '/second']);
  });

  it('knows its own request among several at a time, and ends with that one only', async () => {
    const tenantOf = (event: unknown): string => (event as { tenant: string }).tenant;
    const identity = { tenant: tenantOf };
    const { clock, client, shared, expire } = settingOf({ headers: () => ({ 'x-tenant': currentCall()?.tenant ?? 'none' }), timeoutMs: false, attemptTimeoutMs: false });
    const tenants = ['four', 'one', 'three', 'two'];
    const [all, gone] = [deferred(), deferred()];
    const held: (() => void)[] = [];
    server.will((request, response) => {
      if (request.url === '/two') response.on('close', () => gone.resolve(undefined));
      held.push(() => response.end('fine'));
      if (held.length === tenants.length) all.resolve(undefined);
    });
    const limited = timeout({ timeoutMs: 2 * LIMIT_MS, tenantTimeoutsMs: { two: LIMIT_MS }, marginMs: 1, identity }, shared);
    const handler = middy(async (event: unknown) => {
      await new Promise((resolve) => setImmediate(resolve));
      const { status } = await client.get(`/${tenantOf(event)}`);
      return [currentCall()?.tenant, status];
    }).use([limited, followRequest({ identity }, { clock })] as never);
    const answers = tenants.map((tenant) => invoke(handler, { tenant }, lambdaContext(60_000)).catch((error: unknown) => (error as Error).name));
    await all.promise;
    expect(server.seen.map(({ path, headers }) => [path, headers['x-tenant'], headers['x-deadline-ms']]).sort()).toEqual(
      tenants.map((tenant) => [`/${tenant}`, tenant, String(tenant === 'two' ? LIMIT_MS : 2 * LIMIT_MS)]),
    );
    expire();
    await gone.promise;
    for (const release of held) release();
    expect(await Promise.all(answers)).toEqual(tenants.map((tenant) => (tenant === 'two' ? 'TimedOutError' : [tenant, 200])));
  });

  it('ends a little before the function does, where nothing else says when', async () => {
    const { client, follow } = settingOf();
    const handler = middy(async () => (await client.get('/')).status).use(follow);
    await invoke(handler, HTTP_EVENT, lambdaContext(LIMIT_MS));
    await invoke(handler, HTTP_EVENT, {});
    // Without a context of Lambda it is the time of an attempt that counts.
    expect(server.seen.map(({ headers }) => headers['x-deadline-ms'])).toEqual([String(LIMIT_MS - 50), '10000']);
  });

  it('lets code know who is served and how much it matters, but calls only the former', async () => {
    const { client, clock } = settingOf();
    const seen: unknown[] = [];
    const store = resilient('store', async () => void seen.push(currentCall()), {}, { ...ownSources(), clock });
    const event = { version: '2.0', routeKey: 'GET /orders/{id}', headers: { 'x-priority': 'high' }, requestContext: { http: { method: 'GET', path: '/orders/7', sourceIp: '203.0.113.7' } } };
    const handler = (priorityOf?: () => 'low') =>
      middy(async () => {
        seen.push(currentCall());
        await Promise.all([store(), client.get('/')]);
      }).use(followRequest({ identity: { tenant: () => 'acme' }, priorityOf }, { clock }) as never);
    await invoke(handler(), event);
    await invoke(handler(() => 'low'), event);
    await invoke(handler(() => { throw new Error('who knows'); }), event);
    const known = { tenant: 'acme', ip: '203.0.113.7', priority: 'high' };
    expect(seen).toEqual([
      expect.objectContaining({ ...known, operation: 'GET /orders/{id}', method: 'GET' }),
      expect.objectContaining(known),
      ...[expect.objectContaining({ operation: 'GET /orders/{id}', priority: 'low' }), expect.objectContaining({ priority: 'low' })],
      ...[expect.objectContaining({ operation: 'GET /orders/{id}', priority: 'high' }), expect.objectContaining({ priority: 'high' })],
    ]);
    expect(seen[1]).not.toHaveProperty('operation');
  });

  it('is freed from its request where its work is for others too', async () => {
    const { clock, client, limited, follow, expire } = settingOf();
    const { behaviour, come } = silence();
    server.will((request, response) => {
      behaviour(request, response);
      free.resolve(() => response.end('for all'));
    });
    const free = deferred<() => void>();
    let prices: Promise<Response> | undefined;
    const handler = middy(async () => {
      await earlier(clock);
      prices ??= withCall({}, () => client.get('/prices'));
      return prices;
    }).use(limited).use(follow);
    const answered = invoke(handler);
    await come;
    expire();
    await expect(answered).resolves.toMatchObject({ statusCode: 504 });
    (await free.promise)();
    expect(await (await prices!).text()).toBe('for all');
  });
});

describe('following a request', () => {
  const seen = async () => currentCall() === undefined;

  it('leaves nothing behind once the request is over', async () => {
    const handler = middy(async () => currentCall()?.signal?.aborted).use(followRequest());
    await expect(Promise.all([invoke(handler), invoke(handler)])).resolves.toEqual([false, false]);
    expect(currentCall()).toBeUndefined();
  });

  it('keeps what is known of whoever invokes', async () => {
    const handler = middy(async () => currentCall()?.tenant).use(followRequest());
    await expect(withCall({ tenant: 'acme' }, () => invoke(handler))).resolves.toBe('acme');
  });

  it('is not for what is written after the handler has returned, which is read by the platform', async () => {
    async function* lines(signal = currentCall()?.signal) {
      yield [currentCall(), signal?.aborted];
    }
    const handler = middy(async () => Readable.from(lines())).use(followRequest());
    const read: unknown[] = [];
    for await (const line of (await invoke(handler)) as Readable) read.push(line);
    expect(read).toEqual([[undefined, false]]);
  });

  it('does nothing where nothing can stand around a handler: on stock Middy, and in durable functions', async () => {
    await expect(invoke(stock(seen).use(followRequest()))).resolves.toBe(true);
    const durable = { executionContext: {}, lambdaContext: lambdaContext() };
    await expect(invoke(middy(seen).use(followRequest()), HTTP_EVENT, durable)).resolves.toBe(true);
  });

  it('refuses what it does not know, all at once', () => {
    const options = { identity: 1, priority: { header: 'a b' }, priorityOf: 'high', tenant: 'acme' };
    expect(() => followRequest(options as never)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        problems: [
          expect.stringMatching(/^options\.tenant is not an option/),
          'options.identity is 1: set an object of tenant, user and ip',
          'options.priority.header is "a b": set the name of a header',
          'options.priorityOf is "high": pass a function',
        ],
      }),
    );
    expect(() => followRequest(7 as never)).toThrow('options is 7: pass an object');
  });
});
