import { readConfiguration, type Environment } from '../config/configuration.ts';
import { optionsOver } from '../config/declared.ts';
import { processEnvironment } from '../config/process-environment.ts';
import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import { sourcesFrom } from '../core/sources.ts';
import { systemCpuMs, systemEventLoop, systemHistogram, systemProcessors } from '../core/system-load.ts';
import { systemMemoryBytes } from '../core/system-sources.ts';
import { resolveLoadSheddingOptions, type LoadSheddingOptions } from './options.ts';
import { LoadShedder } from './policy.ts';
import type { LoadProbe } from './probe.ts';
import { resolveThrottleOptions, type ThrottleOptions } from './throttle-options.ts';
import { AdaptiveThrottle } from './throttle.ts';
import { LONGEST_LATENCY_MS } from './traffic-window.ts';

/** What a load shedder may be given instead of what the environment provides. */
export interface LoadSheddingDependencies {
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random;
  /** Where events go. Default: that shedding has started or ended to the console, and every ten seconds how many were refused. */
  readonly sink?: EventSink;
  /** Where the load of the process is read. Default: this process. */
  readonly probe?: LoadProbe;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment;
}

const BYTES_PER_MB = 1024 * 1024;

/** Memory with which Lambda gives a function one processor. */
const MB_PER_PROCESSOR = 1769;

/**
 * Creates a load shedder from its options and from what the stack declared; options given here win. Call it once, outside the
 * handler.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createLoadShedder(options: LoadSheddingOptions = {}, dependencies: LoadSheddingDependencies = {}): LoadShedder {
  const environment = dependencies.environment ?? processEnvironment();
  const resolved = resolveLoadSheddingOptions(optionsOver(readConfiguration(environment).loadShedding, options));
  const { probe = processProbe(environment) } = dependencies;
  return new LoadShedder(resolved, { ...sourcesFrom(dependencies), probe, createHistogram: () => systemHistogram(LONGEST_LATENCY_MS) });
}

/**
 * Creates a client-side throttle. Call it once, outside the handler, for each thing that is called.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createAdaptiveThrottle(
  options: ThrottleOptions,
  dependencies: Pick<LoadSheddingDependencies, 'clock' | 'random' | 'sink'> = {},
): AdaptiveThrottle {
  return new AdaptiveThrottle(resolveThrottleOptions(options), sourcesFrom(dependencies));
}

/**
 * Reads the load of this process. Classic Lambda serves one request at a time; functions on Managed Instances and Web Functions
 * serve several, and so does whatever is no Lambda.
 *
 * @param environment Environment variables, which say what runs the process and how much memory it has.
 */
export function processProbe(environment: Environment): LoadProbe {
  const memoryMb = Number(environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
  const isSized = memoryMb > 0;
  const servesSeveral = environment['AWS_LAMBDA_MAX_CONCURRENCY'] || environment['AWS_LAMBDA_HTTP_ENDPOINT'];
  return {
    isSerial: Boolean(environment['AWS_LAMBDA_FUNCTION_NAME']) && !servesSeveral,
    processors: isSized ? Math.min(systemProcessors(), memoryMb / MB_PER_PROCESSOR) : systemProcessors(),
    ...(isSized && { memoryLimitBytes: memoryMb * BYTES_PER_MB }),
    cpuMs: systemCpuMs,
    eventLoopActiveMs: () => systemEventLoop().activeMs,
    memoryBytes: systemMemoryBytes,
  };
}
