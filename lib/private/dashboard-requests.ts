import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, found, graphs, percentiles, type DashboardRow, type RowSubject } from './dashboard-row';
import { reservedConcurrencyOf, timeoutMsOf } from './monitored-function';

const { RED, ORANGE } = cloudwatch.Color;

/** Requests as the runtime counts them: how many, how many failed or were refused, how long they took. */
export const requestRows: DashboardRow = (subject) => [
  graphs(subject, volumeOf(subject), errorRateOf(subject), latencyOf(subject)),
  ...(subject.settings.detailed ? detailsOf(subject) : []),
];

/** The function as Lambda counts it: also what never reached the handler, or was cut off in it. */
export const platformRows: DashboardRow = (subject) => {
  const { protectedFunction: fn } = subject.resilient;
  return [
    graphs(
      subject,
      {
        title: 'Lambda: invocations',
        left: [
          fn.metricInvocations({ label: 'invocations' }),
          fn.metricErrors({ label: 'errors', color: RED }),
          fn.metricThrottles({ label: 'throttled', color: ORANGE }),
        ],
      },
      { title: 'Lambda: duration (ms)', left: percentiles((options) => fn.metricDuration(options), 'p50', 'p99', 'Maximum'), ...limitAt(subject) },
      {
        title: 'Lambda: concurrent executions',
        left: [fn.metric('ConcurrentExecutions', { statistic: 'Maximum', label: 'concurrent executions' })],
        ...reservedAt(subject),
      },
    ),
  ];
};

function volumeOf({ metrics }: RowSubject): cloudwatch.GraphWidgetProps {
  return {
    title: 'Requests',
    left: [
      counted(metrics.requests(), 'requests'),
      counted(metrics.requestErrors(), 'failed', RED),
      counted(metrics.requestsRejected(), 'refused', ORANGE),
    ],
  };
}

function errorRateOf({ metrics }: RowSubject): cloudwatch.GraphWidgetProps {
  const percent = new cloudwatch.MathExpression({
    expression: '100 * FILL(requestErrors, 0) / requests',
    usingMetrics: { requestErrors: metrics.requestErrors(), requests: metrics.requests() },
    label: 'failed (%)',
    color: RED,
  });
  return { title: 'Share of requests that failed', left: [percent] };
}

function latencyOf(subject: RowSubject): cloudwatch.GraphWidgetProps {
  const left = percentiles((options) => subject.metrics.requestLatency(options), 'p50', 'p90', 'p99');
  return { title: 'Latency of requests (ms), refusals left out', left, ...limitAt(subject) };
}

function limitAt({ resilient }: RowSubject): cloudwatch.GraphWidgetProps {
  const timeoutMs = timeoutMsOf(resilient.protectedFunction);
  return timeoutMs === undefined ? {} : { leftAnnotations: [{ value: timeoutMs, label: 'timeout of the function', color: RED }] };
}

function reservedAt({ resilient }: RowSubject): cloudwatch.GraphWidgetProps {
  const reserved = reservedConcurrencyOf(resilient.protectedFunction);
  return reserved === undefined ? {} : { leftAnnotations: [{ value: reserved, label: 'reserved concurrency', color: RED }] };
}

function detailsOf(subject: RowSubject): cloudwatch.IWidget[][] {
  const { metrics } = subject;
  return [
    graphs(
      subject,
      { title: 'Requests in flight', left: [metrics.activeRequests({ label: 'in one environment' })] },
      { title: 'Cold starts', left: [counted(metrics.coldStarts(), 'cold starts')] },
      { title: 'Size of answers (bytes)', left: percentiles((options) => metrics.responseSize(options), 'p50', 'p99') },
    ),
    graphs(
      subject,
      { title: 'Requests by operation', left: [found(subject, metrics.operationRequests('*'))] },
      { title: 'Failed requests by operation', left: [found(subject, metrics.operationErrors('*'))] },
      { title: 'Latency by operation (p99, ms)', left: [found(subject, metrics.operationLatency('*'))] },
      { title: 'Failed requests by kind of error', left: [found(subject, metrics.errorsByType('*'))] },
    ),
  ];
}
