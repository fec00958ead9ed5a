import { describe, expect, it, jest } from '@jest/globals';
import { BulkheadFullError, type BulkheadAcquiredEvent, type BulkheadRefusedEvent } from '../../../runtime/src/bulkhead/index.ts';
import type { LoadShedError, SheddingRefusedEvent } from '../../../runtime/src/load-shedding/index.ts';
import { createResilience, resilience, type ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { deferred } from '../core/deferred.ts';
import { FACTORIES, invoke, QUEUE_EVENT } from '../middy/gates.ts';
import { declared, errorOf, requestOf, times, world, type Sections } from './world.ts';

const DAY_MS = 86_400_000;
const OK = { statusCode: 200 };
const LIMIT = { limits: [{ limit: 2, periodMs: DAY_MS }], maxLeaseMs: 0 };
/** Everything but what is critical. */
const SHED_ALL = { minRate: 1, maxRate: 1 };
const ONE_AT_A_TIME = { inbound: true, maxConcurrent: 1, queueSize: 0 };

describe.each(FACTORIES)('load shedding and bulkheads in resilience() on $factory', ({ create }) => {
  function protectedHandler(stack: Sections, options: ResilienceOptions = {}, variables: Readonly<Record<string, string>> = {}) {
    const { dependencies, recorded, ...rest } = world({ ...declared(stack), ...variables });
    const work = jest.fn<() => Promise<unknown>>(async () => OK);
    const everything = resilience(recorded(options), dependencies);
    const handler = create(() => work()).use(everything);
    const get = async (path = '/', headers: object = {}, claims = {}) => (await invoke(handler, { ...requestOf(path, claims), headers })) as { statusCode: number; body: string; headers: object };
    const statuses = async (count: number): Promise<number[]> => {
      const seen: number[] = [];
      await times(count, async () => void seen.push((await get()).statusCode));
      return seen;
    };
    return { everything, handler, work, get, statuses, ...rest };
  }

  /** Two requests at the same time: the first one is answered once the second one is. */
  async function together({ get, work }: Pick<ReturnType<typeof protectedHandler>, 'get' | 'work'>) {
    const { promise, resolve } = deferred<unknown>();
    work.mockReturnValueOnce(promise);
    const first = get();
    const second = await get();
    resolve(OK);
    return [(await first).statusCode, second.statusCode];
  }

  it('stand in the order that works: health, load shedding, limits, circuits, bulkheads (C-01)', async () => {
    const stack = { loadShedding: {}, limits: { search: LIMIT }, circuits: { self: { inbound: true } }, bulkheads: { self: { inbound: true } } };
    const { everything, get, typesOf } = protectedHandler(stack);
    expect(everything).toHaveLength(7);
    await expect(get()).resolves.toMatchObject(OK);
    expect(typesOf().filter((type) => type !== 'shedding.rate')).toEqual([
      ...['circuit.created', 'bulkhead.created'],
      ...['shedding.admitted', 'limit.admitted', 'bulkhead.acquired'],
      ...['bulkhead.completed', 'circuit.success', 'shedding.completed', 'request.completed'],
    ]);
  });

  it('shed before anything else is asked: no limit, circuit or bulkhead hears of it (PLS-11)', async () => {
    const stack = { loadShedding: SHED_ALL, limits: { search: LIMIT }, circuits: { self: { inbound: true } }, bulkheads: { self: ONE_AT_A_TIME } };
    const { get, work, typesOf } = protectedHandler(stack);
    const { statusCode, body, headers } = await get();
    expect({ statusCode, headers }).toMatchObject({ statusCode: 503, headers: { 'Retry-After': String((JSON.parse(body) as { retry_after: number }).retry_after) } });
    expect(JSON.parse(body)).toMatchObject({ code: 'LOAD_SHED' });
    expect(work).not.toHaveBeenCalled();
    expect(typesOf().filter((type) => /^(limit|circuit|bulkhead)\.(?!created)/.test(type))).toEqual([]);
  });

  it('never shed what is asked about health, wherever that is (PLS-11)', async () => {
    const { get, sink } = protectedHandler({ loadShedding: SHED_ALL }, { health: { paths: { live: '/alive' } } });
    for (const path of ['/health', '/ready', '/alive']) await expect(get(path)).resolves.toMatchObject(OK);
    expect(sink.ofType('shedding.refused')).toEqual([]);
  });

  it('know the priority that a header names, and never shed what is critical (PLS-01)', async () => {
    const { get, sink } = protectedHandler({ loadShedding: SHED_ALL });
    expect([(await get('/', { 'x-priority': 'critical' })).statusCode, (await get('/', { 'x-priority': 'low' })).statusCode]).toEqual([200, 503]);
    expect(sink.ofType<SheddingRefusedEvent>('shedding.refused')).toMatchObject([{ name: 'load-shedding', priority: 'low', reason: 'load' }]);
  });

  it('shed nothing unless the stack or the code says so, and nothing if the code says no', async () => {
    const withNone = protectedHandler({});
    const switchedOff = protectedHandler({ loadShedding: SHED_ALL }, { loadShedding: false });
    const byCode = protectedHandler({}, { loadShedding: SHED_ALL });
    expect([await withNone.statuses(1), await switchedOff.statuses(1), await byCode.statuses(1)]).toEqual([[200], [200], [503]]);
    expect([withNone, switchedOff, byCode].map(({ everything }) => everything.length)).toEqual([3, 3, 4]);
    expect(switchedOff.everything.statistics().loadShedding).toBeUndefined();
  });

  it('let the code say more of load shedding than the stack', async () => {
    const onShed = (error: LoadShedError) => ({ statusCode: 503, body: `come back in ${error.retryAfterMs! / 1000} s` });
    const { get } = protectedHandler({ loadShedding: SHED_ALL }, { loadShedding: { onShed, retryAfterMs: 1000, name: 'shop' } });
    const { statusCode, body } = await get();
    expect({ statusCode, body }).toEqual({ statusCode: 503, body: expect.stringMatching(/^come back in [12] s$/) });
  });

  it('let other events have the error, for the retry of the platform', async () => {
    const { handler } = protectedHandler({ loadShedding: SHED_ALL });
    await expect(invoke(handler, QUEUE_EVENT)).rejects.toMatchObject({ name: 'LoadShedError', code: 'LOAD_SHED' });
  });

  it('refuse who finds no slot, which is no failure for a circuit and nothing for load shedding (PX-10)', async () => {
    const stack = {
      loadShedding: { errorRateThreshold: 0.01 },
      circuits: { self: { inbound: true, failureThreshold: 1 } },
      bulkheads: { self: ONE_AT_A_TIME },
    };
    const made = protectedHandler(stack);
    await times(12, async () => expect(await together(made)).toEqual([200, 429]));
    expect(made.everything.circuit('self').snapshot().phase).toBe('closed');
    expect(made.sink.ofType('circuit.failure')).toEqual([]);
    expect(made.sink.ofType('shedding.started')).toEqual([]);
    expect(made.everything.statistics().loadShedding).toMatchObject({ admitted: 24, errorRate: 0, inFlight: 0 });
  });

  it('give the token back of a request that finds no slot', async () => {
    const made = protectedHandler({ limits: { search: LIMIT }, bulkheads: { self: ONE_AT_A_TIME } });
    expect(await together(made)).toEqual([200, 429]);
    await expect(made.everything.limiter('search').peek([])).resolves.toMatchObject({ status: { remaining: 1 } });
    expect(await made.statuses(2)).toEqual([200, 429]); // the first limit that is reached
  });

  it('take no slot for a request that an open circuit refuses', async () => {
    const { get, work, sink } = protectedHandler({ circuits: { self: { inbound: true, failureThreshold: 1 } }, bulkheads: { self: ONE_AT_A_TIME } });
    work.mockRejectedValueOnce(new Error('the handler is down'));
    await expect(get()).rejects.toThrow('the handler is down');
    await expect(get()).resolves.toMatchObject({ statusCode: 503 });
    expect(sink.ofType('bulkhead.acquired')).toHaveLength(1);
    expect(sink.ofType('bulkhead.completed')).toHaveLength(1);
  });

  it('leave bulkheads that are not inbound to the code, which gets the same one each time', async () => {
    const { everything, statuses } = protectedHandler({ bulkheads: { stock: { maxConcurrent: 1, queueSize: 0 } } });
    const stock = everything.bulkhead('stock');
    expect(everything.bulkhead('stock')).toBe(stock);
    const { promise, resolve } = deferred<string>();
    const running = stock.execute(() => promise);
    await expect(stock.execute(() => 'no')).rejects.toThrow(BulkheadFullError);
    expect(await statuses(2)).toEqual([200, 200]);
    resolve('yes');
    await expect(running).resolves.toBe('yes');
  });

  it('tell a bulkhead who is calling and how much it matters, as the options say (PR-02)', async () => {
    const stack = { bulkheads: { self: { inbound: true, perTenant: true, priority: true } } };
    const options: ResilienceOptions = { identity: { tenant: { claim: 'org' } }, bulkheads: { self: { priorityFrom: { header: 'x-urgency' } } } };
    const { get, sink } = protectedHandler(stack, options);
    await get('/', { 'x-urgency': 'high', 'x-priority': 'low' }, { org: 'acme' });
    expect(sink.ofType<BulkheadAcquiredEvent>('bulkhead.acquired')).toMatchObject([{ name: 'self', tenant: 'acme', priority: 'high' }]);
  });

  it('let the code switch a bulkhead off', async () => {
    const made = protectedHandler({ bulkheads: { self: ONE_AT_A_TIME } }, { bulkheads: { self: false } });
    expect(await together(made)).toEqual([200, 200]);
  });

  it.each([
    ['BULKHEAD_ENABLED', 'false', [200, 200]],
    ['BULKHEAD_MAX_CONCURRENT', '2', [200, 200]],
    ['BULKHEAD_MAX_CONCURRENT', '1', [200, 429]],
  ])('follow %s=%s in the environment (PR-03)', async (variable, text, expected) => {
    expect(await together(protectedHandler({ bulkheads: { self: ONE_AT_A_TIME } }, {}, { [variable]: text }))).toEqual(expected);
  });

  it('say what they have done', async () => {
    const made = protectedHandler({ loadShedding: {}, bulkheads: { self: ONE_AT_A_TIME } });
    await together(made);
    expect(made.everything.statistics()).toMatchObject({
      loadShedding: { requests: 2, admitted: 2, shed: 0 },
      bulkheads: { self: { total: 2, refused: 1, completed: 1, active: 0 } },
    });
  });
});

describe('createResilience()', () => {
  it('sheds and limits for functions without Middy, in the same order', async () => {
    const { dependencies, recorded, typesOf } = world(declared({ loadShedding: {}, bulkheads: { self: ONE_AT_A_TIME } }));
    const everything = createResilience(recorded(), dependencies);
    await expect(everything.execute(() => everything.execute(() => 'second'))).rejects.toThrow(BulkheadFullError);
    expect(everything.loadShedder?.statistics).toMatchObject({ admitted: 2, errorRate: undefined });
    expect(typesOf().filter((type) => !type.endsWith('.rate'))).toEqual([
      ...['bulkhead.created', 'shedding.admitted', 'bulkhead.acquired'],
      ...['shedding.admitted', 'bulkhead.refused', 'bulkhead.completed'],
    ]);
  });

  it('shares the slots of a fleet through the table', async () => {
    const { dependencies, sink } = world(declared({ bulkheads: { stock: { maxConcurrent: 1, queueSize: 0 } } }));
    const [one, other] = [0, 1].map(() => createResilience({ observability: { logging: false, metrics: false, sinks: [sink] } }, dependencies).bulkhead('stock'));
    await one!.execute(() => expect(other!.execute(() => 'no')).rejects.toThrow(BulkheadFullError));
    expect(sink.ofType<BulkheadRefusedEvent>('bulkhead.refused')).toMatchObject([{ name: 'stock', scope: 'global' }]);
  });

  it('says which table is missing, and which bulkhead', () => {
    const { dependencies } = world({ RESILIENCE_CONFIG: declared({ bulkheads: { stock: {} } })['RESILIENCE_CONFIG']! });
    const make = () => createResilience({ observability: false }, { environment: dependencies.environment });
    expect(errorOf(make).problems).toEqual([expect.stringContaining('RESILIENCE_BULKHEAD_TABLE is missing')]);
    const made = createResilience({ observability: false }, dependencies);
    expect(errorOf(() => made.bulkhead('stok')).problems).toEqual([
      expect.stringContaining('bulkhead is "stok", which is not declared (declared: stock): use a declared name, add it to the bulkheads of the ResilientFunction'),
    ]);
  });
});
