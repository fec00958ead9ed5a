import type { Duration } from 'aws-cdk-lib';
import type { TimeoutAnswer, TimeoutCalculator } from './timeout-enums';

/**
 * How long the work of the handler may take. Every option has a default, so `{}` switches it on.
 *
 * Values are checked when the timeout is declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface TimeoutOptions {
  /**
   * Whether anything is cut short; switched off, work takes as long as it takes.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Time that the work may take.
   *
   * A whole number of milliseconds from 1 to 900000.
   *
   * @default Duration.seconds(30)
   */
  readonly timeout?: Duration;

  /**
   * How the time follows the request: not at all, its kind and size, its priority, or the load, under which it shrinks.
   *
   * @default TimeoutCalculator.FIXED
   */
  readonly calculator?: TimeoutCalculator;

  /**
   * Least time that a calculator gives; work that has less left is refused.
   *
   * A whole number of milliseconds from 1 to 900000.
   *
   * @default Duration.millis(100)
   */
  readonly minTimeout?: Duration;

  /**
   * Longest time that work may have, whether it is declared or worked out.
   *
   * A whole number of milliseconds from 1 to 900000.
   *
   * @default Duration.seconds(900)
   */
  readonly maxTimeout?: Duration;

  /**
   * What is left of the time of the invocation for the answer and what has to be written after it.
   *
   * A whole number of milliseconds from 0 to 60000.
   *
   * @default Duration.millis(500)
   */
  readonly margin?: Duration;

  /**
   * Time that work has to end by itself after its signal was aborted, before the answer is given in its place.
   *
   * A whole number of milliseconds from 0 to 30000.
   *
   * @default Duration.millis(0)
   */
  readonly grace?: Duration;

  /**
   * How a request that took too long is answered: 504 or 408.
   *
   * @default TimeoutAnswer.GATEWAY_TIMEOUT
   */
  readonly answer?: TimeoutAnswer;

  /**
   * Whether the time left that a caller states in a header is believed.
   *
   * @default false
   */
  readonly trustDeadline?: boolean;

  /**
   * Times of single operations in place of `timeout`, by operation: a route such as `GET /orders/{id}`.
   *
   * Whole numbers of milliseconds from 1 to 900000.
   *
   * @default - every operation has `timeout`
   */
  readonly operationTimeouts?: { [operation: string]: Duration };

  /**
   * Times of single tenants in place of `timeout`, by tenant; they come before those of operations.
   *
   * Whole numbers of milliseconds from 1 to 900000. All environment variables of a function share 4 KB: times of many
   * tenants are looked up by the code instead.
   *
   * @default - every tenant has `timeout`
   */
  readonly tenantTimeouts?: { [tenant: string]: Duration };
}
