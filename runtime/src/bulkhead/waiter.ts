import type { CallClaim } from './claim.ts';
import type { BulkheadRefusal } from './errors.ts';
import { scopesId } from './key.ts';
import { placeOf, type LineOptions, type Standing } from './waiting-line.ts';

/** Told that the caller of a waiter has given up. */
export type OnCancelled = (waiter: Waiter) => void;

/** A call whose answer is not known yet: it stands in the line, or its first try is on its way. */
export class Waiter implements Standing {
  readonly claim: CallClaim;
  readonly number: number;
  readonly place: number;
  readonly scopesId: string;
  /** When it is over at the latest, in epoch milliseconds. */
  readonly untilMs: number;
  /** Its permit, or why it gets none. */
  readonly permit: Promise<CallClaim>;
  /** Whether it is known how it ended. */
  isOver = false;
  readonly #cancel: () => void;
  #resolve: (claim: CallClaim) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(claim: CallClaim, number: number, options: LineOptions, onCancelled: OnCancelled) {
    this.claim = claim;
    this.number = number;
    this.place = placeOf(claim, options);
    this.scopesId = scopesId(claim.scopes);
    this.untilMs = untilMs(claim, options);
    this.permit = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#cancel = () => onCancelled(this);
    claim.call.signal?.addEventListener('abort', this.#cancel, { once: true });
  }

  /** Why it is refused when its time is over. */
  get timeout(): BulkheadRefusal {
    return this.untilMs === this.claim.call.deadlineMs ? 'deadline' : 'wait_timeout';
  }

  /** It has its slot. */
  admit(): void {
    this.#end();
    this.#resolve(this.claim);
  }

  /** It gets none. */
  fail(error: unknown): void {
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.isOver = true;
    this.claim.call.signal?.removeEventListener('abort', this.#cancel);
  }
}

/** When a call that gets no slot is refused. Where nobody waits, its one try takes the time that it takes. */
function untilMs({ arrivedAtMs, call: { deadlineMs = Infinity } }: CallClaim, { maxWaitMs }: LineOptions): number {
  return maxWaitMs === 0 ? deadlineMs : Math.min(arrivedAtMs + maxWaitMs, deadlineMs);
}

/** Why a call that may not wait any longer is refused. */
export function timeoutOf({ arrivedAtMs, call: { deadlineMs = Infinity } }: CallClaim, { maxWaitMs }: LineOptions): BulkheadRefusal {
  return deadlineMs <= arrivedAtMs + maxWaitMs ? 'deadline' : 'wait_timeout';
}
