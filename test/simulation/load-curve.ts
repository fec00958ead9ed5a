import { rounded } from './round.ts';
import type { Timeline } from './timeline.ts';

/** What is counted: requests at the dependency, calls begun, and requests of callers that were answered with success, by when they were sent. */
type Curve = 'requests' | 'calls' | 'served';

const BUCKET_MS = 100;
const SECOND_MS = 1000;

/** When a fleet is well again. */
export interface RecoveryTerms {
  /** Where the requests are counted that arrived. */
  readonly timeline: Pick<Timeline, 'counts' | 'bucketMs'>;
  /** Share of the requests of a second that have to be answered with success. */
  readonly share: number;
  /** A run that is not well in its last so many milliseconds has not recovered. */
  readonly lastMs: number;
}

/** Counts over time, in tenths of a second. */
export class LoadCurve {
  readonly #durationMs: number;
  readonly #counts: Readonly<Record<Curve, Float64Array>>;

  constructor(durationMs: number) {
    const buckets = Math.ceil(durationMs / BUCKET_MS) + 1;
    this.#durationMs = durationMs;
    this.#counts = { requests: new Float64Array(buckets), calls: new Float64Array(buckets), served: new Float64Array(buckets) };
  }

  /** Counts one. What comes after the end is counted with the last bucket. */
  count(curve: Curve, atMs: number): void {
    const counts = this.#counts[curve];
    const index = Math.min(counts.length - 1, Math.floor(atMs / BUCKET_MS));
    counts[index] = (counts[index] ?? 0) + 1;
  }

  /** How many there were from one instant to another, its end excluded. */
  total(curve: Curve, fromMs: number, toMs: number): number {
    return sum(this.#counts[curve], BUCKET_MS, fromMs, toMs);
  }

  /** Requests at the dependency for each call that was begun in a stretch of time; 0 if there were none. */
  requestsPerCall(fromMs: number, toMs: number): number {
    const calls = this.total('calls', fromMs, toMs);
    return calls === 0 ? 0 : rounded(this.total('requests', fromMs, toMs) / calls, 4);
  }

  /** Most within a tenth of a second. */
  most(curve: Curve): number {
    return this.#counts[curve].subarray(0, -1).reduce((most, count) => Math.max(most, count), 0);
  }

  /** From an instant to the end of the last second after it that was not well; null if the run did not end well. */
  recoveredAfterMs(fromMs: number, { timeline, share, lastMs }: RecoveryTerms): number | null {
    let unwellUntilMs = fromMs;
    for (let atMs = fromMs; atMs + SECOND_MS <= this.#durationMs; atMs += SECOND_MS) {
      const endMs = atMs + SECOND_MS;
      if (this.total('served', atMs, endMs) < share * sum(timeline.counts.requests, timeline.bucketMs, atMs, endMs)) unwellUntilMs = endMs;
    }
    return unwellUntilMs > this.#durationMs - lastMs ? null : unwellUntilMs - fromMs;
  }
}

function sum(counts: Float64Array, bucketMs: number, fromMs: number, toMs: number): number {
  return counts.subarray(Math.floor(fromMs / bucketMs), toMs === Infinity ? undefined : Math.floor(toMs / bucketMs)).reduce((total, count) => total + count, 0);
}
