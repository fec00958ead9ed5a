import type { StoreErrorReason } from '../core/events.ts';
import type { ScopeSet } from './fleet-scope-sets.ts';
import { FLEET_TUNING } from './fleet-tuning.ts';
import type { Scope } from './slots.ts';

/**
 * Tells an outage of the store from a reply that was lost. One failure is none: who goes on alone after that, admits calls
 * beyond the slots of the fleet. Two in a row are one, and so is a failure after which no answer comes for a while.
 */
export class Outage {
  #failures = 0;
  #failedAtMs = -Infinity;
  #sinceMs: number | undefined;

  /** The store has answered. */
  answered(): void {
    this.#failures = 0;
    this.#sinceMs = undefined;
  }

  /** @param askedAtMs When the request was made: those that fail together are one failure. */
  failed(reason: StoreErrorReason, askedAtMs: number, nowMs: number): void {
    this.#sinceMs ??= nowMs;
    if (reason === 'paused' || askedAtMs <= this.#failedAtMs) return;
    this.#failures += 1;
    this.#failedAtMs = nowMs;
  }

  /** Whether the store is out. */
  isOut(nowMs: number): boolean {
    return this.#failures > 1 || (this.#sinceMs !== undefined && nowMs - this.#sinceMs >= FLEET_TUNING.outAfterMs);
  }
}

/** Calls that run in this environment, by scope: what the limits are held against while the store is out. */
export class CallsHere {
  readonly #headroom: number | undefined;
  readonly #counts = new Map<string, number>();
  #all = 0;

  /** @param headroom Slots that have to stay free when a tenant takes more than its own; undefined if it never may. */
  constructor(headroom: number | undefined) {
    this.#headroom = headroom;
  }

  /** All of them. */
  get all(): number {
    return this.#all;
  }

  add(set: ScopeSet): void {
    this.#all += 1;
    for (const name of set.names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  remove(set: ScopeSet): void {
    this.#all -= 1;
    for (const name of set.names) {
      const left = (this.#counts.get(name) ?? 0) - 1;
      if (left > 0) this.#counts.set(name, left);
      else this.#counts.delete(name);
    }
  }

  /** The first scope that has no room for one more; undefined if all have. */
  fullFor(set: ScopeSet, maxConcurrent: number): Scope | undefined {
    return set.scopes.find((scope, index) => {
      const used = this.#counts.get(set.names[index] ?? '') ?? 0;
      const mayBorrow = scope.kind === 'tenant' && this.#headroom !== undefined && this.#all < maxConcurrent - this.#headroom;
      return used >= scope.limit && !mayBorrow;
    });
  }
}
