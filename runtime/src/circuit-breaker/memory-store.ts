import { controlled, decideUnlessControlled, type ControlAction } from './control.ts';
import { addReport, sizeCounters, type Counters } from './evidence.ts';
import { NEW_CIRCUIT, type CircuitCommand, type CircuitDecision, type CircuitState } from './state.ts';
import type { CircuitStore, FleetPicture, StoreRequest } from './store.ts';

const NOTHING_STORED: FleetPicture = Object.freeze({ state: NEW_CIRCUIT, counters: Object.freeze({}), control: undefined });

/**
 * Keeps circuits in the memory of this process. In production it serves circuits that are not shared; handed to several
 * policies it plays the shared table in tests and simulations.
 */
export class MemoryCircuitStore implements CircuitStore {
  readonly shared: boolean;
  readonly #circuits = new Map<string, FleetPicture>();

  /** @param options `shared`: what the store says of itself; false unless set. */
  constructor(options: { readonly shared?: boolean } = {}) {
    this.shared = options.shared ?? false;
  }

  read(name: string): Promise<FleetPicture> {
    return Promise.resolve(this.#circuits.get(name) ?? NOTHING_STORED);
  }

  sync(name: string, report: Counters, known: FleetPicture, request: StoreRequest): Promise<FleetPicture> {
    const stored = this.#circuits.get(name) ?? NOTHING_STORED;
    if (stored.state.generation !== known.state.generation || stored.control !== known.control) return Promise.resolve(stored);
    const picture = { ...stored, counters: addReport(stored.counters, report, request.nowMs) };
    this.#circuits.set(name, picture);
    return Promise.resolve(picture);
  }

  apply(name: string, command: CircuitCommand, _known: CircuitState, request: StoreRequest): Promise<CircuitDecision> {
    const stored = this.#circuits.get(name) ?? NOTHING_STORED;
    const decision = decideUnlessControlled(stored, command, request.nowMs);
    this.#circuits.set(name, { ...stored, state: decision.state });
    return Promise.resolve(decision);
  }

  control(name: string, action: ControlAction, request: StoreRequest): Promise<FleetPicture> {
    const { state, counters } = this.#circuits.get(name) ?? NOTHING_STORED;
    const picture = { ...controlled(state, action, request.nowMs), counters: sizeCounters(counters) };
    this.#circuits.set(name, picture);
    return Promise.resolve(picture);
  }
}
