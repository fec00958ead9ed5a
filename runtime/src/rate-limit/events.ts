import type { ResilienceEvent } from '../core/events.ts';

/** A call was refused because a limit is reached; `limit.would_refuse` in a dry run, where it was made all the same. */
export interface LimitRefusedEvent extends ResilienceEvent {
  readonly type: 'limit.refused' | 'limit.would_refuse';
  /** Milliseconds until a token can be there; infinite if the call costs more than the limit. */
  readonly retryAfterMs: number;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAtMs: number;
}

/** A call was admitted. */
export interface LimitAdmittedEvent extends ResilienceEvent {
  readonly type: 'limit.admitted';
  /** Tokens that it took. */
  readonly cost: number;
}

/** A key has used up the share of its limit from which on it is to be reported; once per period and environment. */
export interface LimitNearEvent extends ResilienceEvent {
  readonly type: 'limit.near';
  readonly key: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAtMs: number;
}

/** Calls are decided by this environment alone, because the table does not answer. */
export interface LimitDegradedEvent extends ResilienceEvent {
  readonly type: 'limit.degraded';
  readonly decision: 'local' | 'allow' | 'deny';
}

/** A busy key was split into parts. Emitted once, by the environment whose write did it. */
export interface LimitSplitEvent extends ResilienceEvent {
  readonly type: 'limit.split';
  readonly key: string;
  /** Parts that there are now. */
  readonly shards: number;
}

/** A key was blocked, freed, or reset by a call of this environment. */
export interface LimitChangedEvent extends ResilienceEvent {
  readonly type: 'limit.changed';
  readonly key: string;
  readonly change: 'block' | 'unblock' | 'reset' | 'refund';
}

/** A callback given by the user threw. The call it was asked about is not touched by that. */
export interface LimitCallbackFailedEvent extends ResilienceEvent {
  readonly type: 'limit.callback_failed';
  /** What it threw. */
  readonly error: unknown;
}

/** Everything that a rate limiter reports. */
export type RateLimitEvent =
  | LimitRefusedEvent
  | LimitAdmittedEvent
  | LimitNearEvent
  | LimitDegradedEvent
  | LimitSplitEvent
  | LimitChangedEvent
  | LimitCallbackFailedEvent;
