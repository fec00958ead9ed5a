import type { Priority } from '../core/call-context.ts';
import type { ResilienceEvent } from '../core/events.ts';

/** The limit of a call has passed, and its caller got the error. */
export interface TimeoutExpiredEvent extends ResilienceEvent {
  readonly type: 'timeout.expired';
  readonly limitMs: number;
  /** Whether the work went on although its signal was aborted, and after the grace. */
  readonly ignored: boolean;
  readonly tenant?: string;
  /** The route as a template, never a raw path. */
  readonly operation?: string;
  readonly priority: Priority;
}

/** A call came to its end in time, or within the grace, with a value or an error of its own. */
export interface TimeoutCompletedEvent extends ResilienceEvent {
  readonly type: 'timeout.completed';
  readonly limitMs: number;
  readonly durationMs: number;
  readonly operation?: string;
}

/** Work that nobody waited for any more has ended all the same; what came of it was dropped. */
export interface TimeoutLateEvent extends ResilienceEvent {
  readonly type: 'timeout.late';
  /** From the start of the work, in milliseconds. */
  readonly durationMs: number;
  readonly outcome: 'value' | 'error';
}

/** A call had so little time left that it was not begun. */
export interface TimeoutRefusedEvent extends ResilienceEvent {
  readonly type: 'timeout.refused';
  /** Time that was left for the work, in milliseconds; may be below 0. */
  readonly remainingMs: number;
}

/** A callback of the user failed; the call went on as if it had not been there. */
export interface TimeoutCallbackFailedEvent extends ResilienceEvent {
  readonly type: 'timeout.callback_failed';
  readonly error: unknown;
}

/** Everything that a timeout reports. */
export type TimeoutEvent = TimeoutExpiredEvent | TimeoutCompletedEvent | TimeoutLateEvent | TimeoutRefusedEvent | TimeoutCallbackFailedEvent;
