import { RejectedError } from '../core/errors.ts';

/** A limit is reached: the call was refused. Answered with 429 and `Retry-After`. */
export class RateLimitedError extends RejectedError {
  /** Name of the limit. */
  readonly limitName: string;
  /** What stood in the call's way. */
  readonly status: LimitStatus;
  /** How the key stands to each of its limits, the shortest period first. */
  readonly policies: readonly LimitStatus[];

  constructor(
    limitName: string,
    status: LimitStatus,
    retryAfterMs: number | undefined,
    policies: readonly LimitStatus[] = [status],
  ) {
    super(retryAfterMs === undefined ? `this call costs more than ${limitName} ever admits` : `${limitName} is reached: try again later`, {
      code: 'RATE_LIMITED',
      statusCode: 429,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      publicFields: { limit: status.limit, remaining: status.remaining, reset_at: Math.ceil(status.resetAtMs / 1000) },
    });
    this.name = 'RateLimitedError';
    this.limitName = limitName;
    this.status = status;
    this.policies = policies;
  }
}

/** How a key stands to the limit that is nearest to being reached, as far as this environment knows. */
export interface LimitStatus {
  /** Tokens per period. */
  readonly limit: number;
  readonly periodMs: number;
  /** Tokens that this environment could admit now. */
  readonly remaining: number;
  /** When the limit will be untouched again if nothing is taken, in epoch milliseconds. */
  readonly resetAtMs: number;
}
