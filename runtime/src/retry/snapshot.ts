/** What a retry has done since it was made, in this environment. Totals only grow. Frozen. */
export interface RetryStatistics {
  /** Calls that have ended, each with all its attempts. */
  readonly requests: number;
  /** Calls that took more than one attempt. */
  readonly retried: number;
  /** Calls that took more than one attempt and succeeded. */
  readonly retriesSucceeded: number;
  /** Calls that took more than one attempt and failed. */
  readonly retriesFailed: number;
  /** Calls that failed for want of attempts, time or budget. */
  readonly exhausted: number;
  /** Attempts of all calls. */
  readonly attempts: number;
  /** Attempts per call. */
  readonly meanAttempts: number;
  /** Attempts that a call may take at most. */
  readonly maxAttempts: number;
  /** Time spent waiting between attempts, in milliseconds: what has passed, not what was planned. */
  readonly totalDelayMs: number;
  /** Time per wait, in milliseconds. */
  readonly meanDelayMs: number;
  /** Calls in flight now, those that wait included, of all that share the budget. */
  readonly inFlight: number;
  /** Retries that the budget holds; undefined where it holds no tokens. */
  readonly budgetTokens: number | undefined;
}
