import { describe, expect, it, jest } from '@jest/globals';
import type { CircuitFailureEvent, CircuitRefusedEvent, CircuitStateChangedEvent } from '../../../runtime/src/circuit-breaker/index.ts';
import type { RequestCompletedEvent } from '../../../runtime/src/observability/index.ts';
import { RateLimitedError } from '../../../runtime/src/rate-limit/index.ts';
import { resilience, type ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { FACTORIES, invoke, QUEUE_EVENT } from '../middy/gates.ts';
import { declared, requestOf, times, world, type Sections } from './world.ts';

const DAY_MS = 86_400_000;
const OK = { statusCode: 200 };
/** Two requests a day, and a circuit around the handler that opens at once. */
const STACK: Sections = {
  limits: { search: { limits: [{ limit: 2, periodMs: DAY_MS }], maxLeaseMs: 0 } },
  circuits: { self: { inbound: true, failureThreshold: 1 }, payments: { failureThreshold: 1 } },
};

describe.each(FACTORIES)('resilience() on $factory', ({ create }) => {
  function protectedHandler(options: ResilienceOptions = {}, stack: Sections = STACK) {
    const { dependencies, recorded, ...rest } = world(declared(stack));
    const work = jest.fn<() => Promise<unknown>>(async () => OK);
    const everything = resilience(recorded(options), dependencies);
    const handler = create(() => work()).use(everything);
    const get = async (path: string, claims = {}) => (await invoke(handler, requestOf(path, claims))) as { statusCode: number; body: string };
    const results = () => rest.sink.ofType<RequestCompletedEvent>('request.completed').map(({ result, statusCode }) => ({ result, statusCode }));
    return { everything, handler, work, get, results, ...rest };
  }

  it('is one value for one use: observability, health, limits, circuits (C-01)', async () => {
    const names = (hook: 'before' | 'onError') => protectedHandler().everything.map((each) => each[hook].name);
    expect(names('before')).toEqual(['observabilityBefore', 'refusalsBefore', 'healthBefore', 'gateBefore', 'gateBefore']);
    const { get, typesOf } = protectedHandler();
    await expect(get('/')).resolves.toMatchObject(OK);
    expect(typesOf()).toEqual(['circuit.created', 'circuit.created', 'limit.admitted', 'circuit.success', 'request.completed']);
  });

  it('answers health requests before anything can refuse them, and counts them as no requests', async () => {
    const { get, work, results, typesOf } = protectedHandler();
    for (const expected of [200, 200, 429]) expect((await get('/')).statusCode).toBe(expected);
    await expect(get('/health')).resolves.toMatchObject(OK);
    await expect(get('/live')).resolves.toMatchObject(OK);
    expect(work).toHaveBeenCalledTimes(2);
    expect(results()).toHaveLength(3);
    expect(typesOf().filter((type) => type.startsWith('limit.'))).toHaveLength(3);
  });

  it('observes a request that a limit refused, of which no circuit hears', async () => {
    const { get, results, sink } = protectedHandler();
    await times(2, () => get('/'));
    await expect(get('/')).resolves.toMatchObject({ statusCode: 429 });
    expect(results()).toEqual([
      { result: 'success', statusCode: 200 },
      { result: 'success', statusCode: 200 },
      { result: 'rejected', statusCode: 429 },
    ]);
    expect(sink.ofType('circuit.success')).toHaveLength(2);
  });

  it('asks the limit before the circuit: an open one is not heard of by who is over the limit', async () => {
    const { get, work, sink, everything } = protectedHandler();
    work.mockRejectedValueOnce(new Error('the handler is down'));
    await expect(get('/')).rejects.toThrow('the handler is down');
    await expect(get('/')).resolves.toMatchObject({ statusCode: 503 });
    await everything.limiter('search').block([], DAY_MS);
    await expect(get('/')).resolves.toMatchObject({ statusCode: 429 });
    expect(work).toHaveBeenCalledTimes(1);
    expect(sink.ofType<CircuitRefusedEvent>('circuit.refused')).toHaveLength(1);
  });

  it('gives the token back of a request that the circuit refused', async () => {
    const { get, work, everything } = protectedHandler();
    work.mockRejectedValueOnce(new Error('the handler is down'));
    await expect(get('/')).rejects.toThrow();
    await times(3, () => expect(get('/')).resolves.toMatchObject({ statusCode: 503 }));
    await expect(everything.limiter('search').peek([])).resolves.toMatchObject({ status: { remaining: 1 } });
  });

  it('lets other events have the error, for the retry of the platform', async () => {
    const { handler, everything, results } = protectedHandler();
    await everything.limiter('search').block([], DAY_MS);
    await expect(invoke(handler, QUEUE_EVENT)).rejects.toThrow(RateLimitedError);
    expect(results()).toMatchObject([{ result: 'rejected' }]);
  });

  it('leaves circuits that are not inbound to the code, which gets the same one each time', async () => {
    const { everything, get, sink } = protectedHandler();
    const payments = everything.circuit('payments');
    expect(everything.circuit('payments')).toBe(payments);
    await expect(payments.execute(() => Promise.reject(new Error('payments are down')))).rejects.toThrow();
    expect(sink.ofType<CircuitStateChangedEvent>('circuit.state_changed')).toMatchObject([{ name: 'payments', to: 'open' }]);
    await expect(get('/')).resolves.toMatchObject(OK);
    expect(everything.circuit('self').snapshot().phase).toBe('closed');
  });

  it('puts around the handler the very circuit that the code gets', async () => {
    const { everything, get, work } = protectedHandler();
    await expect(everything.circuit('self').execute(() => Promise.reject(new Error('down')))).rejects.toThrow();
    await expect(get('/')).resolves.toMatchObject({ statusCode: 503 });
    expect(work).not.toHaveBeenCalled();
  });

  it('leaves limits that are not inbound to the code', async () => {
    const stack = { limits: { quota: { inbound: false, limits: [{ limit: 1, periodMs: DAY_MS }] } } };
    const { everything, get } = protectedHandler({}, stack);
    await times(3, () => expect(get('/')).resolves.toMatchObject(OK));
    const decisions = [await everything.limiter('quota').consume([]), await everything.limiter('quota').consume([])];
    expect(decisions.map(({ admitted }) => admitted)).toEqual([true, false]);
  });

  it('has limits and circuits in the order in which they are declared, however the code names them', async () => {
    const limit = { limits: [{ limit: 5, periodMs: DAY_MS }] };
    const stack = { limits: { b: limit, a: limit, c: limit }, circuits: { z: { inbound: true }, y: { inbound: true } } };
    const { get, sink } = protectedHandler({ rateLimits: { c: {}, a: {} }, circuits: { y: {}, z: {} } }, stack);
    await get('/');
    const names = (type: string) => sink.events.filter((event) => event.type === type).map(({ name }) => name);
    expect(names('limit.admitted')).toEqual(['b', 'a', 'c']);
    expect(names('circuit.success')).toEqual(['y', 'z']); // settled from the inside out
  });

  it('tells every pattern once who is calling (PR-02)', async () => {
    const stack: Sections = {
      limits: { search: { by: ['tenant'], limits: [{ limit: 2, periodMs: DAY_MS }] } },
      circuits: { self: { inbound: true, perTenant: true, failureThreshold: 1 } },
    };
    const { get, work, sink } = protectedHandler({ identity: { tenant: { claim: 'org' } } }, stack);
    work.mockRejectedValueOnce(new Error('down'));
    await expect(get('/', { org: 'acme' })).rejects.toThrow('down');
    const statuses: number[] = [];
    for (const org of ['acme', 'globex', 'globex', 'globex', 'acme']) statuses.push((await get('/', { org })).statusCode);
    expect(statuses).toEqual([503, 200, 200, 429, 503]);
    expect(sink.ofType<CircuitFailureEvent>('circuit.failure')).toMatchObject([{ tenant: 'acme' }]);
    expect(sink.ofType<RequestCompletedEvent>('request.completed').map(({ tenant }) => tenant)).toEqual(['acme', 'acme', 'globex', 'globex', 'globex', 'acme']);
  });

  it('lets one pattern be told otherwise', async () => {
    const stack = { limits: { search: { by: ['user'], limits: [{ limit: 1, periodMs: DAY_MS }] } } };
    const options = { identity: { user: { claim: 'sub' } }, rateLimits: { search: { identity: { user: { claim: 'api_key' } } } } };
    const { get, sink } = protectedHandler(options, stack);
    const statuses: number[] = [];
    for (const api_key of ['1', '1', '2']) statuses.push((await get('/', { sub: 'ada', api_key })).statusCode);
    expect(statuses).toEqual([200, 429, 200]);
    expect(sink.ofType<RequestCompletedEvent>('request.completed').map(({ user }) => user)).toEqual(['ada', 'ada', 'ada']);
  });

  it('has checks of its own: of the circuits and of the observability, neither required', async () => {
    const { everything, get } = protectedHandler({ health: { authorize: () => true, unhealthyThreshold: 1, intervalMs: 0 } });
    await everything.circuit('payments').execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    const { statusCode, body } = await get('/health/detail');
    const { status, checks } = JSON.parse(body) as { status: string; checks: object[] };
    expect({ statusCode, status }).toEqual({ statusCode: 200, status: 'degraded' });
    expect(checks).toMatchObject([
      { name: 'circuits', status: 'unhealthy', required: false, details: { circuits: 2, open: 1 } },
      { name: 'observability', status: 'healthy', required: false },
    ]);
  });

  it('takes more checks, and leaves a name to who takes it', async () => {
    const { everything, get } = protectedHandler({ health: { unhealthyThreshold: 1, checks: [{ name: 'circuits', run: () => true }] } });
    everything.health.register({ name: 'disk', run: () => false });
    expect(everything.health.status().checks.map(({ name }) => name)).toEqual(['circuits', 'observability', 'disk']);
    await expect(get('/health')).resolves.toMatchObject({ statusCode: 503 });
  });

  it('says what everything has done', async () => {
    const { everything, get } = protectedHandler();
    for (const path of ['/', '/', '/', '/live']) await get(path);
    expect(everything.statistics()).toMatchObject({
      observability: { requests: 4, errors: 0 },
      health: { answers: 1, checks: 2 },
      rateLimits: { search: { admitted: 2, refused: 1 } },
      circuits: { self: { phase: 'closed' }, payments: { phase: 'closed' } },
    });
  });
});
