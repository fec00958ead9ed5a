import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CallMetrics } from './private/call-metrics';
import { CONTRACT } from './private/contract';
import type { IResilient } from './resilient';

const GROUPS = CONTRACT.metrics;
const [CIRCUIT, LIMIT, REQUEST] = [GROUPS.circuitBreaker.names, GROUPS.rateLimit.names, GROUPS.request.names];
const [BULKHEAD, SHEDDING] = [GROUPS.bulkhead.names, GROUPS.loadShedding.names];
const [CHECK, ENDPOINT, OPERATION] = [GROUPS.healthCheck.names, GROUPS.healthEndpoint.names, GROUPS.operation.names];

/**
 * The CloudWatch metrics that the runtime emits for a function, for graphs and alarms of your own.
 *
 * Counters are summed up, gauges are shown by their maximum, and durations and sizes by their 99th percentile; `options`
 * changes that. Metrics that say "detailed level" are emitted only where the function's observability is set to
 * `detailed`. Counters are sent only when they are not zero.
 */
export class ResilienceMetrics extends CallMetrics {
  /**
   * The metrics of a function.
   *
   * @param resilient the function and what protects it
   * @returns its metrics
   */
  public static of(resilient: IResilient): ResilienceMetrics {
    return new ResilienceMetrics(resilient);
  }

  private constructor(resilient: IResilient) {
    super(resilient);
  }

  /**
   * State as last seen: 0 closed, 1 open, 2 half-open.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitState(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.state, circuit, options);
  }

  /**
   * Transitions to open, counted once by the environment that made them.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitOpened(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.opened, circuit, options);
  }

  /**
   * Transitions from open to half-open. Detailed level.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitHalfOpened(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.halfOpened, circuit, options);
  }

  /**
   * Transitions from half-open to closed. Detailed level.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitClosed(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.closed, circuit, options);
  }

  /**
   * Protected calls that ended in a failure that counts.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitFailures(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.failures, circuit, options);
  }

  /**
   * Calls refused because the circuit was open.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitRefused(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.refused, circuit, options);
  }

  /**
   * Protected calls that ended well. Detailed level.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitSuccesses(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.successes, circuit, options);
  }

  /**
   * Refused calls that a fallback answered.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitFallbacks(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.fallbacks, circuit, options);
  }

  /**
   * Time that a protected call took; refused calls are left out. Detailed level.
   *
   * @param circuit the circuit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public circuitCallDuration(circuit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.circuitBreaker, CIRCUIT.callDuration, circuit, options);
  }

  /**
   * Calls that a rate limit admitted. Detailed level.
   *
   * @param limit the rate limit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public rateLimitAdmitted(limit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.rateLimit, LIMIT.admitted, limit, options);
  }

  /**
   * Calls refused because a rate limit was reached.
   *
   * @param limit the rate limit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public rateLimitRefused(limit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.rateLimit, LIMIT.refused, limit, options);
  }

  /**
   * Calls that a rate limit in a dry run let pass although it was reached.
   *
   * @param limit the rate limit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public rateLimitWouldRefuse(limit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.rateLimit, LIMIT.wouldRefuse, limit, options);
  }

  /**
   * Keys that used up the share of their limit from which on it is reported. Detailed level.
   *
   * @param limit the rate limit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public rateLimitNear(limit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.rateLimit, LIMIT.near, limit, options);
  }

  /**
   * Calls that were decided without the table because it did not answer.
   *
   * @param limit the rate limit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public rateLimitDegraded(limit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.rateLimit, LIMIT.degraded, limit, options);
  }

  /**
   * Times that a busy key was split into more parts. Detailed level.
   *
   * @param limit the rate limit's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public rateLimitSplit(limit: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.rateLimit, LIMIT.splits, limit, options);
  }

  /**
   * Calls that a bulkhead refused, at once or after they had waited.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadRefused(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.refused, bulkhead, options);
  }

  /**
   * Most slots in use since the last report; where the fleet shares them, those of all environments.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadUsage(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.usage, bulkhead, options);
  }

  /**
   * Slots that there are.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadCapacity(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.capacity, bulkhead, options);
  }

  /**
   * Time that a call waited for a slot, whether it got one or not; calls that did not wait are left out.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadWaitDuration(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.waitDuration, bulkhead, options);
  }

  /**
   * Slots whose holder never gave them back and that were free again because their lease had ended.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadReclaimed(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.reclaimed, bulkhead, options);
  }

  /**
   * Calls that were decided without the table because it did not answer.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadDegraded(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.degraded, bulkhead, options);
  }

  /**
   * Calls that got a slot. Detailed level.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadAcquired(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.acquired, bulkhead, options);
  }

  /**
   * Calls that ended and gave their slot back. Detailed level.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadCompleted(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.completed, bulkhead, options);
  }

  /**
   * Time that a call held its slot. Detailed level.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadCallDuration(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.callDuration, bulkhead, options);
  }

  /**
   * Most calls that waited for a slot in an environment since the last report. Detailed level.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadQueued(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.queued, bulkhead, options);
  }

  /**
   * Times that an adaptive bulkhead changed the number of its slots. Detailed level.
   *
   * @param bulkhead the bulkhead's name
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public bulkheadResized(bulkhead: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.bulkhead, BULKHEAD.resized, bulkhead, options);
  }

  /**
   * Requests refused because of the load or of their age.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public requestsShed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.loadShedding, SHEDDING.shed, undefined, options);
  }

  /**
   * Requests that load shedding in a dry run let pass although it would have refused them.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public requestsWouldShed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.loadShedding, SHEDDING.wouldShed, undefined, options);
  }

  /**
   * Share of the requests that is to be shed, from 0 to 1.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public sheddingRate(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.loadShedding, SHEDDING.rate, undefined, options);
  }

  /**
   * How far the load is over its thresholds: 0 where none is exceeded, 1 where it could not be worse. Detailed level.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public loadScore(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.loadShedding, SHEDDING.score, undefined, options);
  }

  /**
   * Requests refused because of the load or of their age, by their priority. Detailed level.
   *
   * @param priority the priority: critical, high, normal, low or background
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public requestsShedByPriority(priority: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.loadSheddingPriority, GROUPS.loadSheddingPriority.names.shed, priority, options);
  }

  /**
   * Requests to a state table that failed or were not made because the table had just failed.
   *
   * @param tableName the name of the table
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public storeErrors(tableName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.store, GROUPS.store.names.errors, tableName, options);
  }

  /**
   * Runs of a check that failed or took too long.
   *
   * @param check the name of the check
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public healthCheckFailures(check: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.healthCheck, CHECK.failures, check, options);
  }

  /**
   * Runs of a check. Detailed level.
   *
   * @param check the name of the check
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public healthChecks(check: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.healthCheck, CHECK.checks, check, options);
  }

  /**
   * Time that a run of a check took. Detailed level.
   *
   * @param check the name of the check
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public healthCheckDuration(check: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.healthCheck, CHECK.duration, check, options);
  }

  /**
   * Health requests that were answered. Detailed level.
   *
   * @param endpoint the endpoint: health, detail, ready or live
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public healthAnswers(endpoint: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.healthEndpoint, ENDPOINT.answers, endpoint, options);
  }

  /**
   * Health requests that were answered with 503.
   *
   * @param endpoint the endpoint: health, detail, ready or live
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public healthAnswersNotOk(endpoint: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.healthEndpoint, ENDPOINT.notOk, endpoint, options);
  }

  /**
   * Time that the answer to a health request took. Detailed level.
   *
   * @param endpoint the endpoint: health, detail, ready or live
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public healthAnswerDuration(endpoint: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.healthEndpoint, ENDPOINT.duration, endpoint, options);
  }

  /**
   * Requests that ended, however they did; health requests are left out.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public requests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.request, REQUEST.requests, undefined, options);
  }

  /**
   * Requests that the service failed: an error, or an answer of 500 or more; refusals are left out.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public requestErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.request, REQUEST.errors, undefined, options);
  }

  /**
   * Requests that a policy refused.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public requestsRejected(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.request, REQUEST.rejected, undefined, options);
  }

  /**
   * Time that a request took; refusals are left out, because they are fast.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public requestLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.request, REQUEST.latency, undefined, options);
  }

  /**
   * Requests in flight in an environment when one of them ended. Detailed level.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public activeRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.request, REQUEST.active, undefined, options);
  }

  /**
   * Size of the body of an answer, where it is text. Detailed level.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public responseSize(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.request, REQUEST.responseSize, undefined, options);
  }

  /**
   * Requests that were the first of their environment. Detailed level.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public coldStarts(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.request, REQUEST.coldStarts, undefined, options);
  }

  /**
   * Requests of an operation that ended. Detailed level.
   *
   * @param operation the name of the operation
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public operationRequests(operation: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.operation, OPERATION.requests, operation, options);
  }

  /**
   * Requests of an operation that the service failed. Detailed level.
   *
   * @param operation the name of the operation
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public operationErrors(operation: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.operation, OPERATION.errors, operation, options);
  }

  /**
   * Time that a request of an operation took; refusals are left out. Detailed level.
   *
   * @param operation the name of the operation
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public operationLatency(operation: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.operation, OPERATION.latency, operation, options);
  }

  /**
   * Requests that the service failed, by the name of the error or by status. Detailed level.
   *
   * @param errorType the name of the error, or `status_503`
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public errorsByType(errorType: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.errorType, GROUPS.errorType.names.errors, errorType, options);
  }

  /**
   * Sinks, extractors and callbacks that failed; the requests concerned were not touched.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public observabilityErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.pipeline, GROUPS.pipeline.names.errors, undefined, options);
  }

  /**
   * Values counted under the name "other", because there were too many names.
   *
   * @param options statistic, period, label and the like
   * @returns the metric
   */
  public observabilityFolded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this._metric(GROUPS.pipeline, GROUPS.pipeline.names.folded, undefined, options);
  }
}
