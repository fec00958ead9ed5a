import type { AcquireCommand, LeaseCounts, Leases, ReleaseCommand } from './lease-state.ts';

/** Limits in time of one request to a store. */
export interface StoreRequest {
  /** Now, in epoch milliseconds, by the clock of the environment. */
  readonly nowMs: number;
  /** Instant after which the answer is of no use. */
  readonly deadlineMs?: number | undefined;
}

/** One part of the slots of a bulkhead. */
export interface SlotPart {
  /** Name of the bulkhead. */
  readonly name: string;
  /** Its number, from 0. */
  readonly part: number;
  /** Parts that there are. A bulkhead that is split otherwise is another one, so that its slots are never counted twice. */
  readonly parts: number;
}

/** What came of a wish for a slot. */
export interface AcquireDecision {
  /** `room`: the answer of `look` only. */
  readonly outcome: 'held' | 'room' | 'full';
  /** What is full: the place of a scope in the command, or the part itself. */
  readonly full: number | 'all' | undefined;
  /** What is stored after it: a hint for the next command on this part. */
  readonly leases: Leases;
  /** How many of them have not ended. */
  readonly counts: LeaseCounts;
  /** Ended leases that were removed on the way. */
  readonly reclaimed: number;
}

/** What came of a change. */
export interface StoredLeases {
  /** False if it was not made, because others had changed the part meanwhile. */
  readonly applied: boolean;
  /** What is stored after it. */
  readonly leases: Leases;
}

/** Where the slots of a fleet are kept. */
export interface BulkheadStore {
  /** False if what is stored is seen by this environment alone. */
  readonly shared: boolean;
  /**
   * Takes a slot in every scope, or in none: one atomic step. To ask again with the same lease is harmless: it is held once,
   * also where the answer to an earlier request was lost.
   *
   * @param known The part as last seen: a hint that saves requests and never changes the decision.
   * @throws StoreUnavailableError if the store gives no answer; the slot may have been taken all the same.
   */
  acquire(part: SlotPart, command: AcquireCommand, known: Leases, request: StoreRequest): Promise<AcquireDecision>;
  /**
   * Says what `acquire` would probably come to, and changes nothing. It may be a moment behind.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  look(part: SlotPart, command: AcquireCommand, request: StoreRequest): Promise<AcquireDecision>;
  /**
   * Gives a slot back, and changes the size of an adaptive part along with it; both or neither. A lease that is no longer there
   * is left alone, so a late or repeated return does nothing.
   *
   * @throws StoreUnavailableError if the store gives no answer; the slot may have been given back all the same.
   */
  release(part: SlotPart, command: ReleaseCommand, request: StoreRequest): Promise<StoredLeases>;
  /**
   * Removes ended leases, which only one of several environments does that try.
   *
   * @param known The part as last seen.
   * @param ended Leases of it that have ended, the oldest first.
   * @throws StoreUnavailableError if the store gives no answer; they may have been removed all the same.
   */
  reclaim(part: SlotPart, known: Leases, ended: readonly string[], request: StoreRequest): Promise<StoredLeases>;
}
