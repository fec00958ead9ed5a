import type { Random } from '../core/random.ts';
import { textHash } from '../core/text-hash.ts';
import type { EndpointRecord } from './endpoint-record.ts';
import { HashRing } from './hash-ring.ts';

const HASHES = 2 ** 32;

/** What the choice of an endpoint for a key depends on, besides the key. */
export interface KeyedChoiceOptions {
  /** See `RoutingOptions`. */
  readonly hashBalanceFactor: number;
  readonly slowStartMs: number;
  readonly random: Random;
}

/** What is so at the moment of a choice. */
export interface Moment {
  readonly nowMs: number;
  /** Whether all are unhealthy, so that this is no reason to pass one over. */
  readonly isDown: boolean;
}

/**
 * Chooses the endpoint of a key among those of a list: the first on the ring that has room and is well. So a key stays where it is
 * while single calls fail, goes to the next one while its own is left out or full, and comes back afterwards.
 */
export class KeyedChoice {
  readonly #options: KeyedChoiceOptions;
  readonly #ring: HashRing<EndpointRecord>;

  constructor(records: readonly EndpointRecord[], options: KeyedChoiceOptions) {
    this.#options = options;
    this.#ring = new HashRing(records);
  }

  /**
   * The endpoint of a key; undefined if nothing can be chosen from.
   *
   * @param among Those that may be chosen.
   */
  choose(key: string, among: readonly EndpointRecord[], moment: Moment): EndpointRecord | undefined {
    const hash = textHash(key);
    const mostPerWeight = this.#mostPerWeight(among);
    let first: EndpointRecord | undefined;
    for (const record of this.#ring.from(hash)) {
      if (!among.includes(record)) continue;
      if (record.inFlight < Math.ceil(mostPerWeight * record.weight) && this.#isWell(record, hash, moment)) return record;
      first ??= record;
    }
    return first;
  }

  /** How many calls one may have for each unit of its weight, with the one to come (consistent hashing with bounded loads). */
  #mostPerWeight(among: readonly EndpointRecord[]): number {
    const { hashBalanceFactor } = this.#options;
    if (hashBalanceFactor === Infinity) return Infinity;
    const [calls, weight] = among.reduce(([inFlight, sum], record) => [inFlight + record.inFlight, sum + record.weight], [1, 0]);
    return (hashBalanceFactor * calls) / weight;
  }

  /** An endpoint that comes back gets its keys one after the other; one that should be left out, but cannot be, a few calls. */
  #isWell(record: EndpointRecord, hash: number, { nowMs, isDown }: Moment): boolean {
    const { slowStartMs, random } = this.#options;
    if (isDown) return true;
    if (record.health.isUnhealthy) return random.next() < record.factor(slowStartMs, nowMs);
    return hash / HASHES < record.grown(slowStartMs, nowMs);
  }
}
