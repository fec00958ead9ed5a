import {
  countLeases,
  decide,
  mayRelease,
  NO_LEASES,
  released,
  withLease,
  withoutLeases,
  type AcquireCommand,
  type Leases,
  type ReleaseCommand,
} from './lease-state.ts';
import type { AcquireDecision, BulkheadStore, SlotPart, StoredLeases, StoreRequest } from './store.ts';

/**
 * Keeps the slots of a fleet in the memory of this process. Handed to several policies it plays the shared table in tests and
 * simulations.
 */
export class MemoryBulkheadStore implements BulkheadStore {
  readonly shared: boolean;
  readonly #parts = new Map<string, Leases>();

  /** @param options `shared`: what the store says of itself; false unless set. */
  constructor(options: { readonly shared?: boolean } = {}) {
    this.shared = options.shared ?? false;
  }

  acquire(part: SlotPart, command: AcquireCommand, _known: Leases, _request: StoreRequest): Promise<AcquireDecision> {
    const leases = this.leases(part);
    const decision = decide(leases, command);
    if (decision.outcome !== 'room') return Promise.resolve(answer(decision, leases, command));
    return Promise.resolve(answer({ outcome: 'held' }, this.#store(part, withLease(leases, command)), command));
  }

  look(part: SlotPart, command: AcquireCommand, _request: StoreRequest): Promise<AcquireDecision> {
    const leases = this.leases(part);
    return Promise.resolve(answer(decide(leases, command), leases, command));
  }

  release(part: SlotPart, command: ReleaseCommand, _request: StoreRequest): Promise<StoredLeases> {
    const leases = this.leases(part);
    if (!mayRelease(leases, command)) return Promise.resolve({ applied: false, leases });
    return Promise.resolve({ applied: true, leases: this.#store(part, released(leases, command)) });
  }

  reclaim(part: SlotPart, _known: Leases, ended: readonly string[], _request: StoreRequest): Promise<StoredLeases> {
    const leases = this.leases(part);
    const [oldest] = ended;
    if (oldest === undefined || !leases.all.has(oldest)) return Promise.resolve({ applied: false, leases });
    return Promise.resolve({ applied: true, leases: this.#store(part, withoutLeases(leases, ended)) });
  }

  /** What is stored of a part. */
  leases(part: SlotPart): Leases {
    return this.#parts.get(memoryKey(part)) ?? NO_LEASES;
  }

  #store(part: SlotPart, leases: Leases): Leases {
    // What says no more than a missing one takes no room.
    if (leases.all.size === 0 && leases.size === undefined) this.#parts.delete(memoryKey(part));
    else this.#parts.set(memoryKey(part), leases);
    return leases;
  }
}

function answer(decision: ReturnType<typeof decide>, leases: Leases, command: AcquireCommand): AcquireDecision {
  const full = decision.outcome === 'full' ? decision.scope : undefined;
  return { outcome: decision.outcome, full, leases, counts: countLeases(leases, command), reclaimed: 0 };
}

function memoryKey({ name, part, parts }: SlotPart): string {
  return `${parts}/${part}#${name}`;
}
