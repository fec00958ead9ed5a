import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { FleetSlots } from '../../../runtime/src/bulkhead/fleet-slots.ts';
import { countLeases } from '../../../runtime/src/bulkhead/lease-state.ts';
import { MemoryBulkheadStore } from '../../../runtime/src/bulkhead/memory-store.ts';
import { resolveBulkheadOptions, type BulkheadOptions, type ResolvedBulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import type { CallResult, Claim, NoSlot, Scope, Slot } from '../../../runtime/src/bulkhead/slots.ts';
import type { BulkheadStore } from '../../../runtime/src/bulkhead/store.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { START_MS } from './part-under-test.ts';

export const DONE: CallResult = { durationMs: 10, failed: false };

/** What becomes of a request: carried out and answered; carried out, the answer lost; or never carried out. */
export type Fate = 'answered' | 'lost' | 'timeout' | 'paused' | 'throttled' | 'no_time_left';

/** The store of a fleet as one environment reaches it. */
export class UnreliableStore implements BulkheadStore {
  readonly shared = true;
  /** What becomes of the next requests; after the last one all are answered. */
  fates: Fate[] = [];
  /** What becomes of all others. */
  always: Fate = 'answered';
  writes = 0;
  reads = 0;
  /** Whether the last request brought an answer. */
  answered = true;
  readonly #store: BulkheadStore;

  constructor(store: BulkheadStore) {
    this.#store = store;
  }

  acquire(...args: Parameters<BulkheadStore['acquire']>): ReturnType<BulkheadStore['acquire']> {
    return this.#write(() => this.#store.acquire(...args));
  }

  look(...args: Parameters<BulkheadStore['look']>): ReturnType<BulkheadStore['look']> {
    this.reads += 1;
    return this.#ask(() => this.#store.look(...args));
  }

  release(...args: Parameters<BulkheadStore['release']>): ReturnType<BulkheadStore['release']> {
    return this.#write(() => this.#store.release(...args));
  }

  reclaim(...args: Parameters<BulkheadStore['reclaim']>): ReturnType<BulkheadStore['reclaim']> {
    return this.#write(() => this.#store.reclaim(...args));
  }

  #write<T>(request: () => Promise<T>): Promise<T> {
    this.writes += 1;
    return this.#ask(request);
  }

  async #ask<T>(request: () => Promise<T>): Promise<T> {
    const fate = this.fates.shift() ?? this.always;
    this.answered = fate === 'answered';
    if (fate !== 'answered' && fate !== 'lost') throw new StoreUnavailableError(fate);
    const answer = await request();
    if (fate === 'lost') throw new StoreUnavailableError('timeout');
    return answer;
  }
}

/** One environment of a fleet. */
export class FleetMember {
  readonly store: UnreliableStore;
  readonly slots: FleetSlots;
  readonly options: ResolvedBulkheadOptions;
  readonly events: string[] = [];
  /** How many times it was told that a slot may be free. */
  freed = 0;
  readonly #clock: ManualClock;
  readonly #skewMs: number;

  constructor(options: ResolvedBulkheadOptions, fleet: { readonly store: BulkheadStore; readonly clock: ManualClock; readonly seed: number; readonly skewMs: number }) {
    this.options = options;
    this.store = new UnreliableStore(fleet.store);
    this.#clock = fleet.clock;
    this.#skewMs = fleet.skewMs;
    const report = {
      reclaimed: (leases: number) => void this.events.push(`reclaimed ${leases}`),
      resized: (from: number, to: number) => void this.events.push(`resized ${from} to ${to}`),
      degraded: (decision: string) => void this.events.push(`degraded ${decision}`),
    };
    const clock = { nowMs: () => this.nowMs() };
    this.slots = new FleetSlots(options, { store: this.store, clock, random: new SeededRandom(fleet.seed), report });
    this.slots.onFreed(() => (this.freed += 1));
  }

  /** The time by the clock of this environment. */
  nowMs(): number {
    return this.#clock.nowMs() + this.#skewMs;
  }

  /** A call that wants a slot; by default it may last for a second. */
  claim(call: CallContext = {}, attempts = 0): Claim {
    const nowMs = this.nowMs();
    return { scopes: scopesOf(this.options, call), call: { deadlineMs: nowMs + 1000, ...call }, priority: 5, arrivedAtMs: nowMs, attempts };
  }

  async take(call: CallContext = {}, attempts = 0): Promise<Slot | NoSlot> {
    return this.slots.take(this.claim(call, attempts));
  }

  /** Takes a slot that has to be there. */
  async hold(call: CallContext = {}): Promise<Slot> {
    const taken = await this.take(call);
    if (taken.kind === 'none') throw new Error(`no slot: ${taken.scope?.kind ?? 'nobody knows why'}`);
    return taken;
  }

  /** Takes a slot that must not be there. */
  async miss(call: CallContext = {}, attempts = 0): Promise<NoSlot> {
    const taken = await this.take(call, attempts);
    if (taken.kind === 'slot') throw new Error('a slot was there');
    return taken;
  }

  /** One call from begin to end. */
  async run(call: CallContext = {}, result: CallResult = DONE): Promise<void> {
    await (await this.hold(call)).give(result);
  }
}

/** Environments that share the slots of one store, and a clock. */
export class SlotsFleet {
  readonly clock = new ManualClock(START_MS);
  readonly store = new MemoryBulkheadStore({ shared: true });
  readonly options: ResolvedBulkheadOptions;
  #members = 0;

  constructor(options: Partial<BulkheadOptions> = {}) {
    this.options = resolveBulkheadOptions({ name: 'payments', ...options });
  }

  /** @param skewMs How much its clock is ahead. */
  member(skewMs = 0): FleetMember {
    return new FleetMember(this.options, { store: this.store, clock: this.clock, seed: (this.#members += 1), skewMs });
  }

  members(count: number): FleetMember[] {
    return Array.from({ length: count }, () => this.member());
  }

  /** Leases that are stored in some parts, and have not ended. */
  live(parts = 1): number {
    const counts = Array.from({ length: parts }, (_, part) => countLeases(this.store.leases({ name: this.options.name, part, parts }), { scopes: [], nowMs: this.clock.nowMs() }).all);
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

function scopesOf(options: ResolvedBulkheadOptions, { tenant = 'none', operation = 'none' }: CallContext): Scope[] {
  const { perTenant, tenantLimits, defaultTenantLimit, perOperation, operationLimits, defaultOperationLimit, maxConcurrent } = options;
  return [
    ...(perTenant ? [{ kind: 'tenant', key: tenant, limit: tenantLimits.get(tenant) ?? defaultTenantLimit } as const] : []),
    ...(perOperation ? [{ kind: 'operation', key: operation, limit: operationLimits.get(operation) ?? defaultOperationLimit } as const] : []),
    { kind: 'global', key: '', limit: maxConcurrent },
  ];
}
