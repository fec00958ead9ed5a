/** Time after which what is usual has followed two thirds of a lasting change. */
const TIME_CONSTANT_MS = 600_000;

/**
 * The share of failures that has long been usual, as an average that follows slowly. A dependency that always fails a little
 * should not be taken for one that breaks down.
 */
export class UsualShare {
  #share = 0;
  #seenAtMs: number | undefined;

  /** Takes in the share of the last while, seen while the circuit was closed. */
  see(share: number, nowMs: number): void {
    const elapsedMs = nowMs - (this.#seenAtMs ?? nowMs);
    this.#seenAtMs = nowMs;
    this.#share += (Math.min(1, share) - this.#share) * (1 - Math.exp(-elapsedMs / TIME_CONSTANT_MS));
  }

  /** A threshold, raised so far that the room between what is usual and everything is divided as the threshold says. */
  raise(threshold: number): number {
    return threshold + (1 - threshold) * this.#share;
  }
}
