import { UNKNOWN_CALL } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { Policy } from '../core/gate.ts';
import type { Random } from '../core/random.ts';
import type { Timer } from '../core/sleep.ts';
import type { RetryBudget } from './budget.ts';
import { isRepeatable } from './idempotency.ts';
import type { ResolvedRetryOptions, RetryableCall } from './options.ts';
import { RetryReporter } from './reporter.ts';
import { RetrySeries, type AttemptOperation, type SeriesTools } from './series.ts';
import type { RetryStatistics } from './snapshot.ts';

/** What a retry needs from outside. */
export interface RetrySources {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
  /** What waits, and what limits attempts. */
  readonly timer: Timer;
  /** Shared by all that have the same name. */
  readonly budget: RetryBudget;
}

/**
 * Makes a call again that has failed in a way that passes by itself, after a wait that grows, as long as there are attempts, time
 * and budget left. No timer and no listener outlives the attempt or the wait that it was for.
 */
export class Retry implements Policy {
  readonly name: string;
  readonly clock: Clock;
  readonly options: ResolvedRetryOptions;
  readonly #tools: SeriesTools;

  /**
   * @param options Resolved options, see `resolveRetryOptions`; `createRetry` does both.
   * @param sources Clock, random source, event sink, timer and budget.
   */
  constructor(options: ResolvedRetryOptions, { clock, random, sink, timer, budget }: RetrySources) {
    this.name = options.name;
    this.clock = clock;
    this.options = options;
    const reporter = new RetryReporter(options.name, options.maxAttempts, clock, sink);
    this.#tools = { options, clock, random, timer, reporter, budget };
  }

  /**
   * Runs an operation, and again while it fails and may be repeated. Each attempt is handed a signal and a deadline of its own. An
   * attempt that took too long is left alone: what ignores its signal goes on beside the next attempt.
   *
   * @throws RetryExhaustedError if an error could be tried again and there are no attempts, no time or no budget left. Any other
   * error, the refusal of a policy included, as it is; the reason of the caller's signal if it is aborted during a wait.
   */
  execute<T>(operation: AttemptOperation<T>, call: RetryableCall = UNKNOWN_CALL): Promise<T> {
    return this.options.enabled ? new RetrySeries(this.#tools, operation, call).run() : once(operation, call);
  }

  /** Whether a call could be made more than once: what has to be kept for a repetition is kept only then. */
  mayRepeat(call: RetryableCall): boolean {
    const { enabled, maxAttempts } = this.options;
    return enabled && maxAttempts > 1 && isRepeatable(call, this.options, this.#tools.reporter);
  }

  /** What its retries are taken from, and whatever else makes a call more than once should be. */
  get budget(): RetryBudget {
    return this.#tools.budget;
  }

  /** What this retry has done so far. */
  get statistics(): RetryStatistics {
    const { reporter, budget, options } = this.#tools;
    const { requests, retried, retriesSucceeded, exhausted, attempts, totalDelayMs } = reporter;
    return Object.freeze({
      requests,
      retried,
      retriesSucceeded,
      retriesFailed: retried - retriesSucceeded,
      exhausted,
      attempts,
      meanAttempts: requests === 0 ? 0 : attempts / requests,
      maxAttempts: options.maxAttempts,
      totalDelayMs,
      meanDelayMs: reporter.waits === 0 ? 0 : totalDelayMs / reporter.waits,
      inFlight: budget.inFlight,
      budgetTokens: budget.tokens,
    });
  }
}

async function once<T>(operation: AttemptOperation<T>, call: RetryableCall): Promise<T> {
  return operation({ ...call, attempt: 1, signal: call.signal ?? new AbortController().signal });
}
