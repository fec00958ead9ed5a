import { NO_LEASES, leaseText, type AcquireCommand, type Leases, type Resize, type ScopeQuota } from '../../../runtime/src/bulkhead/lease-state.ts';
import type { AcquireDecision, BulkheadStore, SlotPart, StoredLeases } from '../../../runtime/src/bulkhead/store.ts';

export const START_MS = Date.UTC(2026, 10, 5, 12);

/** When the leases of these tests end, unless they say otherwise. */
export const END_MS = START_MS + 60_000;

/** A tenant or an operation with a limit. */
export function quota(name: string, limit: number, spare?: number): ScopeQuota {
  return { name, limit, spare };
}

/** What a wish is, beside its lease. */
export type Wish = Partial<Omit<AcquireCommand, 'lease'>> & { readonly endsAtMs?: number };

/** A part of a bulkhead as one environment uses it, which remembers what it saw last. */
export class PartUnderTest {
  readonly store: BulkheadStore;
  readonly part: SlotPart;
  readonly #wish: Wish;
  #known: Leases = NO_LEASES;

  constructor(store: BulkheadStore, part: SlotPart, wish: Wish = {}) {
    this.store = store;
    this.part = part;
    this.#wish = wish;
  }

  /** The same part as an environment sees it that knows nothing of it. */
  get cold(): PartUnderTest {
    return new PartUnderTest(this.store, this.part, this.#wish);
  }

  get known(): Leases {
    return this.#known;
  }

  async acquire(id: string, wish: Wish = {}): Promise<AcquireDecision> {
    const command = this.#command(id, wish);
    const decision = await this.store.acquire(this.part, command, this.#known, { nowMs: command.nowMs });
    this.#known = decision.leases;
    return decision;
  }

  /** What comes of a wish, in short: `held`, or what is full. */
  async outcome(id: string, wish: Wish = {}): Promise<AcquireDecision['outcome'] | number | 'all'> {
    const { outcome, full } = await this.acquire(id, wish);
    return full ?? outcome;
  }

  look(id: string, wish: Wish = {}): Promise<AcquireDecision> {
    const command = this.#command(id, wish);
    return this.store.look(this.part, command, { nowMs: command.nowMs });
  }

  async release(id: string, wish: Wish = {}, resize?: Resize): Promise<StoredLeases> {
    const { lease, scopes, nowMs } = this.#command(id, wish);
    const answer = await this.store.release(this.part, { lease, scopes: scopes.map(({ name }) => name), resize }, { nowMs });
    this.#known = answer.leases;
    return answer;
  }

  async reclaim(ended: readonly string[], nowMs: number): Promise<StoredLeases> {
    const answer = await this.store.reclaim(this.part, this.#known, ended, { nowMs });
    this.#known = answer.leases;
    return answer;
  }

  /** How many leases are stored, ended ones included. */
  async stored(): Promise<number> {
    return (await this.look('nobody')).leases.all.size;
  }

  #command(id: string, wish: Wish): AcquireCommand {
    const { endsAtMs = END_MS, ...rest } = { ...this.#wish, ...wish };
    return { lease: leaseText(endsAtMs, id), size: 3, adaptive: false, scopes: [], nowMs: START_MS, ...rest };
  }
}
