import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adaptedLimit, type AdaptiveLimit, type AdaptiveSample } from '../../../runtime/src/bulkhead/adaptive-limit.ts';
import type { BulkheadResizedEvent } from '../../../runtime/src/bulkhead/events.ts';
import { ABANDONED, ask, askMany, BulkheadWorld, countOf, FAILURE, finish, SUCCESS } from './world.ts';

const BOUNDS = { minConcurrent: 2, maxConcurrent: 50, latencyThresholdMs: 1000 };
const NEVER: AdaptiveLimit = { limit: 20, loweredAtMs: -Infinity };
const GOOD: AdaptiveSample = { durationMs: 100, failed: false, active: 20, nowMs: 100_000 };
const BAD: AdaptiveSample = { ...GOOD, failed: true };

const after = (before: AdaptiveLimit, sample: Partial<AdaptiveSample>) => adaptedLimit(before, { ...GOOD, ...sample }, BOUNDS);

describe('an adaptive limit', () => {
  it('falls by a tenth with a call that failed', () => {
    expect(after(NEVER, { failed: true })).toEqual({ limit: 18, loweredAtMs: 100_000 });
  });

  it('falls with a call that took longer than the threshold, not with one that took just that', () => {
    expect(after(NEVER, { durationMs: 1001 }).limit).toBe(18);
    expect(after(NEVER, { durationMs: 1000 }).limit).toBe(21);
  });

  it('rises by one with any other, while at least half of it is in use', () => {
    expect(after(NEVER, { active: 10 }).limit).toBe(21);
    expect(after(NEVER, { active: 9 })).toBe(NEVER);
  });

  it('never leaves its bounds', () => {
    expect(after({ ...NEVER, limit: 50 }, { active: 50 }).limit).toBe(50);
    expect(after({ ...NEVER, limit: 2 }, { failed: true }).limit).toBe(2);
    expect(after({ ...NEVER, limit: 3 }, { failed: true }).limit).toBe(2);
  });

  it('falls once for calls that were on their way together', () => {
    const lowered = after(NEVER, { failed: true });
    expect(after(lowered, { failed: true, nowMs: 100_500 })).toBe(lowered);
    // Ended a while later, but begun before: it tells of the time before.
    expect(after(lowered, { failed: true, durationMs: 5000, nowMs: 104_000 })).toBe(lowered);
    expect(after(lowered, { failed: true, durationMs: 100, nowMs: 101_000 }).limit).toBe(16);
  });

  it('falls at most once a second, whatever happens, and never below what that leaves', () => {
    const sample = fc.record({ durationMs: fc.nat(3000), failed: fc.boolean(), active: fc.nat(50), stepMs: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 200 }), (samples) => {
        let [now, limit, falls] = [0, NEVER, 0];
        for (const { stepMs, ...rest } of samples) {
          now += stepMs;
          const next = adaptedLimit(limit, { ...rest, nowMs: now }, BOUNDS);
          if (next.limit < limit.limit) falls += 1;
          expect(next.limit).toBeGreaterThanOrEqual(BOUNDS.minConcurrent);
          expect(next.limit).toBeLessThanOrEqual(BOUNDS.maxConcurrent);
          limit = next;
        }
        expect(falls).toBeLessThanOrEqual(now / 1000 + 1);
      }),
    );
  });

  it('keeps its object where nothing changes', () => {
    expect(adaptedLimit({ ...NEVER, limit: 2 }, BAD, BOUNDS)).toEqual({ ...NEVER, limit: 2 });
  });
});

describe('an adaptive bulkhead', () => {
  const options = { maxConcurrent: 20, minConcurrent: 4, queueSize: 0, adaptive: true, latencyThresholdMs: 500 };

  it('has fewer slots while calls fail, and all of them again when they do not', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local(options);
    for (let round = 0; round < 30; round += 1) {
      await world.pass(1000);
      const calls = askMany(20, bulkhead);
      for (const call of calls.filter(({ state }) => state === 'running')) void finish(call, FAILURE);
    }
    expect(bulkhead.statistics.capacity).toBe(4);
    expect(countOf(askMany(20, bulkhead), 'running')).toBe(4);
    const resized = world.sink.ofType<BulkheadResizedEvent>('bulkhead.resized');
    expect(resized.map(({ from, to }) => [from, to]).slice(0, 2)).toEqual([[20, 18], [18, 16]]);
  });

  it('rises only for calls that are needed', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local(options);
    void finish(ask(bulkhead), FAILURE);
    expect(bulkhead.statistics.capacity).toBe(18);
    for (let round = 0; round < 50; round += 1) void finish(ask(bulkhead));
    expect(bulkhead.statistics.capacity).toBe(18);
    const calls = askMany(18, bulkhead);
    for (const call of calls) void finish(call);
    expect(bulkhead.statistics.capacity).toBe(20);
  });

  it('learns from slow calls, not from those that never ran', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local(options);
    const [slow, abandoned] = askMany(2, bulkhead);
    await world.pass(501);
    void finish(abandoned, ABANDONED);
    expect(bulkhead.statistics.capacity).toBe(20);
    void finish(slow);
    expect(bulkhead.statistics.capacity).toBe(18);
  });

  it.each([
    ['an error', { kind: 'failure', error: new Error('down') }, 18],
    ['nothing at all that was thrown', { kind: 'failure', error: undefined }, 18],
    ['a status of 500', { kind: 'success', value: { statusCode: 500 } }, 18],
    ['a status of 429', { kind: 'failure', error: { $metadata: { httpStatusCode: 429 } } }, 18],
    ['a status of 404', { kind: 'failure', error: { status: 404 } }, 20],
    ['a cancellation', { kind: 'failure', error: new DOMException('gone', 'AbortError') }, 20],
    ['a success', SUCCESS, 20],
  ] as const)('takes %s for what it is', (_what, outcome, capacity) => {
    const bulkhead = new BulkheadWorld().local(options);
    void finish(ask(bulkhead), outcome);
    expect(bulkhead.statistics.capacity).toBe(capacity);
  });

  it('stays as it is with the switch off', () => {
    const bulkhead = new BulkheadWorld().local({ ...options, adaptive: false });
    void finish(ask(bulkhead), FAILURE);
    expect(bulkhead.statistics.capacity).toBe(20);
  });
});
