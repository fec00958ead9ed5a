import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import { timerFrom, type Sleep } from '../core/sleep.ts';
import { sourcesFrom } from '../core/sources.ts';
import { resolveTimeoutOptions, type TimeoutOptions } from './options.ts';
import { Timeout } from './policy.ts';

/** What a timeout may be given instead of what the environment provides. */
export interface TimeoutDependencies {
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Where events go. Default: what went wrong to the console. */
  readonly sink?: EventSink;
  /** What waits for a limit. Default: the timers of this machine. */
  readonly sleep?: Sleep;
}

/**
 * Creates a timeout. Call it once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createTimeout(options: TimeoutOptions = {}, dependencies: TimeoutDependencies = {}): Timeout {
  const { clock, sink } = sourcesFrom(dependencies);
  return new Timeout(resolveTimeoutOptions(options), { clock, sink, timer: timerFrom(dependencies.sleep) });
}
