import type { CallContext } from '../core/call-context.ts';

/** What a limit of a bulkhead is for: everything, one tenant, or one operation. */
export type ScopeKind = 'global' | 'tenant' | 'operation';

/** One limit that a call has to respect. */
export interface Scope {
  readonly kind: ScopeKind;
  /** Key of the tenant or the operation; empty for everything. */
  readonly key: string;
  /** Slots of this scope. */
  readonly limit: number;
}

/** A call that asks for a slot in all of its scopes: it gets them all, or none. */
export interface Claim {
  /** The narrowest first; everything last. */
  readonly scopes: readonly Scope[];
  readonly call: CallContext;
  /** On the scale of `PRIORITIES`. */
  readonly priority: number;
  /** When it arrived, in epoch milliseconds. */
  readonly arrivedAtMs: number;
  /** Tries that this call has made in vain. */
  readonly attempts: number;
}

/** The right to run one call. */
export interface Slot {
  readonly kind: 'slot';
  /** Instant from which on others may have the slot; infinite where it is never taken away. */
  readonly expiresAtMs: number;
  /**
   * Gives it back; only the first call has an effect. Never rejects. A promise is awaited before the answer leaves the function.
   *
   * @param result How long the call ran, and whether it failed: what an adaptive bulkhead learns from.
   */
  give(result: CallResult): void | Promise<void>;
}

/** How a call ended, as far as it says anything about the number of slots. */
export interface CallResult {
  /** Milliseconds that it ran; undefined if it never did. */
  readonly durationMs: number | undefined;
  readonly failed: boolean;
}

/** No slot now. */
export interface NoSlot {
  readonly kind: 'none';
  /** The scope that is full; undefined where nobody can say, because the table does not answer. */
  readonly scope: Scope | undefined;
  /**
   * When it is worth another try, in epoch milliseconds. Infinite: when a slot is given back here, of which `onFreed` tells.
   */
  readonly retryAtMs: number;
}

/** Where slots come from: the memory of this environment, or the table of the fleet. */
export interface SlotSource {
  /** Takes a slot in every scope of the claim, or in none. Synchronous where it is decided here. */
  take(claim: Claim): Slot | NoSlot | Promise<Slot | NoSlot>;
  /** Told to, calls this whenever a slot may have become free in this environment. */
  onFreed(listener: () => void): void;
  /** Slots in use as far as is known here, and how many there are. */
  usage(): SlotUsage;
}

/** How many slots are in use. */
export interface SlotUsage {
  /** Of this environment, or of the fleet as last seen. */
  readonly active: number;
  /** Slots that there are now: fewer than `maxConcurrent` where an adaptive bulkhead has taken some away. */
  readonly capacity: number;
}
