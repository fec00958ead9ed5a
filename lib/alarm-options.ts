import type { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** How one kind of alarm behaves. What is not set keeps the default of that kind, which `ResilienceAlarmSettings` states. */
export interface ResilienceAlarmOptions {
  /**
   * Whether there are alarms of this kind.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * The figure of a period at or above which it is bad, in the unit of the kind.
   *
   * @default - that of the kind
   */
  readonly threshold?: number;

  /**
   * The time over which a figure is taken: whole minutes.
   *
   * @default - that of the kind
   */
  readonly period?: Duration;

  /**
   * How many of the latest periods are looked at.
   *
   * @default - that of the kind
   */
  readonly evaluationPeriods?: number;

  /**
   * How many of them must be bad.
   *
   * @default - that of the kind, at most `evaluationPeriods`
   */
  readonly datapointsToAlarm?: number;

  /**
   * What a period without data means. Counters are not sent while they are zero.
   *
   * @default TreatMissingData.NOT_BREACHING
   */
  readonly treatMissingData?: cloudwatch.TreatMissingData;
}

/** How an alarm on a share of requests behaves. */
export interface ResilienceRateAlarmOptions extends ResilienceAlarmOptions {
  /**
   * Requests, invocations, attempts or calls that a period must have for its share to count: of a handful, one is a large share.
   *
   * @default 10
   */
  readonly minimumRequests?: number;
}

/** How each kind of alarm behaves. */
export interface ResilienceAlarmSettings {
  /**
   * A circuit is not closed; half-open counts, because an outage goes to and fro between open and half-open.
   *
   * @default - `CircuitState` is 1 or more, 2 of 2 minutes
   */
  readonly circuitOpen?: ResilienceAlarmOptions;

  /**
   * Calls under a circuit fail, whether it opens or not.
   *
   * @default - 3000 failures in 5 minutes (10 a second), 1 of 1 period
   */
  readonly circuitFailures?: ResilienceAlarmOptions;

  /**
   * A rate limit refuses calls.
   *
   * @default - 3000 refusals in 5 minutes (10 a second), 1 of 1 period
   */
  readonly rateLimitRefused?: ResilienceAlarmOptions;

  /**
   * A bulkhead refuses calls.
   *
   * @default - 1500 refusals in 5 minutes (5 a second), 1 of 1 period
   */
  readonly bulkheadRefused?: ResilienceAlarmOptions;

  /**
   * Requests are to be shed, as a share from 0 to 1: the highest of any environment.
   *
   * @default - 0.01 (one in a hundred) in a minute, 3 of 5 minutes
   */
  readonly loadShedding?: ResilienceAlarmOptions;

  /**
   * Requests, and calls and attempts towards dependencies, whose time was over, in percent of the requests.
   *
   * @default - 5 percent of at least 10 requests in a minute, 2 of 3 minutes
   */
  readonly timeoutRate?: ResilienceRateAlarmOptions;

  /**
   * Calls that failed although they were to be tried again, in percent of the attempts beyond the first.
   *
   * @default - 10 percent of at least 10 attempts in 5 minutes, 1 of 1 period
   */
  readonly retryExhausted?: ResilienceRateAlarmOptions;

  /**
   * Calls of a dependency that failed after all attempts, in percent of all.
   *
   * @default - 10 percent of at least 10 calls in a minute, 2 of 3 minutes
   */
  readonly dependencyErrorRate?: ResilienceRateAlarmOptions;

  /**
   * Requests of the function to a state table fail.
   *
   * @default - 1 failure in a minute, 3 of 5 minutes
   */
  readonly storeErrors?: ResilienceAlarmOptions;

  /**
   * DynamoDB throttles writes to a state table.
   *
   * @default - 1 throttled write in a minute, 3 of 5 minutes
   */
  readonly storeThrottles?: ResilienceAlarmOptions;

  /**
   * Requests that the service failed, in percent of all; refusals are no failures.
   *
   * @default - 5 percent of at least 10 requests in a minute, 2 of 3 minutes
   */
  readonly errorRate?: ResilienceRateAlarmOptions;

  /**
   * The 99th percentile of the latency of requests, in milliseconds.
   *
   * @default - 80 percent of the function's timeout, 2 of 3 minutes; there is none where the timeout is not known
   */
  readonly latency?: ResilienceAlarmOptions;

  /**
   * Invocations that ended in an error, in percent: also those that were cut off or never reached the handler, of which
   * the runtime cannot tell.
   *
   * @default - 5 percent of at least 10 invocations in a minute, 2 of 3 minutes
   */
  readonly functionErrors?: ResilienceRateAlarmOptions;

  /**
   * Lambda throttles invocations.
   *
   * @default - 1 throttled invocation in a minute, 2 of 3 minutes
   */
  readonly functionThrottles?: ResilienceAlarmOptions;

  /**
   * Messages wait in a dead letter queue.
   *
   * @default - 1 message, 1 of 1 period of 5 minutes
   */
  readonly deadLetters?: ResilienceAlarmOptions;

  /**
   * A health check that is named in `healthChecks` fails.
   *
   * @default - 1 failure in a minute, 3 of 5 minutes
   */
  readonly healthCheckFailures?: ResilienceAlarmOptions;

  /**
   * Health requests are answered with 503. There is one where `healthChecks` are named or this is set.
   *
   * @default - 1 such answer in a minute, 3 of 5 minutes
   */
  readonly healthAnswers?: ResilienceAlarmOptions;

  /**
   * Sinks, extractors or callbacks of the observability fail.
   *
   * @default - 1 failure in 5 minutes, 2 of 3 periods
   */
  readonly observabilityErrors?: ResilienceAlarmOptions;
}
