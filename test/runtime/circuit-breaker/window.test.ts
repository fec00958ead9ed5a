import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CountWindow, createWindow, isTripped, TimeWindow, type OutcomeWindow, type TripThresholds } from '../../../runtime/src/circuit-breaker/window.ts';

const DURATION_MS = 10_000;
const BUCKET_MS = DURATION_MS / 10;
/** A multiple of the bucket, so that ages are easy to read. */
const START_MS = 1_767_225_600_000;
const NEVER: TripThresholds = { failureThreshold: 1000, failureRateThreshold: 1, minimumCalls: 1000 };

function filled(calls: number, failures: number, atMs = START_MS): OutcomeWindow {
  const window = new TimeWindow(DURATION_MS);
  for (let call = 0; call < calls; call += 1) window.record(atMs, call < failures ? 1 : 0);
  return window;
}

describe('the window of an environment', () => {
  it('is empty at first', () => {
    expect(new TimeWindow(DURATION_MS).summary(START_MS)).toStrictEqual({ calls: 0, failures: 0, consecutiveFailures: 0 });
  });

  it('counts calls and failures', () => {
    expect(filled(7, 3).summary(START_MS)).toStrictEqual({ calls: 7, failures: 3, consecutiveFailures: 0 });
  });

  it('keeps an outcome until the window has passed over it', () => {
    const window = filled(2, 1);
    expect(window.summary(START_MS + DURATION_MS - 1)).toMatchObject({ calls: 2, failures: 1 });
    expect(window.summary(START_MS + DURATION_MS)).toMatchObject({ calls: 0, failures: 0 });
  });

  it('lets outcomes age out bucket by bucket, without being asked in between', () => {
    const window = new TimeWindow(DURATION_MS);
    for (let bucket = 0; bucket < 10; bucket += 1) window.record(START_MS + bucket * BUCKET_MS, 0);
    expect(window.summary(START_MS + DURATION_MS - 1).calls).toBe(10);
    expect(window.summary(START_MS + DURATION_MS).calls).toBe(9);
    expect(window.summary(START_MS + DURATION_MS + 5 * BUCKET_MS).calls).toBe(4);
  });

  it('starts a bucket afresh when its place comes round again', () => {
    const window = filled(5, 5);
    window.record(START_MS + DURATION_MS, 0);
    expect(window.summary(START_MS + DURATION_MS)).toMatchObject({ calls: 1, failures: 0 });
  });

  it('holds only what came after a freeze of minutes or hours (PX-03)', () => {
    for (const frozenMs of [60_000, 60_001, 123_456, 7 * 3_600_000]) {
      const window = filled(9, 0);
      expect(window.summary(START_MS + frozenMs).calls).toBe(0);
      window.record(START_MS + frozenMs, 1);
      expect(window.summary(START_MS + frozenMs)).toStrictEqual({ calls: 1, failures: 1, consecutiveFailures: 1 });
    }
  });

  it('counts failures in a row beyond its length, and a success ends the row', () => {
    const window = filled(2, 2);
    window.record(START_MS + 10 * DURATION_MS, 1);
    expect(window.summary(START_MS + 10 * DURATION_MS)).toStrictEqual({ calls: 1, failures: 1, consecutiveFailures: 3 });
    window.record(START_MS + 10 * DURATION_MS, 0);
    expect(window.summary(START_MS + 10 * DURATION_MS).consecutiveFailures).toBe(0);
  });

  it('forgets everything when it is cleared, also in the bucket of this moment', () => {
    const window = filled(5, 5);
    window.clear();
    expect(window.summary(START_MS)).toStrictEqual({ calls: 0, failures: 0, consecutiveFailures: 0 });
    window.record(START_MS, 1);
    expect(window.summary(START_MS)).toStrictEqual({ calls: 1, failures: 1, consecutiveFailures: 1 });
  });
});

describe('a window speaks against the dependency', () => {
  it('at the threshold of failures in a row, not one below', () => {
    const thresholds = { ...NEVER, failureThreshold: 5 };
    expect(isTripped({ calls: 4, failures: 4, consecutiveFailures: 4 }, thresholds)).toBe(false);
    expect(isTripped({ calls: 5, failures: 5, consecutiveFailures: 5 }, thresholds)).toBe(true);
  });

  it('at the rate once it holds the minimum of calls, not with one call fewer (PCB-04)', () => {
    const thresholds = { ...NEVER, failureRateThreshold: 0.5, minimumCalls: 10 };
    expect(isTripped({ calls: 9, failures: 9, consecutiveFailures: 1 }, thresholds)).toBe(false);
    expect(isTripped({ calls: 10, failures: 4, consecutiveFailures: 1 }, thresholds)).toBe(false);
    expect(isTripped({ calls: 10, failures: 5, consecutiveFailures: 1 }, thresholds)).toBe(true);
  });

  it('by the calls inside it, not by all that ever were (PCB-05)', () => {
    const thresholds = { ...NEVER, failureRateThreshold: 0.5, minimumCalls: 10 };
    const window = filled(10, 0);
    const laterMs = START_MS + DURATION_MS;
    window.record(laterMs, 1);
    expect(isTripped(window.summary(laterMs), thresholds)).toBe(false);
  });

  it('at a rate of one only if every call failed', () => {
    const thresholds = { ...NEVER, failureRateThreshold: 1, minimumCalls: 2 };
    expect(isTripped({ calls: 3, failures: 2, consecutiveFailures: 2 }, thresholds)).toBe(false);
    expect(isTripped({ calls: 3, failures: 3, consecutiveFailures: 3 }, thresholds)).toBe(true);
  });

  it('never while it is empty', () => {
    expect(isTripped({ calls: 0, failures: 0, consecutiveFailures: 0 }, { ...NEVER, minimumCalls: 1 })).toBe(false);
  });
});

describe('the window against a list of everything that happened', () => {
  const history = fc.array(
    fc.record({ afterMs: fc.oneof(fc.nat(300), fc.nat(3_000), fc.nat(100_000)), failed: fc.boolean(), cleared: fc.boolean() }),
    { minLength: 1, maxLength: 80, size: 'max' },
  );

  it('counts everything younger than nine tenths of its length, nothing older than it, and the rest by buckets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 20_000 }), history, (durationMs, outcomes) => {
        const window = new TimeWindow(durationMs);
        let seen: { readonly atMs: number; readonly failed: boolean }[] = [];
        let nowMs = START_MS;
        outcomes.forEach(({ afterMs, failed, cleared }, index) => {
          nowMs += afterMs;
          if (cleared && index % 10 === 9) {
            window.clear();
            seen = [];
          }
          window.record(nowMs, failed ? 1 : 0);
          seen.push({ atMs: nowMs, failed });
          const { calls, failures } = window.summary(nowMs);
          const surely = seen.filter(({ atMs }) => nowMs - atMs <= durationMs * 0.9);
          const atMost = seen.filter(({ atMs }) => nowMs - atMs < durationMs);
          const bucket = (atMs: number) => Math.floor(atMs / (durationMs / 10));
          const exactly = seen.filter(({ atMs }) => bucket(nowMs) - bucket(atMs) < 10);
          expect(calls).toBeGreaterThanOrEqual(surely.length);
          expect(calls).toBeLessThanOrEqual(atMost.length);
          expect({ calls, failures }).toStrictEqual({
            calls: exactly.length,
            failures: exactly.filter((outcome) => outcome.failed).length,
          });
        });
      }),
      { numRuns: 200, seed: 20_260_101 },
    );
  });

  it('knows the failures since the last success', () => {
    fc.assert(
      fc.property(history, (outcomes) => {
        const window = new TimeWindow(DURATION_MS);
        let nowMs = START_MS;
        for (const { afterMs, failed } of outcomes) window.record((nowMs += afterMs), failed ? 1 : 0);
        const lastSuccess = outcomes.findLastIndex(({ failed }) => !failed);
        expect(window.summary(nowMs).consecutiveFailures).toBe(outcomes.length - 1 - lastSuccess);
      }),
      { numRuns: 100, seed: 20_260_101 },
    );
  });
});

describe('a window over the latest calls', () => {
  it('holds that many, however long ago they were, and is chosen by a size above zero', () => {
    const window = createWindow({ windowDurationMs: DURATION_MS, windowSize: 4 });
    for (const weight of [1, 1, 0, 1, 0]) window.record(START_MS, weight);
    expect(window.summary(START_MS + 1000 * DURATION_MS)).toStrictEqual({ calls: 4, failures: 2, consecutiveFailures: 0 });
    const timed = createWindow({ windowDurationMs: DURATION_MS, windowSize: 0 });
    timed.record(START_MS, 1);
    expect(timed.summary(START_MS + DURATION_MS)).toStrictEqual({ calls: 0, failures: 0, consecutiveFailures: 1 });
  });

  it('agrees with a list of all outcomes, cut to its size', () => {
    const outcomes = fc.array(fc.constantFrom(0, 0, 0.25, 0.5, 1, 'clear' as const), { maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), outcomes, (size, steps) => {
        const window = new CountWindow(size);
        let list: number[] = [];
        for (const step of steps) {
          if (step === 'clear') {
            window.clear();
            list = [];
          } else {
            window.record(START_MS, step);
            list.push(step);
          }
          const held = list.slice(-size);
          const consecutiveFailures = list.length - 1 - list.findLastIndex((weight) => weight < 1);
          expect(window.summary()).toStrictEqual({
            calls: held.length,
            failures: held.reduce((sum, weight) => sum + weight, 0),
            consecutiveFailures,
          });
        }
      }),
      { seed: 20_260_101 },
    );
  });
});
