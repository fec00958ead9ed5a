import type { Clock } from '../core/clock.ts';
import { adaptedLimit, type AdaptiveLimit } from './adaptive-limit.ts';
import type { ResolvedBulkheadOptions } from './options.ts';
import type { CallResult, Claim, NoSlot, Scope, Slot, SlotSource, SlotUsage } from './slots.ts';

/** The options that slots in process go by. */
export type LocalSlotOptions = Pick<
  ResolvedBulkheadOptions,
  'maxConcurrent' | 'minConcurrent' | 'adaptive' | 'latencyThresholdMs' | 'borrow' | 'defaultTenantLimit'
>;

/** What slots in process need from outside. */
export interface LocalSlotDependencies {
  readonly clock: Clock;
  /** Told when an adaptive bulkhead has changed the number of its slots. */
  readonly onResize: (from: number, to: number) => void;
}

/**
 * Slots in the memory of this environment: a call takes them in all of its scopes at once, or none. They protect what one
 * environment does at a time, such as the calls that an invocation fans out; what the fleet does takes the table.
 */
export class LocalSlots implements SlotSource {
  readonly #options: LocalSlotOptions;
  readonly #dependencies: LocalSlotDependencies;
  readonly #headroom: number;
  // Only keys with calls are kept, so there are never more than slots.
  readonly #used = { tenant: new Map<string, number>(), operation: new Map<string, number>() };
  #active = 0;
  #capacity: AdaptiveLimit;
  #freed: () => void = () => undefined;

  constructor(options: LocalSlotOptions, dependencies: LocalSlotDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#capacity = { limit: options.maxConcurrent, loweredAtMs: -Infinity };
    // What is left for a tenant within its own share, whoever borrows.
    this.#headroom = Math.max(1, options.defaultTenantLimit);
  }

  take({ scopes }: Claim): Slot | NoSlot {
    for (const scope of scopes) if (!this.#hasRoom(scope)) return { kind: 'none', scope, retryAtMs: Infinity };
    for (const scope of scopes) this.#count(scope, 1);
    return new LocalSlot(scopes, this.#giveBack);
  }

  onFreed(listener: () => void): void {
    this.#freed = listener;
  }

  usage(): SlotUsage {
    return { active: this.#active, capacity: this.#capacity.limit };
  }

  #hasRoom({ kind, key, limit }: Scope): boolean {
    const { limit: capacity } = this.#capacity;
    if (kind === 'global') return this.#active < Math.min(limit, capacity);
    if ((this.#used[kind].get(key) ?? 0) < limit) return true;
    return kind === 'tenant' && this.#options.borrow && this.#active < capacity - this.#headroom;
  }

  #count({ kind, key }: Scope, change: 1 | -1): void {
    if (kind === 'global') {
      this.#active += change;
      return;
    }
    const used = this.#used[kind];
    const count = (used.get(key) ?? 0) + change;
    if (count === 0) used.delete(key);
    else used.set(key, count);
  }

  readonly #giveBack = (scopes: readonly Scope[], result: CallResult): void => {
    if (this.#options.adaptive) this.#adapt(result);
    for (const scope of scopes) this.#count(scope, -1);
    this.#freed();
  };

  #adapt({ durationMs, failed }: CallResult): void {
    if (durationMs === undefined) return;
    const { limit: from } = this.#capacity;
    const sample = { durationMs, failed, active: this.#active, nowMs: this.#dependencies.clock.nowMs() };
    this.#capacity = adaptedLimit(this.#capacity, sample, this.#options);
    const { limit: to } = this.#capacity;
    if (to !== from) this.#dependencies.onResize(from, to);
  }
}

/** One slot of this environment. */
class LocalSlot implements Slot {
  readonly kind = 'slot';
  readonly expiresAtMs = Infinity;
  readonly #giveBack: (scopes: readonly Scope[], result: CallResult) => void;
  #scopes: readonly Scope[] | undefined;

  constructor(scopes: readonly Scope[], giveBack: (scopes: readonly Scope[], result: CallResult) => void) {
    this.#scopes = scopes;
    this.#giveBack = giveBack;
  }

  give(result: CallResult): void {
    const scopes = this.#scopes;
    this.#scopes = undefined;
    if (scopes !== undefined) this.#giveBack(scopes, result);
  }
}
