import { RejectedError, ResilienceError } from '../core/errors.ts';

/** How a request that took too long is answered: 504 or 408. */
export type TimeoutAnswer = 'gateway-timeout' | 'request-timeout';

/** A limit that has passed, and how that is answered. */
export interface PassedLimit {
  /** Name of the timeout. */
  readonly name: string;
  /** The limit, in milliseconds. */
  readonly limitMs: number;
  readonly answer: TimeoutAnswer;
}

/**
 * The work took longer than it may. Answered with 504, or 408 if so configured; its `publicFields` say `timeout_ms`. The signal
 * of the work is aborted with this error as its reason.
 */
export class TimedOutError extends ResilienceError {
  /** Name of the timeout. */
  readonly timeout: string;
  /** The limit that has passed, in milliseconds. */
  readonly limitMs: number;

  constructor({ name, limitMs, answer }: PassedLimit) {
    super(`the request took longer than ${limitMs} ms`, { code: 'TIMEOUT', statusCode: statusOf(answer), publicFields: { timeout_ms: limitMs } });
    this.name = 'TimedOutError';
    this.timeout = name;
    this.limitMs = limitMs;
  }
}

/**
 * There was so little time left that the work was not even begun: a refusal, not a failure of the work. Answered like
 * `TimedOutError`; `timeout_ms` says how much time was left.
 */
export class NoTimeLeftError extends RejectedError {
  /** Name of the timeout. */
  readonly timeout: string;
  /** Time that was left for the work, in whole milliseconds. */
  readonly remainingMs: number;

  constructor({ name, limitMs, answer }: PassedLimit) {
    super('there was not enough time left for the request', { code: 'TIMEOUT', statusCode: statusOf(answer), publicFields: { timeout_ms: limitMs } });
    this.name = 'NoTimeLeftError';
    this.timeout = name;
    this.remainingMs = limitMs;
  }
}

function statusOf(answer: TimeoutAnswer): number {
  return answer === 'request-timeout' ? 408 : 504;
}
