import { UNKNOWN_CALL, type CallContext, type Priority } from '../../runtime/src/core/call-context.ts';
import type { Random } from '../../runtime/src/core/random.ts';
import type { SheddableCall } from '../../runtime/src/load-shedding/policy.ts';
import type { ResolvedScenario } from './scenario.ts';

/** What decides whose the next request is, and how much it matters. */
export interface DemandStreams {
  readonly keys: Random;
  readonly priorities: Random;
}

/** What is known of a request by when it comes: until when somebody waits for it, and how old it is. */
export interface Timing {
  readonly deadlineMs?: number;
  readonly ageMs?: number | undefined;
}

/** Says whose requests they are and how much they matter: of one of so many tenants, or nobody's where there is only one key. */
export class Demand {
  readonly #random: DemandStreams;
  readonly #tenants: readonly string[];
  readonly #priorities: readonly Priority[];
  readonly #tenantShares: Float64Array;
  readonly #priorityShares: Float64Array;
  /** Calls of which no more is known than the tenant. */
  readonly #calls: readonly CallContext[];

  constructor({ keys, distribution, exponent, tenants, priorities }: ResolvedScenario['demand'], random: DemandStreams) {
    this.#random = random;
    const weightOf = (index: number) => (distribution === 'zipf' ? (index + 1) ** -exponent : 1);
    const named = tenants ?? (keys === 1 ? {} : Object.fromEntries(Array.from({ length: keys }, (_each, index) => [`t${index}`, weightOf(index)])));
    this.#tenants = Object.keys(named);
    this.#tenantShares = sharesOf(Object.values(named));
    this.#calls = this.#tenants.map((tenant) => Object.freeze({ tenant }));
    this.#priorities = Object.keys(priorities) as Priority[];
    this.#priorityShares = sharesOf(Object.values(priorities));
  }

  /** What is known of the next request. */
  next({ deadlineMs = Infinity, ageMs }: Timing = {}): SheddableCall {
    const call = this.#ofTenant();
    if (this.#priorities.length === 0 && deadlineMs === Infinity && ageMs === undefined) return call;
    const priority = this.#priorities[drawn(this.#priorityShares, this.#random.priorities)];
    return {
      ...call,
      ...(priority !== undefined && { priority }),
      ...(deadlineMs < Infinity && { deadlineMs: Math.floor(deadlineMs) }),
      ...(ageMs !== undefined && { ageMs: Math.floor(ageMs) }),
    };
  }

  #ofTenant(): CallContext {
    if (this.#tenants.length === 0) return UNKNOWN_CALL;
    return this.#calls[drawn(this.#tenantShares, this.#random.keys)] ?? UNKNOWN_CALL;
  }
}

/** For each weight, the share that it and those before it have of all. */
function sharesOf(weights: readonly number[]): Float64Array {
  const shares = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((weight, index) => {
    sum += weight;
    shares[index] = sum;
  });
  return shares.map((share) => share / sum);
}

/** The index of a share, drawn as often as it is large. */
function drawn(shares: Float64Array, random: Random): number {
  if (shares.length < 2) return 0;
  const chance = random.next();
  let [low, high] = [0, shares.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shares[middle] ?? 1) > chance) high = middle;
    else low = middle + 1;
  }
  return low;
}
