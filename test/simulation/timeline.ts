/** What is counted over time; `inTime` are answers that somebody still waited for, where that is asked. */
export const SERIES = ['requests', 'calls', 'refused', 'failedCalls', 'dropped', 'storeCalls', 'inTime'] as const;

/** One of the things counted. */
export type SeriesName = (typeof SERIES)[number];

/** A phase of the circuit as the store holds it, and when it began. */
export interface PhaseChange {
  readonly atMs: number;
  readonly phase: string;
}

const MOST_BUCKETS = 720;
const SHORTEST_BUCKET_MS = 250;

/** Counts over time, in buckets wide enough that a picture of them stays small. */
export class Timeline {
  readonly bucketMs: number;
  /** Counts by bucket. */
  readonly counts: Readonly<Record<SeriesName, Float64Array>>;
  /** Phases that the store went through. */
  readonly phases: PhaseChange[] = [{ atMs: 0, phase: 'closed' }];

  constructor(durationMs: number) {
    this.bucketMs = Math.max(SHORTEST_BUCKET_MS, Math.ceil(durationMs / MOST_BUCKETS));
    const buckets = Math.ceil(durationMs / this.bucketMs);
    this.counts = Object.fromEntries(SERIES.map((name) => [name, new Float64Array(buckets)])) as Record<SeriesName, Float64Array>;
  }

  /** Counts one. What happens after the end, while the last requests run out, is counted with the last bucket. */
  count(name: SeriesName, nowMs: number): void {
    const counts = this.counts[name];
    const index = Math.min(counts.length - 1, Math.floor(nowMs / this.bucketMs));
    counts[index] = (counts[index] ?? 0) + 1;
  }

  /** The sum of a series. */
  total(name: SeriesName): number {
    return this.counts[name].reduce((sum, count) => sum + count, 0);
  }
}
