/** Requests that wait for a place: when each of them was sent, the oldest first. */
export class Line {
  readonly #most: number;
  #sentAtMs: number[] = [];
  #head = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Adds a request; false if the line is too long for it. */
  push(sentAtMs: number): boolean {
    if (this.#sentAtMs.length - this.#head >= this.#most) return false;
    this.#sentAtMs.push(sentAtMs);
    return true;
  }

  /** Takes the oldest request; undefined if nobody waits. */
  shift(): number | undefined {
    const sentAtMs = this.#sentAtMs[this.#head];
    if (sentAtMs === undefined) return undefined;
    this.#head += 1;
    if (this.#head >= this.#most) {
      this.#sentAtMs = this.#sentAtMs.slice(this.#head);
      this.#head = 0;
    }
    return sentAtMs;
  }
}
