import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { attemptsOf, delayOf, successesOf } from './dashboard-retries';
import { counted, graphs, percentiles, type DashboardRow, type RowSubject } from './dashboard-row';

const { ORANGE, RED } = cloudwatch.Color;

/** A row for each dependency: what became of calls, how long they took, how often they were tried again, and bad endpoints. */
export const dependencyRows: DashboardRow = (subject) =>
  subject.resilient.dependencyNames.flatMap((dependency) => {
    const isRetried = subject.resilient.retryNames.includes(dependency);
    return [
      graphs(
        subject,
        callsOf(subject, dependency),
        latencyOf(subject, dependency),
        ...(isRetried ? [attemptsOf(subject, dependency)] : []),
        endpointsOf(subject, dependency),
      ),
      ...(subject.settings.detailed ? detailsOf(subject, dependency, isRetried) : []),
    ];
  });

function callsOf({ metrics }: RowSubject, dependency: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Dependency ${dependency}: calls`,
    left: [
      counted(metrics.clientRequests(dependency), 'ended'),
      counted(metrics.clientErrors(dependency), 'failed', RED),
      counted(metrics.clientFallbacks(dependency), 'answered by the fallback', ORANGE),
    ],
  };
}

function latencyOf({ metrics }: RowSubject, dependency: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Dependency ${dependency}: latency with all attempts (ms)`,
    left: percentiles((options) => metrics.clientLatency(dependency, options), 'p50', 'p95', 'p99'),
  };
}

function endpointsOf({ metrics }: RowSubject, dependency: string): cloudwatch.GraphWidgetProps {
  return { title: `Dependency ${dependency}: unhealthy endpoints`, left: [counted(metrics.clientUnhealthyUsed(dependency), 'used anyway', ORANGE)] };
}

function detailsOf(subject: RowSubject, dependency: string, isRetried: boolean): cloudwatch.IWidget[][] {
  const { metrics } = subject;
  const attempts = graphs(
    subject,
    {
      title: `Dependency ${dependency}: latency of attempts (ms)`,
      left: percentiles((options) => metrics.clientAttemptLatency(dependency, options), 'p50', 'p95', 'p99'),
    },
    { title: `Dependency ${dependency}: sent twice`, left: [counted(metrics.clientHedged(dependency), 'hedged')] },
    {
      title: `Dependency ${dependency}: endpoints`,
      left: [counted(metrics.clientEndpointsEjected(dependency), 'found unhealthy', RED)],
    },
  );
  return [attempts, ...(isRetried ? [graphs(subject, successesOf(subject, dependency), delayOf(subject, dependency))] : [])];
}
