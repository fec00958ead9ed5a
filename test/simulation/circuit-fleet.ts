import { MemoryCircuitStore } from '../../runtime/src/circuit-breaker/memory-store.ts';
import { resolveCircuitBreakerOptions, type ResolvedCircuitBreakerOptions } from '../../runtime/src/circuit-breaker/options.ts';
import { CircuitBreaker } from '../../runtime/src/circuit-breaker/policy.ts';
import type { CircuitCommand, CircuitDecision } from '../../runtime/src/circuit-breaker/state.ts';
import type { CircuitStore, StoreRequest } from '../../runtime/src/circuit-breaker/store.ts';
import type { Gate } from '../../runtime/src/core/gate.ts';
import { CircuitObserver } from './circuit-observer.ts';
import { START_MS, type Environment } from './environment.ts';
import { meteredTraffic, sleeper, surroundings, type PolicyFleet, type SimulationRun, type Surroundings } from './policy-fleet.ts';
import { StoreMeter } from './store-meter.ts';
import type { Access, StoreCall, StoreTraffic } from './store-traffic.ts';

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
    const store = this.#options.shared ? this.#connect(own) : new MemoryCircuitStore();
    const sleep = sleeper(this.#run, environment);
    return new CircuitBreaker(this.#options, { store, clock: own.clock, random: own.random, sink: this.observer, sleep });
  }

  /** The shared store as one environment reaches it. */
  #connect(own: Surroundings): CircuitStore {
    const request = this.#traffic.connect(own);
    const send = <T>(access: Access, method: string, args: readonly unknown[], ask: () => Promise<T>) =>
      request({ access, method, args, ask }) as Promise<T>;
    const store = this.#store;
    return {
      shared: true,
      read: (...args) => send('read', 'read', args, () => store.read(...args)),
      sync: (...args) => send('write', 'sync', args, () => store.sync(...args)),
      apply: (...args) => send('write', 'apply', args, () => store.apply(...args)),
      control: (...args) => send('write', 'control', args, () => store.control(...args)),
    };
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
