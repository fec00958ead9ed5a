import { RejectedError } from '../core/errors.ts';
import type { Scope } from './slots.ts';

/**
 * Why a call got no slot: too many wait already, the longest wait was over, its own deadline came first, another call took
 * its place in the queue, or the table does not answer and calls are refused meanwhile.
 */
export type BulkheadRefusal = 'queue_full' | 'wait_timeout' | 'deadline' | 'displaced' | 'store_unavailable';

/** What is told of a refusal. */
export interface BulkheadFullDetails {
  readonly reason: BulkheadRefusal;
  /** The limit that was reached; undefined if nobody can say. */
  readonly scope: Scope | undefined;
  /** Slots of that limit. */
  readonly maxConcurrent: number;
  readonly retryAfterMs: number;
  /** As which the refusal is answered. */
  readonly statusCode: 429 | 503;
}

/** All slots are taken: the call was refused before it began. Answered with 429, or 503 if so configured, and `Retry-After`. */
export class BulkheadFullError extends RejectedError {
  /** Name of the bulkhead. */
  readonly bulkhead: string;
  /** Why it was refused. */
  readonly reason: BulkheadRefusal;
  /** The limit that was reached; undefined if nobody can say, because the table does not answer. */
  readonly scope: Scope | undefined;

  constructor(bulkhead: string, { reason, scope, maxConcurrent, retryAfterMs, statusCode }: BulkheadFullDetails) {
    super(`${bulkhead} has no room for this call at the moment: try again later`, {
      code: 'BULKHEAD_FULL',
      statusCode,
      retryAfterMs,
      publicFields: { service: bulkhead, max_concurrent: maxConcurrent },
    });
    this.name = 'BulkheadFullError';
    this.bulkhead = bulkhead;
    this.reason = reason;
    this.scope = scope;
  }
}
