import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IResilient } from '../resilient';
import { CONTRACT } from './contract';

const { namespace: NAMESPACE, ...GROUPS } = CONTRACT.metrics;
const [TIMEOUT, RETRY, CLIENT] = [GROUPS.timeout.names, GROUPS.retry.names, GROUPS.client.names];

/** What the contract says of a metric. */
export interface ContractMetric {
  readonly name: string;
  readonly kind: string;
}

/** Metrics that share their dimensions. */
export interface MetricGroup {
  readonly dimensions: readonly [service: string, dimension?: string];
}

/** Statistics that suit a kind of metric: what is counted adds up, and of states and durations the worst is looked at. */
const STATISTICS: Readonly<Record<string, string>> = { counter: 'Sum', gauge: 'Maximum', histogram: 'p99' };

/**
 * Metrics of calls, of their times and of their repetition. Callers have them as methods of `ResilienceMetrics`.
 *
 * @internal
 */
export abstract class CallMetrics {
  /** @internal */
  protected readonly _resilient: IResilient;

  /** @param resilient the function and what protects it */
  protected constructor(resilient: IResilient) {
    this._resilient = resilient;
  }

  /**
   * Requests, and calls and attempts towards dependencies, whose time was over before they had ended.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public timeoutExpired(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.timeout, TIMEOUT.expired, undefined, options);
  }

  /**
   * Those that had so little time left that they were not begun.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public timeoutRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.timeout, TIMEOUT.refused, undefined, options);
  }

  /**
   * Those whose work went on although their time was over. Detailed level.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public timeoutIgnored(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.timeout, TIMEOUT.ignored, undefined, options);
  }

  /**
   * Results that came when nobody waited for them any more, and were dropped. Detailed level.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public timeoutLate(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.timeout, TIMEOUT.late, undefined, options);
  }

  /**
   * Time that there was. Detailed level.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public timeoutLimit(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.timeout, TIMEOUT.limit, undefined, options);
  }

  /**
   * Attempts beyond the first of a call.
   *
   * @param retry the name under which the calls report: `retry` for the work of the handler, else the dependency's
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public retryAttempts(retry: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.retry, RETRY.attempts, retry, options);
  }

  /**
   * Calls that failed for want of attempts, time or budget.
   *
   * @param retry the name under which the calls report: `retry` for the work of the handler, else the dependency's
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public retryExhausted(retry: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.retry, RETRY.exhausted, retry, options);
  }

  /**
   * Calls that succeeded after they had failed. Detailed level.
   *
   * @param retry the name under which the calls report: `retry` for the work of the handler, else the dependency's
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public retrySucceeded(retry: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.retry, RETRY.succeeded, retry, options);
  }

  /**
   * Wait before an attempt beyond the first, as planned. Detailed level.
   *
   * @param retry the name under which the calls report: `retry` for the work of the handler, else the dependency's
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public retryDelay(retry: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.retry, RETRY.delay, retry, options);
  }

  /**
   * Calls of a dependency that ended, each with all its attempts.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientRequests(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.requests, dependency, options);
  }

  /**
   * Calls that failed after all attempts: an answer of 500 or more, or none at all, refusals included.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientErrors(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.errors, dependency, options);
  }

  /**
   * Time that a call took with all its attempts and waits; those that were refused are left out.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientLatency(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.latency, dependency, options);
  }

  /**
   * Calls that failed and that something else answered.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientFallbacks(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.fallbacks, dependency, options);
  }

  /**
   * Times that an unhealthy endpoint was used because there were too few others; once a minute for each.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientUnhealthyUsed(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.unhealthyUsed, dependency, options);
  }

  /**
   * Time that one attempt took; those that were given up from outside are left out. Detailed level.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientAttemptLatency(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.attemptLatency, dependency, options);
  }

  /**
   * Calls that were sent a second time because the first took long. Detailed level.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientHedged(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.hedged, dependency, options);
  }

  /**
   * Times that an endpoint was found unhealthy. Detailed level.
   *
   * @param dependency the dependency's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public clientEndpointsEjected(dependency: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.client, CLIENT.ejected, dependency, options);
  }

  /** @internal */
  protected _metric(group: MetricGroup, { name, kind }: ContractMetric, value?: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const [service, dimension] = group.dimensions;
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName: name,
      dimensionsMap: { [service]: this._resilient.serviceName, ...(dimension === undefined ? {} : { [dimension]: value ?? '' }) },
      statistic: STATISTICS[kind] ?? 'Average',
      ...options,
    }).attachTo(this._resilient.protectedFunction);
  }
}
