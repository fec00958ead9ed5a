import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, graphs, percentiles, type DashboardRow, type RowSubject } from './dashboard-row';

const { ORANGE, RED } = cloudwatch.Color;

/** A row for each bulkhead that the runtime keeps: how full it is, whom it refuses, how long calls wait, and what went wrong. */
export const bulkheadRows: DashboardRow = (subject) =>
  subject.resilient.bulkheadNames.flatMap((bulkhead) => [
    graphs(subject, usageOf(subject, bulkhead), refusalsOf(subject, bulkhead), waitOf(subject, bulkhead), troubleOf(subject, bulkhead)),
    ...(subject.settings.detailed ? [detailsOf(subject, bulkhead)] : []),
  ]);

function usageOf({ metrics }: RowSubject, bulkhead: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Bulkhead ${bulkhead}: slots`,
    left: [metrics.bulkheadUsage(bulkhead, { label: 'in use' }), metrics.bulkheadCapacity(bulkhead, { label: 'there are', color: RED })],
  };
}

function refusalsOf({ metrics }: RowSubject, bulkhead: string): cloudwatch.GraphWidgetProps {
  return { title: `Bulkhead ${bulkhead}: refusals`, left: [counted(metrics.bulkheadRefused(bulkhead), 'refused', ORANGE)] };
}

function waitOf({ metrics }: RowSubject, bulkhead: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Bulkhead ${bulkhead}: time waited (ms)`,
    left: percentiles((options) => metrics.bulkheadWaitDuration(bulkhead, options), 'p50', 'p95', 'p99'),
  };
}

function troubleOf({ metrics }: RowSubject, bulkhead: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Bulkhead ${bulkhead}: not as usual`,
    left: [
      counted(metrics.bulkheadReclaimed(bulkhead), 'slots never given back', ORANGE),
      counted(metrics.bulkheadDegraded(bulkhead), 'decided without the table', RED),
    ],
  };
}

function detailsOf(subject: RowSubject, bulkhead: string): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    {
      title: `Bulkhead ${bulkhead}: calls`,
      left: [counted(metrics.bulkheadAcquired(bulkhead), 'got a slot'), counted(metrics.bulkheadCompleted(bulkhead), 'ended')],
    },
    {
      title: `Bulkhead ${bulkhead}: duration of calls (ms)`,
      left: percentiles((options) => metrics.bulkheadCallDuration(bulkhead, options), 'p50', 'p90', 'p99'),
    },
    { title: `Bulkhead ${bulkhead}: waiting`, left: [metrics.bulkheadQueued(bulkhead, { label: 'in one environment' })] },
    { title: `Bulkhead ${bulkhead}: resized`, left: [counted(metrics.bulkheadResized(bulkhead), 'times resized')] },
  );
}
