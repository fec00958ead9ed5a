import { describe, expect, it } from '@jest/globals';
import { ejectionMs, mayEject, outliersOf } from '../../../runtime/src/http-client/outlier-ejection.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

const hosts = (failures: readonly number[], requests = 100) => failures.map((each) => ({ requests, failures: each }));
const found = (failures: readonly number[], requests = 100) => outliersOf(hosts(failures, requests))?.map((each) => each.failures);

describe('outliers', () => {
  it('are those that succeed 1.9 deviations less often than the mean', () => {
    // Mean 94 %, deviation 12 %: below 71.2 %.
    expect(found([0, 0, 0, 0, 30])).toEqual([30]);
    // Two of them widen the deviation: Envoy finds none here either.
    expect(found([0, 0, 0, 30, 30])).toEqual([]);
    expect(found([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 60])).toEqual([60, 60]);
  });

  it('are looked for among at least five endpoints with at least a hundred calls each', () => {
    expect(found([0, 0, 0, 100])).toBeUndefined();
    expect(found([0, 0, 0, 0, 99], 99)).toBeUndefined();
    expect(outliersOf([...hosts([0, 0, 0, 0, 50]), { requests: 99, failures: 99 }])).toEqual(hosts([50]));
  });

  it('are none where all fail alike, and none because of a single failure', () => {
    expect(found([50, 50, 50, 50, 50])).toEqual([]);
    expect(found([0, 0, 0, 0, 1])).toEqual([]);
    expect(found([0, 0, 0, 0, 4])).toEqual([]);
  });
});

describe('an ejection', () => {
  it.each([
    [5, 0.5, 2],
    [4, 0.5, 2],
    [5, 0.1, 1],
    [1, 0.5, 1],
    [2, 0.5, 1],
    [10, 1, 10],
    [5, 0, 0],
  ])('of one of %i endpoints with a share of %d is allowed for %i at a time', (endpoints, share, expected) => {
    const ejected = Array.from({ length: endpoints + 1 }, (_, now) => now).findIndex((now) => !mayEject(now, endpoints, share));
    expect(ejected).toBe(expected);
  });

  it('lasts longer each time, up to five minutes, and up to a fifth less by chance', () => {
    const random = new SeededRandom(1);
    for (const [times, longestMs] of [[1, 30_000], [2, 60_000], [10, 300_000], [1000, 300_000]] as const) {
      const durations = Array.from({ length: 1000 }, () => ejectionMs(30_000, times, random));
      expect(Math.max(...durations)).toBeLessThanOrEqual(longestMs);
      expect(Math.max(...durations)).toBeGreaterThan(longestMs * 0.99);
      expect(Math.min(...durations)).toBeGreaterThanOrEqual(longestMs * 0.8);
      expect(Math.min(...durations)).toBeLessThan(longestMs * 0.81);
    }
  });

  it('lasts as long as it is told to, where that is more than five minutes', () => {
    expect(ejectionMs(900_000, 4, { next: () => 0.999_999 })).toBeCloseTo(900_000, -1);
  });
});
