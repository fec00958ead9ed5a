const BUCKET_MS = 0.1;
const BUCKETS = 100_000; // up to 10 s; what is longer counts as 10 s

/** Durations in buckets of a tenth of a millisecond: the memory it takes does not grow with the number of requests. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS + 1);
  #total = 0;

  /** Counts one duration. */
  record(durationMs: number): void {
    const index = Math.min(BUCKETS, Math.round(durationMs / BUCKET_MS));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
  }

  /** The duration that the given share of all durations does not exceed; 0 if there are none. */
  quantile(share: number): number {
    let left = Math.ceil(this.#total * share);
    for (let index = 0; index <= BUCKETS; index += 1) {
      left -= this.#counts[index] ?? 0;
      if (left <= 0) return Math.round(index * BUCKET_MS * 10) / 10;
    }
    return BUCKETS * BUCKET_MS;
  }
}
