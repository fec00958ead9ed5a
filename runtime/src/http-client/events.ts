import type { ResilienceEvent } from '../core/events.ts';
import type { Balancing } from './routing-strategies.ts';

/** A client was created: once per call of `createResilientClient`. */
export interface ClientCreatedEvent extends ResilienceEvent {
  readonly type: 'client.created';
  /** Where its endpoints come from: one `address`, a `list` of them, `cloud-map`, or a `source` that code has handed in. */
  readonly from: 'address' | 'list' | 'cloud-map' | 'source';
  /** Endpoints that are known from the start; absent where they are asked for. */
  readonly endpoints?: number;
  /** How calls are spread over them; absent for one address and for a source of its own. */
  readonly balancing?: Balancing;
  /** Time of a call, in milliseconds; absent if the caller alone says. */
  readonly timeoutMs?: number;
  /** Time of an attempt, in milliseconds; absent if there is none. */
  readonly attemptTimeoutMs?: number;
  /** Attempts of a call, at most. */
  readonly maxAttempts: number;
  /** Whether it has a circuit breaker. */
  readonly circuit: boolean;
  /** Whether it has a bulkhead. */
  readonly bulkhead: boolean;
}

/** A call is over, with all its attempts and waits. Reported before a fallback answers in its place. */
export interface ClientRequestEvent extends ResilienceEvent {
  readonly type: 'client.request';
  readonly method: string;
  /** Status of the answer, such as `200`; `error` if there was none. */
  readonly status: string;
  /** Time from the start of the call, in milliseconds. */
  readonly durationMs: number;
  /** Attempts made; 0 if the call was refused before the first. */
  readonly attempts: number;
  /** Host of the last attempt; absent if there was none. */
  readonly endpoint?: string;
}

/** One request was sent, and is over. */
export interface ClientAttemptEvent extends ResilienceEvent {
  readonly type: 'client.attempt';
  readonly method: string;
  /** Status of the answer, such as `503`; `error` if there was none, `cancelled` if it was given up from outside. */
  readonly status: string;
  readonly durationMs: number;
  /** Host, with its port if that is not the usual one. */
  readonly endpoint: string;
}

/** Something answered in place of a call that failed. */
export interface ClientFallbackEvent extends ResilienceEvent {
  readonly type: 'client.fallback';
  /** `stale`: the last good answer; `function` or `static`: what the options say. */
  readonly kind: FallbackKind;
}

/** What answered in place of a call that failed. */
export type FallbackKind = 'stale' | 'function' | 'static';

/** Everything that a client reports about itself and its calls; `name` is the name of the dependency. */
export type ClientEvent = ClientCreatedEvent | ClientRequestEvent | ClientAttemptEvent | ClientFallbackEvent;
