import type { Request } from '@middy/core';
import { describe, expect, it, jest } from '@jest/globals';
import {
  circuitBreaker,
  createCircuitBreaker,
  MemoryCircuitStore,
  type CircuitBreakerOptions,
  type CircuitStateChangedEvent,
} from '../../../runtime/src/circuit-breaker/index.ts';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { FACTORIES, HTTP_EVENT, invoke, lambdaContext, QUEUE_EVENT } from '../middy/gates.ts';

const OPEN_MS = 60_000;
/** The open period with all of its jitter. */
const LONGEST_OPEN_MS = OPEN_MS * 1.1;
const LEASE_MS = 30_000;

function world() {
  const clock = new ManualClock();
  const sink = new RecordingSink();
  const dependencies = { store: new MemoryCircuitStore(), clock, random: new SeededRandom(1), sink, environment: {} };
  const changes = () => sink.ofType<CircuitStateChangedEvent>('circuit.state_changed').map(({ to }) => to);
  return { clock, sink, dependencies, changes };
}

const OPTIONS: CircuitBreakerOptions = { name: 'payments', failureThreshold: 3, openDurationMs: OPEN_MS, halfOpenMaxCalls: 1, successThreshold: 2, probeLeaseMs: LEASE_MS };
const down = async () => Promise.reject(new Error('payments is down'));

/** A long time to go, so that leases end by their own length and not by the deadline. */
const LONG = lambdaContext(600_000);

async function invokeTimes(count: number, handler: unknown, event: unknown = HTTP_EVENT): Promise<PromiseSettledResult<unknown>[]> {
  const results: PromiseSettledResult<unknown>[] = [];
  for (let index = 0; index < count; index += 1) results.push(...(await Promise.allSettled([invoke(handler, event, LONG)])));
  return results;
}

describe.each(FACTORIES)('circuitBreaker on $factory', ({ create, settlesAll }) => {
  /** A handler whose work can be exchanged, behind a breaker. */
  function protectedHandler(options: Partial<CircuitBreakerOptions> = {}, before?: (request: Request) => unknown) {
    const { dependencies, ...rest } = world();
    const work = jest.fn<() => Promise<unknown>>(async () => ({ statusCode: 200 }));
    const handler = create(() => work()).use(circuitBreaker({ ...OPTIONS, ...options }, dependencies));
    if (before !== undefined) handler.use({ before });
    return { handler, work, ...rest };
  }

  /** The same with a circuit that has just opened, and a dependency that works again. */
  async function openedHandler(options: Partial<CircuitBreakerOptions> = {}, before?: (request: Request) => unknown) {
    const parts = protectedHandler(options, before);
    parts.work.mockImplementation(down);
    await invokeTimes(3, parts.handler);
    expect(parts.changes()).toEqual(['open']);
    parts.work.mockReset();
    parts.work.mockResolvedValue({ statusCode: 200 });
    return parts;
  }

  it('lets a healthy handler answer', async () => {
    const { handler, work, sink } = protectedHandler();
    for (const result of await invokeTimes(50, handler)) expect(result).toEqual({ status: 'fulfilled', value: { statusCode: 200 } });
    expect(work).toHaveBeenCalledTimes(50);
    expect(sink.events.map(({ type }) => type)).toEqual(['circuit.created', ...Array<string>(50).fill('circuit.success')]);
  });

  describe('what opens the circuit', () => {
    it('a handler that throws; its error reaches the caller', async () => {
      const { handler, work, changes } = protectedHandler();
      work.mockImplementation(down);
      for (const result of await invokeTimes(3, handler)) expect(result).toMatchObject({ reason: { message: 'payments is down' } });
      expect(changes()).toEqual(['open']);
      await expect(invoke(handler)).resolves.toMatchObject({ statusCode: 503 });
      expect(work).toHaveBeenCalledTimes(3);
    });

    it('a handler that answers 500 without throwing (PCB-11)', async () => {
      const { handler, work, changes } = protectedHandler();
      work.mockResolvedValue({ statusCode: 500, body: 'sorry' });
      for (const result of await invokeTimes(3, handler)) expect(result).toMatchObject({ value: { body: 'sorry' } });
      expect(changes()).toEqual(['open']);
    });

    it('what shouldTrip says', async () => {
      const { handler, work, changes } = protectedHandler({ shouldTrip: (outcome) => outcome.kind === 'success' && outcome.value === 'degraded' });
      work.mockResolvedValue('degraded');
      await invokeTimes(3, handler);
      expect(changes()).toEqual(['open']);
    });

    it.each([
      ['answers of 404', async () => ({ statusCode: 404 })],
      ['errors with a status of 400', async () => Promise.reject(Object.assign(new Error('bad input'), { statusCode: 400 }))],
      ['cancellations', async () => Promise.reject(Object.assign(new Error('gone'), { name: 'AbortError' }))],
    ])('but not %s (PCB-12)', async (_what, outcome) => {
      const { handler, work, sink, changes } = protectedHandler();
      work.mockImplementation(outcome);
      await invokeTimes(20, handler);
      expect(work).toHaveBeenCalledTimes(20);
      expect(changes()).toEqual([]);
      expect(sink.ofType('circuit.failure')).toEqual([]);
    });
  });

  describe('while open', () => {
    it('answers HTTP events with 503; Retry-After says what the body says (PCB-10)', async () => {
      const { handler, clock } = await openedHandler();
      clock.advance(10_500);
      const answer = (await invoke(handler)) as { statusCode: number; headers: Record<string, string>; body: string };
      const body = JSON.parse(answer.body) as { retry_after: number };
      expect(answer.statusCode).toBe(503);
      expect(body).toEqual({
        error: 'Service Unavailable',
        message: 'payments is not called at the moment: its circuit is open',
        code: 'CIRCUIT_OPEN',
        service: 'payments',
        retry_after: expect.any(Number),
      });
      expect(answer.headers['Retry-After']).toBe(String(body.retry_after));
      // What is left of 60 to 66 s, rounded up.
      expect(body.retry_after).toBeGreaterThanOrEqual(50);
      expect(body.retry_after).toBeLessThanOrEqual(56);
    });

    it('throws for other events, so that the platform retries', async () => {
      const { handler, work } = await openedHandler();
      await expect(invoke(handler, QUEUE_EVENT)).rejects.toBeInstanceOf(CircuitOpenError);
      expect(work).not.toHaveBeenCalled();
    });

    it('lets the fallback answer, with the refusal and the event', async () => {
      const fallback = jest.fn((error: CircuitOpenError, _call: unknown, event: unknown) => ({ cached: error.circuit, event }));
      const { handler } = await openedHandler({ fallback });
      await expect(invoke(handler, QUEUE_EVENT)).resolves.toEqual({ cached: 'payments', event: QUEUE_EVENT });
      await expect(invoke(handler)).resolves.toMatchObject({ cached: 'payments' });
    });

    it('reports that the fallback answered, with the tenant and the route of the request (ME-11)', async () => {
      const { handler, sink } = await openedHandler({ fallback: () => ({ statusCode: 200, body: 'cached' }) });
      const event = { ...HTTP_EVENT, routeKey: 'GET /orders/{id}' };
      await invoke(handler, event, { ...LONG, tenantId: 'acme' });
      const about = { name: 'payments', phase: 'open', shared: false, tenant: 'acme', operation: 'GET /orders/{id}' };
      expect(sink.events.slice(-2)).toMatchObject([{ ...about, type: 'circuit.refused' }, { ...about, type: 'circuit.fallback' }]);
    });

    it.each([
      ['has no answer', () => undefined],
      ['throws', () => Promise.reject(new Error('nothing cached'))],
    ])('reports no answer of a fallback that %s', async (_what, fallback) => {
      const { handler, sink } = await openedHandler({ fallback });
      await expect(invoke(handler, QUEUE_EVENT)).rejects.toBeInstanceOf(Error);
      expect(sink.ofType('circuit.refused')).toHaveLength(1);
      expect(sink.ofType('circuit.fallback')).toEqual([]);
    });

    it('reports every refusal as one, never as a failure (PCB-12)', async () => {
      const { handler, sink } = await openedHandler();
      const failures = sink.ofType('circuit.failure').length;
      await invokeTimes(20, handler);
      expect(sink.ofType('circuit.refused')).toHaveLength(20);
      expect(sink.ofType('circuit.failure')).toHaveLength(failures);
    });
  });

  describe('recovery', () => {
    it('works at one request per 500 ms: its own refusals do not count against it', async () => {
      const { handler, clock, changes } = await openedHandler();
      let answered = 0;
      for (let atMs = 0; atMs < LONGEST_OPEN_MS + 30_000; atMs += 500) {
        clock.advance(500);
        const { statusCode } = (await invoke(handler, HTTP_EVENT, LONG)) as { statusCode: number };
        if (atMs >= LONGEST_OPEN_MS && statusCode === 200) answered += 1;
      }
      expect(changes()).toEqual(['open', 'half_open', 'closed']);
      expect(answered).toBe(60); // every request of the last 30 s
    });

    it('opens again, once, where the probe fails', async () => {
      const { handler, work, clock, changes } = await openedHandler();
      work.mockImplementation(down);
      clock.advance(LONGEST_OPEN_MS);
      await invokeTimes(3, handler);
      expect(changes()).toEqual(['open', 'half_open', 'open']);
      expect(work).toHaveBeenCalledTimes(1);
    });

    it(`a probe that an inner middleware answers ${settlesAll ? 'gives its place back at once' : 'keeps its place until its lease ends'} (PX-04)`, async () => {
      let early = false;
      const { handler, work, clock, changes } = await openedHandler({}, () => (early ? 'early' : undefined));
      clock.advance(LONGEST_OPEN_MS);
      early = true;
      await expect(invoke(handler, HTTP_EVENT, LONG)).resolves.toBe('early');
      early = false;
      const next = await invoke(handler, HTTP_EVENT, LONG);
      expect(next).toMatchObject({ statusCode: settlesAll ? 200 : 503 });
      clock.advance(LEASE_MS);
      await invokeTimes(2, handler);
      expect(changes()).toEqual(['open', 'half_open', 'closed']);
      expect(work).toHaveBeenCalledTimes(settlesAll ? 3 : 2);
    });

    it('the lease of a stuck probe is over a second after the deadline of its invocation (PX-07), its late result counts for nothing (PX-05)', async () => {
      const { handler, work, clock, changes } = await openedHandler({ successThreshold: 1 });
      const stuck = deferred<unknown>();
      clock.advance(LONGEST_OPEN_MS);
      work.mockReturnValueOnce(stuck.promise);
      const late = invoke(handler, HTTP_EVENT, lambdaContext(3000));
      await expect(invoke(handler, HTTP_EVENT, LONG)).resolves.toMatchObject({ statusCode: 503 });
      clock.advance(3999);
      await expect(invoke(handler, HTTP_EVENT, LONG)).resolves.toMatchObject({ statusCode: 503 });
      clock.advance(701); // the lease has ended, and with it the longest wait of a caller that got no probe
      stuck.reject(new Error('too late'));
      await expect(late).rejects.toThrow('too late');
      await expect(invoke(handler, HTTP_EVENT, LONG)).resolves.toMatchObject({ statusCode: 200 });
      expect(changes()).toEqual(['open', 'half_open', 'closed']);
    });
  });

  it('two breakers on one handler: the refusal of the inner one is no failure to the outer one (PX-10)', async () => {
    const { dependencies, changes, sink } = world();
    const handler = create(down).use([
      circuitBreaker({ name: 'checkout', failureThreshold: 5, shared: false }, dependencies),
      circuitBreaker({ name: 'payments', failureThreshold: 3, shared: false }, dependencies),
    ]);
    await invokeTimes(30, handler);
    expect(changes()).toEqual(['open']);
    expect(sink.ofType('circuit.state_changed').map(({ name }) => name)).toEqual(['payments']);
    expect(sink.ofType('circuit.failure').filter(({ name }) => name === 'checkout')).toHaveLength(3);
  });

  it('takes a ready breaker, which other code may share', async () => {
    const { dependencies } = world();
    const breaker = createCircuitBreaker({ ...OPTIONS, fallback: () => 'cached' }, dependencies);
    const handler = create(down).use(circuitBreaker(breaker));
    await invokeTimes(3, handler);
    expect(breaker.snapshot().phase).toBe('open');
    await expect(breaker.execute(() => 'ran')).resolves.toBe('cached');
    await expect(invoke(handler)).resolves.toBe('cached');
  });

  it('does nothing when switched off', async () => {
    const { handler, work, sink } = protectedHandler({ enabled: false });
    work.mockImplementation(down);
    await invokeTimes(20, handler);
    expect(work).toHaveBeenCalledTimes(20);
    expect(sink.events).toEqual([]);
  });
});

describe('options that cannot work', () => {
  it('are refused at init, all at once', () => {
    const options = { name: 'a#b', failureThreshold: 0, fallback: 'cached', openDuration: 5 } as unknown as CircuitBreakerOptions;
    const attempt = () => circuitBreaker(options, { environment: {} });
    expect(attempt).toThrow(ConfigurationError);
    for (const part of ['options.name is "a#b"', 'options.failureThreshold is 0', 'options.fallback is "cached"', 'options.openDuration is not an option', 'RESILIENCE_CIRCUIT_TABLE is missing']) {
      expect(attempt).toThrow(part);
    }
  });
});
