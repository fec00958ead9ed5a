import { CONTRACT } from '../contract/contract.ts';
import type { CallContext } from '../core/call-context.ts';
import { ConfigurationError } from '../core/errors.ts';
import { schemaDefaults, type OptionValues } from '../core/option-schema.ts';
import type { CompletedOutcome } from '../core/outcome.ts';
import { givenOf } from '../core/record.ts';
import type { BackoffStrategy, Jitter } from './backoff.ts';
import type { BudgetKind } from './budget.ts';
import type { ErrorKind } from './classify.ts';
import { retryOptionProblems } from './option-problems.ts';

const SCHEMA = CONTRACT.configuration.retry;

/** The options that a stack can declare as well; bounds and defaults are the contract's. */
export interface DeclaredRetryOptions {
  /** Whether anything is tried again; switched off, every call is made once and nothing is measured. Default true. */
  readonly enabled?: boolean | undefined;
  /** Calls in all, the first one included: 1 to 100. Default 3. */
  readonly maxAttempts?: number | undefined;
  /**
   * How the wait grows: `exponential` (100, 200, 400 ms ...), `linear` (100, 200, 300 ms ...), `fixed`, or `custom`, in code only,
   * which asks `backoff`. Default `exponential`.
   */
  readonly strategy?: BackoffStrategy | undefined;
  /** Wait before the second call, in milliseconds: 0 to 15 min. Default 100 ms. */
  readonly initialDelayMs?: number | undefined;
  /** Longest wait between two calls, jitter included, in milliseconds: 0 to 15 min. Only a `Retry-After` may ask for more. Default 5 s. */
  readonly maxDelayMs?: number | undefined;
  /** By what the exponential wait grows, 1 to 10. Default 2. */
  readonly multiplier?: number | undefined;
  /**
   * How waits are spread: anywhere up to the wait (`full`), in its upper half (`equal`), between the first wait and three times the
   * last one whatever the strategy (`decorrelated`), by `jitterRatio` up and down (`ratio`), or not at all (`none`). Default `full`.
   */
  readonly jitter?: Jitter | undefined;
  /** By what share of itself a wait is spread with the jitter `ratio`, 0 to 1. Default 0.5. */
  readonly jitterRatio?: number | undefined;
  /** Time that one call may take, in milliseconds: 0 to 15 min; 0 means that only the total counts. Default 30 s. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Time that all calls and waits may take, in milliseconds: 0 to 15 min; 0 means that only the deadline counts. Default 5 min. */
  readonly totalTimeoutMs?: number | undefined;
  /**
   * Whether calls with a method that is not idempotent are made once, unless they carry an idempotency key. Calls without a method
   * are tried again. Default true.
   */
  readonly idempotentOnly?: boolean | undefined;
  /**
   * What keeps retries from multiplying an outage: `tokens` that first calls earn, a `ratio` of the calls in flight, or `none`.
   * Whoever has the same name shares it, within an environment. Default `tokens`.
   */
  readonly budget?: BudgetKind | undefined;
  /** Retries that the budget `tokens` holds at most, 1 to 10000. Default 10. */
  readonly budgetTokens?: number | undefined;
  /** Part of a retry that each first call adds to the budget `tokens`, 0 to 1. Default 0.1. */
  readonly budgetRefill?: number | undefined;
  /** Share of the calls in flight that may be retries with the budget `ratio`, beyond three: 0 to 1. Default 0.2. */
  readonly budgetRatio?: number | undefined;
}

/** A call that may be tried again. */
export interface RetryableCall extends CallContext {
  /** Key by which the thing that is called knows a repetition, so that the call may be made again whatever its method. */
  readonly idempotencyKey?: string | undefined;
}

/** Options of a retry. */
export interface RetryOptions extends DeclaredRetryOptions {
  /** Name under which it reports, and under which its budget is shared: 1 to 64 letters, digits, hyphens or underscores. Default `retry`. */
  readonly name?: string | undefined;
  /**
   * The wait after an attempt, in milliseconds, for the strategy `custom`: given the number of the attempt that failed (the first
   * is 1) and the wait before it (0 for the first). What is no time, or thrown, is as if the strategy were exponential. Default: none.
   */
  readonly backoff?: ((attempt: number, lastDelayMs: number) => number) | undefined;
  /** Statuses of errors and of returned responses that are tried again. Default 429, 500, 502, 503 and 504. */
  readonly retryableStatuses?: readonly number[] | undefined;
  /** Statuses that are never tried again, whatever else allows it. Default 400, 401, 403, 404 and 422, without those in `retryableStatuses`. */
  readonly nonRetryableStatuses?: readonly number[] | undefined;
  /** Kinds of errors that are tried again besides those that are known: classes, or names or codes. Default: none. */
  readonly retryOn?: readonly ErrorKind[] | undefined;
  /** Kinds of errors that are never tried again, whatever else allows it. Default: none. */
  readonly neverRetryOn?: readonly ErrorKind[] | undefined;
  /**
   * Says of a failed attempt, or of a value that was returned, whether it is tried again; undefined leaves it to the rules. True
   * does not go against `neverRetryOn` and `nonRetryableStatuses`. What it throws is reported and means undefined. Default: none.
   */
  readonly shouldRetry?: ((outcome: CompletedOutcome, call: RetryableCall) => boolean | undefined) | undefined;
  /**
   * Says whether a call may be made more than once; undefined leaves it to the method and the key. What it throws is reported and
   * means no. Default: none.
   */
  readonly isIdempotent?: ((call: RetryableCall) => boolean | undefined) | undefined;
  /**
   * What comes of a call whose last attempt returned a value that would be tried again, such as a response with the status 503:
   * the value itself (`return`), or a `RetryExhaustedError` with it (`throw`). Default `return`.
   */
  readonly onExhausted?: 'return' | 'throw' | undefined;
  /** Told before each wait: the number of the attempt that failed, how it ended, and the wait in milliseconds. Default: none. */
  readonly onRetry?: ((attempt: number, outcome: CompletedOutcome, delayMs: number) => unknown) | undefined;
  /** Told once of a call that has failed for good: how many attempts it took, and how the last one ended. Default: none. */
  readonly onGiveUp?: ((attempts: number, outcome: CompletedOutcome) => unknown) | undefined;
}

const CODE_DEFAULTS = Object.freeze({
  name: 'retry',
  retryableStatuses: Object.freeze([429, 500, 502, 503, 504]),
  nonRetryableStatuses: Object.freeze([400, 401, 403, 404, 422]),
  retryOn: Object.freeze([]),
  neverRetryOn: Object.freeze([]),
  onExhausted: 'return',
}) satisfies RetryOptions;

type CodeDefaults = Required<{ readonly [Key in keyof typeof CODE_DEFAULTS]: Exclude<RetryOptions[Key], undefined> }>;

/** Options with every default filled in. */
export type ResolvedRetryOptions = Omit<OptionValues<typeof SCHEMA>, 'strategy'> &
  CodeDefaults &
  Pick<RetryOptions, 'backoff' | 'shouldRetry' | 'isIdempotent' | 'onRetry' | 'onGiveUp'> & { readonly strategy: BackoffStrategy };

/** The value of every option that is not set. */
export const RETRY_DEFAULTS: OptionValues<typeof SCHEMA> & CodeDefaults = Object.freeze({ ...CODE_DEFAULTS, ...schemaDefaults(SCHEMA) });

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range.
 */
export function resolveRetryOptions(options: RetryOptions = {}): ResolvedRetryOptions {
  const problems = retryOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the retry cannot work', problems);
  const { retryableStatuses = [] } = options;
  // What is asked for wins over a default that forbids it.
  const nonRetryableStatuses = CODE_DEFAULTS.nonRetryableStatuses.filter((status) => !retryableStatuses.includes(status));
  return Object.freeze({ ...RETRY_DEFAULTS, nonRetryableStatuses, ...givenOf(options) });
}
