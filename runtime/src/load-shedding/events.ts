import type { Priority } from '../core/call-context.ts';
import type { ResilienceEvent } from '../core/events.ts';
import type { ShedReason } from './errors.ts';
import type { SheddingStrategy } from './options.ts';

/** What all events of load shedding say. */
interface SheddingEventBase extends ResilienceEvent {
  readonly strategy: SheddingStrategy;
}

/** A request was admitted. */
export interface SheddingAdmittedEvent extends SheddingEventBase {
  readonly type: 'shedding.admitted';
  readonly priority: Priority;
  /** Requests in flight in this environment, this one included. */
  readonly active: number;
}

/** A request that was admitted has come to an end. */
export interface SheddingCompletedEvent extends SheddingEventBase {
  readonly type: 'shedding.completed';
  readonly priority: Priority;
  readonly durationMs: number;
  /** Whether it failed: it threw, or answered with a status of 500 or more. */
  readonly failed: boolean;
  /** Requests that are still in flight. */
  readonly active: number;
}

/** A request was refused; `shedding.would_refuse` in a dry run, where it was handled all the same. */
export interface SheddingRefusedEvent extends SheddingEventBase {
  readonly type: 'shedding.refused' | 'shedding.would_refuse';
  readonly reason: ShedReason;
  readonly priority: Priority;
  /** Share of all requests that was to be shed at that moment, 0 to 1. */
  readonly rate: number;
  /** The load at that moment, see `LoadSnapshot.score`. */
  readonly score: number;
  readonly retryAfterMs: number;
  /** Age of the event in milliseconds, where its source tells. */
  readonly ageMs?: number;
  /** Requests in flight in this environment, without this one. */
  readonly active: number;
}

/** The load has reached a threshold; or it has fallen far enough below all of them, and nothing is shed any more. */
export interface SheddingChangedEvent extends SheddingEventBase {
  readonly type: 'shedding.started' | 'shedding.ended';
  readonly rate: number;
  readonly score: number;
  /** Names of the signals that are over their thresholds, separated by commas; empty where it has ended. */
  readonly signals: string;
}

/** The share of requests to be shed, once per sample interval while requests come. */
export interface SheddingRateEvent extends SheddingEventBase {
  readonly type: 'shedding.rate';
  readonly rate: number;
  readonly score: number;
}

/** A callback of the user threw; the request went on as if it had not been there. */
export interface SheddingCallbackFailedEvent extends SheddingEventBase {
  readonly type: 'shedding.callback_failed';
  readonly error: unknown;
}

/** Everything that load shedding reports. */
export type LoadSheddingEvent =
  | SheddingAdmittedEvent
  | SheddingCompletedEvent
  | SheddingRefusedEvent
  | SheddingChangedEvent
  | SheddingRateEvent
  | SheddingCallbackFailedEvent;

/** The client-side throttle sent a call, or held it back. */
export interface ThrottleEvent extends ResilienceEvent {
  readonly type: 'throttle.admitted' | 'throttle.refused';
  /** Share of calls that was held back at that moment, 0 to 1. */
  readonly rate: number;
  /** When trying again may make sense; only of a call that was held back. */
  readonly retryAfterMs?: number;
}
