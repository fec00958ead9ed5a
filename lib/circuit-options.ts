import type { Duration } from 'aws-cdk-lib';

/**
 * What one circuit breaker does. Every option has a default that suits a dependency called over the network.
 *
 * Values are checked when the circuit is declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface CircuitOptions {
  /**
   * Whether the circuit protects anything; switched off, every call passes and nothing is counted.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether the circuit is shared by the fleet through DynamoDB; otherwise each environment keeps its own.
   *
   * @default true
   */
  readonly shared?: boolean;

  /**
   * Whether resilience() puts the circuit around the handler.
   *
   * @default false
   */
  readonly inbound?: boolean;

  /**
   * Whether every tenant has a circuit of its own.
   *
   * @default false
   */
  readonly perTenant?: boolean;

  /**
   * Whether every operation has a circuit of its own.
   *
   * @default false
   */
  readonly perOperation?: boolean;

  /**
   * Circuits of tenants and operations that an environment keeps at most; an open one is never given up.
   *
   * A whole number from 1 to 10000.
   *
   * @default 1000
   */
  readonly maxKeys?: number;

  /**
   * Consecutive failures that open the circuit.
   *
   * A whole number from 1 to 1000.
   *
   * @default 5
   */
  readonly failureThreshold?: number;

  /**
   * Share of failed calls in the window that opens the circuit.
   *
   * A number above 0 and up to 1.
   *
   * @default 0.5
   */
  readonly failureRateThreshold?: number;

  /**
   * Calls the window must hold before the failure rate may open the circuit.
   *
   * A whole number from 1 to 100000.
   *
   * @default 10
   */
  readonly minimumCalls?: number;

  /**
   * Time from which a call that succeeds is slow; 0 means that no call is.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.millis(0)
   */
  readonly slowCallDuration?: Duration;

  /**
   * Share of slow calls that opens the circuit; slow and failed calls add up in proportion to their thresholds.
   *
   * A number above 0 and up to 1.
   *
   * @default 1
   */
  readonly slowCallRateThreshold?: number;

  /**
   * Length of the sliding window.
   *
   * A whole number of milliseconds from 1000 to 3600000.
   *
   * @default Duration.seconds(10)
   */
  readonly windowDuration?: Duration;

  /**
   * Number of latest calls that the own window of an environment holds, in place of a duration; 0 means that it goes by time.
   *
   * A whole number from 0 to 1000.
   *
   * @default 0
   */
  readonly windowSize?: number;

  /**
   * Whether the thresholds of shares rise above the share of failures that has long been usual.
   *
   * @default false
   */
  readonly adaptive?: boolean;

  /**
   * Time spent open before the first probe; up to a tenth is added as jitter.
   *
   * A whole number of milliseconds from 100 to 3600000.
   *
   * @default Duration.seconds(60)
   */
  readonly openDuration?: Duration;

  /**
   * Factor by which every failed probe lengthens the next open period.
   *
   * A number from 1 to 10.
   *
   * @default 1.5
   */
  readonly openDurationGrowth?: number;

  /**
   * Longest open period; one below the open duration has no effect.
   *
   * A whole number of milliseconds from 100 to 3600000.
   *
   * @default Duration.seconds(300)
   */
  readonly maxOpenDuration?: Duration;

  /**
   * Probes in flight at once across the whole fleet while half-open.
   *
   * A whole number from 1 to 10.
   *
   * @default 3
   */
  readonly halfOpenMaxCalls?: number;

  /**
   * Successful probes that close the circuit.
   *
   * A whole number from 1 to 100.
   *
   * @default 3
   */
  readonly successThreshold?: number;

  /**
   * Time after which a half-open circuit that has not decided starts its probes anew.
   *
   * A whole number of milliseconds from 1000 to 3600000.
   *
   * @default Duration.seconds(60)
   */
  readonly halfOpenMaxDuration?: Duration;

  /**
   * Time in which traffic rises again after the circuit has closed; fleets of up to ten environments are not held back.
   *
   * A whole number of milliseconds from 0 to 600000.
   *
   * @default Duration.seconds(5)
   */
  readonly rampDuration?: Duration;

  /**
   * Longest time a probe may hold its place; the deadline of the invocation shortens it.
   *
   * A whole number of milliseconds from 1000 to 900000.
   *
   * @default Duration.seconds(30)
   */
  readonly probeLease?: Duration;

  /**
   * How often an environment asks for the fleet's state while nothing fails.
   *
   * A whole number of milliseconds from 250 to 300000.
   *
   * @default Duration.seconds(10)
   */
  readonly syncInterval?: Duration;
}
