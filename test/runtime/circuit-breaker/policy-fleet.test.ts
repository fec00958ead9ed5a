import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import type { CircuitBreaker } from '../../../runtime/src/circuit-breaker/policy.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import { ABANDONED } from '../../../runtime/src/core/outcome.ts';
import {
  DemandingStore,
  fail,
  failAll,
  Fleet,
  HOLD_MS,
  isPermit,
  OPEN_FOR_CERTAIN_MS,
  openAndWait,
  PROBE_RETRY_MS,
  settleAll,
  succeed,
  tryAcquire,
} from './fleet.ts';

const FAILURE = { kind: 'failure', error: new Error('dependency down') } as const;
const SUCCESS = { kind: 'success', value: 'value' } as const;
/** Longer than any sync interval of ten seconds, its spread included. */
const SYNC_FOR_CERTAIN_MS = 12_001;

/** Every permit that the environments get when each asks once, all at the same time. */
async function permitsOf(breakers: readonly CircuitBreaker[]): Promise<Permit[]> {
  return (await Promise.all(breakers.map((breaker) => tryAcquire(breaker)))).filter(isPermit);
}

/** Who held back before the others had spoken asks them when it is over, before it calls. */
async function learnAfterHold(fleet: Fleet, breakers: readonly CircuitBreaker[]): Promise<void> {
  fleet.clock.advance(HOLD_MS);
  await expect(permitsOf(breakers)).resolves.toStrictEqual([]);
}

describe('a fleet', () => {
  it('of twenty opens its circuit once, with one event (PCB-02)', async () => {
    const fleet = new Fleet();
    const breakers = await fleet.acquainted(20);
    await failAll(breakers);
    await learnAfterHold(fleet, breakers);
    expect(fleet.changes).toStrictEqual(['closed > open']);
    for (const breaker of breakers) expect(breaker.snapshot().phase).toBe('open');
    expect(new Set(breakers.map((breaker) => breaker.snapshot().generation)).size).toBe(1);
  });

  it('calls onStateChange once per change, in the environment that made it (CB-16)', async () => {
    const seen: string[] = [];
    const fleet = new Fleet({ onStateChange: ({ from, to }) => seen.push(`${from} > ${to}`) });
    const breakers = await fleet.acquainted(20);
    await failAll(breakers);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    await settleAll(await permitsOf(breakers), SUCCESS);
    expect(seen).toStrictEqual(['closed > open', 'open > half_open', 'half_open > closed']);
  });

  it('learns of an open circuit by its next sync: no environment has to find out alone (PX-01)', async () => {
    const fleet = new Fleet();
    const [other, ...failing] = (await fleet.acquainted(3)) as [CircuitBreaker, ...CircuitBreaker[]];
    await failAll(failing);
    await expect(succeed(other)).resolves.toBe('value');
    fleet.clock.advance(SYNC_FOR_CERTAIN_MS);
    await succeed(other); // rides alongside this call
    await expect(succeed(other)).resolves.toBeInstanceOf(CircuitOpenError);
    expect(fleet.changes).toStrictEqual(['closed > open']);
  });

  it('learns sooner where a call fails: one failure is enough to look', async () => {
    const fleet = new Fleet();
    const [other, ...failing] = (await fleet.acquainted(3)) as [CircuitBreaker, ...CircuitBreaker[]];
    await failAll(failing);
    fleet.clock.advance(1000);
    await fail(other);
    expect(other.snapshot().phase).toBe('open');
  });

  it('learns of a closed circuit while it refuses, at its next sync', async () => {
    const fleet = new Fleet();
    const [one, other] = fleet.environments(2) as [CircuitBreaker, CircuitBreaker];
    await failAll([one, other]);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    for (let probe = 0; probe < 3; probe += 1) await succeed(one);
    await expect(succeed(other)).resolves.toBe('value');
    expect(other.snapshot().phase).toBe('closed');
  });

  it('of environments that share nothing keeps a circuit each', async () => {
    const [first, second] = [1, 2].map(() => new Fleet({ shared: false }, new MemoryCircuitStore())) as [Fleet, Fleet];
    const [one, other] = [first.environment(), second.environment()];
    await fail(one, 5);
    expect(one.snapshot().phase).toBe('open');
    await expect(succeed(other)).resolves.toBe('value');
    expect(first.stateChanges).toMatchObject([{ to: 'open', shared: false }]);
  });
});

describe('the open period', () => {
  it('is lengthened by up to a tenth at random, so that circuits do not probe together (PX-06)', async () => {
    const shares: number[] = [];
    for (let seed = 1; seed <= 60; seed += 1) {
      const fleet = new Fleet({}, new MemoryCircuitStore({ shared: true }), seed);
      await fail(fleet.environment(), 5);
      const state = await fleet.stored();
      shares.push(((state as { openUntilMs: number }).openUntilMs - fleet.clock.nowMs()) / 60_000);
    }
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1.1);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.08);
  });

  it('does not end for all environments in one instant: they ask within half a second (PX-06)', async () => {
    const fleet = new Fleet();
    const breakers = await fleet.acquainted(40);
    await failAll(breakers);
    await learnAfterHold(fleet, breakers);
    const { openUntilMs } = (await fleet.stored()) as { openUntilMs: number };
    const delays = breakers.map((breaker) => fleet.clock.nowMs() + breaker.snapshot().retryAfterMs - openUntilMs);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(500);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(300);
  });

  it('is not extended by calls that fail late', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    const late = await permitsOf(Array.from({ length: 10 }, () => breaker));
    await fail(breaker, 5);
    const before = breaker.snapshot();
    await settleAll(late, FAILURE);
    expect(breaker.snapshot()).toStrictEqual(before);
  });
});

describe('half-open', () => {
  it('admits a bounded number of probes across the whole fleet (PCB-01)', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 3 });
    const breakers = await fleet.acquainted(100);
    await failAll(breakers);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    // All ask at once and again whenever they may, while the first probes are still on their way.
    const permits: Permit[] = [];
    for (let round = 0; round < 10; round += 1) {
      permits.push(...(await permitsOf(breakers)));
      fleet.clock.advance(PROBE_RETRY_MS);
    }
    expect(permits).toHaveLength(3);
  });

  it('admits a bounded number of fifty concurrent calls of one instance', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 2 });
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const answers = await Promise.all(Array.from({ length: 50 }, () => tryAcquire(breaker)));
    expect(answers.filter(isPermit)).toHaveLength(2);
    const refusals = answers.filter((answer) => !isPermit(answer));
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'CIRCUIT_OPEN' });
  });

  it('tells who got no probe to come back soon, and does not ask the store before', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({ halfOpenMaxCalls: 1 }, store);
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    await tryAcquire(breaker);
    const refusal = await tryAcquire(breaker);
    const asked = store.commands.length;
    const { retryAfterMs = 0 } = refusal as CircuitOpenError;
    expect(retryAfterMs).toBeGreaterThanOrEqual(300);
    expect(retryAfterMs).toBeLessThanOrEqual(PROBE_RETRY_MS);
    for (let call = 0; call < 20; call += 1) await tryAcquire(breaker);
    expect(store.commands).toHaveLength(asked);
  });

  it('spreads out those who ask again (PX-06)', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 1 });
    const breakers = await fleet.acquainted(40);
    await failAll(breakers);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    await permitsOf(breakers);
    const waits = breakers.map((breaker) => breaker.snapshot().retryAfterMs).filter((waitMs) => waitMs > 0);
    expect(waits).toHaveLength(39); // all but the one that probes
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(250);
  });

  it('counts successes wherever in the fleet they happen', async () => {
    const fleet = new Fleet({ successThreshold: 3 });
    const breakers = await fleet.acquainted(3);
    await failAll(breakers);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    for (const breaker of breakers) await expect(succeed(breaker)).resolves.toBe('value');
    expect(fleet.changes).toStrictEqual(['closed > open', 'open > half_open', 'half_open > closed']);
  });

  it('lets more probes follow one another than run at once, so that it always has a way out (PCB-03)', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 1, successThreshold: 5 });
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    for (let probe = 0; probe < 5; probe += 1) await expect(succeed(breaker)).resolves.toBe('value');
    expect(breaker.snapshot().phase).toBe('closed');
  });

  it('opens again for a full period after one failed probe (CB-11)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    await succeed(breaker);
    await fail(breaker);
    expect(fleet.changes.at(-1)).toBe('half_open > open');
    expect(breaker.snapshot().retryAfterMs).toBeGreaterThanOrEqual(60_000);
    fleet.clock.advance(59_999);
    await expect(succeed(breaker)).resolves.toBeInstanceOf(CircuitOpenError);
  });

  it('frees the place of a probe that says nothing', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 1 });
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const clientError = Object.assign(new Error('bad input'), { statusCode: 400 });
    for (let call = 0; call < 5; call += 1) await expect(breaker.execute(() => Promise.reject(clientError))).rejects.toBe(clientError);
    const [permit] = await permitsOf([breaker]);
    await permit?.settle(ABANDONED);
    expect(breaker.snapshot().phase).toBe('half_open');
    await expect(succeed(breaker)).resolves.toBe('value');
  });

  it('takes back the place of a probe that crashed, when its lease ends (PX-04)', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 1, successThreshold: 1, probeLeaseMs: 30_000 });
    const [crashed, other] = fleet.environments(2) as [CircuitBreaker, CircuitBreaker];
    await failAll([crashed, other]);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    expect(isPermit(await tryAcquire(crashed))).toBe(true);
    fleet.clock.advance(29_000);
    expect(isPermit(await tryAcquire(other))).toBe(false);
    fleet.clock.advance(1_000);
    await expect(succeed(other)).resolves.toBe('value');
    expect(other.snapshot().phase).toBe('closed');
  });

  it('shortens a lease to the deadline of its call and a margin (PX-07)', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const deadlineMs = fleet.clock.nowMs() + 4_000;
    await tryAcquire(breaker, { deadlineMs });
    expect(store.commands.at(-1)).toMatchObject({ type: 'claim_probe', leaseUntilMs: deadlineMs + 1000 });
  });
});

describe('a late result', () => {
  it('of a probe whose lease has ended is dropped (PX-04)', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 1, successThreshold: 1 });
    const [slow, other] = fleet.environments(2) as [CircuitBreaker, CircuitBreaker];
    await failAll([slow, other]);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    const [late] = await permitsOf([slow]);
    fleet.clock.advance(30_000);
    const [current] = await permitsOf([other]);
    await late?.settle(FAILURE);
    expect(fleet.changes.at(-1)).toBe('open > half_open');
    await current?.settle(SUCCESS);
    expect(fleet.changes.at(-1)).toBe('half_open > closed');
  });

  it('of a call admitted while closed counts for nothing in half-open and after (PCB-14)', async () => {
    const fleet = new Fleet({ successThreshold: 1 });
    const breaker = fleet.environment();
    const early = await permitsOf(Array.from({ length: 20 }, () => breaker));
    await openAndWait(fleet, breaker);
    const [probe] = await permitsOf([breaker]);
    await settleAll(early.slice(0, 6), FAILURE);
    await settleAll(early.slice(6, 10), SUCCESS);
    expect(breaker.snapshot().phase).toBe('half_open');
    await probe?.settle(SUCCESS);
    await settleAll(early.slice(10), FAILURE);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 0 });
  });

  it('of a probe of an earlier half-open phase changes nothing in a later one (PX-05)', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 2, successThreshold: 1 });
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const [first, second] = await permitsOf([breaker, breaker]);
    await first?.settle(FAILURE);
    fleet.clock.advance(2 * OPEN_FOR_CERTAIN_MS);
    await tryAcquire(breaker);
    await second?.settle(SUCCESS);
    expect(breaker.snapshot().phase).toBe('half_open');
  });
});

describe('a freeze of minutes (PX-03)', () => {
  it('while closed loses nothing but the window, and the next call asks for news', async () => {
    const store = new DemandingStore();
    const fleet = new Fleet({}, store);
    const [frozen, ...others] = (await fleet.acquainted(3)) as [CircuitBreaker, ...CircuitBreaker[]];
    await fail(frozen, 2);
    await failAll(others);
    fleet.clock.advance(20_000);
    await succeed(frozen);
    await expect(succeed(frozen)).resolves.toBeInstanceOf(CircuitOpenError);
  });

  it('while open ends in a probe, not in a refusal by what was known before', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await fail(breaker, 5);
    fleet.clock.advance(15 * 60_000);
    await expect(succeed(breaker)).resolves.toBe('value');
    expect(breaker.snapshot().phase).toBe('half_open');
  });

  it('while half-open costs the probe its place, and the circuit goes on', async () => {
    const fleet = new Fleet({ halfOpenMaxCalls: 1, successThreshold: 1 });
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    const [frozen] = await permitsOf([breaker]);
    fleet.clock.advance(5 * 60_000);
    await frozen?.settle(SUCCESS);
    expect(breaker.snapshot().phase).toBe('half_open');
    await succeed(breaker);
    expect(breaker.snapshot().phase).toBe('closed');
  });
});
