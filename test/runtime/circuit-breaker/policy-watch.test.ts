import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import { counterName, spanAt, type CounterKind } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import { resolveCircuitBreakerOptions } from '../../../runtime/src/circuit-breaker/options.ts';
import { CircuitBreaker } from '../../../runtime/src/circuit-breaker/policy.ts';
import { NEW_CIRCUIT } from '../../../runtime/src/circuit-breaker/state.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import { DemandingStore, fail, failAll, Fleet, HOLD_MS, isPermit, openAndWait, succeed, tryAcquire } from './fleet.ts';

const FAILURE = { kind: 'failure', error: new Error('dependency down') } as const;
const SUCCESS = { kind: 'success', value: 'value' } as const;

/** Makes a call that takes its time. */
async function call(fleet: Fleet, breaker: CircuitBreaker, outcome: typeof FAILURE | typeof SUCCESS, durationMs: number): Promise<void> {
  const permit = await breaker.acquire({});
  fleet.clock.advance(durationMs);
  await permit.settle(outcome);
}

/** Has the store say that a fleet is so large and calls so much, as if all had told. */
async function pretend(fleet: Fleet, active: number, callsPerSecond = 5): Promise<void> {
  const nowMs = fleet.clock.nowMs();
  const at = (kind: CounterKind, value: number) => ({ [counterName(kind, spanAt(kind, nowMs))]: value });
  const report = { ...at('n', active), ...at('T', active * 10_000), ...at('N', active * 10 * callsPerSecond) };
  await fleet.store.sync('payments', report, { state: NEW_CIRCUIT, counters: {}, control: undefined }, { nowMs });
}

describe('an environment of a fleet that meets failures in a row', () => {
  it('holds back for a moment, leaves the circuit closed and the others alone (PCB-02)', async () => {
    const fleet = new Fleet();
    const [sick, ...others] = (await fleet.acquainted(20)) as [CircuitBreaker, ...CircuitBreaker[]];
    await expect(fail(sick, 5)).resolves.toMatchObject({ message: 'dependency down' });
    const refusal = await tryAcquire(sick);
    expect(refusal).toBeInstanceOf(CircuitOpenError);
    const { retryAfterMs } = refusal as CircuitOpenError;
    expect(retryAfterMs).toBeGreaterThanOrEqual(400);
    expect(retryAfterMs).toBeLessThanOrEqual(HOLD_MS);
    expect(sick.snapshot()).toMatchObject({ phase: 'closed', retryAfterMs });
    for (const other of others) await expect(succeed(other)).resolves.toBe('value');
    expect(fleet.changes).toStrictEqual([]);
  });

  it('holds again after one more failure, and not any more after a success', async () => {
    const fleet = new Fleet();
    const [sick] = (await fleet.acquainted(20)) as [CircuitBreaker];
    await fail(sick, 5);
    fleet.clock.advance(HOLD_MS);
    await expect(fail(sick)).resolves.toMatchObject({ message: 'dependency down' });
    await expect(succeed(sick)).resolves.toBeInstanceOf(CircuitOpenError);
    fleet.clock.advance(HOLD_MS);
    await expect(succeed(sick)).resolves.toBe('value');
    await expect(fail(sick)).resolves.toMatchObject({ message: 'dependency down' });
    await expect(succeed(sick)).resolves.toBe('value');
  });

  it('refuses about as slowly as it calls, and never slower than a second', async () => {
    for (const [durationMs, paceMs] of [[40, 40], [1_500, 1000]] as const) {
      const fleet = new Fleet();
      await pretend(fleet, 20);
      const sick = fleet.environment();
      await call(fleet, sick, SUCCESS, durationMs);
      for (let time = 0; time < 5; time += 1) await call(fleet, sick, FAILURE, durationMs);
      expect(fleet.sleeps).toStrictEqual([]);
      expect(isPermit(await tryAcquire(sick))).toBe(false);
      expect(fleet.sleeps).toStrictEqual([expect.closeTo(paceMs, 0)]);
    }
  });

  it('refuses at once where nothing can wait', async () => {
    const fleet = new Fleet();
    await pretend(fleet, 20);
    const { store, clock, sink } = fleet;
    const random = { next: () => 0.5 };
    const sick = new CircuitBreaker(resolveCircuitBreakerOptions({ name: 'payments' }), { store, clock, sink, random });
    for (let time = 0; time < 5; time += 1) await call(fleet, sick, FAILURE, 40);
    expect(sick.snapshot()).toMatchObject({ phase: 'closed' });
    await expect(succeed(sick)).resolves.toBeInstanceOf(CircuitOpenError);
  });

  it('asks the fleet when its hold is over, before it calls, and only then', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    const [sick] = (await fleet.acquainted(20)) as [CircuitBreaker];
    await fail(sick, 5);
    const before = store.syncs.length;
    await tryAcquire(sick);
    expect(store.syncs).toHaveLength(before);
    fleet.clock.advance(HOLD_MS);
    const looking = sick.acquire({});
    expect(looking).toBeInstanceOf(Promise);
    await (await looking).settle(SUCCESS);
    expect(store.syncs).toHaveLength(before + 1);
    expect(sick.acquire({})).not.toBeInstanceOf(Promise);
  });

  it('learns by that look that the others have opened the circuit: its call is not made', async () => {
    const fleet = new Fleet();
    const [first, ...others] = (await fleet.acquainted(20)) as [CircuitBreaker, ...CircuitBreaker[]];
    await fail(first, 5);
    await failAll(others);
    expect(first.snapshot().phase).toBe('closed');
    fleet.clock.advance(HOLD_MS);
    await expect(succeed(first)).resolves.toBeInstanceOf(CircuitOpenError);
    expect(first.snapshot().phase).toBe('open');
  });
});

describe('an environment whose own window is bad', () => {
  /** Twenty calls within the window, of which the latest fail in a row. */
  async function becomeBad(fleet: Fleet, sick: CircuitBreaker): Promise<void> {
    for (let time = 0; time < 10; time += 1) await succeed(sick);
    while (sick.snapshot().failures < 40) {
      await fail(sick);
      fleet.clock.advance(sick.snapshot().retryAfterMs > HOLD_MS ? 0 : 150);
      if (sick.snapshot().retryAfterMs > HOLD_MS) return;
    }
  }

  it('isolates itself for an open period while the fleet is well, and the circuit stays closed (PCB-02)', async () => {
    const fleet = new Fleet();
    const [sick, ...others] = (await fleet.acquainted(50)) as [CircuitBreaker, ...CircuitBreaker[]];
    await becomeBad(fleet, sick);
    const { phase, retryAfterMs } = sick.snapshot();
    expect(phase).toBe('closed');
    expect(retryAfterMs).toBeGreaterThan(59_000);
    expect(retryAfterMs).toBeLessThanOrEqual(66_000);
    for (const other of others) await expect(succeed(other)).resolves.toBe('value');
    expect(fleet.changes).toStrictEqual([]);
    fleet.clock.advance(retryAfterMs);
    await expect(succeed(sick)).resolves.toBe('value');
  });

  it('does not while the fleet meets failures, too: then it is not the sick one', async () => {
    const fleet = new Fleet({ failureRateThreshold: 1 });
    const breakers = await fleet.acquainted(20);
    for (let step = 0; step < 30; step += 1) {
      // All but one meet failures, and none of them five in a row for long.
      await Promise.all(breakers.slice(1).map((breaker) => (step % 5 === 4 ? succeed(breaker) : fail(breaker))));
      await fail(breakers[0]!);
      fleet.clock.advance(250);
    }
    expect(breakers[0]!.snapshot()).toMatchObject({ phase: 'closed' });
    expect(breakers[0]!.snapshot().retryAfterMs).toBeLessThanOrEqual(HOLD_MS);
  });
});

describe('the fleet opens', () => {
  it.each([
    [9, []],
    [12, ['closed > open']],
  ])('when more than the threshold share of twenty fails: %i', async (failing, changes) => {
    const fleet = new Fleet();
    const breakers = await fleet.acquainted(20);
    for (let step = 0; step < 40; step += 1) {
      await Promise.all(breakers.map((breaker, index) => (index < failing ? fail(breaker) : succeed(breaker))));
      fleet.clock.advance(100);
    }
    expect(fleet.changes).toStrictEqual(changes);
  });

  it('by its rate in a brown-out, where nobody fails in a row, and once', async () => {
    const fleet = new Fleet();
    const breakers = await fleet.acquainted(20);
    for (let step = 0; step < 40; step += 1) {
      await Promise.all(breakers.map((breaker, index) => ((step + index) % 3 === 0 ? succeed(breaker) : fail(breaker))));
      fleet.clock.advance(100);
    }
    expect(fleet.changes).toStrictEqual(['closed > open']);
  });

  it('not at half of that', async () => {
    const fleet = new Fleet();
    const breakers = await fleet.acquainted(20);
    for (let step = 0; step < 100; step += 1) {
      await Promise.all(breakers.map((breaker, index) => ((step + index) % 4 === 0 ? fail(breaker) : succeed(breaker))));
      fleet.clock.advance(100);
    }
    expect(fleet.changes).toStrictEqual([]);
  });

  it('in the first second of its life, by votes: nobody knows yet how much is called', async () => {
    const fleet = new Fleet();
    const breakers = fleet.environments(20);
    for (let step = 0; step < 5; step += 1) {
      await failAll(breakers);
      fleet.clock.advance(50);
    }
    expect(fleet.changes).toStrictEqual(['closed > open']);
  });
});

describe('the first call after a pause', () => {
  /** Whether it waits for a look, in a fleet so large, after the last sync and a pause. */
  async function waits(active: number, sinceSyncMs: number, pauseMs: number): Promise<boolean> {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    await pretend(fleet, active - 1);
    const breaker = fleet.environment();
    // From the third on, syncs are eight to ten seconds apart.
    while (store.syncs.length < 1 + 3) {
      await succeed(breaker);
      fleet.clock.advance(store.syncs.length < 1 + 3 ? 100 : 0);
    }
    fleet.clock.advance(sinceSyncMs - pauseMs);
    await succeed(breaker);
    fleet.clock.advance(pauseMs);
    return breaker.acquire({}) instanceof Promise;
  }

  it('waits for a look in a fleet of ten or more, if nothing newer than four seconds is known', async () => {
    await expect(waits(10, 4_000, 1_000)).resolves.toBe(true);
    await expect(waits(9, 4_000, 1_000)).resolves.toBe(false);
    await expect(waits(10, 3_999, 1_000)).resolves.toBe(false);
    await expect(waits(10, 4_000, 999)).resolves.toBe(false);
  });

  it('finds out that the circuit is open without making the call', async () => {
    const fleet = new Fleet();
    const [paused, ...others] = (await fleet.acquainted(12)) as [CircuitBreaker, ...CircuitBreaker[]];
    await failAll(others);
    fleet.clock.advance(4_000);
    let ran = false;
    await expect(paused.execute(() => (ran = true))).rejects.toBeInstanceOf(CircuitOpenError);
    expect(ran).toBe(false);
  });

  it('only reads in a fleet of thousands, where too many would write at once', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    await pretend(fleet, 5000);
    const breakers = fleet.environments(40);
    await Promise.all(breakers.map((breaker) => succeed(breaker)));
    const syncs = store.syncs.length;
    await failAll(breakers);
    const spoke = store.syncs.length - syncs;
    fleet.clock.advance(HOLD_MS);
    await Promise.all(breakers.map((breaker) => tryAcquire(breaker)));
    // One in 25 speaks at once; the others read when they have held back.
    expect(spoke).toBeLessThan(20);
    expect(store.reads.length).toBeGreaterThanOrEqual(30);
  });
});

describe('a store that fails', () => {
  it('does not keep the environment of a fleet from opening by its own rate, without failures in a row', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    const [alone] = (await fleet.acquainted(20)) as [CircuitBreaker];
    store.breakDown();
    for (let time = 0; time < 20; time += 1) {
      await succeed(alone);
      fleet.clock.advance(100);
      await fail(alone, 2);
    }
    expect(fleet.stateChanges).toMatchObject([{ from: 'closed', to: 'open', shared: false }]);
  });

  it('does not keep one of thousands from opening alone, which would leave speaking to others', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    await pretend(fleet, 5000);
    const breakers = fleet.environments(10);
    await Promise.all(breakers.map((breaker) => succeed(breaker)));
    store.breakDown();
    for (let step = 0; step < 10; step += 1) {
      await failAll(breakers);
      fleet.clock.advance(HOLD_MS);
    }
    for (const breaker of breakers) expect(breaker.snapshot().phase).toBe('open');
  });
});

describe('a change of the circuit', () => {
  it('takes environments out of step that have learned of it together (PX-06)', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({ rampDurationMs: 0, successThreshold: 1 }, store);
    const breakers = await fleet.acquainted(20);
    await failAll(breakers);
    fleet.clock.advance(70_000);
    while (!fleet.changes.includes('half_open > closed')) {
      await Promise.all(breakers.map((breaker) => succeed(breaker)));
      fleet.clock.advance(100);
    }
    const from = store.syncs.length;
    for (let step = 0; step < 100; step += 1) {
      await Promise.all(breakers.map((breaker) => succeed(breaker)));
      fleet.clock.advance(100);
    }
    const seconds = store.syncs.slice(from).map(({ nowMs }) => Math.floor(nowMs / 1000));
    const most = Math.max(...seconds.map((second) => seconds.filter((other) => other === second).length));
    expect(seconds.length).toBeGreaterThanOrEqual(15);
    expect(most).toBeLessThanOrEqual(8);
  });
});

describe('an environment of a store that nobody shares', () => {
  it('neither holds nor looks: it opens by its own window', async () => {
    const fleet = new Fleet({}, new MemoryCircuitStore());
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    expect(fleet.stateChanges).toMatchObject([{ to: 'open', shared: false }]);
    expect(fleet.sleeps).toStrictEqual([]);
    for (let probe = 0; probe < 3; probe += 1) await succeed(breaker);
    const permit = breaker.acquire({}) as Permit;
    expect(permit.settle(SUCCESS)).toBeUndefined();
  });
});
