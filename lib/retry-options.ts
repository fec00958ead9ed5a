import type { Duration } from 'aws-cdk-lib';
import type { RetryBudget, RetryJitter, RetryStrategy } from './retry-enums';

/**
 * How calls are tried again. Every option has a default, so `{}` switches it on.
 *
 * Values are checked when they are declared; tokens are left to the runtime, which checks them when it starts. Which errors and
 * statuses are tried again is up to the code.
 */
export interface RetryOptions {
  /**
   * Whether anything is tried again.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Calls in all, the first one included.
   *
   * A whole number from 1 to 100.
   *
   * @default 3
   */
  readonly maxAttempts?: number;

  /**
   * How the wait grows from attempt to attempt.
   *
   * @default RetryStrategy.EXPONENTIAL
   */
  readonly strategy?: RetryStrategy;

  /**
   * Wait before the second call.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.millis(100)
   */
  readonly initialDelay?: Duration;

  /**
   * Longest wait between two calls, jitter included, unless the answer asks for a longer one.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.seconds(5)
   */
  readonly maxDelay?: Duration;

  /**
   * By what the exponential wait grows.
   *
   * A number from 1 to 10.
   *
   * @default 2
   */
  readonly multiplier?: number;

  /**
   * How waits are spread, so that callers do not come back together.
   *
   * @default RetryJitter.FULL
   */
  readonly jitter?: RetryJitter;

  /**
   * By what share of itself a wait is spread with the jitter "ratio".
   *
   * A number from 0 to 1.
   *
   * @default 0.5
   */
  readonly jitterRatio?: number;

  /**
   * Time that one call may take; 0 means that only the total counts.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.seconds(30)
   */
  readonly attemptTimeout?: Duration;

  /**
   * Time that all calls and waits may take; 0 means that only the deadline counts.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.seconds(300)
   */
  readonly totalTimeout?: Duration;

  /**
   * Whether requests whose method is not idempotent are left alone unless they carry an idempotency key.
   *
   * @default true
   */
  readonly idempotentOnly?: boolean;

  /**
   * What keeps retries from multiplying an outage: tokens that first calls earn, a share of the calls in flight, or nothing.
   *
   * @default RetryBudget.TOKENS
   */
  readonly budget?: RetryBudget;

  /**
   * Retries that the budget holds at most.
   *
   * A number from 1 to 10000.
   *
   * @default 10
   */
  readonly budgetTokens?: number;

  /**
   * Part of a retry that each first call adds to the budget.
   *
   * A number from 0 to 1.
   *
   * @default 0.1
   */
  readonly budgetRefill?: number;

  /**
   * Share of the calls in flight that may be retries, beyond three.
   *
   * A number from 0 to 1.
   *
   * @default 0.2
   */
  readonly budgetRatio?: number;
}
