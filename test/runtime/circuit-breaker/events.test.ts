import { describe, expect, it } from '@jest/globals';
import type { CircuitBreakerEvent, CircuitCallEvent, CircuitStateChangedEvent } from '../../../runtime/src/circuit-breaker/events.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import { resolveCircuitBreakerOptions } from '../../../runtime/src/circuit-breaker/options.ts';
import { CircuitBreaker } from '../../../runtime/src/circuit-breaker/policy.ts';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { NO_EVENTS } from '../../../runtime/src/core/events.ts';
import { ABANDONED } from '../../../runtime/src/core/outcome.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { DemandingStore, fail, failAll, Fleet, isPermit, OPEN_FOR_CERTAIN_MS, openAndWait, succeed, tryAcquire } from './fleet.ts';

const CALL: CallContext = { tenant: 'acme', operation: 'GET /orders/{id}' };

/** What was reported of calls: type, phase and how long the call took. */
function callsOf(fleet: Fleet): string[] {
  const types = ['circuit.success', 'circuit.failure', 'circuit.refused', 'circuit.fallback'];
  const events = fleet.sink.events.filter(({ type }) => types.includes(type)) as CircuitCallEvent[];
  return events.map(({ type, phase }) => `${type.slice('circuit.'.length)} ${phase}`);
}

/** The latest event. */
function latest(fleet: Fleet): CircuitBreakerEvent | undefined {
  return fleet.sink.events.at(-1) as CircuitBreakerEvent | undefined;
}

/** A call that takes a while. */
async function take(fleet: Fleet, breaker: CircuitBreaker, durationMs: number, end: () => unknown = () => 'value'): Promise<unknown> {
  const operation = (): unknown => {
    fleet.clock.advance(durationMs);
    return end();
  };
  return breaker.execute(operation, CALL).catch((error: unknown) => error);
}

const down = () => {
  throw new TypeError('dependency down');
};

describe('a protected call', () => {
  it('that succeeds is reported with its duration, tenant and operation (LO-09)', async () => {
    const fleet = new Fleet();
    await take(fleet, fleet.environment(), 30);
    const about = { name: 'payments', atMs: fleet.clock.nowMs(), phase: 'closed', durationMs: 30, shared: true, ...CALL };
    expect(fleet.sink.events).toStrictEqual([{ type: 'circuit.success', ...about }]);
  });

  it('that fails is reported with the kind of its error as well (LO-09)', async () => {
    const fleet = new Fleet();
    await take(fleet, fleet.environment(), 30, down);
    const about = { name: 'payments', atMs: fleet.clock.nowMs(), phase: 'closed', durationMs: 30, shared: true, ...CALL };
    expect(fleet.sink.events).toStrictEqual([{ type: 'circuit.failure', ...about, errorType: 'TypeError' }]);
  });

  it('is reported once, as success, failure or refused, by phase and with its duration (ME-03, ME-10)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await succeed(breaker);
    await fail(breaker, 5);
    await succeed(breaker);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    await succeed(breaker);
    await fail(breaker);
    await succeed(breaker);
    const failures = Array<string>(5).fill('failure closed');
    expect(callsOf(fleet)).toEqual(['success closed', ...failures, 'refused open', 'success half_open', 'failure half_open', 'refused open']);
  });

  it('under a circuit by tenant is reported once, under the name of the circuit (ME-03)', async () => {
    const fleet = new Fleet({ perTenant: true, perOperation: true, fallback: () => 'cached' });
    const breaker = fleet.environment();
    await fail(breaker, 5, CALL);
    await succeed(breaker, CALL);
    await succeed(breaker, { tenant: 'other' });
    expect(callsOf(fleet)).toEqual([...Array<string>(5).fill('failure closed'), 'refused open', 'fallback open', 'success closed']);
    expect(new Set(fleet.sink.events.map(({ name }) => name))).toEqual(new Set(['payments']));
    expect(fleet.sink.ofType<CircuitCallEvent>('circuit.fallback')).toMatchObject([CALL]);
  });

  it('is reported under control of an operator too, whose open circuit is reported as open', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await fleet.store.control('payments', 'metrics_only', { nowMs: fleet.clock.nowMs() });
    await fail(breaker, 10);
    await fleet.store.control('payments', 'force_open', { nowMs: fleet.clock.nowMs() });
    fleet.clock.advance(10_000);
    await succeed(breaker); // the sync rides alongside
    await succeed(breaker);
    expect(callsOf(fleet)).toEqual([...Array<string>(10).fill('failure closed'), 'success closed', 'refused open']);
  });

  it('that outlives its circuit is reported as what it was admitted to', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    const permit = await tryAcquire(breaker);
    await fail(breaker, 5);
    if (isPermit(permit)) await permit.settle({ kind: 'success', value: 1 });
    expect(callsOf(fleet).at(-1)).toBe('success closed');
  });

  it('is not reported where it says nothing about the dependency', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    for (const outcome of [ABANDONED, { kind: 'failure', error: Object.assign(new Error('bad input'), { statusCode: 400 }) } as const]) {
      const permit = await tryAcquire(breaker);
      if (isPermit(permit)) await permit.settle(outcome);
    }
    expect(fleet.sink.events).toEqual([]);
    await openAndWait(fleet, breaker);
    const before = callsOf(fleet);
    const probe = await tryAcquire(breaker);
    if (isPermit(probe)) await probe.settle(ABANDONED);
    expect(callsOf(fleet)).toEqual(before);
  });

  it('that is slow is a failure exactly where it counts as a whole one, or as a probe', async () => {
    const half = new Fleet({ slowCallDurationMs: 100 });
    await take(half, half.environment(), 100);
    expect(callsOf(half)).toEqual(['success closed']);

    const whole = new Fleet({ slowCallDurationMs: 100, slowCallRateThreshold: 0.5 });
    await take(whole, whole.environment(), 100);
    expect(latest(whole)).toMatchObject({ type: 'circuit.failure', errorType: 'slow', durationMs: 100 });

    const probed = new Fleet({ slowCallDurationMs: 100 });
    const breaker = probed.environment();
    await openAndWait(probed, breaker);
    await take(probed, breaker, 100);
    expect(probed.sink.ofType('circuit.failure').at(-1)).toMatchObject({ phase: 'half_open', errorType: 'slow', durationMs: 100 });
  });

  it('is told apart by whether the fleet shares the circuit at the moment', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    const breaker = fleet.environment();
    store.breakDown();
    await fail(breaker, 5);
    await succeed(breaker);
    const calls = fleet.sink.events.filter(({ type }) => type === 'circuit.failure' || type === 'circuit.refused') as CircuitCallEvent[];
    expect(calls.map(({ shared }) => shared)).toEqual([true, true, true, true, true, false]);

    const alone = new Fleet({ shared: false }, new MemoryCircuitStore());
    await succeed(alone.environment());
    expect(latest(alone)).toMatchObject({ shared: false });
  });

  it('costs no event where nobody listens', async () => {
    const breaker = new CircuitBreaker(resolveCircuitBreakerOptions({ name: 'payments' }), {
      store: new MemoryCircuitStore(),
      clock: new ManualClock(),
      random: new SeededRandom(1),
      sink: NO_EVENTS,
    });
    let asked = 0;
    const call: CallContext = {
      get tenant() {
        asked += 1;
        return 'acme';
      },
    };
    await succeed(breaker, call);
    await fail(breaker, 5, call);
    expect(breaker.snapshot().phase).toBe('open');
    expect(asked).toBe(0);
  });
});

describe('a refusal', () => {
  it('is reported with the time to wait, tenant and operation (ME-03)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await fail(breaker, 5);
    await succeed(breaker, CALL);
    const { retryAfterMs } = breaker.snapshot();
    const about = { name: 'payments', atMs: fleet.clock.nowMs(), phase: 'open', shared: true, ...CALL };
    expect(latest(fleet)).toStrictEqual({ ...about, type: 'circuit.refused', retryAfterMs });
  });

  it('of an environment that holds back is reported under the closed circuit', async () => {
    const fleet = new Fleet();
    const [sick] = await fleet.acquainted(10);
    await fail(sick!, 5);
    await succeed(sick!);
    expect(fleet.changes).toEqual([]);
    expect(latest(fleet)).toMatchObject({ type: 'circuit.refused', phase: 'closed' });
  });
});

describe('the fallback', () => {
  it('is reported when it has answered, with tenant and operation (LO-09, ME-11)', async () => {
    const fleet = new Fleet({ fallback: () => undefined });
    const breaker = fleet.environment();
    await fail(breaker, 5);
    await expect(breaker.execute(() => 'value', CALL)).resolves.toBeUndefined();
    const about = { name: 'payments', atMs: fleet.clock.nowMs(), phase: 'open', shared: true, ...CALL };
    expect(latest(fleet)).toStrictEqual({ ...about, type: 'circuit.fallback' });
  });

  it('is not reported when it throws', async () => {
    const fleet = new Fleet({ fallback: () => Promise.reject(new Error('nothing cached')) });
    const breaker = fleet.environment();
    await fail(breaker, 5);
    await expect(breaker.execute(() => 'value')).rejects.toThrow('nothing cached');
    expect(fleet.sink.ofType('circuit.fallback')).toEqual([]);
  });
});

describe('a change of the circuit', () => {
  const opened = (fleet: Fleet) => fleet.stateChanges.filter(({ to }) => to === 'open').map(({ failures, failureRate }) => ({ failures, failureRate }));

  it('says what the circuit was and what it is, once for all (LO-03, ME-01, ME-02)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    for (let probe = 0; probe < 3; probe += 1) await succeed(breaker);
    const [, halfOpened, closed] = fleet.stateChanges;
    const about = { type: 'circuit.state_changed', name: 'payments', atMs: fleet.clock.nowMs(), shared: true };
    expect(halfOpened).toStrictEqual({ ...about, from: 'open', to: 'half_open', generation: expect.any(Number) });
    expect(closed).toStrictEqual({ ...about, from: 'half_open', to: 'closed', generation: expect.any(Number) });
  });

  it('to open says how many calls failed, and which share of all (LO-02)', async () => {
    const told: CircuitStateChangedEvent[] = [];
    const fleet = new Fleet({ onStateChange: (change) => told.push(change) });
    const breaker = fleet.environment();
    for (let call = 0; call < 4; call += 1) await succeed(breaker);
    await fail(breaker, 5);
    expect(told).toMatchObject([{ to: 'open', failures: 5, failureRate: 5 / 9 }]);
    expect(told).toEqual(fleet.stateChanges);
  });

  it('to open says it by what the whole fleet saw', async () => {
    const fleet = new Fleet();
    const breakers = await fleet.acquainted(10);
    await failAll(breakers);
    const [{ failures = 0, failureRate = 0 } = {}] = opened(fleet);
    expect(failures).toBeGreaterThan(5);
    expect(failureRate).toBeGreaterThanOrEqual(0.5);
    expect(failureRate).toBeLessThanOrEqual(1);
  });

  it('to open says it by the own window while the table does not answer', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    const breaker = fleet.environment();
    store.breakDown();
    await succeed(breaker);
    await fail(breaker, 5);
    expect(fleet.stateChanges).toMatchObject([{ to: 'open', shared: false, failures: 5, failureRate: 5 / 6 }]);
  });

  it.each([true, false])('to open counts a row of failures that began before the window (shared: %p)', async (shared) => {
    const fleet = new Fleet({}, new MemoryCircuitStore({ shared }));
    const breaker = fleet.environment();
    for (let call = 0; call < 5; call += 1) {
      await fail(breaker);
      fleet.clock.advance(60_000);
    }
    expect(opened(fleet)).toEqual([{ failures: 5, failureRate: 1 }]);
  });

  it('to open never says more than all, whatever a slow call weighs', async () => {
    const options = { slowCallDurationMs: 100, slowCallRateThreshold: 0.25, minimumCalls: 4, failureThreshold: 1000 };
    const fleet = new Fleet(options, new MemoryCircuitStore());
    const breaker = fleet.environment();
    for (let call = 0; call < 4; call += 1) await take(fleet, breaker, 100);
    expect(opened(fleet)).toEqual([{ failures: 8, failureRate: 1 }]);
  });

  it('back to open says how many probes had succeeded before', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    await succeed(breaker);
    await fail(breaker);
    expect(opened(fleet)[1]).toEqual({ failures: 1, failureRate: 1 / 2 });
  });
});
