import { decide, nextGeneration, type CircuitCommand, type CircuitDecision, type CircuitState } from './state.ts';

/**
 * What an operator has put in the place of the automatic: calls are refused, calls pass, or calls pass and are only counted.
 * A circuit under control is closed underneath and does not move until the control is taken back.
 */
export type CircuitControl = 'forced_open' | 'forced_closed' | 'metrics_only';

/** What an operator may do to a circuit. `reset` takes a control back and starts the circuit anew. */
export type ControlAction = 'force_open' | 'force_closed' | 'metrics_only' | 'reset';

const CONTROL_BY_ACTION: Readonly<Record<ControlAction, CircuitControl | undefined>> = {
  force_open: 'forced_open',
  force_closed: 'forced_closed',
  metrics_only: 'metrics_only',
  reset: undefined,
};

const CONTROLS: ReadonlySet<unknown> = new Set(Object.values(CONTROL_BY_ACTION).filter((control) => control !== undefined));

/** Whether a stored value is a control. */
export function isCircuitControl(value: unknown): value is CircuitControl {
  return CONTROLS.has(value);
}

/** A circuit, and the control that it is under. */
export interface ControlledCircuit {
  readonly state: CircuitState;
  /** Undefined while the circuit decides by itself. */
  readonly control: CircuitControl | undefined;
}

/**
 * The circuit after an action of an operator. Always a new one, also where the control stays what it was: a new generation,
 * in which what environments remember and what the fleet has counted says nothing any more; only its size is kept.
 */
export function controlled(state: CircuitState, action: ControlAction, nowMs: number): ControlledCircuit {
  const generation = nextGeneration(state.generation, nowMs);
  return { state: { phase: 'closed', generation }, control: CONTROL_BY_ACTION[action] };
}

/** Decides a command as `decide` does, except that a circuit under control refuses all of them. */
export function decideUnlessControlled(
  { state, control }: ControlledCircuit,
  command: CircuitCommand,
  nowMs: number,
): CircuitDecision {
  return control === undefined ? decide(state, command, nowMs) : { accepted: false, previous: state, state };
}
