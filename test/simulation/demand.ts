import { UNKNOWN_CALL, type CallContext } from '../../runtime/src/core/call-context.ts';
import type { Random } from '../../runtime/src/core/random.ts';
import type { ResolvedScenario } from './scenario.ts';

/** Says whose requests they are: one of so many tenants, or nobody's where there is only one key. */
export class Demand {
  readonly #random: Random;
  readonly #calls: readonly CallContext[];
  /** For each key, how many of all requests are its own or of a key before it. */
  readonly #shares: Float64Array;

  constructor({ keys, distribution, exponent }: ResolvedScenario['demand'], random: Random) {
    this.#random = random;
    this.#calls = keys === 1 ? [UNKNOWN_CALL] : Array.from({ length: keys }, (_each, index) => Object.freeze({ tenant: `t${index}` }));
    this.#shares = new Float64Array(keys);
    let sum = 0;
    for (let index = 0; index < keys; index += 1) {
      sum += distribution === 'zipf' ? (index + 1) ** -exponent : 1;
      this.#shares[index] = sum;
    }
    this.#shares.forEach((share, index) => {
      this.#shares[index] = share / sum;
    });
  }

  /** What is known of the next request. */
  next(): CallContext {
    if (this.#calls.length === 1) return UNKNOWN_CALL;
    return this.#calls[this.#firstAbove(this.#random.next())] ?? UNKNOWN_CALL;
  }

  #firstAbove(chance: number): number {
    let [low, high] = [0, this.#shares.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#shares[middle] ?? 1) > chance) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
