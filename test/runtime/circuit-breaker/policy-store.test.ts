import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import type { CircuitBreaker } from '../../../runtime/src/circuit-breaker/policy.ts';
import type { StoreRequest } from '../../../runtime/src/circuit-breaker/store.ts';
import type { StoreErrorEvent } from '../../../runtime/src/core/events.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import { DemandingStore, fail, failAll, Fleet, isPermit, OPEN_FOR_CERTAIN_MS, openAndWait, settleAll, settled, succeed, tryAcquire } from './fleet.ts';

const FAILURE = { kind: 'failure', error: new Error('dependency down') } as const;
const SUCCESS = { kind: 'success', value: 'value' } as const;

function fleetOn(store: DemandingStore): Fleet {
  return new Fleet({}, store);
}

/** Whether a promise is done by now. */
async function isDone(promise: unknown): Promise<boolean> {
  let done = false;
  void Promise.resolve(promise).finally(() => (done = true));
  await settled();
  return done;
}

/** The most requests of a kind within so many milliseconds. */
function mostWithin(requests: readonly StoreRequest[], durationMs: number): number {
  return Math.max(...requests.map(({ nowMs: first }) => requests.filter(({ nowMs }) => nowMs >= first && nowMs < first + durationMs).length));
}

describe('the healthy path', () => {
  it('waits for nothing: acquire is synchronous, and so is settle when no sync is on its way', async () => {
    const fleet = fleetOn(new DemandingStore());
    const breaker = fleet.environment();
    await succeed(breaker);
    for (let call = 0; call < 100; call += 1) {
      const permit = breaker.acquire({}) as Permit;
      expect(permit).not.toBeInstanceOf(Promise);
      expect(permit.settle(SUCCESS)).toBeUndefined();
    }
  });

  it('has a due sync ride alongside the call: acquire does not wait for it, settle does', async () => {
    const store = new DemandingStore();
    const breaker = fleetOn(store).environment();
    const release = store.hold();
    const permit = breaker.acquire({}) as Permit;
    expect(permit).not.toBeInstanceOf(Promise);
    const settling = permit.settle(SUCCESS);
    await expect(isDone(settling)).resolves.toBe(false);
    release();
    await expect(settling).resolves.toBeUndefined();
  });

  it('syncs once per interval, whatever the number of calls, and once more while it is young', async () => {
    const store = new DemandingStore();
    const fleet = fleetOn(store);
    const breaker = fleet.environment();
    const intervals = 30;
    for (let second = 0; second < intervals * 10; second += 1) {
      for (let call = 0; call < 5; call += 1) await succeed(breaker);
      fleet.clock.advance(1000);
    }
    // Intervals are drawn from 8 to 10 s, and end at a full second here. The first two are short.
    expect(store.syncs[1]!.nowMs - store.syncs[0]!.nowMs).toBe(1000);
    expect(store.syncs.length).toBeGreaterThanOrEqual(intervals);
    expect(store.syncs.length).toBeLessThanOrEqual(Math.ceil((intervals * 10) / 8) + 2);
    expect(mostWithin(store.syncs.slice(2), 8_000)).toBe(1);
    expect([...store.commands, ...store.reads]).toStrictEqual([]);
  });

  it('syncs at intervals that differ, so that environments started together drift apart (PX-06)', async () => {
    const store = new DemandingStore();
    const fleet = fleetOn(store);
    const breakers = fleet.environments(50);
    for (let step = 0; step < 200; step += 1) {
      await Promise.all(breakers.map((breaker) => succeed(breaker)));
      fleet.clock.advance(100);
    }
    const settledIn = store.syncs.filter(({ nowMs }) => nowMs > fleet.clock.nowMs() - 18_000);
    expect(settledIn.length).toBeGreaterThanOrEqual(50);
    expect(mostWithin(settledIn, 100)).toBeLessThan(10);
    expect(mostWithin(settledIn, 1000)).toBeLessThan(20);
  });

  it('shares one sync among fifty concurrent calls', async () => {
    const store = new DemandingStore();
    const breaker = fleetOn(store).environment();
    const release = store.hold();
    const permits = Array.from({ length: 50 }, () => breaker.acquire({}) as Permit);
    const settling = settleAll(permits, SUCCESS);
    release();
    await settling;
    expect(store.syncs).toHaveLength(1);
  });

  it('asks no store that nobody shares', async () => {
    const fleet = new Fleet({}, new MemoryCircuitStore());
    const breaker = fleet.environment();
    const permit = breaker.acquire({}) as Permit;
    expect(permit.settle(SUCCESS)).toBeUndefined();
  });

  it('hands the deadline of the call on to the store (PX-07)', async () => {
    const store = new DemandingStore();
    const fleet = fleetOn(store);
    const breaker = fleet.environment();
    const deadlineMs = fleet.clock.nowMs() + 2_500;
    await fail(breaker, 5, { deadlineMs });
    expect(store.syncs).toHaveLength(3); // the first at all, the first failure, the vote
    for (const sync of store.syncs) expect(sync).toMatchObject({ nowMs: fleet.clock.nowMs(), deadlineMs });
    expect(store.commands).toMatchObject([{ type: 'trip', request: { nowMs: fleet.clock.nowMs(), deadlineMs } }]);
  });
});

describe('a failed call', () => {
  it('is told to the fleet at once, but not more than ten times a second', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({ failureThreshold: 1000, minimumCalls: 100_000 }, store);
    const breaker = fleet.environment();
    await succeed(breaker);
    for (let step = 0; step < 100; step += 1) {
      await fail(breaker, 3);
      fleet.clock.advance(50);
    }
    // Besides, the quiet syncs go on: about every second while the fleet is in doubt.
    expect(store.syncs.length).toBeGreaterThanOrEqual(50);
    expect(store.syncs.length).toBeLessThanOrEqual(50 + 8);
    expect(mostWithin(store.syncs, 100)).toBe(2);
    const told = store.syncs.flatMap(({ report }) => Object.entries(report)).filter(([name]) => name.startsWith('F:'));
    expect(told.reduce((sum, [, failures]) => sum + failures, 0)).toBe(3 * 100 - 3 - 2); // all but those of the last step and a half
  });

  it('that opens the circuit leaves no request behind: its settling waits for a sync on its way, too', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({ failureThreshold: 1 }, store);
    const breaker = fleet.environment();
    const release = store.hold();
    const permit = breaker.acquire({}) as Permit;
    const releaseTrip = store.hold();
    const settling = permit.settle(FAILURE);
    releaseTrip();
    await expect(isDone(settling)).resolves.toBe(false);
    release();
    await settling;
    expect(fleet.changes).toStrictEqual(['closed > open']);
  });
});

describe('a store that does not answer (PCB-17)', () => {
  it('costs no call: results and errors reach the caller as they are', async () => {
    const store = new DemandingStore();
    store.breakDown();
    const breaker = fleetOn(store).environment();
    await expect(succeed(breaker)).resolves.toBe('value');
    await expect(fail(breaker)).resolves.toMatchObject({ message: 'dependency down' });
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 2, failures: 1 });
  });

  it('leaves the result of a good probe alone', async () => {
    const store = new DemandingStore();
    const fleet = fleetOn(store);
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const permit = await breaker.acquire({});
    store.breakDown();
    await expect(permit.settle(SUCCESS)).resolves.toBeUndefined();
    await expect(succeed(breaker)).resolves.toBe('value');
  });

  it('makes the environment decide by its own window, and say that the fleet does not know', async () => {
    const store = new DemandingStore();
    store.breakDown();
    const fleet = fleetOn(store);
    const [one, other] = fleet.environments(2) as [CircuitBreaker, CircuitBreaker];
    await fail(one, 5);
    await expect(succeed(one)).resolves.toBeInstanceOf(CircuitOpenError);
    await expect(succeed(other)).resolves.toBe('value');
    expect(fleet.stateChanges).toMatchObject([{ from: 'closed', to: 'open', shared: false }]);
  });

  it('does not keep the environment from probing and closing on its own', async () => {
    const store = new DemandingStore();
    store.breakDown();
    const fleet = fleetOn(store);
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const answers = await Promise.all(Array.from({ length: 10 }, () => tryAcquire(breaker)));
    const permits = answers.filter(isPermit);
    expect(permits).toHaveLength(3);
    await settleAll(permits, SUCCESS);
    expect(breaker.snapshot().phase).toBe('closed');
    expect(fleet.stateChanges.map(({ to, shared }) => [to, shared])).toStrictEqual([
      ['open', false],
      ['half_open', false],
      ['closed', false],
    ]);
  });

  it('lets what the fleet decided last stand, until this environment decides more', async () => {
    const store = new DemandingStore();
    const fleet = fleetOn(store);
    const breaker = fleet.environment();
    await fail(breaker, 5);
    store.breakDown();
    fleet.clock.advance(30_000);
    await expect(succeed(breaker)).resolves.toBeInstanceOf(CircuitOpenError);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    await expect(succeed(breaker)).resolves.toBe('value');
    expect(breaker.snapshot().phase).toBe('half_open');
  });

  it('that answers again is believed: the environment takes on the state of the fleet', async () => {
    const store = new DemandingStore();
    const fleet = fleetOn(store);
    const [cutOff, ...others] = (await fleet.acquainted(3)) as [CircuitBreaker, ...CircuitBreaker[]];
    store.breakDown();
    await fail(cutOff, 5);
    expect(cutOff.snapshot().phase).toBe('open');
    store.failure = undefined;
    fleet.clock.advance(10_000);
    await expect(succeed(cutOff)).resolves.toBe('value');
    expect(cutOff.snapshot()).toMatchObject({ phase: 'closed', generation: 0 });

    await failAll(others);
    fleet.clock.advance(10_000);
    await succeed(cutOff);
    expect(cutOff.snapshot()).toMatchObject({ phase: 'open', generation: (await fleet.stored()).generation });
  });

  it('is asked again when it is time to, not on every call', async () => {
    const store = new DemandingStore();
    store.breakDown();
    const fleet = fleetOn(store);
    const breaker = fleet.environment();
    for (let step = 0; step < 100; step += 1) {
      await succeed(breaker);
      await succeed(breaker);
      fleet.clock.advance(50);
    }
    expect(mostWithin(store.syncs, 800)).toBe(1);
    expect(store.syncs.length).toBeGreaterThanOrEqual(2);
  });

  it('is reported by its client; any other error of a store is reported here, and nothing is thrown', async () => {
    const store = new DemandingStore();
    store.breakDown();
    const fleet = fleetOn(store);
    const breaker = fleet.environment();
    await succeed(breaker);
    expect(fleet.sink.ofType('store.error')).toStrictEqual([]);

    const failure = new TypeError('a mistake in a store of your own');
    store.failure = failure;
    fleet.clock.advance(1000);
    await expect(succeed(breaker)).resolves.toBe('value');
    await fail(breaker, 5);
    expect(fleet.sink.ofType<StoreErrorEvent>('store.error')).toMatchObject([
      { name: 'payments', reason: 'other', error: failure },
      { name: 'payments', reason: 'other', error: failure },
      { name: 'payments', reason: 'other', error: failure },
    ]);
    await expect(succeed(breaker)).resolves.toBeInstanceOf(CircuitOpenError);
  });
});

describe('a circuit whose item was deleted', () => {
  it('opens again, although its environments remember a generation that nobody else knows', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({ successThreshold: 1 }, store);
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    await succeed(breaker);
    const { generation } = breaker.snapshot();
    fleet.clock.advance(8 * 86_400_000);
    store.forget();
    // The report is refused, because it names a generation that is no more; what stands there now is believed.
    await succeed(breaker);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', generation: 0 });
    await fail(breaker, 5);
    expect(breaker.snapshot().phase).toBe('open');
    expect(breaker.snapshot().generation).toBeGreaterThan(generation);
  });
});

describe('answers that come late', () => {
  it('in another order do not take the circuit back to an older generation', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({ successThreshold: 2 }, store);
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const [first, second] = (await Promise.all([tryAcquire(breaker), tryAcquire(breaker)])) as [Permit, Permit];
    const release = store.hold();
    const settlingFirst = first.settle(SUCCESS); // decided first, answered last
    store.hold()();
    await second.settle(SUCCESS);
    expect(breaker.snapshot().phase).toBe('closed');
    await fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', failures: 1 });
    release();
    await settlingFirst;
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', failures: 1 });
    expect(breaker.acquire({})).not.toBeInstanceOf(Promise);
  });

  it('to a read do not undo what a command has brought to light since', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({ failureThreshold: 1 }, store);
    const breaker = fleet.environment();
    const release = store.hold();
    const slow = breaker.acquire({}) as Permit; // its sync sees the circuit closed
    store.hold()();
    const failing = (breaker.acquire({}) as Permit).settle(FAILURE); // trips, and waits for the sync
    await settled();
    expect(breaker.snapshot().phase).toBe('open');
    release();
    await Promise.all([failing, slow.settle(SUCCESS)]);
    expect(breaker.snapshot().phase).toBe('open');
  });
});
