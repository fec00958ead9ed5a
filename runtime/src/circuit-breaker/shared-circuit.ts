import type { CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import type { EventSink, StoreErrorEvent } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import type { Sleep } from '../core/sleep.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import type { CircuitControl } from './control.ts';
import { fleetSize, spanMs, withFleetOf, type Counters } from './evidence.ts';
import { PendingReport, type ReportOptions } from './pending-report.ts';
import { decide, NEW_CIRCUIT, newerCircuit, type CircuitCommand, type CircuitDecision, type CircuitState } from './state.ts';
import type { CircuitStore, StoreRequest } from './store.ts';

/** What a circuit needs from outside. */
export interface CircuitDependencies {
  readonly store: CircuitStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
  /** Waits, for refusals that should take as long as a call. Without it they take no time. */
  readonly sleep?: Sleep;
}

/** Time after a change of the circuit in which every environment has reported again, and the fleet knows its size anew. */
const RECOUNTED_AFTER_MS = 2 * spanMs('n');

/** A decision, and whether the fleet knows of it. */
export interface KnownDecision extends CircuitDecision {
  readonly shared: boolean;
}

/**
 * The circuit as this environment knows it: what the store last said or, while the store does not answer, what this
 * environment has decided since on its own. Never throws: a store that fails costs sharing, not calls.
 */
export class SharedCircuit {
  /** What this environment has yet to tell. */
  readonly pending = new PendingReport();
  readonly #name: string;
  readonly #dependencies: CircuitDependencies;
  readonly #onNewGeneration: (state: CircuitState) => void;
  #fleet: CircuitState = NEW_CIRCUIT;
  /** The circuit of this environment alone; only while the store does not answer. */
  #own: CircuitState | undefined;
  #counters: Counters = {};
  #control: CircuitControl | undefined;
  #active = 1;

  constructor(name: string, dependencies: CircuitDependencies, onNewGeneration: (state: CircuitState) => void) {
    this.#name = name;
    this.#dependencies = dependencies;
    this.#onNewGeneration = onNewGeneration;
  }

  /** The circuit to decide by. */
  get state(): CircuitState {
    return this.#own ?? this.#fleet;
  }

  /** Whether this environment decides alone: nothing is shared, or the store does not answer. */
  get isAlone(): boolean {
    return this.#own !== undefined || !this.#dependencies.store.shared;
  }

  /** What an operator has put in the place of the automatic, as far as is known. */
  get control(): CircuitControl | undefined {
    return this.#control;
  }

  /** What the fleet had told when the store was last asked. */
  get counters(): Counters {
    return this.#counters;
  }

  /** Environments that were active when the store was last asked; at least 1. */
  get active(): number {
    return this.#active;
  }

  /** Tells the fleet what this environment has seen, and sees what the fleet has. Whether the store answered. */
  report(nowMs: number, call: CallContext, options: ReportOptions): Promise<boolean> {
    const report = this.pending.take(nowMs, options);
    const known = { state: this.#fleet, counters: this.#counters, control: this.#control };
    // A write is answered with what stands there: unless more was learned meanwhile, an item that is gone is believed gone.
    return this.#ask(
      () => this.#dependencies.store.sync(this.#name, report, known, storeRequest(nowMs, call)),
      (seen) => (known.state.generation === this.#fleet.generation ? answered : newerCircuit)(this.#fleet, seen),
    );
  }

  /** Sees what the fleet knows, without telling anything. Whether the store answered. */
  look(nowMs: number, call: CallContext): Promise<boolean> {
    return this.#ask(
      () => this.#dependencies.store.read(this.#name, storeRequest(nowMs, call)),
      (seen) => newerCircuit(this.#fleet, seen),
    );
  }

  /** Has a command decided by the store or, if it does not answer, by this environment alone. */
  async apply(command: CircuitCommand, call: CallContext): Promise<KnownDecision> {
    const { store, clock } = this.#dependencies;
    try {
      const decision = await store.apply(this.#name, command, this.#fleet, storeRequest(clock.nowMs(), call));
      this.#follow(undefined, answered(this.#fleet, decision.state));
      // A circuit that is closed after a refused command may have been closed by an operator, which the answer does not say.
      if (!decision.accepted && decision.state.phase === 'closed') await this.look(clock.nowMs(), call);
      return { ...decision, shared: store.shared };
    } catch (error) {
      this.#report(error);
      return this.applyAlone(command);
    }
  }

  /** Decides a command for this environment alone, until the store answers again. */
  applyAlone(command: CircuitCommand): KnownDecision {
    const decision = decide(this.state, command, this.#dependencies.clock.nowMs());
    this.#follow(decision.state, this.#fleet);
    return { ...decision, shared: false };
  }

  async #ask(
    request: () => ReturnType<CircuitStore['read']>,
    believed: (seen: CircuitState) => CircuitState,
  ): Promise<boolean> {
    try {
      const { state, counters, control } = await request();
      const circuit = believed(state);
      const nowMs = this.#dependencies.clock.nowMs();
      // While the circuit is open nobody reports, and after that not all at once: the fleet is at least as large as it was.
      const isYoung = nowMs - circuit.generation < RECOUNTED_AFTER_MS;
      const told = isYoung ? withFleetOf(this.#active, counters, nowMs) : counters;
      if (state.generation === circuit.generation) {
        this.#counters = told;
        this.#control = control;
      }
      if (state.phase === 'closed') this.#active = fleetSize(told, nowMs).active;
      this.#follow(undefined, circuit);
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  #follow(own: CircuitState | undefined, fleet: CircuitState): void {
    const { generation } = this.state;
    this.#own = own;
    this.#fleet = fleet;
    if (this.state.generation === generation) return;
    this.pending.clear(this.#dependencies.clock.nowMs());
    this.#onNewGeneration(this.state);
  }

  #report(error: unknown): void {
    if (error instanceof StoreUnavailableError) return; // reported by the client, which knows more
    const { clock, sink } = this.#dependencies;
    const event: StoreErrorEvent = { type: 'store.error', name: this.#name, atMs: clock.nowMs(), reason: 'other', error };
    sink.emit(event);
  }
}

/**
 * Answers to writes may overtake each other, so an older generation is not believed. Except for a circuit without an
 * item: its item was deleted, its generations start again, and commands of the one that is known would be refused for ever.
 */
function answered(known: CircuitState, seen: CircuitState): CircuitState {
  return seen.generation === NEW_CIRCUIT.generation ? seen : newerCircuit(known, seen);
}

function storeRequest(nowMs: number, { deadlineMs }: CallContext): StoreRequest {
  return { nowMs, deadlineMs };
}
