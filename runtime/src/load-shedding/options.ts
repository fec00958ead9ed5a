import { CONTRACT } from '../contract/contract.ts';
import type { CallContext, Priority } from '../core/call-context.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, unknownOption, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import { SHEDDING_PARTS, sheddingPartsProblems } from '../core/shedding-schema.ts';
import type { LoadShedError } from './errors.ts';
import type { LoadSnapshot } from './snapshot.ts';

const SCHEMA = CONTRACT.configuration.loadShedding;

/** How the share of shed requests follows the load. */
export type SheddingStrategy = 'adaptive' | 'random' | 'priority' | 'circuit' | 'custom';

/** How much each signal weighs in the score of the load, each from 0 to 1; what is not measured weighs nothing. */
export interface SignalWeights {
  /** Processor and event loop, of which the larger counts. */
  readonly cpu: number;
  readonly memory: number;
  /** Latency and requests in flight, of which the larger counts. */
  readonly latency: number;
  readonly errors: number;
}

/** The options that a stack can declare as well; bounds and defaults are the contract's. */
export interface DeclaredLoadSheddingOptions {
  /** Whether anything is shed; switched off, every request passes and nothing is measured. Default true. */
  readonly enabled?: boolean | undefined;
  /**
   * `adaptive` raises the rate while there is overload and lowers it otherwise; a busy processor or event loop is none for it as long
   * as requests keep to the target. `random` and `priority` derive it from how far the load is over its thresholds, `random` without
   * regard to who is refused, critical requests apart; `circuit` sheds a quarter per threshold that is exceeded; `custom`, in code
   * only, asks `shouldShed`. Default `adaptive`.
   */
  readonly strategy?: SheddingStrategy | undefined;
  /** Share of the processor time from which on there is overload, above 0, up to 1. Default 0.8. */
  readonly cpuThreshold?: number | undefined;
  /** Share of the memory from which on there is overload, above 0, up to 1. Default 0.85. */
  readonly memoryThreshold?: number | undefined;
  /** Share of the time that the event loop is busy from which on there is overload, above 0, up to 1. Default 0.9. */
  readonly eventLoopThreshold?: number | undefined;
  /** Latency of 95 in 100 requests from which on there is overload, in milliseconds: 1 ms to 15 min. Default 5 s. */
  readonly latencyThresholdMs?: number | undefined;
  /** Share of failed requests from which on there is overload, above 0, up to 1. Default 0.1. */
  readonly errorRateThreshold?: number | undefined;
  /** Requests in flight in an environment from which on there is overload, 0 to 100000; 0 means that they are not looked at. Default 0. */
  readonly maxInFlight?: number | undefined;
  /**
   * Latency of 95 in 100 requests that the adaptive strategy keeps to, in milliseconds: 0 to 15 min; 0 means that it goes by the
   * thresholds alone. Where requests take long without any overload, it is not kept: nothing is shed for less than one and a half
   * times the best that this environment has seen. Default 100 ms.
   */
  readonly targetLatencyMs?: number | undefined;
  /** By how much the adaptive strategy changes the share of shed requests in a second, above 0, up to 1. Default 0.1. */
  readonly adaptationRate?: number | undefined;
  /** Share of requests that is shed at least, also without any load: 0 to 1. Default 0. */
  readonly minRate?: number | undefined;
  /**
   * Share of requests that is shed at most: 0 to 1. Default 0.9. On top of it the adaptive strategy refuses, while there is overload,
   * what would make more requests be in flight than can be answered within the target: that ends as soon as some have ended.
   */
  readonly maxRate?: number | undefined;
  /** How far, as a share of it, the load must fall below a threshold before shedding ends: 0 to 0.9. Default 0.1. */
  readonly hysteresis?: number | undefined;
  /** Time between two looks at processor, memory and event loop, in milliseconds: 10 ms to 1 min. Default 1 s. */
  readonly sampleIntervalMs?: number | undefined;
  /** Age up to which latencies and failures count, in milliseconds: 1 s to 10 min. Default 30 s. */
  readonly metricsWindowMs?: number | undefined;
  /** Share of the requests whose latency is measured, above 0, up to 1. Default 1. */
  readonly samplingRate?: number | undefined;
  /** Age of an event from which on nobody waits for its result, in milliseconds, 0 to 24 h; 0 is that of its source where known, else none. Default 0. */
  readonly maxEventAgeMs?: number | undefined;
  /** Time after which a shed caller is asked to try again, in milliseconds: 1 s to 1 h; spread by half of it. Default 5 s. */
  readonly retryAfterMs?: number | undefined;
  /** Whether requests that would be shed are only counted and reported. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Highest rate at which requests of a priority are shed, 0 to 1. Default: 0 for `critical`, 1 for all others. */
  readonly priorityRateCaps?: Readonly<Partial<Record<Priority, number>>> | undefined;
}

/** Options of load shedding. */
export interface LoadSheddingOptions extends DeclaredLoadSheddingOptions {
  /** Name under which it reports: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. Default `load-shedding`. */
  readonly name?: string | undefined;
  /** How much each signal weighs. Default: cpu 0.3, memory 0.3, latency 0.3, errors 0.1. */
  readonly weights?: Readonly<Partial<SignalWeights>> | undefined;
  /** Decides in place of a rate, for the strategy `custom`; what it throws is reported and lets the request pass. Default: none. */
  readonly shouldShed?: ((call: CallContext, load: LoadSnapshot) => boolean) | undefined;
  /** Requests that are neither refused nor measured; what it throws is reported and means no. Default: none. */
  readonly skip?: ((call: CallContext) => boolean) | undefined;
  /** Answers in place of a request that was shed. Default: none. */
  readonly onShed?: ((error: LoadShedError, call: CallContext, event?: unknown) => unknown) | undefined;
}

const CALLBACKS = ['shouldShed', 'skip', 'onShed'] as const;

/** Weights of the signals that are not given. */
const DEFAULT_WEIGHTS: SignalWeights = Object.freeze({ cpu: 0.3, memory: 0.3, latency: 0.3, errors: 0.1 });

/** Nobody is spared but critical requests. */
const DEFAULT_CAPS: Readonly<Record<Priority, number>> = Object.freeze({ critical: 0, high: 1, normal: 1, low: 1, background: 1 });

/** Options with every default filled in. */
export type ResolvedLoadSheddingOptions = Omit<OptionValues<typeof SCHEMA>, 'strategy'> &
  Pick<LoadSheddingOptions, (typeof CALLBACKS)[number]> & {
    readonly name: string;
    readonly strategy: SheddingStrategy;
    readonly weights: SignalWeights;
    readonly priorityRateCaps: Readonly<Record<Priority, number>>;
  };

/** The value of every option that is not set. */
export const LOAD_SHEDDING_DEFAULTS: OptionValues<typeof SCHEMA> & { readonly name: string } = Object.freeze({
  name: 'load-shedding',
  ...schemaDefaults(SCHEMA),
});

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range.
 */
export function resolveLoadSheddingOptions(options: LoadSheddingOptions = {}): ResolvedLoadSheddingOptions {
  const problems = loadSheddingOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('load shedding cannot work', problems);
  const { weights = {}, priorityRateCaps = {}, ...plain } = options;
  return Object.freeze({
    ...LOAD_SHEDDING_DEFAULTS,
    ...givenOf(plain),
    weights: Object.freeze({ ...DEFAULT_WEIGHTS, ...givenOf(weights) }),
    priorityRateCaps: Object.freeze({ ...DEFAULT_CAPS, ...givenOf(priorityRateCaps) }),
  });
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
function loadSheddingOptionProblems(options: LoadSheddingOptions): string[] {
  const given: unknown = options;
  if (!isRecord(given)) return [`options is ${show(given)}: pass an object`];
  const { name, weights, priorityRateCaps, strategy, ...rest } = options;
  const plain = Object.fromEntries(Object.entries(rest).filter(([key]) => !CALLBACKS.some((callback) => callback === key)));
  const badName = name === undefined ? undefined : nameProblem(CONTRACT.configuration.name, 'options.name', name);
  return [
    ...(badName === undefined ? [] : [badName]),
    ...CALLBACKS.filter((key) => options[key] !== undefined && typeof options[key] !== 'function').map(
      (key) => `options.${key} is ${show(options[key])}: pass a function`,
    ),
    ...strategyProblems(strategy, rest.shouldShed),
    ...weightProblems(weights),
    ...schemaProblems(SCHEMA, plain, 'options', ['name', 'strategy', 'weights', ...SHEDDING_PARTS, ...CALLBACKS]),
    ...sheddingPartsProblems('options', { priorityRateCaps, minRate: rest.minRate, maxRate: rest.maxRate }),
  ];
}

function strategyProblems(strategy: unknown, shouldShed: unknown): string[] {
  if (strategy === 'custom') return shouldShed === undefined ? ['options.shouldShed is missing: the strategy custom asks it'] : [];
  const known = strategy === undefined || SCHEMA.strategy.values.some((value) => value === strategy);
  return [
    ...(known ? [] : [`options.strategy is ${show(strategy)}: use one of ${[...SCHEMA.strategy.values, 'custom'].join(', ')}`]),
    ...(shouldShed === undefined ? [] : ["options.shouldShed is only asked by the strategy custom: set strategy to 'custom', or leave it out"]),
  ];
}

function weightProblems(weights: unknown): string[] {
  if (weights === undefined) return [];
  if (!isRecord(weights)) return [`options.weights is ${show(weights)}: pass an object of cpu, memory, latency and errors`];
  const names = Object.keys(DEFAULT_WEIGHTS);
  const problems = Object.entries(weights).flatMap(([name, weight]) => {
    if (!names.includes(name)) return [unknownOption('options.weights', name, names)];
    const usable = weight === undefined || (typeof weight === 'number' && weight >= 0 && weight <= 1);
    return usable ? [] : [`options.weights.${name} is ${show(weight)}: set a number from 0 to 1`];
  });
  const isNothing = problems.length === 0 && Object.values({ ...DEFAULT_WEIGHTS, ...givenOf(weights) }).every((weight) => weight === 0);
  return isNothing ? ['options.weights has no weight above 0: set at least one'] : problems;
}
