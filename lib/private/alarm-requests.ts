import { Duration, Names, Token, Tokenization } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmDefinition } from './alarm-definition';
import { deadLetterQueueOf, timeoutMsOf } from './monitored-function';

const MINUTE = Duration.minutes(1);

/** Of how many a share counts. */
export const MINIMUM_REQUESTS = 10;

/** Two of three minutes: one bad minute is no trend, and two in a row must not wait for a third. */
export const SOON = { period: MINUTE, evaluationPeriods: 3, datapointsToAlarm: 2 };

/** The share of the timeout from which on requests are in danger of being cut off. */
const SHARE_OF_TIMEOUT = 0.8;

/** A share in percent, of periods that have enough of the whole; others count as good. No `FILL`: it would make up the newest period. */
export function percent(part: cloudwatch.Metric, whole: cloudwatch.Metric, minimum: number, period: Duration): cloudwatch.MathExpression {
  const least = Token.isUnresolved(minimum) ? Tokenization.stringifyNumber(minimum) : String(minimum);
  return new cloudwatch.MathExpression({
    expression: `IF(whole >= ${least}, 100 * part / whole, 0)`,
    usingMetrics: { part, whole },
    period,
    label: 'percent',
  });
}

/** A share of requests that the service failed. */
export const errorRate: AlarmDefinition = {
  kind: 'errorRate',
  id: 'ErrorRate',
  defaults: { threshold: 5, ...SOON },
  subjects({ metrics, settings }, period) {
    const minimum = settings.errorRate?.minimumRequests ?? MINIMUM_REQUESTS;
    return [{ name: '', says: 'too many requests fail', metric: percent(metrics.requestErrors(), metrics.requests(), minimum, period) }];
  },
};

/** Requests that take nearly as long as the function may. */
export const latency: AlarmDefinition = {
  kind: 'latency',
  id: 'Latency',
  // The threshold is that of each function: see below.
  defaults: { threshold: NaN, ...SOON },
  subjects({ resilient, metrics, settings }, period) {
    const timeoutMs = timeoutMsOf(resilient.protectedFunction);
    const threshold = settings.latency?.threshold ?? (timeoutMs === undefined ? undefined : timeoutMs * SHARE_OF_TIMEOUT);
    // Of an imported function, or of one whose timeout is a token, nothing can be said.
    if (threshold === undefined) return [];
    return [{ name: '', says: 'requests take nearly as long as they may', metric: metrics.requestLatency({ period }), threshold }];
  },
};

/** A share of invocations that failed: what dies before it can report is seen here alone. */
export const functionErrors: AlarmDefinition = {
  kind: 'functionErrors',
  id: 'FunctionErrors',
  defaults: { threshold: 5, ...SOON },
  subjects({ resilient: { protectedFunction: fn }, settings }, period) {
    const minimum = settings.functionErrors?.minimumRequests ?? MINIMUM_REQUESTS;
    return [{ name: '', says: 'too many invocations end in an error', metric: percent(fn.metricErrors(), fn.metricInvocations(), minimum, period) }];
  },
};

/** Lambda refuses invocations. */
export const functionThrottles: AlarmDefinition = {
  kind: 'functionThrottles',
  id: 'FunctionThrottles',
  defaults: { threshold: 1, ...SOON },
  subjects({ resilient }, period) {
    return [{ name: '', says: 'Lambda throttles invocations', metric: resilient.protectedFunction.metricThrottles({ period }) }];
  },
};

/** Something was given up. */
export const deadLetters: AlarmDefinition = {
  kind: 'deadLetters',
  id: 'DeadLetters',
  defaults: { threshold: 1, period: Duration.minutes(5), evaluationPeriods: 1, datapointsToAlarm: 1 },
  subjects({ resilient, deadLetterQueues }, period) {
    const own = deadLetterQueueOf(resilient.protectedFunction);
    const queues = new Set([...(own === undefined ? [] : [own]), ...deadLetterQueues]);
    return [...queues].map((queue) => ({
      // Where the queue is, not its place in the list: an alarm must not be replaced when the list changes.
      name: Names.nodeUniqueId(queue.node),
      says: `messages wait in the dead letter queue ${queue.queueName}`,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period }),
    }));
  },
};
