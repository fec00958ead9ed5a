import { describe, expect, it } from '@jest/globals';
import { weightOf } from '../../../runtime/src/circuit-breaker/classify.ts';
import type { CircuitBreaker } from '../../../runtime/src/circuit-breaker/policy.ts';
import { CountWindow, createWindow, TimeWindow } from '../../../runtime/src/circuit-breaker/window.ts';
import { Fleet, openAndWait, succeed } from './fleet.ts';

const SLOW_MS = 500;

/** A call that succeeds after a time. */
async function take(fleet: Fleet, breaker: CircuitBreaker, durationMs: number): Promise<unknown> {
  return breaker
    .execute(() => {
      fleet.clock.advance(durationMs);
      return 'value';
    })
    .catch((error: unknown) => error);
}

describe('the weight of a call', () => {
  const options = { slowCallDurationMs: SLOW_MS, slowCallRateThreshold: 1, failureRateThreshold: 0.5 };

  it.each<[string, 'success' | 'failure', number, typeof options, number]>([
    ['a failure weighs 1, however fast', 'failure', 0, options, 1],
    ['a fast success weighs nothing', 'success', SLOW_MS - 1, options, 0],
    ['a slow success weighs as the thresholds relate', 'success', SLOW_MS, options, 0.5],
    ['at equal thresholds a slow call is a failure', 'success', SLOW_MS, { ...options, slowCallRateThreshold: 0.5 }, 1],
    ['without a duration no call is slow', 'success', 1e9, { ...options, slowCallDurationMs: 0 }, 0],
  ])('%s', (_case, verdict, durationMs, given, weight) => {
    expect(weightOf(verdict, durationMs, given)).toBe(weight);
  });
});

describe('slow calls', () => {
  it('open the circuit when all are slow, and their threshold is 1', async () => {
    const fleet = new Fleet({ slowCallDurationMs: SLOW_MS, minimumCalls: 10, shared: false, windowDurationMs: 60_000 });
    const breaker = fleet.environment();
    for (let call = 0; call < 9; call += 1) await take(fleet, breaker, SLOW_MS);
    expect(breaker.snapshot().phase).toBe('closed');
    await take(fleet, breaker, SLOW_MS);
    expect(breaker.snapshot().phase).toBe('open');
  });

  it('do not open it while one in ten is fast', async () => {
    const fleet = new Fleet({ slowCallDurationMs: SLOW_MS, windowDurationMs: 60_000 });
    const breaker = fleet.environment();
    await take(fleet, breaker, 1);
    for (let call = 0; call < 9; call += 1) await take(fleet, breaker, SLOW_MS);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 10, failures: 4.5 });
  });

  it('count for nothing unless asked for', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    for (let call = 0; call < 30; call += 1) await take(fleet, breaker, 100_000);
    expect(breaker.snapshot().phase).toBe('closed');
  });

  it('are failed probes', async () => {
    const fleet = new Fleet({ slowCallDurationMs: SLOW_MS });
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    await take(fleet, breaker, SLOW_MS);
    expect(breaker.snapshot().phase).toBe('open');
    expect(fleet.changes).toEqual(['closed > open', 'open > half_open', 'half_open > open']);
  });
});

describe('a window over the latest calls (CB-08)', () => {
  it('holds so many calls and no more, however long ago they were', () => {
    const window = new CountWindow(4);
    for (const weight of [1, 1, 1, 0, 0]) window.record(0, weight);
    expect(window.summary()).toEqual({ calls: 4, failures: 2, consecutiveFailures: 0 });
    window.record(1e12, 0);
    window.record(1e12, 0);
    expect(window.summary()).toMatchObject({ calls: 4, failures: 0 });
  });

  it('starts afresh when it is cleared', () => {
    const window = new CountWindow(3);
    window.record(0, 1);
    window.clear();
    expect(window.summary()).toEqual({ calls: 0, failures: 0, consecutiveFailures: 0 });
  });

  it('is chosen by its size, and by time without one', () => {
    expect(createWindow({ windowSize: 10, windowDurationMs: 10_000 })).toBeInstanceOf(CountWindow);
    expect(createWindow({ windowSize: 0, windowDurationMs: 10_000 })).toBeInstanceOf(TimeWindow);
  });

  it('opens a circuit on outcomes that lie far apart', async () => {
    const fleet = new Fleet({ windowSize: 10, failureThreshold: 1000 });
    const breaker = fleet.environment();
    for (let call = 0; call < 10; call += 1) {
      await breaker.execute(() => (call % 2 === 0 ? Promise.reject(new Error('down')) : 'value')).catch(() => undefined);
      fleet.clock.advance(60_000);
    }
    expect(breaker.snapshot()).toMatchObject({ calls: 10, failures: 5 });
    await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    expect(breaker.snapshot().phase).toBe('open');
  });
});

describe('the snapshot (CB-26)', () => {
  it('tells what this environment knows', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    expect(breaker.snapshot()).toMatchObject({ name: 'payments', phase: 'closed', control: undefined, changedAtMs: undefined, calls: 0, failureRate: 0 });
    await succeed(breaker);
    await succeed(breaker);
    const succeededAtMs = fleet.clock.nowMs();
    fleet.clock.advance(1000);
    await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    expect(breaker.snapshot()).toMatchObject({
      calls: 3,
      failures: 1,
      failureRate: 1 / 3,
      consecutiveFailures: 1,
      consecutiveSuccesses: 0,
      lastSuccessAtMs: succeededAtMs,
      lastFailureAtMs: succeededAtMs + 1000,
      activeEnvironments: 1,
      retryAfterMs: 0,
    });
  });

  it('tells when the circuit changed, and when a call may be admitted again', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    const openedAtMs = fleet.clock.nowMs();
    for (let call = 0; call < 5; call += 1) await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    const { changedAtMs, retryAfterMs } = breaker.snapshot();
    expect(changedAtMs).toBe(openedAtMs);
    expect(retryAfterMs).toBeGreaterThanOrEqual(60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(66_500);
  });
});
