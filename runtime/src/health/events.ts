import type { ResilienceEvent } from '../core/events.ts';
import type { CheckReason, CheckStatus, HealthStatus } from './check.ts';

/** What health requests ask for. */
export type HealthEndpoint = 'health' | 'detail' | 'ready' | 'live';

/** A check was run. `name` is the check's. */
export interface HealthCheckedEvent extends ResilienceEvent {
  readonly type: 'health.checked';
  /** What this run found; what counts follows the thresholds. */
  readonly status: CheckStatus;
  readonly durationMs: number;
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly required: boolean;
  /** Why it is not healthy. */
  readonly reason?: CheckReason;
}

/** The status of a check that counts has changed. `name` is the check's. */
export interface HealthChangedEvent extends ResilienceEvent {
  readonly type: 'health.changed';
  readonly from: HealthStatus;
  readonly to: HealthStatus;
}

/** A health request was answered. `name` is the endpoint. */
export interface HealthAnsweredEvent extends ResilienceEvent {
  readonly type: 'health.answered';
  readonly name: HealthEndpoint;
  readonly status: HealthStatus;
  readonly statusCode: number;
  readonly durationMs: number;
}

/** A callback, such as `authorize`, threw or took too long. `name` is the option. */
export interface HealthCallbackFailedEvent extends ResilienceEvent {
  readonly type: 'health.callback_failed';
  readonly error: unknown;
}

/** Everything that health reports. */
export type HealthEvent = HealthCheckedEvent | HealthChangedEvent | HealthAnsweredEvent | HealthCallbackFailedEvent;
