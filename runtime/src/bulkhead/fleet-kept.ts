import type { FleetLease } from './fleet-leases.ts';
import type { ScopeSet } from './fleet-scope-sets.ts';

/** Slots that an environment keeps for its next calls. */
export class KeptLeases {
  readonly #keepDurationMs: number;
  readonly #leaseMarginMs: number;
  #leases: FleetLease[] = [];

  constructor({ keepDurationMs, leaseMarginMs }: { readonly keepDurationMs: number; readonly leaseMarginMs: number }) {
    this.#keepDurationMs = keepDurationMs;
    this.#leaseMarginMs = leaseMarginMs;
  }

  /** Whether a slot may serve another call now. */
  isUsable({ takenAtMs, endsAtMs }: FleetLease, nowMs: number): boolean {
    return nowMs < takenAtMs + this.#keepDurationMs && nowMs < endsAtMs - this.#leaseMarginMs;
  }

  keep(lease: FleetLease): void {
    this.#leases.push(lease);
  }

  /** Takes a slot out; false if somebody else has. */
  remove(lease: FleetLease): boolean {
    const before = this.#leases.length;
    this.#leases = this.#leases.filter((each) => each !== lease);
    return this.#leases.length < before;
  }

  /** Takes out a slot for a call that may last until then; undefined if there is none. */
  take(set: ScopeSet, untilMs: number, nowMs: number): FleetLease | undefined {
    if (this.#leases.length === 0) return undefined;
    const lease = this.#leases.find((each) => each.set === set && this.isUsable(each, nowMs) && each.endsAtMs - this.#leaseMarginMs >= untilMs);
    if (lease !== undefined) this.remove(lease);
    return lease;
  }

  /** Takes out the slots whose time is over. */
  takeDue(nowMs: number): readonly FleetLease[] {
    if (this.#leases.every((each) => this.isUsable(each, nowMs))) return [];
    const due = this.#leases.filter((each) => !this.isUsable(each, nowMs));
    this.#leases = this.#leases.filter((each) => !due.includes(each));
    return due;
  }

  /** Takes out all slots. */
  takeAll(): readonly FleetLease[] {
    const all = this.#leases;
    this.#leases = [];
    return all;
  }
}
