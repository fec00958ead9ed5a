import { CircuitOpenError } from '../../runtime/src/circuit-breaker/errors.ts';
import type { CircuitStateChangedEvent } from '../../runtime/src/circuit-breaker/events.ts';
import type { CircuitPhase } from '../../runtime/src/circuit-breaker/state.ts';
import type { Clock } from '../../runtime/src/core/clock.ts';
import type { Gate } from '../../runtime/src/core/gate.ts';
import { CircuitObserver } from '../../test/simulation/circuit-observer.ts';
import type { Environment } from '../../test/simulation/environment.ts';
import { meteredTraffic, surroundings, type PolicyFleet, type SimulationRun } from '../../test/simulation/policy-fleet.ts';
import { StoreMeter } from '../../test/simulation/store-meter.ts';
import type { Access, StoreTraffic } from '../../test/simulation/store-traffic.ts';

/** Name of the circuit, and of its one item. */
const NAME = 'dependency';

/** What every design keeps in its item. */
export interface PeerItem {
  readonly phase: CircuitPhase;
}

/** The one item of a circuit, as an environment reaches it. All may fail with StoreUnavailableError. */
export interface SharedItem<Item extends PeerItem> {
  read(): Promise<Item>;
  /** Replaces the item whatever it is: the last writer wins. */
  write(item: Item): Promise<unknown>;
  /** Replaces the item where the condition holds for it; answers whether it did. */
  writeIf(condition: (stored: Item) => boolean, item: Item): Promise<boolean>;
}

/** What the gate of a design needs. */
export interface PeerDependencies<Item extends PeerItem> {
  /** Tells one instance of an environment from all others. */
  readonly id: string;
  readonly item: SharedItem<Item>;
  readonly clock: Clock;
  /** Reports a change of phase as this environment sees it. */
  readonly changed: (from: CircuitPhase, to: CircuitPhase) => void;
}

/** A design: its item before anything has happened, and its gate. */
export interface PeerDesign<Item extends PeerItem> {
  readonly newItem: Item;
  readonly createGate: (dependencies: PeerDependencies<Item>) => Gate;
}

/** A fleet that guards its calls by the design of somebody else. */
export class PeerFleet<Item extends PeerItem> implements PolicyFleet {
  readonly meter = new StoreMeter();
  readonly observer: CircuitObserver;
  readonly #run: SimulationRun;
  readonly #design: PeerDesign<Item>;
  readonly #traffic: StoreTraffic;
  #item: Item;

  constructor(run: SimulationRun, design: PeerDesign<Item>) {
    this.#run = run;
    this.#design = design;
    this.#item = design.newItem;
    this.observer = new CircuitObserver(() => run.time.nowMs);
    this.#traffic = meteredTraffic(run, this, () => this.#look());
  }

  create(environment: Environment): Gate {
    const own = surroundings(this.#run, environment);
    const request = this.#traffic.connect(own);
    const send = <T>(access: Access, method: string, ask: () => T) =>
      request({ access, method, args: [NAME], ask: async () => ask() }) as Promise<T>;
    const item: SharedItem<Item> = {
      read: () => send('read', 'read', () => this.#item),
      write: (next) => send('write', 'write', () => this.#replace(next)),
      writeIf: (condition, next) => send('write', 'writeIf', () => condition(this.#item) && this.#replace(next)),
    };
    const changed = (from: CircuitPhase, to: CircuitPhase) => this.#report(own.clock.nowMs(), from, to);
    return this.#design.createGate({ id: `${environment.index}.${environment.life}`, item, clock: own.clock, changed });
  }

  #replace(item: Item): true {
    this.#item = item;
    return true;
  }

  #report(atMs: number, from: CircuitPhase, to: CircuitPhase): void {
    const event: CircuitStateChangedEvent = { type: 'circuit.state_changed', name: NAME, atMs, from, to, generation: 0, shared: true };
    this.observer.emit(event);
  }

  #look(): void {
    const { phase } = this.#item;
    if (this.observer.holds(phase)) this.#run.ledger.timeline.phases.push({ atMs: this.#run.time.nowMs, phase });
  }
}

/** A refusal, as all designs make it. */
export function refusal(retryAfterMs: number): CircuitOpenError {
  return new CircuitOpenError(NAME, Math.max(0, retryAfterMs));
}
