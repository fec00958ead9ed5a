import type { CircuitControl, ControlAction } from './control.ts';
import type { Counters } from './evidence.ts';
import type { CircuitCommand, CircuitDecision, CircuitState } from './state.ts';

/** Limits in time of one request to a store. */
export interface StoreRequest {
  /** Now, in epoch milliseconds, by the clock of the environment. */
  readonly nowMs: number;
  /** Instant after which the answer is of no use. */
  readonly deadlineMs?: number | undefined;
}

/** A circuit and what the fleet has told of its dependency, as stored. */
export interface FleetPicture {
  readonly state: CircuitState;
  readonly counters: Counters;
  /** What an operator has put in the place of the automatic; undefined while the circuit decides by itself. */
  readonly control: CircuitControl | undefined;
}

/** Where circuits are kept. */
export interface CircuitStore {
  /** False if what is stored is seen by this environment alone. */
  readonly shared: boolean;
  /**
   * The circuit as stored; a circuit never stored is a new one. May lag behind the latest write.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  read(name: string, request: StoreRequest): Promise<FleetPicture>;
  /**
   * Adds a report and answers with what all have reported. The report is dropped if the circuit is no longer in the
   * generation that it was gathered in, or not under the control that is known. Never repeated: a report whose answer is
   * lost may or may not have been counted.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  sync(name: string, report: Counters, known: FleetPicture, request: StoreRequest): Promise<FleetPicture>;
  /**
   * Decides a command in one atomic step, as `decide` does; a circuit under control refuses. Repeating a command whose answer
   * was lost is harmless.
   *
   * @param known The circuit as the caller last saw it: a hint that saves requests and never changes the decision.
   * @throws StoreUnavailableError if the store gives no answer.
   */
  apply(name: string, command: CircuitCommand, known: CircuitState, request: StoreRequest): Promise<CircuitDecision>;
  /**
   * Does what an operator asks for, whatever the circuit is, and answers with the circuit after it: always a new generation
   * without counters of outcomes.
   *
   * @throws StoreUnavailableError if the store gives no answer; the circuit may have been changed all the same.
   */
  control(name: string, action: ControlAction, request: StoreRequest): Promise<FleetPicture>;
}
