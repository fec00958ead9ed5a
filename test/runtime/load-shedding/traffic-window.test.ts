import { describe, expect, it } from '@jest/globals';
import type { SystemHistogram } from '../../../runtime/src/core/system-load.ts';
import { TrafficWindow, type LatencyHistogram } from '../../../runtime/src/load-shedding/traffic-window.ts';
import { histogram } from './world.ts';

const START_MS = 1_767_225_600_000;

/** Makes histograms that count what is asked of them. */
function counting() {
  const asked = { operations: 0 };
  const inner = new WeakMap<LatencyHistogram, SystemHistogram>();
  const create = (): LatencyHistogram => {
    const real = histogram();
    const count = <T>(answer: T): T => {
      asked.operations += 1;
      return answer;
    };
    const counted: LatencyHistogram = {
      record: (value) => count(real.record(value)),
      add: (other) => count(real.add(inner.get(other) ?? real)),
      reset: () => count(real.reset()),
      percentile: (percentile) => count(real.percentile(percentile)),
    };
    inner.set(counted, real);
    return counted;
  };
  return { asked, create };
}

describe('the window of traffic', () => {
  it('gives quantiles that are right to a sixteenth, and an exact mean', () => {
    const traffic = new TrafficWindow(30_000, START_MS, histogram);
    for (let ms = 1; ms <= 1000; ms += 1) traffic.ended(START_MS, ms, false);
    const { p95Ms = 0, p99Ms = 0, meanMs } = traffic.latest(START_MS + 1, Infinity);
    expect(meanMs).toBe(500.5);
    expect(Math.abs(p95Ms / 950 - 1)).toBeLessThan(1 / 16);
    expect(Math.abs(p99Ms / 990 - 1)).toBeLessThan(1 / 16);
  });

  it('forgets by time, also where nothing comes any more (PLS-04)', () => {
    const traffic = new TrafficWindow(30_000, START_MS, histogram);
    traffic.arrived(START_MS);
    traffic.ended(START_MS, 5000, true);
    expect(traffic.latest(START_MS + 28_000, Infinity)).toMatchObject({ arrived: 1, failed: 1, measured: 1 });
    expect(traffic.latest(START_MS + 31_000, Infinity)).toMatchObject({ arrived: 0, ended: 0, failed: 0, measured: 0, p95Ms: undefined, meanMs: undefined });
  });

  it('forgets what stood where new traffic goes', () => {
    const traffic = new TrafficWindow(30_000, START_MS, histogram);
    traffic.ended(START_MS, 9000, true);
    traffic.ended(START_MS + 30_000, 10, false);
    expect(traffic.latest(START_MS + 30_000, Infinity)).toMatchObject({ ended: 1, failed: 0, p95Ms: 10 });
  });

  it('looks at the latest requests alone if there are enough of them', () => {
    const traffic = new TrafficWindow(30_000, START_MS, histogram);
    for (let index = 0; index < 50; index += 1) traffic.ended(START_MS, 1000, false);
    for (let index = 0; index < 50; index += 1) traffic.ended(START_MS + 10_000, 10, false);
    expect(traffic.latest(START_MS + 10_000, 50)).toMatchObject({ measured: 50, p95Ms: 10 });
    expect(traffic.latest(START_MS + 10_000, 51)).toMatchObject({ measured: 100 });
  });

  it('takes durations of any length, also none and more than fifteen minutes', () => {
    const traffic = new TrafficWindow(30_000, START_MS, histogram);
    traffic.ended(START_MS, 0, false);
    expect(traffic.latest(START_MS, Infinity).p95Ms).toBe(1);
    traffic.ended(START_MS, 5_000_000, false);
    expect(traffic.latest(START_MS, Infinity)).toMatchObject({ measured: 2 });
    expect(traffic.latest(START_MS, Infinity).p99Ms).toBeGreaterThan(800_000);
  });

  it('counts requests without a duration, but takes no latency from them', () => {
    const traffic = new TrafficWindow(30_000, START_MS, histogram);
    traffic.ended(START_MS, undefined, true);
    expect(traffic.latest(START_MS, Infinity)).toMatchObject({ ended: 1, failed: 1, measured: 0, p95Ms: undefined });
  });

  it.each([10, 100_000])('costs the same for one more request and one look after %i (PLS-03, PPF-01)', (count) => {
    const { asked, create } = counting();
    const traffic = new TrafficWindow(30_000, START_MS, create);
    for (let index = 0; index < count; index += 1) traffic.ended(START_MS + (index * 29_000) / count, index % 700, false);
    const before = asked.operations;
    traffic.ended(START_MS + 29_000, 5, false);
    expect(asked.operations - before).toBeLessThanOrEqual(2);
    traffic.latest(START_MS + 29_000, Infinity);
    // At most 30 parts of the window, one reset and two quantiles.
    expect(asked.operations - before).toBeLessThanOrEqual(2 + 33);
  });
});
