import { PRIORITIES, UNKNOWN_CALL, type CallContext, type Priority } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import { FREE_PERMIT, rejectedBy, runBehind, type Gate, type Operation, type Permit, type Policy } from '../core/gate.ts';
import type { Sleep } from '../core/sleep.ts';
import { Admission } from './admission.ts';
import { CallClaim, type EndCall } from './claim.ts';
import { BulkheadFullError } from './errors.ts';
import type { ResolvedBulkheadOptions } from './options.ts';
import { BulkheadReporter } from './reporter.ts';
import { Scopes } from './scopes.ts';
import type { SlotSource } from './slots.ts';
import { statisticsOf, type BulkheadStatistics } from './snapshot.ts';

/** What a bulkhead needs from outside. */
export interface BulkheadParts {
  /** Where slots come from; of this bulkhead alone. */
  readonly slots: SlotSource;
  readonly clock: Clock;
  readonly sink: EventSink;
  /** Waits in milliseconds, and ends its timer when the signal is aborted. */
  readonly sleep: Sleep;
}

/**
 * Limits how many calls run at the same time: in all, per tenant and per operation. Calls that find no slot wait for a bounded
 * time in a bounded line, and hold nothing meanwhile. In process its slots are counted in memory; shared, in a table.
 */
export class Bulkhead implements Gate, Policy {
  readonly name: string;
  readonly clock: Clock;
  readonly options: ResolvedBulkheadOptions;
  readonly #parts: BulkheadParts;
  readonly #scopes: Scopes;
  readonly #reporter: BulkheadReporter;
  readonly #admission: Admission;
  readonly #end: EndCall;

  /**
   * @param options Resolved options, see `resolveBulkheadOptions`; `createBulkhead` does both.
   * @param parts Slots, clock, event sink and timer.
   */
  constructor(options: ResolvedBulkheadOptions, parts: BulkheadParts) {
    const { slots, clock, sink } = parts;
    this.name = options.name;
    this.clock = clock;
    this.options = options;
    this.#parts = parts;
    this.#scopes = new Scopes(options);
    this.#reporter = new BulkheadReporter(options, { clock, sink, scopes: this.#scopes, usage: () => slots.usage() });
    const admission = new Admission(options, { ...parts, reporter: this.#reporter });
    this.#admission = admission;
    this.#end = (claim, slot, outcome) => admission.end(claim, slot, outcome);
  }

  /**
   * Gets a call its slot, if need be after a wait; settle the permit to give it back. Synchronous where a slot is free in
   * process. A call whose signal is aborted before it has its slot ends with the reason of the signal.
   *
   * @throws BulkheadFullError if it gets none.
   */
  acquire(call: CallContext = UNKNOWN_CALL): Permit | Promise<Permit> {
    if (!this.options.enabled) return FREE_PERMIT;
    const claim = new CallClaim(this.#scopes.of(call), call, this.#priorityOf(call), this.#end).arrive(this.clock.nowMs());
    this.#reporter.onAsked(claim);
    if (call.signal?.aborted === true) {
      this.#reporter.onCancelled(claim);
      call.signal.throwIfAborted();
    }
    return this.#admission.admit(claim);
  }

  /**
   * Runs an operation in a slot; where it gets none, `onRejected` answers if there is one. What the operation throws is thrown
   * on as it is.
   *
   * @throws BulkheadFullError if it gets no slot and there is no `onRejected`.
   */
  execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
    return runBehind(this, operation, call, this.#onRefused);
  }

  /** What this bulkhead has done so far, in this environment. */
  get statistics(): BulkheadStatistics {
    return statisticsOf(this.name, this.#scopes, this.#parts.slots.usage());
  }

  readonly #onRefused = (error: unknown, call: CallContext): Promise<unknown> => {
    const { onRejected } = this.options;
    if (onRejected === undefined || !(error instanceof BulkheadFullError)) return rejectedBy(error);
    return Promise.resolve().then(() => onRejected(error, call));
  };

  #priorityOf(call: CallContext): Priority {
    const { priorityOf } = this.options;
    return known(priorityOf === undefined ? undefined : this.#asked(priorityOf, call)) ?? known(call.priority) ?? 'normal';
  }

  #asked(priorityOf: (call: CallContext) => Priority | undefined, call: CallContext): Priority | undefined {
    try {
      return priorityOf(call);
    } catch (error) {
      this.#reporter.report({ type: 'bulkhead.callback_failed', error });
      return undefined;
    }
  }
}

/** A priority of the scale; undefined for what is none. */
function known(priority: Priority | undefined): Priority | undefined {
  return priority !== undefined && Object.hasOwn(PRIORITIES, priority) ? priority : undefined;
}
