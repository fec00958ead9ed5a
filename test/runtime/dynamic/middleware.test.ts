import { describe, expect, it, jest } from '@jest/globals';
import { CircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import { dynamicResilience } from '../../../runtime/src/dynamic/index.ts';
import { currentCall } from '../../../runtime/src/http-client/index.ts';
import type { RequestCompletedEvent } from '../../../runtime/src/observability/index.ts';
import { RateLimiter } from '../../../runtime/src/rate-limit/index.ts';
import type { ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { deferred } from '../core/deferred.ts';
import { FACTORIES, invoke, lambdaContext } from '../middy/gates.ts';
import { requestOf, type Sections } from '../resilience/world.ts';
import { dynamicWorld, PLACE } from './world.ts';

const DAY_MS = 86_400_000;
const INTERVAL_MS = 15_000;
const OK = { statusCode: 200 };
const limitOf = (limit: number) => ({ limits: [{ limit, periodMs: DAY_MS }], maxLeaseMs: 0 });
const circuitOf = (failureThreshold: number) => ({ failureThreshold, windowDurationMs: 60_000 });
const BASE: Sections = { limits: { search: limitOf(2) }, circuits: { payments: circuitOf(3), stock: circuitOf(3) } };

describe.each(FACTORIES)('dynamicResilience() on $factory', ({ create, settlesAll }) => {
  async function protectedHandler(base: Sections = BASE, options: ResilienceOptions = {}) {
    const { dependencies, recorded, ...rest } = dynamicWorld(base);
    rest.source.publish(base);
    const guard = await dynamicResilience({ ...recorded(options), pollIntervalMs: INTERVAL_MS }, dependencies);
    const work = jest.fn<() => Promise<unknown>>(async () => OK);
    const handler = create(() => work()).use(guard);
    const get = async (path = '/', context = lambdaContext()) => (await invoke(handler, requestOf(path), context)) as { statusCode: number };
    const later = () => {
      rest.clock.advance(INTERVAL_MS);
      return get();
    };
    /** Deploys another configuration and lets a request find it. */
    const change = (sections: Sections | string) => {
      rest.source.publish(sections);
      return later();
    };
    const names = (type: string) => rest.sink.events.filter((event) => event.type === type).map(({ name }) => name);
    return { guard, work, handler, get, later, change, names, ...rest };
  }

  it('is one middleware, in which everything stands in its order (PR-05)', async () => {
    const { guard, get, typesOf } = await protectedHandler({ ...BASE, circuits: { self: { inbound: true } } });
    expect(guard).toHaveLength(1);
    await expect(get()).resolves.toMatchObject(OK);
    expect(typesOf()).toEqual(['circuit.created', 'limit.admitted', 'circuit.success', 'request.completed']);
  });

  it('asks once at the start and then alongside requests, no more often than its interval (PR-05)', async () => {
    const { get, later, source, clock } = await protectedHandler();
    expect(source.asked).toBe(1);
    for (let request = 0; request < 5; request += 1) await get();
    clock.advance(INTERVAL_MS - 1);
    await get();
    expect(source.asked).toBe(1);
    clock.advance(1);
    await get();
    await get();
    expect(source.asked).toBe(2);
    await later();
    expect(source.asked).toBe(3);
  });

  it('lets another configuration serve from the next request on, and reports what changed (PR-05)', async () => {
    const { get, change, reported } = await protectedHandler();
    await get();
    await get();
    await expect(get()).resolves.toMatchObject({ statusCode: 429 });
    await expect(change({ ...BASE, limits: { search: { ...limitOf(2), dryRun: true } } })).resolves.toMatchObject({ statusCode: 429 });
    await expect(get()).resolves.toMatchObject(OK);
    expect(reported('changed')).toEqual([expect.objectContaining({ name: PLACE, changed: 'rateLimits.search' })]);
  });

  it('takes over what is declared as before, with all that it knows, and makes the rest anew (PR-05)', async () => {
    const { guard, change, names } = await protectedHandler();
    const down = () => Promise.reject(new Error('down'));
    await guard.circuit('payments').execute(down).catch(() => undefined);
    await guard.circuit('stock').execute(down).catch(() => undefined);
    // The same, in another order.
    await change({ circuits: { stock: circuitOf(4), payments: { windowDurationMs: 60_000, failureThreshold: 3 } }, limits: BASE.limits! });
    expect(guard.circuit('payments').snapshot()).toMatchObject({ calls: 1, failures: 1 });
    expect(guard.circuit('stock').snapshot()).toMatchObject({ calls: 0, failures: 0 });
    expect(guard.statistics().rateLimits['search']).toMatchObject({ admitted: 1 });
    expect(names('circuit.created')).toEqual(['payments', 'stock', 'stock']);
  });

  it('says nothing of a document that says the same (PR-05)', async () => {
    const { guard, change, reported } = await protectedHandler();
    await change({ circuits: BASE.circuits!, limits: BASE.limits! });
    expect(reported('changed')).toEqual([]);
    expect(guard.statistics().rateLimits['search']).toMatchObject({ admitted: 1 });
  });

  it('makes what is new and leaves out what is gone (PR-05)', async () => {
    const { guard, get, change, reported } = await protectedHandler();
    await change({ circuits: { ...BASE.circuits, mail: {} } });
    expect(reported('changed')).toEqual([expect.objectContaining({ changed: 'circuits.mail, rateLimits.search' })]);
    for (let request = 0; request < 5; request += 1) await expect(get()).resolves.toMatchObject(OK);
    expect(guard.circuit('mail').name).toBe('mail');
    expect(() => guard.limiter('search')).toThrow('not declared');
  });

  it('hands out policies that follow every change (PR-05)', async () => {
    const { guard, change } = await protectedHandler();
    const [payments, search] = [guard.circuit('payments'), guard.limiter('search')];
    expect(guard.circuit('payments')).toBe(payments);
    expect(payments).toBeInstanceOf(CircuitBreaker);
    expect(search).toBeInstanceOf(RateLimiter);
    await change({ limits: { search: limitOf(7) }, circuits: { ...BASE.circuits, payments: { failureThreshold: 1 } } });
    await payments.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    await expect(payments.execute(() => 1)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect((await search.peek([])).status.limit).toBe(7);
  });

  it('hands out clients that follow every change, of the client and of its circuit, and keeps them otherwise (PR-05)', async () => {
    const client = (attemptTimeoutMs: number) => ({ baseUrl: 'https://payments.example', attemptTimeoutMs, bulkhead: false, circuit: 'payments' });
    const stack = (attemptTimeoutMs: number, failureThreshold: number, limit = 2) => ({
      ...{ limits: { search: limitOf(limit) }, circuits: { payments: circuitOf(failureThreshold) } },
      dependencies: { payments: client(attemptTimeoutMs) },
    });
    const { guard, change, reported } = await protectedHandler(stack(100, 3));
    const payments = guard.client('payments');
    const circuit = payments.dependency.parts.circuit;
    await change(stack(100, 3, 7));
    expect(guard.client('payments')).toBe(payments);
    expect(payments.dependency.parts.circuit).toBe(circuit);
    await change(stack(200, 3, 7));
    expect(payments.options.attemptTimeoutMs).toBe(200);
    await change(stack(200, 1, 7));
    await payments.dependency.parts.circuit?.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    expect(guard.circuit('payments').snapshot().phase).toBe('open');
    expect(reported('changed').map(({ changed }) => changed)).toEqual(['rateLimits.search', 'circuits.payments, dependencies.payments', 'circuits.payments, dependencies.payments']);
  });

  it('lets clients in the handler follow their requests from when there are any, where a handler can be wrapped', async () => {
    const { work, get, change } = await protectedHandler({});
    const known: boolean[] = [];
    work.mockImplementation(async () => {
      known.push(currentCall()?.signal !== undefined);
      return OK;
    });
    await get();
    await change({ dependencies: { payments: { baseUrl: 'https://payments.example' } } });
    await get();
    expect(known).toEqual([false, false, settlesAll]);
  });

  it.each([
    ['is not JSON', '{', 'not JSON'],
    ['is of another version', '{"version":99}', 'version is 99'],
    ['has an option out of range', { circuits: { payments: { failureThreshold: 0 } } }, 'circuits.payments.failureThreshold is 0'],
    ['does not declare what the code has taken', { limits: BASE.limits! }, "circuit('payments') is in use by the code"],
  ])('keeps the last good one where the document %s (PR-05)', async (_what, document: Sections | string, problem) => {
    const { guard, get, change, later, reported, typesOf } = await protectedHandler();
    guard.circuit('payments');
    const before = guard.statistics();
    await expect(change(document)).resolves.toMatchObject(OK);
    expect(reported('refused')).toEqual([expect.objectContaining({ name: PLACE, error: expect.objectContaining({ message: expect.stringContaining(problem) }) })]);
    expect(guard.statistics().circuits).toEqual(before.circuits);
    await get();
    await expect(get()).resolves.toMatchObject({ statusCode: 429 });
    await later();
    expect(reported('refused')).toHaveLength(1);
    // Nothing is told of what was begun to be made.
    expect(typesOf().filter((type) => type === 'circuit.created')).toHaveLength(2);
  });

  it('refuses a document that does not fit what the code says (PR-05)', async () => {
    const { change, reported } = await protectedHandler(BASE, { circuits: { stock: { fallback: () => 'cached' } } });
    await change({ limits: BASE.limits!, circuits: { payments: {} } });
    expect(reported('refused')).toEqual([expect.objectContaining({ error: expect.objectContaining({ message: expect.stringContaining('circuits.stock is not declared') }) })]);
  });

  it('ends a request with the policies that it began with (PR-05)', async () => {
    const inbound = { circuits: { self: { inbound: true, failureThreshold: 2 } } };
    const { handler, work, change, names } = await protectedHandler(inbound);
    const slow = deferred<typeof OK>();
    work.mockReturnValueOnce(slow.promise);
    const first = invoke(handler, requestOf('/slow'));
    await change({ limits: { search: limitOf(1) } });
    slow.reject(new Error('down'));
    await expect(first).rejects.toThrow('down');
    expect(names('circuit.success')).toEqual(['self']);
    expect(names('circuit.failure')).toEqual(['self']);
    expect(names('limit.admitted')).toEqual([]);
    await invoke(handler, requestOf('/'));
    expect(names('limit.admitted')).toEqual(['search']);
    expect(names('circuit.success')).toEqual(['self']);
    expect(names('request.completed')).toHaveLength(3);
  });

  it('changes the observability too, and goes on counting (PR-05)', async () => {
    const { guard, get, change, sink } = await protectedHandler();
    const { observability } = guard;
    await change({ ...BASE, observability: { level: 'detailed' } });
    await get();
    expect(observability!.options.level).toBe('detailed');
    const cold = sink.ofType<RequestCompletedEvent>('request.completed').map(({ coldStart }) => coldStart);
    expect(cold).toEqual([true, false]);
    expect(guard.statistics().observability).toMatchObject({ requests: 2 });
    expect(guard.circuit('payments').name).toBe('payments');
  });

  it('keeps its health, which looks at the circuits that serve (PR-05)', async () => {
    const { guard, change } = await protectedHandler({});
    const { health } = guard;
    await change({ circuits: { payments: { failureThreshold: 1, shared: false } } });
    await guard.circuit('payments').execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    expect(guard.health).toBe(health);
    const { checks } = await health.check({ maxAgeMs: 0 });
    expect(checks.find(({ name }) => name === 'circuits')?.details).toMatchObject({ circuits: 1, open: 1 });
  });

  it('asks one at a time (PR-05)', async () => {
    const { get, clock, source } = await protectedHandler();
    const answer = deferred<string | undefined>();
    source.answerWith(() => answer.promise);
    clock.advance(INTERVAL_MS);
    const first = get();
    await expect(get()).resolves.toMatchObject(OK);
    expect(source.asked).toBe(2);
    answer.resolve(undefined);
    await expect(first).resolves.toMatchObject(OK);
  });

  it('runs the handler while it asks, and answers half a second later at most if nobody answers (PR-05)', async () => {
    const { get, clock, source, sleeping, work, reported } = await protectedHandler();
    source.answerWith(() => new Promise(() => undefined));
    clock.advance(INTERVAL_MS);
    const worked = deferred();
    work.mockImplementationOnce(async () => {
      worked.resolve(undefined);
      return OK;
    });
    const answer = get();
    await worked.promise;
    expect(sleeping.waits).toEqual([500]);
    sleeping.wakeAll();
    await expect(answer).resolves.toMatchObject(OK);
    expect(source.signal?.aborted).toBe(true);
    expect(reported('unavailable')).toEqual([expect.objectContaining({ name: PLACE, error: expect.objectContaining({ message: 'no answer within 500 ms' }) })]);
    await get();
    expect(source.asked).toBe(2);
  });

  it('asks only as long as the request has time, and not at all if it has none (PR-05)', async () => {
    const { get, clock, source, sleeping } = await protectedHandler();
    const durations: number[] = [];
    source.answerWith(async () => {
      await Promise.resolve(); // the wait begins after the question
      durations.push(...sleeping.waits);
      return undefined;
    });
    clock.advance(INTERVAL_MS);
    await get('/', lambdaContext(90));
    expect(source.asked).toBe(1);
    await get('/', lambdaContext(300));
    expect(durations).toEqual([250]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('denied'))],
    ['throws', () => { throw new Error('denied'); }],
  ])('touches no request where the source %s (PR-05)', async (_what, answer) => {
    const { later, source, reported } = await protectedHandler();
    source.answerWith(answer);
    await expect(later()).resolves.toMatchObject(OK);
    expect(reported('unavailable')).toEqual([expect.objectContaining({ error: expect.objectContaining({ message: 'denied' }) })]);
  });

  it('waits for the answer where the handler throws, too (PR-05)', async () => {
    const { work, change, guard } = await protectedHandler();
    work.mockRejectedValueOnce(new Error('down'));
    await expect(change({ circuits: { mail: {} } })).rejects.toThrow('down');
    expect(guard.circuit('mail').name).toBe('mail');
  });

  it('waits for the answer where health answers in place of the handler (PR-05)', async () => {
    const { get, clock, source, guard, work } = await protectedHandler();
    source.publish({ circuits: { mail: {} } });
    clock.advance(INTERVAL_MS);
    await expect(get('/live')).resolves.toMatchObject(OK);
    expect(work).not.toHaveBeenCalled();
    expect(guard.circuit('mail').name).toBe('mail');
  });

  it('runs its hooks for errors where somebody further out throws before it (PR-05)', async () => {
    const { guard, names } = await protectedHandler();
    const handler = create(() => OK)
      .before(() => {
        throw new Error('further out');
      })
      .use(guard);
    await expect(invoke(handler, requestOf('/'))).rejects.toThrow('further out');
    expect(names('limit.admitted')).toEqual([]);
  });

  it('gives back what it holds where somebody further in answers early, if Middy says so (PR-05)', async () => {
    const { guard, names, source, clock } = await protectedHandler({ circuits: { self: { inbound: true } } });
    const handler = create(() => OK).use(guard).before(() => ({ statusCode: 304 }));
    source.publish({ circuits: { mail: {} } });
    clock.advance(INTERVAL_MS);
    await expect(invoke(handler, requestOf('/'))).resolves.toMatchObject({ statusCode: 304 });
    expect(names('request.completed')).toHaveLength(settlesAll ? 1 : 0);
    expect(guard.circuit('mail').name).toBe('mail');
  });

  it('gives hooks further out what its own have answered (PR-05)', async () => {
    const { guard, get } = await protectedHandler({ limits: { search: limitOf(1) } });
    await get();
    const seen: unknown[] = [];
    const handler = create(() => OK)
      .onError(({ response }) => {
        seen.push((response as { statusCode: number }).statusCode);
      })
      .use(guard);
    await expect(invoke(handler, requestOf('/'))).resolves.toMatchObject({ statusCode: 429 });
    expect(seen).toEqual([429]);
  });
});
