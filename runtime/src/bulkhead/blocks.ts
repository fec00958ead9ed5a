import type { ScopeRecord } from './scopes.ts';
import type { Claim, NoSlot } from './slots.ts';

/** A claim whose scopes are records. */
export interface RecordedClaim extends Claim {
  readonly scopes: readonly ScopeRecord[];
}

/** Shortest time until a full scope is asked for again, so that a source that names an instant gone by is not asked without end. */
const SHORTEST_BLOCK_MS = 1;

/** Which scopes are known to be full, and until when: nobody asks for those. A slot given back ends all of it. */
export class Blocks {
  #round = 0;

  /** Notes that a claim got no slot. */
  note({ scopes }: RecordedClaim, { scope, retryAtMs }: NoSlot, nowMs: number): void {
    // Where nobody can say which scope is full, nothing can be had at all.
    const full = scopes.find(({ kind }) => kind === (scope?.kind ?? 'global'));
    if (full === undefined) return;
    // Nothing to hope for is said of this call alone: nobody would give a slot back that ends such a block, so the next one asks.
    full.blockedUntilMs = scope === undefined && retryAtMs === Infinity ? nowMs : Math.max(retryAtMs, nowMs + SHORTEST_BLOCK_MS);
    full.blockedIn = this.#round;
    full.isUnknown = scope === undefined;
  }

  /** The first of some scopes that is known to be full; undefined if there is none. */
  first(scopes: readonly ScopeRecord[], nowMs: number): ScopeRecord | undefined {
    // Written out: this is asked for every call.
    for (const scope of scopes) if (this.isBlocked(scope, nowMs)) return scope;
    return undefined;
  }

  /** When a claim may ask again: the same instant if it may now, infinite if only a slot given back lets it. */
  retryAtMs(scopes: readonly ScopeRecord[], nowMs: number): number {
    let retryAtMs = nowMs;
    for (const scope of scopes) if (this.isBlocked(scope, nowMs)) retryAtMs = Math.max(retryAtMs, scope.blockedUntilMs);
    return retryAtMs;
  }

  /** What stands in the way of a claim, or did until just now; undefined if nobody can say. */
  full(scopes: readonly ScopeRecord[]): ScopeRecord | undefined {
    const found = scopes.find(({ blockedIn }) => blockedIn === this.#round);
    return found === undefined ? scopes.at(-1) : found.isUnknown ? undefined : found;
  }

  /** A slot was given back: everything may be asked for again. */
  clear(): void {
    this.#round += 1;
  }

  /** Whether a scope is known to be full. */
  isBlocked(scope: ScopeRecord, nowMs: number): boolean {
    return scope.blockedIn === this.#round && scope.blockedUntilMs > nowMs;
  }
}
