import { MemoryCircuitStore } from '../../runtime/src/circuit-breaker/memory-store.ts';
import { resolveCircuitBreakerOptions, type ResolvedCircuitBreakerOptions } from '../../runtime/src/circuit-breaker/options.ts';
import { CircuitBreaker } from '../../runtime/src/circuit-breaker/policy.ts';
import type { CircuitCommand, CircuitDecision } from '../../runtime/src/circuit-breaker/state.ts';
import type { CircuitStore, StoreRequest } from '../../runtime/src/circuit-breaker/store.ts';
import type { Gate } from '../../runtime/src/core/gate.ts';
import { connectCircuit } from './circuit-connection.ts';
import { CircuitObserver } from './circuit-observer.ts';
import { START_MS, type Environment } from './environment.ts';
import { meteredTraffic, sleeper, surroundings, type PolicyFleet, type SimulationRun } from './policy-fleet.ts';
import { StoreMeter } from './store-meter.ts';
import type { StoreCall, StoreTraffic } from './store-traffic.ts';

/** Stands in where a scenario gives no name. */
const DEFAULT_NAME = 'dependency';

/** The circuit breakers of a fleet around one shared store, and everything that is seen of them. */
export class CircuitFleet implements PolicyFleet {
  readonly meter = new StoreMeter();
  readonly observer: CircuitObserver;
  readonly #options: ResolvedCircuitBreakerOptions;
  readonly #store: CircuitStore = new MemoryCircuitStore({ shared: true });
  readonly #traffic: StoreTraffic;
  readonly #run: SimulationRun;

  constructor(run: SimulationRun) {
    this.#run = run;
    this.#options = resolveCircuitBreakerOptions({ name: DEFAULT_NAME, ...run.scenario.options });
    this.observer = new CircuitObserver(() => run.time.nowMs);
    this.#traffic = meteredTraffic(run, this, (call, decision, arrives) => this.#decided(call, decision, arrives));
  }

  create(environment: Environment): Gate {
    const own = surroundings(this.#run, environment);
    const store = this.#options.shared ? connectCircuit(this.#store, this.#traffic.connect(own)) : new MemoryCircuitStore();
    const sleep = sleeper(this.#run, environment);
    return new CircuitBreaker(this.#options, { store, clock: own.clock, random: own.random, sink: this.observer, sleep });
  }

  #decided({ access, method, args }: StoreCall, decision: unknown, arrives: boolean): void {
    const { nowMs } = args.at(-1) as StoreRequest;
    // Who never learns that its probe was granted makes no call with it.
    const takesEffect = () => arrives && (decision as CircuitDecision).accepted;
    if (method === 'apply') this.observer.decided(args[1] as CircuitCommand, takesEffect(), nowMs);
    if (access === 'write') void this.#look();
  }

  /** Looks at the item itself, past the faults and unseen by the meter. */
  async #look(): Promise<void> {
    const { ledger, time } = this.#run;
    const { phase } = (await this.#store.read(this.#options.name, { nowMs: START_MS + time.nowMs })).state;
    if (this.observer.holds(phase)) ledger.timeline.phases.push({ atMs: time.nowMs, phase });
  }
}
