import { describe, expect, it } from '@jest/globals';
import { bestMs, expectedMs, withLowerBound, withSample } from '../../../runtime/src/http-client/endpoint-latency.ts';

const at = (valueMs: number, atMs = 0) => ({ valueMs, atMs });
const rounded = (values: number[]) => values.map(Math.round);

describe('the latency of an endpoint', () => {
  it('jumps to a higher sample at once', () => {
    expect(withSample(at(20), 500, 1)).toEqual(at(500, 1));
    expect(withSample(undefined, 20, 5)).toEqual(at(20, 5));
  });

  it('comes down to lower samples as time passes: to 1/e in ten seconds', () => {
    expect(withSample(at(500), 20, 0)).toEqual(at(500));
    expect(withSample(at(500), 20, 10_000).valueMs).toBeCloseTo(20 + 480 / Math.E);
    expect(withSample(at(500), 20, 3_600_000)).toEqual(at(20, 3_600_000));
  });

  it('falls towards the best of all without samples, and never below it', () => {
    const ewmas = [at(100), at(1100), undefined];
    expect(rounded(expectedMs(ewmas, 0))).toEqual([100, 1100, 600]);
    expect(rounded(expectedMs(ewmas, 10_000))).toEqual([100, 468, 284]);
    expect(rounded(expectedMs(ewmas, 3_600_000))).toEqual([100, 100, 100]);
  });

  it('is the same for all as long as nobody knows any', () => {
    expect(expectedMs([undefined, undefined], 0)).toEqual([1, 1]);
  });

  it('is raised by what a call took at least, where that is more than what is expected now', () => {
    expect(withLowerBound(at(500), 60, 20, 0)).toEqual(at(500));
    expect(withLowerBound(at(500), 60, 20, 10_000)).toEqual(at(500));
    expect(withLowerBound(at(500), 60, 20, 60_000)).toEqual(at(60, 60_000));
    expect(withLowerBound(at(500), 20, 20, 3_600_000)).toEqual(at(500));
    expect(withLowerBound(undefined, 60, 20, 0)).toBeUndefined();
    expect([bestMs([at(50), undefined, at(20)]), bestMs([undefined])]).toEqual([20, Infinity]);
  });

  it('is never nothing, so that calls in flight always count', () => {
    expect(withSample(undefined, 0, 0).valueMs).toBe(1);
    expect(withSample(at(5), -3, 3_600_000).valueMs).toBe(1);
  });
});
