import type { Priority } from '../core/call-context.ts';
import type { ResilienceEvent } from '../core/events.ts';
import type { BulkheadRefusal } from './errors.ts';
import type { ScopeKind } from './slots.ts';

/** A bulkhead was created: once per call of `createBulkhead`. */
export interface BulkheadCreatedEvent extends ResilienceEvent {
  readonly type: 'bulkhead.created';
  readonly maxConcurrent: number;
  readonly queueSize: number;
  /** Whether the fleet shares the slots. */
  readonly shared: boolean;
}

/** What is told of a call under a bulkhead. */
export interface BulkheadCallEvent extends ResilienceEvent {
  /** Milliseconds that the call waited for its slot, or for its refusal. */
  readonly waitMs: number;
  /** Slots in use afterwards: of this environment, or of the fleet as last seen. */
  readonly active: number;
  /** Slots that there are now. */
  readonly capacity: number;
  readonly priority: Priority;
  /** Tenant of the call, where it is known. */
  readonly tenant?: string | undefined;
  /** Operation of the call, where it is known. */
  readonly operation?: string | undefined;
}

/** A call got its slot. */
export interface BulkheadAcquiredEvent extends BulkheadCallEvent {
  readonly type: 'bulkhead.acquired';
  /** Calls that wait in this environment. */
  readonly queued: number;
}

/** A call got no slot. */
export interface BulkheadRefusedEvent extends BulkheadCallEvent {
  readonly type: 'bulkhead.refused';
  readonly reason: BulkheadRefusal;
  /** Kind of the limit that was reached; `unknown` if nobody can say. */
  readonly scope: ScopeKind | 'unknown';
  /** Calls that wait in this environment. */
  readonly queued: number;
  readonly retryAfterMs: number;
}

/** A call gave its slot back. */
export interface BulkheadCompletedEvent extends BulkheadCallEvent {
  readonly type: 'bulkhead.completed';
  /** Milliseconds that it held the slot. */
  readonly durationMs: number;
  /** Whether it failed in a way that speaks of overload, see `BulkheadOptions.adaptive`. */
  readonly failed: boolean;
}

/** Leases whose time was over were given to others. Emitted by the environment that did it. */
export interface BulkheadReclaimedEvent extends ResilienceEvent {
  readonly type: 'bulkhead.reclaimed';
  readonly leases: number;
}

/** A call was decided by this environment alone, because the table does not answer. */
export interface BulkheadDegradedEvent extends ResilienceEvent {
  readonly type: 'bulkhead.degraded';
  readonly decision: 'local' | 'allow' | 'deny';
}

/** An adaptive bulkhead changed the number of its slots. */
export interface BulkheadResizedEvent extends ResilienceEvent {
  readonly type: 'bulkhead.resized';
  readonly from: number;
  readonly to: number;
}

/** A callback given by the user threw. The call it was asked about is not touched by that. */
export interface BulkheadCallbackFailedEvent extends ResilienceEvent {
  readonly type: 'bulkhead.callback_failed';
  /** What it threw. */
  readonly error: unknown;
}

/** Everything that a bulkhead reports. */
export type BulkheadEvent =
  | BulkheadCreatedEvent
  | BulkheadAcquiredEvent
  | BulkheadRefusedEvent
  | BulkheadCompletedEvent
  | BulkheadReclaimedEvent
  | BulkheadDegradedEvent
  | BulkheadResizedEvent
  | BulkheadCallbackFailedEvent;
