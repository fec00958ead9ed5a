import {
  decide,
  endedToPass,
  leaseId,
  sizeNow,
  type AcquireCommand,
  type Leases,
  type ReleaseCommand,
} from '../../runtime/src/bulkhead/lease-state.ts';
import { MemoryBulkheadStore } from '../../runtime/src/bulkhead/memory-store.ts';
import type { AcquireDecision, SlotPart, StoredLeases, StoreRequest } from '../../runtime/src/bulkhead/store.ts';

/** Ended leases that one write of a DynamoDB store passes over at most. */
const MOST_PASSED = 16;

/** A decision, and the conditional writes of a DynamoDB store that it took, failed ones included. */
export interface ChargedAcquire {
  readonly decision: AcquireDecision;
  readonly writes: number;
  /** Whether the lease was granted by it, and not by an earlier request. */
  readonly isNew: boolean;
}

/**
 * The in-memory store, and what a table adds to it: a request that relies on an old view of an item takes more than one write,
 * for who finds another item than expected learns that from a failed one and tries again.
 */
export class BulkheadTable {
  readonly #store = new MemoryBulkheadStore({ shared: true });

  /** Decides a wish for a slot. */
  async acquire(part: SlotPart, command: AcquireCommand, known: Leases, request: StoreRequest): Promise<ChargedAcquire> {
    const stored = this.#store.leases(part);
    const writes = writesOf(command, known, stored);
    const isNew = !stored.all.has(command.lease);
    const decision = await this.#store.acquire(part, command, known, request);
    return { decision, writes, isNew: isNew && decision.outcome === 'held' };
  }

  look(part: SlotPart, command: AcquireCommand, request: StoreRequest): Promise<AcquireDecision> {
    return this.#store.look(part, command, request);
  }

  release(part: SlotPart, command: ReleaseCommand, request: StoreRequest): Promise<StoredLeases> {
    return this.#store.release(part, command, request);
  }

  reclaim(part: SlotPart, known: Leases, ended: readonly string[], request: StoreRequest): Promise<StoredLeases> {
    return this.#store.reclaim(part, known, ended, request);
  }
}

/** The item of a part. */
export function itemOf({ name, part, parts }: SlotPart): string {
  return `${name}#${part}/${parts}`;
}

/** What a DynamoDB store writes to decide a wish: nobody comes between here, so its second try succeeds. */
function writesOf(command: AcquireCommand, known: Leases, stored: Leases): number {
  if (conditionHolds(command, known, endedToPass(known, command, MOST_PASSED) ?? [], stored)) return 1;
  if (decide(stored, command).outcome !== 'room') return 1;
  return endedToPass(stored, command, MOST_PASSED) === undefined ? 3 : 2;
}

/** Whether the write of somebody who knows an older item is applied. */
function conditionHolds(command: AcquireCommand, known: Leases, passed: readonly string[], stored: Leases): boolean {
  const size = sizeNow(known, command);
  if (stored.all.size >= size + passed.length || !passed.every((lease) => stored.all.has(lease))) return false;
  if (command.adaptive && stored.size !== undefined && stored.size < size) return false;
  const id = leaseId(command.lease);
  return command.scopes.every(({ name, limit, spare }) => {
    const ids = stored.scopes.get(name);
    const ended = passed.filter((lease) => known.scopes.get(name)?.has(leaseId(lease)) === true).length;
    const hasOwn = (ids?.size ?? 0) < limit + ended;
    const mayBorrow = spare !== undefined && stored.all.size < size - spare + passed.length;
    return ids?.has(id) !== true && (hasOwn || mayBorrow);
  });
}
