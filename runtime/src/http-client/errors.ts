import { RejectedError, ResilienceError } from '../core/errors.ts';

/** Why a request could not be sent a second time: its body is a stream, or its method is not idempotent. */
export type Unrepeatable = 'stream' | 'method';

/** What is told of a request that brought no answer. */
export interface NetworkFailure {
  /** Code of Node or undici for what happened, such as `ECONNRESET`; `unknown` if there is none. */
  readonly reason: string;
  /** Why it was sent only once; undefined if that is not so. */
  readonly unrepeatable?: Unrepeatable | undefined;
  readonly cause: unknown;
}

/** Codes for connections and answers that took too long for the transport itself. */
const TIMEOUTS: ReadonlySet<string> = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

const HINTS: Readonly<Record<Unrepeatable, string>> = Object.freeze({
  stream: '; the request was sent only once, because its body is a stream',
  method: '; the request was sent only once, because its method is not idempotent and it has no idempotency key',
});

/**
 * A dependency gave no whole answer: no connection, a broken one, or a limit of the transport. Answered with 502, or with 504 and
 * the code `TIMEOUT` where the transport waited too long. What happened is in `cause`, which is not shown to callers.
 */
export class NetworkError extends ResilienceError {
  /** Name of the dependency. */
  readonly service: string;
  /** Code of Node or undici for what happened, such as `ECONNRESET`; `unknown` if there is none. */
  readonly reason: string;

  constructor(service: string, { reason, unrepeatable, cause }: NetworkFailure) {
    const isTimeout = TIMEOUTS.has(reason);
    const hint = unrepeatable === undefined ? '' : HINTS[unrepeatable];
    super(`${service} ${isTimeout ? 'did not answer in time' : 'could not be reached'}${hint}`, {
      code: isTimeout ? 'TIMEOUT' : 'NETWORK_ERROR',
      statusCode: isTimeout ? 504 : 502,
      publicFields: { service },
      cause,
    });
    this.name = 'NetworkError';
    this.service = service;
    this.reason = reason;
  }
}

/** A dependency answered with a larger body than allowed. It is not asked again. Answered with 502. */
export class ResponseTooLargeError extends ResilienceError {
  /** Name of the dependency. */
  readonly service: string;
  /** Largest body that is allowed, in bytes. */
  readonly maxBytes: number;

  constructor(service: string, maxBytes: number) {
    super(`the answer of ${service} is too large`, { code: 'RESPONSE_TOO_LARGE', statusCode: 502, publicFields: { service } });
    this.name = 'ResponseTooLargeError';
    this.service = service;
    this.maxBytes = maxBytes;
  }
}

/**
 * Why an address was refused: it is not under the base address, it cannot be read, or a redirection led elsewhere, went on for too
 * long, or would have needed a body that is gone.
 */
export type UrlRefusal = 'outside' | 'unreadable' | 'redirect_outside' | 'redirect_limit' | 'redirect_body';

/** A request or a redirection that would leave the base address of its client. Nothing was sent there. */
export class UrlRefusedError extends ResilienceError {
  /** Name of the dependency. */
  readonly service: string;
  /** Why it was refused. */
  readonly reason: UrlRefusal;

  constructor(service: string, reason: UrlRefusal, message: string, cause?: unknown) {
    // Names addresses. A bug of the caller, or of the dependency, that no client of the caller can do anything about.
    super(message, { code: 'URL_REFUSED', statusCode: 500, expose: false, cause });
    this.name = 'UrlRefusedError';
    this.service = service;
    this.reason = reason;
  }
}

/** A call that was given up from outside: what the policies in between are told, so that none of them holds it against the dependency. */
export class AbandonedError extends RejectedError {
  constructor(reason: unknown) {
    super('the call was given up', { code: 'ABANDONED', statusCode: 499, cause: reason });
    this.name = 'AbandonedError';
  }
}
