import type { Random } from '../../runtime/src/core/random.ts';

/** What a stream of chance decides. Streams do not disturb each other: another policy meets the very same traffic. */
export const STREAMS = { arrivals: 1, routing: 2, calls: 3, faults: 4, store: 5, trouble: 6, skew: 7, policy: 8, demand: 9, priorities: 10 } as const;

/**
 * A stream of chance: the same numbers give the same stream. Doty-Humphrey's sfc32, for the generator of the public
 * testing kit computes with big integers, which would be most of the time of a simulation.
 */
export class RandomStream implements Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** @param numbers Seed, stream, and what else tells one stream from another. */
  constructor(...numbers: readonly number[]) {
    let state = 0x9e3779b9;
    for (const number of numbers) {
      state = scramble(state ^ scramble(number | 0));
      state = scramble(state + Math.trunc(number / 2 ** 32));
    }
    this.#a = scramble(state + 1);
    this.#b = scramble(state + 2);
    this.#c = scramble(state + 3);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }
}

/** A time drawn around `durationMs`: from (1 - jitter) to (1 + jitter) times as long. */
export function jittered(durationMs: number, jitter: number, random: Random): number {
  return durationMs * (1 + jitter * (2 * random.next() - 1));
}

/** Murmur3's finaliser: neighbouring seeds lead to streams that have nothing in common. */
function scramble(number: number): number {
  let mixed = number | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
