import { describe, expect, it } from '@jest/globals';
import { systemHistogram } from '../../../runtime/src/core/system-load.ts';
import { HIGHEST_LATENCY, LatencyQuantile } from '../../../runtime/src/http-client/hedging-delay.ts';

const create = (quantile: number) => new LatencyQuantile(quantile, () => systemHistogram(HIGHEST_LATENCY));

/** Takes latencies, all at one instant. */
function take(latencies: LatencyQuantile, count: number, durationMs: (index: number) => number, nowMs = 0): void {
  for (let index = 0; index < count; index += 1) latencies.record(durationMs(index), nowMs);
}

describe('a quantile of latencies', () => {
  it.each([
    [0.5, 20],
    [0.95, 40],
    [0.99, 200],
    [0.999, 2000],
  ])('of %d is unknown before %i calls', (quantile, calls) => {
    const latencies = create(quantile);
    take(latencies, calls - 1, () => 10);
    expect(latencies.ms).toBeUndefined();
    latencies.record(10, 0);
    expect(latencies.ms).toBeCloseTo(10, 0);
  });

  it.each([1, 10, 200, 40_000])('is right to a sixteenth for latencies around %i ms', (scale) => {
    const latencies = create(0.95);
    take(latencies, 400, (index) => scale * (1 + index / 400));
    expect(latencies.ms! / (scale * 1.95)).toBeGreaterThan(0.93);
    expect(latencies.ms! / (scale * 1.95)).toBeLessThan(1.07);
  });

  it('follows a change within some hundred calls', () => {
    const latencies = create(0.9);
    take(latencies, 5000, () => 20);
    take(latencies, 1000, () => 200);
    expect(latencies.ms).toBeGreaterThan(185);
    take(latencies, 1000, () => 20);
    expect(latencies.ms).toBeLessThan(22);
  });

  it('forgets old calls where there are few, and keeps enough to know it', () => {
    const latencies = create(0.9);
    take(latencies, 30, () => 500);
    take(latencies, 30, () => 20, 300_000);
    take(latencies, 30, () => 20, 600_000);
    expect(latencies.ms).toBeLessThan(22);
  });

  it('takes what is too short or too long for the nearest that it can tell apart', () => {
    const latencies = create(0.5);
    take(latencies, 20, () => 0);
    expect(latencies.ms).toBeCloseTo(0.1);
    take(latencies, 600, () => 1e12);
    expect(latencies.ms).toBeGreaterThan(840_000);
  });
});
