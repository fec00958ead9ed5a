/** A histogram of constant size. Those of Node are such. */
export interface LatencyHistogram {
  readonly count: number;
  /** Takes a whole number from 1 on. */
  record(value: number): void;
  add(other: LatencyHistogram): void;
  reset(): void;
  percentile(percentile: number): number;
}

/** Counted in tenths of a millisecond, so that the latencies of fast dependencies are told apart. */
const PER_MS = 10;

/** The highest value that a histogram has to hold: 15 minutes. */
export const HIGHEST_LATENCY = 900_000 * PER_MS;

/** So many calls above the quantile make it more than chance. */
const CALLS_ABOVE = 2;
const LEAST_CALLS = 20;

/** Calls after which the older ones are forgotten, if that is enough for the quantile. */
const CALLS_KEPT = 500;
const LONGEST_KEPT_MS = 300_000;

/** Calls after which the quantile is looked up again. */
const CALLS_BETWEEN = 16;

/** A quantile of the latest latencies, in constant space. */
export class LatencyQuantile {
  readonly #percentile: number;
  readonly #leastCalls: number;
  readonly #merged: LatencyHistogram;
  #current: LatencyHistogram;
  #previous: LatencyHistogram;
  #sinceMs = -Infinity;
  #callsUntilLookup = 0;
  #foundMs: number | undefined;

  /** @param quantile Above 0 and below 1. */
  constructor(quantile: number, create: () => LatencyHistogram) {
    this.#percentile = quantile * 100;
    this.#leastCalls = Math.max(LEAST_CALLS, Math.ceil(CALLS_ABOVE / (1 - quantile)));
    [this.#current, this.#previous, this.#merged] = [create(), create(), create()];
  }

  /** Takes the latency of a call, in milliseconds. */
  record(durationMs: number, nowMs: number): void {
    if (this.#current.count === 0) this.#sinceMs = nowMs;
    this.#current.record(Math.min(HIGHEST_LATENCY, Math.max(1, Math.round(durationMs * PER_MS))));
    const { count } = this.#current;
    const isOld = nowMs - this.#sinceMs >= LONGEST_KEPT_MS;
    if (count >= this.#leastCalls && (count >= CALLS_KEPT || isOld)) this.#turnOver();
    this.#callsUntilLookup -= 1;
  }

  /** The quantile in milliseconds; undefined while there are too few calls to know it. */
  get ms(): number | undefined {
    if (this.#current.count + this.#previous.count < this.#leastCalls) return undefined;
    if (this.#foundMs === undefined || this.#callsUntilLookup <= 0) this.#foundMs = this.#lookup();
    return this.#foundMs;
  }

  #lookup(): number {
    this.#callsUntilLookup = CALLS_BETWEEN;
    this.#merged.reset();
    this.#merged.add(this.#previous);
    this.#merged.add(this.#current);
    return this.#merged.percentile(this.#percentile) / PER_MS;
  }

  #turnOver(): void {
    [this.#current, this.#previous] = [this.#previous, this.#current];
    this.#current.reset();
  }
}
