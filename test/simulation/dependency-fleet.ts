import { MemoryCircuitStore } from '../../runtime/src/circuit-breaker/memory-store.ts';
import { isRejection } from '../../runtime/src/core/errors.ts';
import { createPermit, type Gate } from '../../runtime/src/core/gate.ts';
import type { Dependency, DependencyOptions, DependencySources } from '../../runtime/src/http-client/index.ts';
import { createDependency } from '../../runtime/src/http-client/index.ts';
import { RETRY_DEFAULTS, RetryBudgets } from '../../runtime/src/retry/index.ts';
import type { BudgetTerms } from './budget-referee.ts';
import type { CreateCalls } from './calls.ts';
import { connectCircuit } from './circuit-connection.ts';
import { DependencyObserver, type WatchedCall } from './dependency-observer.ts';
import type { Environment } from './environment.ts';
import { OutboundCalls } from './outbound-calls.ts';
import type { Place } from './place.ts';
import { meteredTraffic, sleeper, surroundings, type PolicyFleet, type SimulationRun, type Surroundings } from './policy-fleet.ts';
import { RemoteDependency, type Answer } from './remote-dependency.ts';
import { StoreMeter } from './store-meter.ts';
import type { StoreTraffic } from './store-traffic.ts';

/** Stands in where a scenario gives no name. */
const DEFAULT_NAME = 'dependency';

/** Makes the dependency of one instance of an environment. */
export type CreateDependency = (options: DependencyOptions, sources: DependencySources) => Pick<Dependency, 'execute' | 'parts' | 'statistics'>;

/** The outbound calls of a fleet, each through the policies of its own environment and one circuit for all. */
export class DependencyFleet implements PolicyFleet {
  readonly meter = new StoreMeter();
  readonly observer: DependencyObserver;
  readonly createCalls: CreateCalls;
  readonly #run: SimulationRun;
  readonly #options: DependencyOptions;
  readonly #create: CreateDependency;
  readonly #remote: RemoteDependency;
  readonly #dependencies = new Map<Environment, ReturnType<CreateDependency>>();
  readonly #circuits = new MemoryCircuitStore({ shared: true });
  readonly #traffic: StoreTraffic;

  /** @param create Puts another dependency in the place of the real one. */
  constructor(run: SimulationRun, create: CreateDependency = createDependency) {
    this.#run = run;
    this.#create = create;
    this.#options = { name: DEFAULT_NAME, ...run.scenario.options };
    this.#remote = new RemoteDependency(run);
    this.observer = new DependencyObserver(run, budgetOf(this.#options), () => this.#living());
    this.createCalls = (simulation, pool, listener) =>
      new OutboundCalls(simulation, pool, listener, { call: (place) => this.#call(place), due: () => this.#remote.due() });
    this.#traffic = meteredTraffic(run, this, () => {});
  }

  /** Lets every request in: the policies are those of its call. */
  create(environment: Environment): Gate {
    const own = surroundings(this.#run, environment);
    const { clock, random } = own;
    const sleep = sleeper(this.#run, environment, () => this.observer.leftTimer());
    const given = { clock, random, sleep, sink: this.observer, environment: {}, retryBudgets: new RetryBudgets() };
    this.#dependencies.set(environment, this.#create(this.#options, { ...given, ...this.#circuit(own) }));
    return { name: this.#options.name, acquire: () => createPermit(() => undefined) };
  }

  #living(): ReturnType<CreateDependency>[] {
    return [...this.#dependencies].filter(([{ gate }]) => gate !== undefined).map(([, dependency]) => dependency);
  }

  #circuit(own: Surroundings): Pick<DependencySources, 'circuitStore'> {
    const { circuit } = this.#options;
    if (circuit === false || (typeof circuit === 'object' && circuit.shared === false)) return {};
    return { circuitStore: connectCircuit(this.#circuits, this.#traffic.connect(own)) };
  }

  async #call(place: Place): Promise<boolean> {
    const { environment } = place;
    const instance = { environment, life: environment.life };
    const watched = this.observer.began(instance);
    try {
      const answer = await this.#dependencies.get(environment)?.execute(({ signal }) => this.#attempt(instance, watched, signal), place.call);
      return answer !== undefined && answer.status < 500;
    } catch (error) {
      if (isRejection(error)) this.observer.refusedCall();
      return false;
    }
  }

  async #attempt(instance: Parameters<RemoteDependency['request']>[0], watched: WatchedCall, signal: AbortSignal | undefined): Promise<Answer> {
    this.observer.requested(watched);
    const answer = await this.#remote.request(instance, signal);
    this.observer.answeredBy(watched, answer);
    return answer;
  }
}

/** What a budget of tokens would promise, whether there is one or not. */
function budgetOf({ retry }: DependencyOptions): BudgetTerms {
  const { budgetTokens: tokens = RETRY_DEFAULTS.budgetTokens, budgetRefill: refill = RETRY_DEFAULTS.budgetRefill } = typeof retry === 'object' ? retry : {};
  return { tokens, refill };
}
