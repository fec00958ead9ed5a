import type { Random } from '../core/random.ts';

const MULTIPLIER = 6364136223846793005n;
const INCREMENT = 1442695040888963407n;
const MASK = (1n << 64n) - 1n;

/**
 * A random source that repeats itself: the same seed gives the same numbers. A 64-bit linear congruential generator with
 * Knuth's MMIX constants (TAOCP 3.3.4), of which the upper 32 bits are used.
 */
export class SeededRandom implements Random {
  #state: bigint;

  /** @param seed Any integer. */
  constructor(seed: number) {
    this.#state = (BigInt(Math.trunc(seed)) * MULTIPLIER + INCREMENT) & MASK;
  }

  next(): number {
    this.#state = (this.#state * MULTIPLIER + INCREMENT) & MASK;
    return Number(this.#state >> 32n) / 2 ** 32;
  }
}
