import type { Gate } from '../../runtime/src/core/gate.ts';
import { systemHistogram } from '../../runtime/src/core/system-load.ts';
import { resolveLoadSheddingOptions, type ResolvedLoadSheddingOptions } from '../../runtime/src/load-shedding/options.ts';
import { LoadShedder, type LoadShedderDependencies } from '../../runtime/src/load-shedding/policy.ts';
import type { LoadProbe } from '../../runtime/src/load-shedding/probe.ts';
import type { Environment } from './environment.ts';
import { surroundings, type PolicyFleet, type SimulationRun } from './policy-fleet.ts';
import { SheddingObserver } from './shedding-observer.ts';
import { StoreMeter } from './store-meter.ts';

const MB = 1024 * 1024;

/** Memory of an environment: what there is, what it takes without requests, and what each request takes. */
const MEMORY_BYTES = { limit: 1024 * MB, base: 256 * MB, perRequest: MB };
const LONGEST_MS = 900_000;

/** Makes the load shedder of one instance of an environment. */
export type CreateShedder = (options: ResolvedLoadSheddingOptions, dependencies: LoadShedderDependencies) => Gate;

/** The load shedders of a fleet, each with the load of its own environment, and everything that is seen of them. */
export class LoadSheddingFleet implements PolicyFleet {
  readonly meter = new StoreMeter();
  readonly observer: SheddingObserver;
  readonly #run: SimulationRun;
  readonly #options: ResolvedLoadSheddingOptions;
  readonly #createShedder: CreateShedder;

  /** @param createShedder Puts another policy in the place of the real one. */
  constructor(run: SimulationRun, createShedder: CreateShedder = (...args) => new LoadShedder(...args)) {
    this.#run = run;
    this.#options = resolveLoadSheddingOptions(run.scenario.options);
    this.#createShedder = createShedder;
    this.observer = new SheddingObserver(run);
  }

  create(environment: Environment): Gate {
    const { clock, random } = surroundings(this.#run, environment);
    const createHistogram = () => systemHistogram(LONGEST_MS);
    return this.#createShedder(this.#options, { clock, random, sink: this.observer, probe: this.#probe(environment), createHistogram });
  }

  /** The load of an environment as its process would read it: the processor is busy as far as its capacity is in use. */
  #probe(environment: Environment): LoadProbe {
    const { capacity } = environment;
    const busyMs = capacity === undefined ? undefined : () => capacity.busyMs();
    return {
      isSerial: this.#run.scenario.fleet.concurrency === 1,
      processors: 1,
      memoryLimitBytes: MEMORY_BYTES.limit,
      memoryBytes: () => MEMORY_BYTES.base + environment.requests * MEMORY_BYTES.perRequest,
      ...(busyMs !== undefined && { cpuMs: busyMs, eventLoopActiveMs: busyMs }),
    };
  }
}
