import { ResilienceError } from '../core/errors.ts';

/** Why there is no further attempt: there were enough, no time is left, the budget is empty, or the wait asked for is too long. */
export type ExhaustedReason = 'attempts' | 'deadline' | 'budget' | 'retry_after';

/** What a `RetryExhaustedError` says. */
export interface ExhaustedDetails {
  readonly reason: ExhaustedReason;
  /** Calls made, the first one included; 0 if the deadline had passed before the first. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** What the last attempt threw; absent if it returned a value. */
  readonly cause?: unknown;
  /** What the last attempt returned, such as a response with the status 503; absent if it threw. */
  readonly lastResult?: unknown;
  /** How long the last attempt was asked to stay away, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * What could be tried again has failed, and is not tried again any more. The last error is its `cause`. Answered with 503, and with
 * `Retry-After` where the last failure said when to come back.
 */
export class RetryExhaustedError extends ResilienceError {
  /** Name of the retry. */
  readonly retry: string;
  /** Why there is no further attempt. */
  readonly reason: ExhaustedReason;
  /** Calls made, the first one included. */
  readonly attempts: number;
  /** Calls that there may be at most. */
  readonly maxAttempts: number;
  /** What the last attempt returned, such as a response with the status 503; undefined if it threw. */
  readonly lastResult: unknown;

  constructor(retry: string, { reason, attempts, maxAttempts, cause, lastResult, retryAfterMs }: ExhaustedDetails) {
    super(messageOf(retry, attempts), {
      code: 'RETRY_EXHAUSTED',
      statusCode: 503,
      publicFields: { service: retry, max_attempts: maxAttempts },
      // No header can say for ever.
      ...(retryAfterMs !== undefined && retryAfterMs < Infinity && { retryAfterMs }),
      ...(cause !== undefined && { cause }),
    });
    this.name = 'RetryExhaustedError';
    this.retry = retry;
    this.reason = reason;
    this.attempts = attempts;
    this.maxAttempts = maxAttempts;
    this.lastResult = lastResult;
  }
}

function messageOf(retry: string, attempts: number): string {
  if (attempts === 0) return `${retry} had no time left to begin`;
  return `${retry} did not succeed in ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}: try again later`;
}

/** One attempt took longer than it may. Answered with 504. Tried again while there is time. */
export class AttemptTimedOutError extends ResilienceError {
  /** Name of the retry. */
  readonly retry: string;
  /** Time that the attempt had, in milliseconds. */
  readonly timeoutMs: number;

  constructor(retry: string, timeoutMs: number) {
    super(`${retry} took longer than ${timeoutMs} ms`, {
      code: 'TIMEOUT',
      statusCode: 504,
      publicFields: { service: retry, timeout_ms: timeoutMs },
    });
    this.name = 'AttemptTimedOutError';
    this.retry = retry;
    this.timeoutMs = timeoutMs;
  }
}
