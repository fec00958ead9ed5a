import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, graphs, percentiles, type DashboardRow, type RowSubject } from './dashboard-row';

const { GREEN, ORANGE, RED } = cloudwatch.Color;

/** Retries of the handler's own work; those of dependencies are in their rows. */
export const retryRows: DashboardRow = (subject) => {
  const { retryNames, dependencyNames } = subject.resilient;
  return retryNames
    .filter((name) => !dependencyNames.includes(name))
    .flatMap((retry) => [
      graphs(subject, attemptsOf(subject, retry)),
      ...(subject.settings.detailed ? [graphs(subject, successesOf(subject, retry), delayOf(subject, retry))] : []),
    ]);
};

/** How often is tried again, and how often in vain. */
export function attemptsOf({ metrics }: RowSubject, retry: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Retry ${retry}: attempts`,
    left: [counted(metrics.retryAttempts(retry), 'tried again', ORANGE), counted(metrics.retryExhausted(retry), 'failed for good', RED)],
  };
}

/** What it was good for. */
export function successesOf({ metrics }: RowSubject, retry: string): cloudwatch.GraphWidgetProps {
  return { title: `Retry ${retry}: successes`, left: [counted(metrics.retrySucceeded(retry), 'succeeded after a failure', GREEN)] };
}

/** How long is waited in between. */
export function delayOf({ metrics }: RowSubject, retry: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Retry ${retry}: waits (ms)`,
    left: percentiles((options) => metrics.retryDelay(retry, options), 'p50', 'p90', 'p99'),
  };
}
