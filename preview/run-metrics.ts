import type { MetricIdentity, MetricPoint } from './emf.ts';
import type { Series } from './metric-math.ts';
import { statisticOf } from './statistics.ts';

/** The metrics of a run, by metric and period. */
export class RunMetrics {
  /** When the first was sent, in epoch milliseconds. */
  readonly startMs: number;
  /** From the first to the last. */
  readonly durationMs: number;
  readonly #points = new Map<string, MetricPoint[]>();

  constructor(points: readonly MetricPoint[]) {
    const times = points.map(({ atMs }) => atMs);
    // No spread: a run may have more points than a call takes arguments.
    this.startMs = times.reduce((least, atMs) => Math.min(least, atMs), times[0] ?? 0);
    this.durationMs = times.reduce((most, atMs) => Math.max(most, atMs), this.startMs) - this.startMs;
    for (const point of points) {
      const key = keyOf(point);
      const kept = this.#points.get(key);
      if (kept === undefined) this.#points.set(key, [point]);
      else kept.push(point);
    }
  }

  /** Every metric that was sent, once. */
  get identities(): readonly MetricPoint[] {
    return [...this.#points.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  }

  has(metric: MetricIdentity): boolean {
    return this.#points.has(keyOf(metric));
  }

  /** The units that a metric was sent with. */
  unitsOf(metric: MetricIdentity): string[] {
    return [...new Set((this.#points.get(keyOf(metric)) ?? []).map(({ unit }) => unit))];
  }

  /** How many periods of a length the run has; the last may be cut off by its end. */
  periods(periodMs: number): number {
    return Math.floor(this.durationMs / periodMs) + 1;
  }

  /** A statistic of a metric in every period; undefined where nothing was sent. */
  series(metric: MetricIdentity, statistic: string, periodMs: number): Series {
    const values = Array.from({ length: this.periods(periodMs) }, (): number[] => []);
    for (const point of this.#points.get(keyOf(metric)) ?? []) {
      values[Math.floor((point.atMs - this.startMs) / periodMs)]?.push(...point.values);
    }
    return values.map((sent) => statisticOf(statistic, sent));
  }
}

/** What is equal for two metrics that are the same. */
export function keyOf({ namespace, name, dimensions }: MetricIdentity): string {
  return JSON.stringify([namespace, name, ...Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A metric as it is written for people. */
export function describeMetric({ name, dimensions }: MetricIdentity): string {
  const pairs = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? name : `${name} {${pairs.sort().join(', ')}}`;
}
