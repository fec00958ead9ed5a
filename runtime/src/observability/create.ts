import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { readConfiguration, type Environment } from '../config/configuration.ts';
import { optionsOver } from '../config/declared.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { CONTRACT } from '../contract/contract.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { setDefaultSink } from '../core/sources.ts';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from '../core/system-sources.ts';
import {
  observabilityOptionProblems,
  resolveObservabilityOptions,
  type ObservabilityOptions,
  type ResolvedObservabilityOptions,
} from './options.ts';
import { Observability, type ObservabilityParts } from './policy.ts';
import type { LoggerLike, StoredMetrics, TracerLike } from './powertools.ts';
import { createPowertoolsSink, type MetricsLike } from './powertools-sink.ts';

/** What the observability may be given instead of what it would make. */
export interface ObservabilityDependencies {
  /** A Powertools Logger. Default: a new one with the name of the service. */
  readonly logger?: LoggerLike | undefined;
  /**
   * Powertools Metrics of the application's own: what they have stored leaves at the end of every request. Not needed beside
   * `logMetrics` of Powertools, which sends them as well: used further out, it would find none and say so. Default: none.
   */
  readonly metrics?: StoredMetrics | undefined;
  /** Powertools Metrics for the contract's metrics, used for nothing else. Default: new ones in the contract's namespace. */
  readonly contractMetrics?: MetricsLike | undefined;
  /** A Powertools Tracer, needed for tracing. */
  readonly tracer?: TracerLike | undefined;
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock | undefined;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random | undefined;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment | undefined;
}

/**
 * Creates the observability of a function from its options and from what the stack declared, and makes it the sink of every policy
 * that is given none; options given here win. Call it once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createObservability(options: ObservabilityOptions = {}, dependencies: ObservabilityDependencies = {}): Observability {
  const observability = makeObservability(options, dependencies);
  setDefaultSink(observability.sink);
  return observability;
}

/**
 * The same, but not the sink of anything: that is up to whoever has it made.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function makeObservability(options: ObservabilityOptions = {}, dependencies: ObservabilityDependencies = {}): Observability {
  const { observability: declared } = readConfiguration(dependencies.environment ?? processEnvironment());
  const merged = optionsOver(declared, options);
  const problems = observabilityProblems(merged, dependencies);
  if (problems.length > 0) throw new ConfigurationError('the observability cannot work', problems);
  const resolved = resolveObservabilityOptions(merged);
  return new Observability(resolved, partsFor(resolved, dependencies));
}

/** Every problem of what an observability is to be created from. */
export function observabilityProblems(options: ObservabilityOptions, dependencies: ObservabilityDependencies): string[] {
  return [...observabilityOptionProblems(options), ...tracerProblems(options, dependencies)];
}

function partsFor(options: ResolvedObservabilityOptions, dependencies: ObservabilityDependencies): ObservabilityParts {
  const { environment = processEnvironment(), clock = SYSTEM_CLOCK, random = SYSTEM_RANDOM, metrics, tracer } = dependencies;
  const service = serviceName(options, environment);
  const logger = options.logging ? (dependencies.logger ?? new Logger({ serviceName: service })) : undefined;
  const { level, defaultDimensions, maxDimensionValues, gaugeIntervalMs } = options;
  const sink = createPowertoolsSink({
    ...{ logger, level, defaultDimensions, maxDimensionValues, gaugeIntervalMs, random },
    metrics: options.metrics ? (dependencies.contractMetrics ?? contractMetrics(service)) : undefined,
    flushIntervalMs: Infinity,
  });
  const concurrent = textFrom(environment, 'AWS_LAMBDA_MAX_CONCURRENCY') !== undefined;
  return { clock, random, service, sink, logger, metrics, tracer: options.tracing ? tracer : undefined, concurrent };
}

function serviceName({ service }: ResolvedObservabilityOptions, environment: Environment): string {
  return service ?? textFrom(environment, 'POWERTOOLS_SERVICE_NAME') ?? textFrom(environment, 'AWS_LAMBDA_FUNCTION_NAME') ?? 'service_undefined';
}

/** The value of a variable; as Powertools has it, a blank one is none. */
function textFrom(environment: Environment, name: string): string | undefined {
  const text = environment[name]?.trim();
  return text === '' ? undefined : text;
}

function contractMetrics(service: string): MetricsLike {
  return new Metrics({ namespace: CONTRACT.metrics.namespace, serviceName: service });
}

function tracerProblems(options: ObservabilityOptions | null, { tracer }: ObservabilityDependencies): string[] {
  if (options?.tracing !== true || tracer !== undefined) return [];
  return [
    'options.tracing is true, but there is no tracer: pass `new Tracer()` of @aws-lambda-powertools/tracer as the dependency ' +
      'tracer (it is not made here, so that functions without tracing do not carry the X-Ray SDK), or leave tracing off',
  ];
}
