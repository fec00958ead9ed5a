import { uniform, type Random } from '../core/random.ts';

/** The first wait, the longest, and how waits grow with refusals and fall with grants. */
const WAIT_MS = { first: 100, longest: 900 };
const GROWTH = 2;
const DECAY = 0.75;

/**
 * How long an environment leaves the store alone after a refusal that it could not foresee, which means that others want the
 * same tokens. The fleet as a whole still asks often enough to use the limit up.
 */
export class BackOff {
  readonly #random: Random;
  #waitMs = 0;
  #untilMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Until when not to ask. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /**
   * A request was refused.
   *
   * @param ahead Whether no call waited for it: then the next one may ask for itself, unless refusals are frequent.
   */
  refused(nowMs: number, ahead: boolean): void {
    this.#waitMs = Math.min(WAIT_MS.longest, Math.max(WAIT_MS.first, this.#waitMs * GROWTH));
    if (ahead && this.#waitMs < 2 * WAIT_MS.first) return;
    this.#untilMs = nowMs + uniform(this.#random, this.#waitMs / 2, this.#waitMs);
  }

  /** A request was granted. */
  granted(): void {
    this.#waitMs *= DECAY;
  }

  /** The key was freed: there is no reason to wait. */
  reset(): void {
    this.#untilMs = 0;
  }
}
