import { readConfiguration, type Environment } from '../config/configuration.ts';
import { optionsOver } from '../config/declared.ts';
import { processEnvironment } from '../config/process-environment.ts';
import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import type { Sleep } from '../core/sleep.ts';
import { sourcesFrom } from '../core/sources.ts';
import { systemSleep } from '../core/system-sources.ts';
import { resolveHealthOptions, type HealthOptions } from './options.ts';
import { Health } from './policy.ts';

/** What health may be given instead of what the environment provides. */
export interface HealthDependencies {
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random;
  /** Where events go. Default: what goes wrong to the console. */
  readonly sink?: EventSink;
  /** Waits within a request, in milliseconds, until the signal is aborted. Default: a timer of this machine. */
  readonly sleep?: Sleep;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment;
}

/**
 * Creates the health of a function. Call it once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createHealth(options: HealthOptions = {}, dependencies: HealthDependencies = {}): Health {
  const { sleep = systemSleep, environment = processEnvironment() } = dependencies;
  const { health } = readConfiguration(environment).overrides;
  const resolved = resolveHealthOptions(optionsOver(health, options));
  const memoryLimitMb = sizeIn(environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
  return new Health(resolved, { ...sourcesFrom(dependencies), sleep, memoryLimitMb });
}

function sizeIn(text: string | undefined): number | undefined {
  const size = Number(text);
  return size > 0 ? size : undefined;
}
