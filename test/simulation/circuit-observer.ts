import type { CircuitStateChangedEvent } from '../../runtime/src/circuit-breaker/events.ts';
import type { CircuitCommand, CircuitPhase } from '../../runtime/src/circuit-breaker/state.ts';
import { isStoreError, type EventSink, type ResilienceEvent } from '../../runtime/src/core/events.ts';
import { circuitFiguresOf, type CircuitFigures } from './circuit-figures.ts';
import type { FleetObserver, SimulationRun } from './policy-fleet.ts';

/** Changes of phase, counted. */
export interface Transitions {
  /** Closed to open. */
  open: number;
  /** Half-open to open: a probe failed. */
  reopened: number;
  halfOpen: number;
  closed: number;
}

/** A change of phase that the fleet shares, as the environment that made it reported it. */
export interface SharedChange {
  readonly atMs: number;
  readonly to: CircuitPhase;
}

/** Watches the circuit from both sides: what the policies report, and what the store really holds. */
export class CircuitObserver implements EventSink, FleetObserver {
  /** As reported, by the fleet together. */
  readonly reported: Transitions = { open: 0, reopened: 0, halfOpen: 0, closed: 0 };
  /** As stored. More than reported where the answer to the write was lost. */
  readonly stored: Transitions = { open: 0, reopened: 0, halfOpen: 0, closed: 0 };
  readonly changes: SharedChange[] = [];
  /** Environments that opened for themselves alone. */
  localOpen = 0;
  /** Failed probes of environments that had. */
  localReopened = 0;
  /** Most probes in flight at once; those that a lone environment makes while the store does not answer are not among them. */
  halfOpenCallsMax = 0;
  defect: unknown;
  readonly #nowMs: () => number;
  readonly #leases = new Map<string, number>();
  #storedPhase: CircuitPhase = 'closed';

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  emit(event: ResilienceEvent): void {
    if (isStoreError(event) && event.reason === 'other') this.defect ??= event.error;
    if (event.type !== 'circuit.state_changed') return;
    const { from, to, shared } = event as CircuitStateChangedEvent;
    if (shared) {
      countTransition(this.reported, from, to);
      this.changes.push({ atMs: this.#nowMs(), to });
    } else if (to === 'open') {
      if (from === 'closed') this.localOpen += 1;
      else this.localReopened += 1;
    }
  }

  /**
   * Sees a command that the store has decided at `nowMs` by the clock of whoever sent it; `accepted` if the sender learns
   * that it was. A probe is in flight until it is settled or, where its environment crashed, until its lease ends.
   */
  decided(command: CircuitCommand, accepted: boolean, nowMs: number): void {
    // However the store decided: who settles a probe has made its call.
    if (command.type === 'settle_probe') this.#leases.delete(command.leaseId);
    if (command.type !== 'claim_probe' || !accepted) return;
    for (const [leaseId, untilMs] of this.#leases) if (untilMs <= nowMs) this.#leases.delete(leaseId);
    this.#leases.set(command.leaseId, command.leaseUntilMs);
    this.halfOpenCallsMax = Math.max(this.halfOpenCallsMax, this.#leases.size);
  }

  /** Sees the phase that the store holds after a write; true if it is another one. */
  holds(phase: CircuitPhase): boolean {
    if (phase === this.#storedPhase) return false;
    countTransition(this.stored, this.#storedPhase, phase);
    this.#storedPhase = phase;
    return true;
  }

  figures(run: SimulationRun): CircuitFigures {
    return circuitFiguresOf(run, this);
  }
}

function countTransition(transitions: Transitions, from: CircuitPhase, to: CircuitPhase): void {
  if (to === 'half_open') transitions.halfOpen += 1;
  else if (to === 'closed') transitions.closed += 1;
  else if (from === 'half_open') transitions.reopened += 1;
  else transitions.open += 1;
}
