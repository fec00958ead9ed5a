import { describe, expect, it } from '@jest/globals';
import { ManualClock, MemoryCircuitStore, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const numbers = (seed: number, count = 1000) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('ManualClock', () => {
  it('moves only when told to', () => {
    const clock = new ManualClock();
    expect(new Date(clock.nowMs()).toISOString()).toBe('2026-01-01T00:00:00.000Z');
    clock.advance(1500);
    expect(new Date(clock.nowMs()).toISOString()).toBe('2026-01-01T00:00:01.500Z');
    expect(new ManualClock(5).nowMs()).toBe(5);
  });
});

describe('SeededRandom', () => {
  it('repeats itself for the same seed, and differs for another', () => {
    expect(numbers(42)).toEqual(numbers(42));
    expect(numbers(42)).not.toEqual(numbers(43));
    expect(numbers(-1, 3)).toHaveLength(3);
  });

  it('gives numbers in [0, 1), spread evenly', () => {
    const seen = numbers(1, 10_000);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...seen)).toBeLessThan(1);
    const tenths = Array.from({ length: 10 }, (_, tenth) => seen.filter((value) => Math.floor(value * 10) === tenth).length);
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150); // five standard deviations
  });
});

describe('RecordingSink', () => {
  it('keeps every event in order, and tells them by type', () => {
    const sink = new RecordingSink();
    const [a, b, c] = [{ type: 'x', name: '1', atMs: 1 }, { type: 'y', name: '2', atMs: 2 }, { type: 'x', name: '3', atMs: 3 }];
    for (const event of [a, b, c]) sink.emit(event);
    expect(sink.events).toEqual([a, b, c]);
    expect(sink.ofType('x')).toEqual([a, c]);
  });
});

describe('MemoryCircuitStore', () => {
  it('is part of the sub-path for tests, and says whether it plays the shared table', () => {
    expect(new MemoryCircuitStore().shared).toBe(false);
    expect(new MemoryCircuitStore({ shared: true }).shared).toBe(true);
  });
});
