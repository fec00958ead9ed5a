import type { ResilienceEvent } from '../core/events.ts';

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

/** Everything that a client reports about its calls; `name` is the name of the dependency. */
export type ClientEvent = ClientRequestEvent | ClientAttemptEvent | ClientFallbackEvent;
