import { isHeld } from './contract-metrics.ts';
import type { MetricPoint } from './emf.ts';
import { keyOf } from './run-metrics.ts';

/**
 * The runtime repeats the gauge of a circuit once a minute while the function is called. Where a second stands for a minute, it would
 * have done so every second: points for the periods without one in which the service has sent anything, with the last value.
 */
export function gaugeRepeats(points: readonly MetricPoint[], periodMs: number): MetricPoint[] {
  const ordered = points.toSorted((a, b) => a.atMs - b.atMs);
  const startMs = ordered[0]?.atMs ?? 0;
  const periodOf = ({ atMs }: MetricPoint) => Math.floor((atMs - startMs) / periodMs);
  const gauges = new Map<string, MetricPoint[]>();
  for (const point of ordered.filter(isHeld)) gauges.set(keyOf(point), [...(gauges.get(keyOf(point)) ?? []), point]);
  return [...gauges.values()].flatMap((sent) => {
    const busy = new Set(ordered.filter(({ dimensions }) => dimensions['service'] === sent[0]?.dimensions['service']).map(periodOf));
    const shown = new Set(sent.map(periodOf));
    return [...busy].flatMap((period) => {
      const last = shown.has(period) ? undefined : sent.findLast((point) => periodOf(point) < period);
      return last === undefined ? [] : [{ ...last, atMs: startMs + period * periodMs, values: last.values.slice(-1) }];
    });
  });
}
