import { CONTRACT } from '../contract/contract.ts';
import type { Random } from '../core/random.ts';

/** The one that only code can ask for, because only code can say what the key of a call is. */
export const CONSISTENT_HASH = 'consistent-hash';

/** The names of all: those that a stack can declare, and what only code can ask for. */
export const BALANCING = Object.freeze([...CONTRACT.configuration.dependency.balancing.values, CONSISTENT_HASH] as const);

/** How calls are spread over several endpoints. */
export type Balancing = (typeof BALANCING)[number];

/** An endpoint that may be chosen. */
export interface Candidate {
  /** Share of the calls that it should get, as its weight says. */
  readonly weight: number;
  /** The part of that share that it gets now, above 0 and up to 1. */
  readonly factor: number;
  /** Calls that it has now. */
  readonly inFlight: number;
  /** What a call is expected to take, in milliseconds. */
  readonly latencyMs: number;
  /** Whether it is in the zone of the caller. */
  readonly isLocal: boolean;
  /** Whether it is known to be unhealthy, and used all the same. */
  readonly isUnhealthy: boolean;
}

/** A list of candidates that is never empty. */
export type Candidates<C> = readonly [C, ...C[]];

/** Chooses one of several endpoints. `turn` grows by 1 with each choice, from a number of chance on. */
export type Strategy = <C extends Candidate>(candidates: Candidates<C>, random: Random, turn: number) => C;

/**
 * Part of the cost of another endpoint below which one is better. What was slow is expected to be as fast as the best again in time, but
 * never quite: without this it would get no call while there is one faster by nothing.
 */
const CLEARLY_BETTER = 0.9;

/** The strategies by name. None of them keeps anything: what they give depends on what they are given alone. */
export const STRATEGIES: Readonly<Record<Balancing, Strategy>> = Object.freeze({
  'peak-ewma': ofTwo,
  'least-connections': leastConnections,
  'round-robin': roundRobin,
  weighted: byWeight,
  'local-first': localFirst,
  // Of a call without a key. A pool has a ring for the others.
  [CONSISTENT_HASH]: ofTwo,
});

/**
 * The better of two by chance. The second takes the place of the first no more often than its share allows: so nobody gets more
 * than twice his share, however fast he seems, and where all are equal everybody gets just that.
 */
function ofTwo<C extends Candidate>(candidates: Candidates<C>, random: Random): C {
  const first = byWeight(candidates, random);
  const [other, ...others] = candidates.filter((each) => each !== first);
  if (other === undefined) return first;
  const second = byWeight([other, ...others], random);
  if (costOf(second) >= costOf(first) * CLEARLY_BETTER) return first;
  const ratio = shareOf(second) / shareOf(first);
  return ratio >= 1 || random.next() < ratio ? second : first;
}

/** The one with the fewest calls for its share. */
function leastConnections<C extends Candidate>(candidates: Candidates<C>, random: Random): C {
  const load = (each: C): number => each.inFlight / shareOf(each);
  const least = candidates.reduce((lowest, each) => Math.min(lowest, load(each)), Infinity);
  const [first = candidates[0], ...rest] = candidates.filter((each) => load(each) === least);
  return byWeight([first, ...rest], random);
}

/** The next one. Weights do not count; who gets less than his share is passed over accordingly. */
function roundRobin<C extends Candidate>(candidates: Candidates<C>, random: Random, turn: number): C {
  const start = turn % candidates.length;
  const inTurn = [...candidates.slice(start), ...candidates.slice(0, start)];
  const [next = candidates[0]] = inTurn;
  return inTurn.find(({ factor }) => factor >= 1 || random.next() < factor) ?? next;
}

/** One by chance, as often as its share says. */
function byWeight<C extends Candidate>(candidates: Candidates<C>, random: Random): C {
  let left = candidates.reduce((sum, each) => sum + shareOf(each), 0) * random.next();
  return candidates.find((each) => (left -= shareOf(each)) < 0) ?? candidates[0];
}

/** The better of two in the zone of the caller; of all, if no healthy one is there. */
function localFirst<C extends Candidate>(candidates: Candidates<C>, random: Random): C {
  const [first, ...rest] = candidates.filter(({ isLocal, isUnhealthy }) => isLocal && !isUnhealthy);
  return ofTwo(first === undefined ? candidates : [first, ...rest], random);
}

function shareOf({ weight, factor }: Candidate): number {
  return weight * factor;
}

/**
 * What a call would wait for. Only what waits is divided by the weight: an idle endpoint that can do twice as much is not twice as
 * fast, and on Lambda most are idle, as far as one environment sees.
 */
function costOf({ latencyMs, inFlight, weight }: Candidate): number {
  return latencyMs * (inFlight / weight + 1);
}
