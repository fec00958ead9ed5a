import type { Duration } from 'aws-cdk-lib';

/** How many tokens there are in a period. */
export interface LimitRule {
  /**
   * Tokens per period.
   *
   * A whole number from 1 to 1000000000.
   */
  readonly limit: number;

  /**
   * Length of the period.
   *
   * A whole number of milliseconds from 1 to 2678400000.
   */
  readonly period: Duration;

  /**
   * Tokens that an unused token bucket holds; the limit unless set.
   *
   * A period admits at most `limit + burst`. Windows have no burst. A whole number from 1 to 1000000000.
   *
   * @default - the limit
   */
  readonly burst?: number;
}
