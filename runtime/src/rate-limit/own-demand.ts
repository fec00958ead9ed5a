/** Time over which demand is averaged, in milliseconds. */
const MEMORY_MS = 1000;

/** A pause after which demand counts as new. */
const IDLE_MS = 2000;

/** What this environment wants of a key: tokens per second, averaged over about the last second. */
export class OwnDemand {
  #tokens = 0;
  #latestMs = -Infinity;
  #sinceMs = 0;

  /** Notes that tokens are wanted, whether they are there or not. */
  note(tokens: number, nowMs: number): void {
    const agoMs = nowMs - this.#latestMs;
    if (agoMs > IDLE_MS) this.#sinceMs = nowMs;
    this.#tokens = (agoMs > IDLE_MS ? 0 : this.#tokens * Math.exp(-agoMs / MEMORY_MS)) + tokens;
    this.#latestMs = nowMs;
  }

  /** Tokens per millisecond. */
  ratePerMs(nowMs: number): number {
    return (this.#tokens * Math.exp(-(nowMs - this.#latestMs) / MEMORY_MS)) / MEMORY_MS;
  }

  /** For how long there has been demand without a pause, in milliseconds. */
  lastsMs(nowMs: number): number {
    return nowMs - this.#sinceMs;
  }
}
