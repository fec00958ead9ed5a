import type { ResilienceEvent } from '../core/events.ts';
import type { CircuitPhase } from './state.ts';

/** A circuit breaker was created: once per call of `createCircuitBreaker`, not once per tenant or operation. */
export interface CircuitCreatedEvent extends ResilienceEvent {
  readonly type: 'circuit.created';
  /** Failures in a row that open the circuit. */
  readonly failureThreshold: number;
  /** Length of its first open period in milliseconds, without what is added at random. */
  readonly openDurationMs: number;
  /** Whether the fleet shares the circuit. */
  readonly shared: boolean;
}

/** A circuit changed its phase. Emitted once for the fleet, by the environment whose write made the change. */
export interface CircuitStateChangedEvent extends ResilienceEvent {
  readonly type: 'circuit.state_changed';
  /** The phase left. */
  readonly from: CircuitPhase;
  /** The phase entered. */
  readonly to: CircuitPhase;
  /** Fencing number of the new state; it only grows. */
  readonly generation: number;
  /** False if the change is known to this environment alone, because the state table did not answer or is not used. */
  readonly shared: boolean;
  /** Failures that the opening rests on, a slow call as the part of one that it weighs; only where `to` is `open`. */
  readonly failures?: number;
  /** Their share of the calls that were looked at, 0 to 1; only where `to` is `open`. */
  readonly failureRate?: number;
}

/** What is told of a call under a circuit. */
export interface CircuitCallEvent extends ResilienceEvent {
  /**
   * The phase in which it was decided on the call; `half_open` for a probe. An operator who forces the circuit open makes it
   * `open`. A call that is refused while `closed` came to an environment that holds back, or while traffic rises again.
   */
  readonly phase: CircuitPhase;
  /** False if this environment decides alone, because the state table does not answer or is not used. */
  readonly shared: boolean;
  /** Tenant of the call, where it is known. */
  readonly tenant?: string | undefined;
  /** Operation of the call, where it is known. */
  readonly operation?: string | undefined;
}

/** A call was refused because the circuit was open. */
export interface CircuitRefusedEvent extends CircuitCallEvent {
  readonly type: 'circuit.refused';
  /** Milliseconds until the next call may be admitted. */
  readonly retryAfterMs: number;
}

/** A protected call ended well. Of a call that ends otherwise than in a success or a failure nothing is told. */
export interface CircuitSuccessEvent extends CircuitCallEvent {
  readonly type: 'circuit.success';
  /** Time that the call took, in milliseconds. */
  readonly durationMs: number;
}

/** A protected call ended in a failure that counts. */
export interface CircuitFailureEvent extends CircuitCallEvent {
  readonly type: 'circuit.failure';
  /** Time that the call took, in milliseconds. */
  readonly durationMs: number;
  /**
   * What it ended in, 64 characters at most: the name of the error; `status_503` where a status made it a failure; `slow` where
   * only its time did; `result` where `shouldTrip` took a result for a failure.
   */
  readonly errorType: string;
}

/** A refused call was answered by the fallback. */
export interface CircuitFallbackEvent extends CircuitCallEvent {
  readonly type: 'circuit.fallback';
}

/** A callback given by the user threw. The call it was told about is not touched by that. */
export interface CircuitCallbackFailedEvent extends ResilienceEvent {
  readonly type: 'circuit.callback_failed';
  /** What it threw. */
  readonly error: unknown;
}

/** Everything that a circuit reports. */
export type CircuitBreakerEvent =
  | CircuitCreatedEvent
  | CircuitStateChangedEvent
  | CircuitRefusedEvent
  | CircuitSuccessEvent
  | CircuitFailureEvent
  | CircuitFallbackEvent
  | CircuitCallbackFailedEvent;
