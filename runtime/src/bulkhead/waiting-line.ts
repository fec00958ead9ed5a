import { PRIORITIES } from '../core/call-context.ts';
import type { CallClaim } from './claim.ts';
import type { ResolvedBulkheadOptions } from './options.ts';
import type { ScopeRecord } from './scopes.ts';

/** The options that a line goes by. */
export type LineOptions = Pick<ResolvedBulkheadOptions, 'queueSize' | 'maxWaitMs' | 'priority' | 'highPriorityThreshold' | 'perTenant'>;

/** Whoever stands in a line. */
export interface Standing {
  readonly claim: CallClaim;
  /** Order of arrival. */
  readonly number: number;
  /** See `placeOf`. */
  readonly place: number;
  /** Text of the scopes of the claim. */
  readonly scopesId: string;
}

/** From the least priority to the highest. */
const PRIORITY_SPAN = PRIORITIES.critical - PRIORITIES.background;

/** Share of the longest wait after which nobody who comes later gets before a waiter, whatever the priorities of the two. */
const OVERTAKEN_FOR = 0.5;

/**
 * Where a call stands in the line, the least first. A waiter becomes more important with the time that it waits: by one step of
 * the scale of priorities in an eighteenth of the longest wait. So the order of two waiters never changes, a call is the same
 * as one of the next lesser priority that came a step earlier, and of those who wait for the same nobody is overtaken by a call
 * that comes more than half of the longest wait after it. Without priorities it is the order of arrival.
 */
export function placeOf({ arrivedAtMs, priority: value }: CallClaim, { priority, maxWaitMs }: LineOptions): number {
  return priority ? arrivedAtMs - (value * maxWaitMs * OVERTAKEN_FOR) / PRIORITY_SPAN : arrivedAtMs;
}

/** Those who wait for a slot, in the order in which they are served. Never more than the options allow. */
export class WaitingLine<Waiter extends Standing> {
  readonly #options: LineOptions;
  readonly #waiters: Waiter[] = [];
  // By the scopes that they wait for.
  readonly #counts = new Map<string, number>();

  constructor(options: LineOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiters.length;
  }

  get isFull(): boolean {
    return this.#waiters.length >= this.#options.queueSize;
  }

  /** The waiter with so many before it. */
  at(index: number): Waiter | undefined {
    return this.#waiters[index];
  }

  /** Everybody, in order. */
  all(): Iterable<Waiter> {
    return this.#waiters;
  }

  /** Whether somebody waits for just these scopes. */
  hasFor(scopesId: string): boolean {
    return this.#counts.has(scopesId);
  }

  add(waiter: Waiter): void {
    this.#waiters.splice(this.#indexOf(waiter), 0, waiter);
    this.#counts.set(waiter.scopesId, (this.#counts.get(waiter.scopesId) ?? 0) + 1);
    for (const scope of waiter.claim.scopes) scope.queued += 1;
  }

  /** Takes a waiter out; false if it does not stand here. */
  remove(waiter: Waiter): boolean {
    const index = this.#indexOf(waiter);
    if (this.#waiters[index] !== waiter) return false;
    this.#waiters.splice(index, 1);
    const count = (this.#counts.get(waiter.scopesId) ?? 0) - 1;
    if (count === 0) this.#counts.delete(waiter.scopesId);
    else this.#counts.set(waiter.scopesId, count);
    for (const scope of waiter.claim.scopes) scope.queued -= 1;
    return true;
  }

  /** Who has to give its place in a full line to a call that comes; undefined if the call finds none. */
  giverFor(claim: CallClaim): Waiter | undefined {
    const tenant = this.#options.perTenant ? claim.scopes[0] : undefined;
    return this.#fromLongest(tenant) ?? this.#fromLesser(claim, tenant);
  }

  /**
   * The tenant with the most waiters gives a place to one that has fewer: a quiet tenant is never refused because a noisy one
   * waits. Where one place would only turn the two round, the one that uses fewer slots has it.
   */
  #fromLongest(tenant: ScopeRecord | undefined): Waiter | undefined {
    if (tenant === undefined) return undefined;
    let longest = tenant;
    for (const { claim } of this.#waiters) {
      const [other] = claim.scopes;
      if (other !== undefined && isLonger(other, longest)) longest = other;
    }
    const lead = longest.queued - tenant.queued;
    if (lead < 1 || (lead === 1 && longest.active <= tenant.active)) return undefined;
    return this.#least((waiter) => waiter.claim.scopes[0] === longest);
  }

  /** A call of high priority takes the place of a lesser one, though not of a tenant that has fewer waiters than its own. */
  #fromLesser({ priority }: CallClaim, tenant: ScopeRecord | undefined): Waiter | undefined {
    const { priority: isOn, highPriorityThreshold: threshold } = this.#options;
    if (!isOn || priority < threshold) return undefined;
    return this.#least(
      ({ claim }) => claim.priority < threshold && (tenant === undefined || (claim.scopes[0]?.queued ?? 0) >= tenant.queued),
    );
  }

  /** The youngest of the least important; without priorities, the youngest. */
  #least(isEligible: (waiter: Waiter) => boolean): Waiter | undefined {
    const { priority } = this.#options;
    let least: Waiter | undefined;
    for (const waiter of this.#waiters) {
      if (!isEligible(waiter)) continue;
      const lesser = least === undefined || !priority ? 0 : waiter.claim.priority - least.claim.priority;
      if (least === undefined || lesser < 0 || (lesser === 0 && waiter.number > least.number)) least = waiter;
    }
    return least;
  }

  /** Where a waiter stands, or would stand. */
  #indexOf({ place, number }: Waiter): number {
    let low = 0;
    let high = this.#waiters.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiters[middle];
      if (other !== undefined && (other.place - place || other.number - number) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isLonger(one: ScopeRecord, other: ScopeRecord): boolean {
  return one.queued > other.queued || (one.queued === other.queued && one.active > other.active);
}
