import { textHash } from '../core/text-hash.ts';

/** What keys can belong to. */
export interface RingMember {
  /** Address: the same in all environments. */
  readonly url: string;
  /** How many keys it gets compared with the others, above 0. */
  readonly weight: number;
}

/** Points of a member with a weight of 1. */
const POINTS = 150;

/** Most points of all: a ring of them is made in some milliseconds. */
const MOST_POINTS = 32_768;

/** A point holds the number of its member below its hash, so that one list of numbers is the whole ring. */
const MEMBERS = 2 ** 20;

/**
 * A ring of consistent hashes: a key belongs to the member whose point is the next on it. When a member goes, its keys go to those
 * that follow, and no other key moves; when one comes, it gets its share of all. It depends on addresses and weights alone, so that
 * all environments come to the same.
 */
export class HashRing<Member extends RingMember> {
  readonly #members: readonly Member[];
  readonly #points: Float64Array;

  constructor(members: readonly Member[]) {
    // In an order of their own, so that it does not matter in which they are listed.
    this.#members = [...members].sort((one, other) => (one.url < other.url ? -1 : 1));
    this.#points = pointsOf(this.#members);
  }

  /**
   * The members in the order in which they come for a key, each once.
   *
   * @param hash Of the key, see `textHash`.
   */
  *from(hash: number): Generator<Member, undefined> {
    const start = firstFrom(this.#points, hash * MEMBERS);
    const seen = new Set<Member>();
    for (let at = start; seen.size < this.#members.length; at += 1) {
      const member = this.#members[(this.#points[at % this.#points.length] ?? 0) % MEMBERS];
      if (member === undefined || seen.has(member)) continue;
      seen.add(member);
      yield member;
    }
  }
}

function pointsOf(members: readonly RingMember[]): Float64Array {
  const counts = pointCounts(members.map(({ weight }) => weight));
  const points = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
  let next = 0;
  for (const [index, { url }] of members.entries()) {
    for (let point = 0; point < (counts[index] ?? 0); point += 1) {
      points[next] = textHash(`${url}#${point}`) * MEMBERS + index;
      next += 1;
    }
  }
  return points.sort();
}

/**
 * How many points each member has: 150 for a weight of 1. Where weights are so small that there would be fewer on average, or so
 * large that there would be too many, all of them count twice as much or half, as often as need be: a factor of another kind
 * would change with each member that comes or goes, and move keys that have nothing to do with it.
 */
export function pointCounts(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const doublings = Math.max(0, Math.ceil(Math.log2(weights.length / total)));
  const halvings = Math.max(0, Math.ceil(Math.log2((total * POINTS * 2 ** doublings) / MOST_POINTS)));
  return weights.map((weight) => Math.max(1, Math.round(weight * POINTS * 2 ** (doublings - halvings))));
}

/** Where the first of the sorted points is that is not below a value; the number of points if none is. */
function firstFrom(points: Float64Array, value: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
