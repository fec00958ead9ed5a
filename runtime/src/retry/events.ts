import type { ResilienceEvent } from '../core/events.ts';
import type { ExhaustedReason } from './errors.ts';

/** An attempt has come to an end. */
export interface RetryAttemptEvent extends ResilienceEvent {
  readonly type: 'retry.attempt';
  /** Number of the attempt; the first is 1. */
  readonly attempt: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  readonly result: 'success' | 'failure';
  /** In one word what went wrong. */
  readonly errorType?: string;
}

/** An attempt failed, and another one follows. */
export interface RetryScheduledEvent extends ResilienceEvent {
  readonly type: 'retry.scheduled';
  /** Number of the attempt that failed. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Wait before the next attempt, in milliseconds. */
  readonly delayMs: number;
  readonly errorType: string;
  /** How long the attempt took, in milliseconds. */
  readonly durationMs: number;
}

/** A call succeeded that had failed before. */
export interface RetrySucceededEvent extends ResilienceEvent {
  readonly type: 'retry.succeeded';
  readonly attempts: number;
  /** Time spent waiting, in milliseconds. */
  readonly totalDelayMs: number;
  readonly durationMs: number;
}

/** A call failed, and could have been tried again if there were attempts, time or budget left. */
export interface RetryExhaustedEvent extends ResilienceEvent {
  readonly type: 'retry.exhausted';
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly reason: ExhaustedReason;
  readonly totalDelayMs: number;
  readonly durationMs: number;
  readonly errorType: string;
}

/** A call failed and is not worth trying again, must not be, or was cancelled. */
export interface RetryGivenUpEvent extends ResilienceEvent {
  readonly type: 'retry.given_up';
  readonly attempts: number;
  readonly errorType: string;
}

/** A call is over, with all its attempts and waits. */
export interface RetryCompletedEvent extends ResilienceEvent {
  readonly type: 'retry.completed';
  readonly attempts: number;
  readonly durationMs: number;
  readonly totalDelayMs: number;
  readonly result: 'success' | 'exhausted' | 'given_up';
}

/** A callback of the user threw or rejected; the calls go on without it. */
export interface RetryCallbackFailedEvent extends ResilienceEvent {
  readonly type: 'retry.callback_failed';
  readonly error: unknown;
}

/** Everything that a retry reports; `name` is the name of the retry. */
export type RetryEvent =
  | RetryAttemptEvent
  | RetryScheduledEvent
  | RetrySucceededEvent
  | RetryExhaustedEvent
  | RetryGivenUpEvent
  | RetryCompletedEvent
  | RetryCallbackFailedEvent;
