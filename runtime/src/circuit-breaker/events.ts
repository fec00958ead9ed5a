import type { ResilienceEvent } from '../core/events.ts';
import type { CircuitPhase } from './state.ts';

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
}

/** A call was refused because the circuit was open. */
export interface CircuitRefusedEvent extends ResilienceEvent {
  readonly type: 'circuit.refused';
  /** Milliseconds until the next call may be admitted. */
  readonly retryAfterMs: number;
}

/** A protected call ended in a failure that counts. */
export interface CircuitFailureEvent extends ResilienceEvent {
  readonly type: 'circuit.failure';
}

/** A callback given by the user threw. The call it was told about is not touched by that. */
export interface CircuitCallbackFailedEvent extends ResilienceEvent {
  readonly type: 'circuit.callback_failed';
  /** What it threw. */
  readonly error: unknown;
}

/** Everything that a circuit reports. */
export type CircuitBreakerEvent =
  | CircuitStateChangedEvent
  | CircuitRefusedEvent
  | CircuitFailureEvent
  | CircuitCallbackFailedEvent;
