import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, graphs, percentiles, type DashboardRow, type RowSubject } from './dashboard-row';
import { boundsTime } from './monitored-names';

const { ORANGE, RED } = cloudwatch.Color;

/** What took too long, in requests and in calls to dependencies. */
export const timeoutRows: DashboardRow = (subject) => {
  if (!boundsTime(subject.resilient)) return [];
  return [essentialsOf(subject), ...(subject.settings.detailed ? [detailsOf(subject)] : [])];
};

function essentialsOf(subject: RowSubject): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    { title: 'Timeout: expired, calls and attempts included', left: [counted(metrics.timeoutExpired(), 'took too long', RED)] },
    { title: 'Timeout: not begun', left: [counted(metrics.timeoutRefused(), 'too little time left', ORANGE)] },
  );
}

function detailsOf(subject: RowSubject): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    {
      title: 'Timeout: work that went on',
      left: [counted(metrics.timeoutIgnored(), 'went on', ORANGE), counted(metrics.timeoutLate(), 'ended when nobody waited')],
    },
    { title: 'Timeout: time that there was (ms)', left: percentiles((options) => metrics.timeoutLimit(options), 'p50', 'p90', 'p99') },
  );
}
