/** How much a call matters, on the one scale that every pattern uses. */
export const PRIORITIES = Object.freeze({ critical: 10, high: 8, normal: 5, low: 2, background: 1 });

/** Name of a priority: critical 10, high 8, normal 5, low 2, background 1. */
export type Priority = keyof typeof PRIORITIES;

/** What a policy may know about the call that it admits. All fields are optional; absent means unknown. */
export interface CallContext {
  /** Aborted when the caller has given up. */
  readonly signal?: AbortSignal;
  /** Instant in epoch milliseconds after which nobody waits for the result: no policy waits longer. */
  readonly deadlineMs?: number;
  /** The tenant on whose behalf the call is made. */
  readonly tenant?: string;
  /** The operation, as a route template or function name: never a raw path. */
  readonly operation?: string;
  /** The user who makes the call, as an authorizer has proven; never a claim of the caller's own. */
  readonly user?: string;
  /** The address that the call comes from, as the platform or a trusted hop says. */
  readonly ip?: string;
  /** Method of an HTTP request. */
  readonly method?: string;
  /** Path of an HTTP request as it was sent: of these there is no end. */
  readonly path?: string;
  /** Importance of the call; `normal` if absent. */
  readonly priority?: Priority;
  /** Units that the call takes from a limit; 1 if absent. */
  readonly cost?: number;
}

/** A call of which nothing is known. Shared, so that callers without context allocate nothing. */
export const UNKNOWN_CALL: CallContext = Object.freeze({});
