import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import { timerFrom, type Sleep } from '../core/sleep.ts';
import { sourcesFrom } from '../core/sources.ts';
import { RetryBudgets } from './budget.ts';
import { resolveRetryOptions, type RetryOptions } from './options.ts';
import { Retry } from './policy.ts';

/** What a retry may be given instead of what the environment provides. */
export interface RetryDependencies {
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random;
  /** Where events go. Default: attempts that failed and calls that were given up to the console. */
  readonly sink?: EventSink;
  /** Waits, and limits attempts, in milliseconds; the signal ends the timer early. Default: the timers of this machine. */
  readonly sleep?: Sleep;
  /** Where budgets are shared by name. Default: those of this environment. */
  readonly budgets?: RetryBudgets;
}

const ENVIRONMENT_BUDGETS = new RetryBudgets();

/**
 * Creates a retry. Call it once, outside the handler, for each thing that is called: whoever has the same name shares its budget.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createRetry(options: RetryOptions = {}, dependencies: RetryDependencies = {}): Retry {
  const resolved = resolveRetryOptions(options);
  const { sleep, budgets = ENVIRONMENT_BUDGETS } = dependencies;
  return new Retry(resolved, { ...sourcesFrom(dependencies), timer: timerFrom(sleep), budget: budgets.of(resolved.name, resolved) });
}
