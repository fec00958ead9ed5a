import {
  startExecutionEnvironment,
  type ExecutionEnvironment,
  type ExecutionEnvironmentOptions,
} from './execution-environment.ts';
import type { InvocationResult } from './runtime-api.ts';
import type { LogStream } from './runtime-process.ts';

/** Which of several idle environments serves an event. Lambda prefers the most recently used ones. */
export type RoutingStrategy = 'random' | 'most-recently-used';

/** A function, how to run it, and how events spread over its environments. */
export interface FleetOptions extends Omit<ExecutionEnvironmentOptions, 'onLog'> {
  /** Default `most-recently-used`. */
  readonly strategy?: RoutingStrategy;
  /** Uniform numbers in [0, 1) for the strategy `random`; pass a seeded source to repeat a run. */
  readonly random?: () => number;
  /** Variables of single environments on top of the common ones, such as to make one of them fail. */
  readonly environmentOf?: (index: number) => Readonly<Record<string, string>>;
  /** Receives what the function prints, with the environment's index. */
  readonly onLog?: (line: string, index: number, stream: LogStream) => void;
}

/** A number of execution environments of one function. */
export interface Fleet {
  /** The environments by index. One that died is replaced before the next event on its index. */
  readonly environments: readonly ExecutionEnvironment[];
  /** Runs the handler in an idle environment; waits in line while all are busy. */
  invoke(event: unknown): Promise<InvocationResult>;
  /**
   * Runs the handler in one environment; waits in line, ahead of `invoke`, while it is busy.
   *
   * @throws RangeError when there is no such environment.
   */
  invokeOn(index: number, event: unknown): Promise<InvocationResult>;
  /** Ends all environments and waits for them; events that are waiting answer `Runtime.ExitError`. */
  close(): Promise<void>;
}

/**
 * Starts a fleet and waits until all of its environments are initialised.
 *
 * @param count number of environments, at least 1.
 * @throws RangeError when the count is not a positive integer.
 */
export async function startFleet(count: number, options: FleetOptions): Promise<Fleet> {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`A fleet needs at least 1 environment, not ${count}`);
  const start = (index: number): Promise<ExecutionEnvironment> =>
    startExecutionEnvironment(optionsOf(index, options));
  const started = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(index)));
  const environments = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.all(environments.map((environment) => environment.close()));
    throw failed.reason;
  }
  return new LocalFleet(environments, start, options);
}

function optionsOf(index: number, options: FleetOptions): ExecutionEnvironmentOptions {
  const { environmentOf, onLog, ...common } = options;
  return {
    ...common,
    environment: { ...common.environment, ...environmentOf?.(index) },
    ...(onLog ? { onLog: (line: string, stream: LogStream) => onLog(line, index, stream) } : {}),
  };
}

interface Waiting {
  /** The one environment that will do, or undefined if any will. */
  readonly only: number | undefined;
  readonly take: (index: number) => void;
}

class LocalFleet implements Fleet {
  readonly environments: ExecutionEnvironment[];
  readonly #start: (index: number) => Promise<ExecutionEnvironment>;
  readonly #strategy: RoutingStrategy;
  readonly #random: () => number;
  /** Idle environments, the most recently used last. */
  #idle: number[];
  #waiting: Waiting[] = [];
  #closed: Promise<void> | undefined;
  readonly #replacing = new Set<Promise<unknown>>();

  constructor(
    environments: ExecutionEnvironment[],
    start: (index: number) => Promise<ExecutionEnvironment>,
    { strategy = 'most-recently-used', random = Math.random }: FleetOptions,
  ) {
    this.environments = environments;
    this.#start = start;
    this.#strategy = strategy;
    this.#random = random;
    this.#idle = environments.map((_, index) => index).reverse();
  }

  invoke(event: unknown): Promise<InvocationResult> {
    return this.#run(undefined, event);
  }

  async invokeOn(index: number, event: unknown): Promise<InvocationResult> {
    if (!(index in this.environments)) throw new RangeError(`The fleet has no environment ${index}`);
    return this.#run(index, event);
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #run(only: number | undefined, event: unknown): Promise<InvocationResult> {
    const index = this.#takeIdle(only) ?? (await new Promise<number>((take) => this.#waiting.push({ only, take })));
    try {
      const environment = await this.#living(index);
      return await environment.invoke(event);
    } finally {
      this.#release(index);
    }
  }

  #takeIdle(only: number | undefined): number | undefined {
    const last = this.#idle.length - 1;
    const chosen = this.#strategy === 'random' ? Math.floor(this.#random() * this.#idle.length) : last;
    const position = only === undefined ? chosen : this.#idle.indexOf(only);
    return position < 0 ? undefined : this.#idle.splice(position, 1)[0];
  }

  #release(index: number): void {
    const mine = this.#waiting.findIndex(({ only }) => only === index);
    const position = mine >= 0 ? mine : this.#waiting.findIndex(({ only }) => only === undefined);
    const [next] = position < 0 ? [] : this.#waiting.splice(position, 1);
    if (next) next.take(index);
    else this.#idle.push(index);
  }

  /** The environment of an index; a fresh one if the last has ended, as Lambda starts one for the next event. */
  async #living(index: number): Promise<ExecutionEnvironment> {
    const current = this.environments[index];
    if (current && (current.alive || this.#closed)) return current;
    const replacement = this.#replace(index, current);
    this.#replacing.add(replacement);
    return replacement.finally(() => this.#replacing.delete(replacement));
  }

  async #replace(index: number, ended: ExecutionEnvironment | undefined): Promise<ExecutionEnvironment> {
    await ended?.close();
    const fresh = await this.#start(index);
    this.environments[index] = fresh;
    return fresh;
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#replacing);
    await Promise.all(this.environments.map((environment) => environment.close()));
  }
}
