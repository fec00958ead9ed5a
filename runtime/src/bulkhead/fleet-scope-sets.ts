import { uniform, type Random } from '../core/random.ts';
import { quotasOf, scopeNameOf, type PartQuota } from './fleet-parts.ts';
import { FLEET_TUNING } from './fleet-tuning.ts';
import { scopesId } from './key.ts';
import type { NoSlot, Scope, Slot } from './slots.ts';

/** Calls of the same scopes, as one environment knows them: where they have slots, how often they come, how they fared. */
export class ScopeSet {
  readonly scopes: readonly Scope[];
  readonly names: readonly string[];
  /** Parts in which they may have a slot. */
  readonly quotas: readonly PartQuota[];
  /** The request for a slot that is under way. */
  asking: Promise<Slot | NoSlot> | undefined;
  /** Refusals, of which each slot takes half away. */
  #vain = 0;
  #refusedAtMs = -Infinity;
  #arrivedAtMs: number | undefined;
  #gapMs = Infinity;
  #place: number;

  constructor(scopes: readonly Scope[], quotas: readonly PartQuota[], random: Random) {
    this.scopes = scopes;
    this.names = scopes.map(scopeNameOf);
    this.quotas = quotas;
    // Each environment begins somewhere else.
    this.#place = Math.floor(uniform(random, 0, quotas.length));
  }

  /** A call has come. */
  arrived(nowMs: number): void {
    const { gapWeight, longestGapMs } = FLEET_TUNING;
    if (this.#arrivedAtMs !== undefined) {
      const gapMs = Math.min(longestGapMs, nowMs - this.#arrivedAtMs);
      this.#gapMs = this.#gapMs === Infinity ? gapMs : this.#gapMs + gapWeight * (gapMs - this.#gapMs);
    }
    this.#arrivedAtMs = nowMs;
  }

  /** Milliseconds between two calls, of late; infinite if that is unknown. */
  get gapMs(): number {
    return this.#gapMs;
  }

  /** Whether calls are refused, and few have been admitted since. */
  isContended(nowMs: number): boolean {
    return this.#vain > 0 && this.isBusy(nowMs);
  }

  /** Whether calls were refused of late. */
  isBusy(nowMs: number): boolean {
    return nowMs - this.#refusedAtMs < FLEET_TUNING.refusalsForgottenMs;
  }

  /** Parts to ask for a slot: first the one that had one last, then others by chance. */
  partsToAsk(most: number, random: Random): readonly PartQuota[] {
    const { quotas } = this;
    const start = Math.floor(uniform(random, 1, quotas.length));
    const first = quotas[this.#place];
    const asked = first === undefined ? [] : [first];
    for (let step = 0; step < quotas.length - 1 && asked.length < most; step += 1) {
      const offset = 1 + ((start - 1 + step) % (quotas.length - 1));
      const next = quotas[(this.#place + offset) % quotas.length];
      if (next !== undefined) asked.push(next);
    }
    return asked;
  }

  /** A part gave a slot. */
  granted(quota: PartQuota): void {
    this.goesTo(quota);
    // Not 0: who has been lucky once among many others would start to press again.
    this.#vain = Math.floor(this.#vain / 2);
  }

  /** A part is asked first next time. */
  goesTo(quota: PartQuota): void {
    this.#place = Math.max(0, this.quotas.indexOf(quota));
  }

  /** No part gave a slot. Answers with the milliseconds until it is worth asking again. */
  refused(nowMs: number, random: Random): number {
    if (!this.isContended(nowMs)) this.#vain = 0;
    const { firstWaitMs, longestWaitMs } = FLEET_TUNING;
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(this.#vain, 16));
    this.#vain += 1;
    this.#refusedAtMs = nowMs;
    // Another part next time.
    this.#place = Math.floor(uniform(random, 0, this.quotas.length));
    return uniform(random, waitMs / 2, waitMs);
  }
}

/** The scope sets that an environment remembers, the one longest unused forgotten first. */
export class ScopeSets {
  readonly #most: number;
  readonly #make: (scopes: readonly Scope[]) => ScopeSet;
  readonly #sets = new Map<string, ScopeSet>();

  /** @param parts Parts of the bulkhead. `headroom`: see `quotasOf`. */
  constructor(most: number, { parts, headroom, random }: { readonly parts: number; readonly headroom: number | undefined; readonly random: Random }) {
    this.#most = most;
    this.#make = (scopes) => new ScopeSet(scopes, quotasOf(scopes, parts, headroom), random);
  }

  of(scopes: readonly Scope[]): ScopeSet {
    const id = scopesId(scopes);
    const known = this.#sets.get(id);
    const set = known ?? this.#make(scopes);
    if (known !== undefined && this.#sets.size > 1) this.#sets.delete(id);
    this.#sets.set(id, set);
    if (this.#sets.size > this.#most) {
      for (const oldest of this.#sets.keys()) {
        this.#sets.delete(oldest);
        break;
      }
    }
    return set;
  }
}
