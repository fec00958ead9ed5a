import { RejectedError } from '../core/errors.ts';

/** Why a request was shed: there is too much load, nobody waits for it any more, or the code said so. */
export type ShedReason = 'load' | 'age' | 'custom';

/** The function has more to do than it can: the request was shed. Answered with 503 and `Retry-After`. */
export class LoadShedError extends RejectedError {
  /** Why it was shed. */
  readonly reason: ShedReason;

  constructor(reason: ShedReason, retryAfterMs: number) {
    super(reason === 'age' ? 'this request has waited too long to be answered: try again later' : 'there is too much to do at the moment: try again later', {
      code: 'LOAD_SHED',
      statusCode: 503,
      retryAfterMs,
    });
    this.name = 'LoadShedError';
    this.reason = reason;
  }
}

/** So few calls were accepted of late that this one was not even sent. Answered with 503 and `Retry-After`. */
export class ThrottledError extends RejectedError {
  /** Name of the throttle. */
  readonly throttle: string;

  constructor(throttle: string, retryAfterMs: number) {
    super(`${throttle} accepts few calls at the moment: this one was not sent`, {
      code: 'THROTTLED',
      statusCode: 503,
      retryAfterMs,
      publicFields: { service: throttle },
    });
    this.name = 'ThrottledError';
    this.throttle = throttle;
  }
}
