import type { CircuitObserver, Transitions } from './circuit-observer.ts';
import type { SimulationRun } from './policy-fleet.ts';
import { rounded } from './round.ts';

/** What a simulation finds of circuit breakers. Lists of times hold one entry per fault of the scenario. */
export interface CircuitFigures {
  /** Changes of phase that the fleet shares, as reported by the environments that made them; and openings of one alone. */
  readonly transitions: Transitions & { readonly localOpen: number; readonly localReopened: number };
  /** Changes of phase that the store went through, reported or not. */
  readonly storedTransitions: Transitions;
  /** From the start of each fault to the first shared opening after it. */
  readonly openedAfterMs: readonly (number | null)[];
  /** From the end of each fault to the first shared closing after it. */
  readonly closedAfterMs: readonly (number | null)[];
  readonly halfOpenCallsMax: number;
}

/** The figures of what an observer has seen. */
export function circuitFiguresOf({ scenario }: SimulationRun, observer: CircuitObserver): CircuitFigures {
  const openings = observer.changes.filter(({ to }) => to === 'open').map(({ atMs }) => atMs);
  const closings = observer.changes.filter(({ to }) => to === 'closed').map(({ atMs }) => atMs);
  return {
    transitions: { ...observer.reported, localOpen: observer.localOpen, localReopened: observer.localReopened },
    storedTransitions: { ...observer.stored },
    openedAfterMs: scenario.faults.map(({ fromMs }) => firstAfter(openings, fromMs)),
    closedAfterMs: scenario.faults.map(({ toMs }) => firstAfter(closings, toMs)),
    halfOpenCallsMax: observer.halfOpenCallsMax,
  };
}

function firstAfter(instants: readonly number[], fromMs: number): number | null {
  const first = instants.find((instant) => instant >= fromMs);
  return first === undefined ? null : rounded(first - fromMs, 1);
}
