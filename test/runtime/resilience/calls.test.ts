import { describe, expect, it, jest } from '@jest/globals';
import stock from '@middy/core';
import type { CircuitFailureEvent } from '../../../runtime/src/circuit-breaker/index.ts';
import { middy } from '../../../runtime/src/middy/index.ts';
import { RetryBudgets, RetryExhaustedError } from '../../../runtime/src/retry/index.ts';
import { createResilience, resilience, type ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { TimedOutError, type TimeoutExpiredEvent } from '../../../runtime/src/timeout/index.ts';
import { invoke } from '../middy/gates.ts';
import { declared, errorOf, requestOf, world, type Sections } from './world.ts';

const OK = { statusCode: 200 };
const LIMIT_MS = 1000;
/** Retries do not wait, and limits do not pass. */
const instant = (durationMs: number) => (durationMs < LIMIT_MS ? Promise.resolve() : new Promise<void>(() => undefined));
/** Limits pass at once. */
const late = () => Promise.resolve();
const busy = () => Object.assign(new Error('busy'), { statusCode: 503 });

function settingOf(stack: Sections, more: object = {}, variables: Readonly<Record<string, string>> = {}) {
  const { dependencies, ...rest } = world({ ...declared(stack), ...variables });
  return { ...rest, dependencies: { ...dependencies, sleep: instant, retryBudgets: new RetryBudgets(), ...more } };
}

function protectedHandler(stack: Sections, options: ResilienceOptions = {}, more: object = {}, variables: Readonly<Record<string, string>> = {}) {
  const { dependencies, recorded, ...rest } = settingOf(stack, more, variables);
  const work = jest.fn<() => Promise<unknown>>(async () => OK);
  const everything = resilience(recorded(options), dependencies);
  const handler = middy(() => work()).use(everything);
  const get = async () => (await invoke(handler, requestOf('/'))) as { statusCode: number; body: string };
  return { everything, work, get, ...rest };
}

describe('timeout and retry in resilience()', () => {
  it('stand innermost, in the order that works: a request is admitted, counted and timed once (C-01)', async () => {
    const stack = { limits: { search: { limits: [{ limit: 2, periodMs: 1000 }], maxLeaseMs: 0 } }, circuits: { self: { inbound: true } }, bulkheads: { self: { inbound: true } }, timeout: {}, retry: {} };
    const { everything, get, work, typesOf } = protectedHandler(stack);
    expect(everything.map(({ before }) => before.name)).toEqual([
      ...['observabilityBefore', 'refusalsBefore', 'healthBefore'],
      ...['gateBefore', 'gateBefore', 'gateBefore', 'timeoutBefore', 'retryBefore'],
    ]);
    work.mockRejectedValueOnce(busy());
    await expect(get()).resolves.toMatchObject(OK);
    expect(work).toHaveBeenCalledTimes(2);
    expect(typesOf()).toEqual([
      ...['circuit.created', 'bulkhead.created', 'limit.admitted', 'bulkhead.acquired'],
      ...['retry.attempt', 'retry.scheduled', 'retry.attempt', 'retry.succeeded', 'retry.completed'],
      ...['timeout.completed', 'bulkhead.completed', 'circuit.success', 'request.completed'],
    ]);
  });

  it('are there only if the stack or the code says so', async () => {
    const without = protectedHandler({});
    without.work.mockRejectedValueOnce(busy());
    await expect(without.get()).rejects.toThrow('busy');
    expect([without.everything.length, without.everything.statistics().timeout, without.everything.statistics().retry]).toEqual([3, undefined, undefined]);
    const off = protectedHandler({ timeout: {}, retry: {} }, { timeout: false, retry: false });
    expect(off.everything).toHaveLength(3);
    const byCode = protectedHandler({}, { timeout: { timeoutMs: LIMIT_MS }, retry: { maxAttempts: 2 } });
    byCode.work.mockRejectedValueOnce(busy());
    await expect(byCode.get()).resolves.toMatchObject(OK);
    expect(byCode.everything.statistics()).toMatchObject({ timeout: { requests: 1, completed: 1, maxLimitMs: LIMIT_MS }, retry: { requests: 1, attempts: 2, maxAttempts: 2 } });
  });

  it('answer what took too long as the stack says, and let the code say more', async () => {
    const { get, work, sink } = protectedHandler({ timeout: { timeoutMs: 300, answer: 'request-timeout' } }, { timeout: { timeoutMs: 200 } }, { sleep: late });
    work.mockReturnValueOnce(new Promise(() => undefined));
    const { statusCode, body } = await get();
    expect([statusCode, JSON.parse(body)]).toMatchObject([408, { code: 'TIMEOUT', timeout_ms: 200 }]);
    expect(sink.ofType<TimeoutExpiredEvent>('timeout.expired')).toMatchObject([{ name: 'timeout', limitMs: 200, priority: 'normal' }]);
  });

  it('let the load shorten the time where load is shed, without being told what it is', () => {
    const { everything } = protectedHandler({ timeout: { calculator: 'load' }, loadShedding: {} });
    expect(everything).toHaveLength(5);
    const { dependencies, recorded } = settingOf({ timeout: { calculator: 'load' } });
    expect(errorOf(() => resilience(recorded(), dependencies)).problems).toEqual([
      'timeout.calculator is "load", but nobody says what the load is: pass load, for example () => shedder.statistics',
    ]);
  });

  it('follow the environment, over what the stack declares and under what the code says (PR-03)', async () => {
    const attempts = async (options: ResilienceOptions, variables: Readonly<Record<string, string>>, stack: Sections = { retry: { maxAttempts: 2 } }) => {
      const { get, work } = protectedHandler(stack, options, {}, variables);
      work.mockRejectedValue(busy());
      await get().catch(() => undefined);
      return work.mock.calls.length;
    };
    expect(await attempts({}, {})).toBe(2);
    expect(await attempts({}, { RETRY_MAX_ATTEMPTS: '4' })).toBe(4);
    expect(await attempts({}, { RETRY_ENABLED: 'false' })).toBe(1);
    expect(await attempts({ retry: { maxAttempts: 3 } }, { RETRY_MAX_ATTEMPTS: '4' })).toBe(3);
    expect(await attempts({ retry: {} }, { RETRY_MAX_ATTEMPTS: '4' }, {})).toBe(4);
  });

  it('refuse to stand on stock Middy, at the first request', async () => {
    const { dependencies, recorded } = settingOf({ retry: {} });
    const handler = stock(async () => OK).use(resilience(recorded(), dependencies));
    await expect(invoke(handler as never, requestOf('/'))).rejects.toThrow(/retry\(\)/);
  });

  it('tell every problem under their names', () => {
    const { dependencies, recorded } = settingOf({});
    const options = { timeout: { timeoutMs: 0, deadlineHeader: '' }, retry: { maxAttempts: 0 }, dependencies: { payments: 5 } } as unknown as ResilienceOptions;
    expect(errorOf(() => resilience(recorded(options), dependencies)).problems).toEqual(
      expect.arrayContaining([expect.stringMatching(/^timeout\.timeoutMs is 0/), expect.stringMatching(/^retry\.maxAttempts is 0/), 'dependencies.payments is 5: pass an object of options, or false']),
    );
  });

  it('serve functions without Middy too', async () => {
    const { dependencies, recorded } = settingOf({ timeout: {}, retry: {} });
    const everything = createResilience(recorded(), dependencies);
    const work = jest.fn<() => Promise<string>>().mockRejectedValue(busy());
    await expect(everything.execute(() => work())).rejects.toThrow(RetryExhaustedError);
    expect([work.mock.calls.length, everything.retry?.statistics.exhausted, everything.timeout?.statistics.completed]).toEqual([3, 1, 1]);
    const slow = createResilience(recorded(), { ...dependencies, sleep: late });
    await expect(slow.execute(() => new Promise(() => undefined))).rejects.toThrow(TimedOutError);
  });
});

describe('clients of resilience()', () => {
  const answers = (...statuses: number[]) => {
    const left = [...statuses];
    return jest.fn(async (_url: unknown) => new Response('answer', { status: left.length > 1 ? left.shift()! : left[0]! }));
  };

  function clients(stack: Sections, fetch: unknown, options: ResilienceOptions = {}, variables: Readonly<Record<string, string>> = {}) {
    const { dependencies, recorded, ...rest } = settingOf(stack, { fetch }, variables);
    return { everything: resilience(recorded(options), dependencies), ...rest };
  }

  const BASE = { baseUrl: 'https://payments.example/v1' };

  it('are those that the stack declares: the same one each time, with its address, times and retries', async () => {
    const fetch = answers(503, 200);
    const { everything, sink } = clients({ dependencies: { payments: { ...BASE, timeoutMs: 9000, retry: { maxAttempts: 2 } } } }, fetch);
    const payments = everything.client('payments');
    expect(everything.client('payments')).toBe(payments);
    expect((await payments.get('/charges')).status).toBe(200);
    expect(fetch.mock.calls.map(([url]) => String(url))).toEqual(Array(2).fill('https://payments.example/v1/charges'));
    expect(payments.options).toMatchObject({ timeoutMs: 9000, attemptTimeoutMs: 10_000 });
    expect(sink.ofType('client.request')).toMatchObject([{ name: 'payments', attempts: 2, status: '200' }]);
    expect(everything.statistics().dependencies).toMatchObject({ payments: { calls: 1, succeeded: 1, attempts: 2 } });
  });

  it('have the circuit and the bulkhead of their name, which everybody else has too', async () => {
    const stack = { circuits: { payments: { failureThreshold: 1 } }, bulkheads: { payments: { maxConcurrent: 3 } }, dependencies: { payments: { ...BASE, retry: false } } };
    const { everything, sink, typesOf } = clients(stack, answers(500));
    expect((await everything.client('payments').get('/')).status).toBe(500);
    await expect(everything.client('payments').get('/')).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(everything.circuit('payments').snapshot().phase).toBe('open');
    expect(everything.client('payments').dependency.parts).toMatchObject({ circuit: everything.circuit('payments'), bulkhead: everything.bulkhead('payments') });
    expect(everything.statistics()).toMatchObject({ circuits: { payments: { phase: 'open' } }, bulkheads: { payments: { total: 1 } } });
    expect(sink.ofType<CircuitFailureEvent>('circuit.failure')).toMatchObject([{ name: 'payments', shared: true }]);
    expect(typesOf().filter((type) => type.endsWith('.created'))).toEqual(['circuit.created', 'bulkhead.created', 'client.created']);
  });

  it('have a circuit and a bulkhead that nobody declared, and both can be asked for', () => {
    const { everything } = clients({ dependencies: { payments: BASE, mail: { ...BASE, retry: false, bulkhead: false }, search: { ...BASE, circuit: false, bulkhead: false } } }, answers(200));
    expect([everything.circuit('payments').snapshot().phase, everything.circuit('mail').snapshot().phase, everything.bulkhead('payments').statistics.active]).toEqual(['closed', 'closed', 0]);
    for (const find of [() => everything.bulkhead('mail'), () => everything.circuit('search'), () => everything.bulkhead('search')]) expect(find).toThrow('no such');
    expect(everything.client('mail').dependency.parts.retry).toBeUndefined();
  });

  it('have what code says over what the stack declares, of the circuit and the bulkhead too', async () => {
    const stack = { circuits: { payments: { failureThreshold: 1 } }, dependencies: { payments: BASE } };
    const options: ResilienceOptions = { circuits: { payments: { failureThreshold: 5 } }, dependencies: { payments: { retry: { maxAttempts: 1 }, fallback: () => new Response('instead') } } };
    const { everything } = clients(stack, answers(500), options);
    expect(await (await everything.client('payments').get('/')).text()).toBe('instead');
    expect(everything.circuit('payments').snapshot().phase).toBe('closed');
  });

  it('are left to themselves where code switches their protection off', async () => {
    const fetch = answers(503);
    const { everything } = clients({ dependencies: { payments: BASE } }, fetch, { dependencies: { payments: false } });
    expect((await everything.client('payments').get('/')).status).toBe(503);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(everything.client('payments').dependency.parts).toMatchObject({ total: undefined, retry: undefined, circuit: undefined, bulkhead: undefined, attempt: undefined });
  });

  it.each([
    [{ RETRY_MAX_ATTEMPTS: '2' }, 2],
    [{ RETRY_ENABLED: 'false' }, 1],
  ])('follow %j in the environment (PR-03)', async (variables, attempts) => {
    const fetch = answers(503);
    await clients({ dependencies: { payments: BASE } }, fetch, {}, variables).everything.client('payments').get('/');
    expect(fetch).toHaveBeenCalledTimes(attempts);
  });

  it('that are not declared are named, with those that are', () => {
    const { everything } = clients({ dependencies: { payments: BASE } }, answers(200));
    expect(errorOf(() => everything.client('paymets')).problems).toEqual([
      expect.stringContaining('client is "paymets", which is not declared (declared: payments): use a declared name, add it to the dependencies of the ResilientFunction'),
    ]);
    const { dependencies, recorded } = settingOf({ dependencies: { payments: BASE } });
    expect(errorOf(() => resilience(recorded({ dependencies: { mail: BASE } }), dependencies)).problems).toEqual([
      'dependencies.mail is not declared by the stack (declared: payments): use a declared name, or add it to the dependencies of the ResilientFunction',
    ]);
  });

  it('say under their name what is wrong with them', () => {
    const { dependencies, recorded } = settingOf({ dependencies: { payments: {} } });
    expect(errorOf(() => resilience(recorded(), dependencies)).problems).toEqual([expect.stringMatching(/^dependencies\.payments\.baseUrl is no address/)]);
  });

  it('are what the code names where nothing is declared', async () => {
    const { dependencies, recorded } = settingOf({}, { fetch: answers(200), environment: {} });
    const everything = createResilience(recorded({ dependencies: { payments: BASE } }), dependencies);
    expect((await everything.client('payments').get('/')).status).toBe(200);
  });
});
