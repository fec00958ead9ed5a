import { PRIORITIES, type CallContext, type Priority } from '../core/call-context.ts';
import type { Permit } from '../core/gate.ts';
import type { Outcome } from '../core/outcome.ts';
import type { ScopeRecord } from './scopes.ts';
import type { Claim, Slot } from './slots.ts';

/** Ends the call that held a slot. */
export type EndCall = (claim: CallClaim, slot: Slot, outcome: Outcome) => void | Promise<void>;

/** One call: at first it asks for a slot, then it holds it. One object for both, because there is one for every call. */
export class CallClaim implements Claim, Permit {
  readonly scopes: readonly ScopeRecord[];
  readonly call: CallContext;
  /** The same on the scale of `PRIORITIES`. */
  readonly priority: number;
  readonly priorityName: Priority;
  arrivedAtMs = 0;
  attempts = 0;
  /** When it got its slot, in epoch milliseconds. */
  admittedAtMs = Infinity;
  readonly #end: EndCall;
  #slot: Slot | undefined;

  constructor(scopes: readonly ScopeRecord[], call: CallContext, priority: Priority, end: EndCall) {
    this.scopes = scopes;
    this.call = call;
    this.priority = PRIORITIES[priority];
    this.priorityName = priority;
    this.#end = end;
  }

  /** It comes now. */
  arrive(nowMs: number): this {
    this.arrivedAtMs = nowMs;
    return this;
  }

  /** Milliseconds that it waited for its slot. */
  get waitedMs(): number {
    return this.admittedAtMs - this.arrivedAtMs;
  }

  /** It has its slot from now on. */
  hold(slot: Slot, nowMs: number): this {
    this.#slot = slot;
    this.admittedAtMs = nowMs;
    return this;
  }

  /** Gives the slot back; only the first call has an effect. */
  settle(outcome: Outcome): void | Promise<void> {
    const slot = this.#slot;
    this.#slot = undefined;
    return slot === undefined ? undefined : this.#end(this, slot, outcome);
  }
}
