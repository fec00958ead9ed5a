import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, found, graphs, type DashboardRow, type RowSubject } from './dashboard-row';

/** Health and the reporting itself. The names of checks are known to the handler alone, so they are searched for. */
export const healthRows: DashboardRow = (subject) => [
  essentialsOf(subject),
  ...(subject.settings.detailed ? [detailsOf(subject)] : []),
];

function essentialsOf(subject: RowSubject): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    { title: 'Health checks that failed', left: [found(subject, metrics.healthCheckFailures('*'))] },
    { title: 'Health requests answered with 503', left: [found(subject, metrics.healthAnswersNotOk('*'))] },
    {
      title: 'Observability',
      left: [counted(metrics.observabilityErrors(), 'failed parts'), counted(metrics.observabilityFolded(), 'values counted as "other"')],
    },
  );
}

function detailsOf(subject: RowSubject): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    { title: 'Health checks', left: [found(subject, metrics.healthChecks('*'))] },
    { title: 'Duration of health checks (p99, ms)', left: [found(subject, metrics.healthCheckDuration('*'))] },
    { title: 'Health requests', left: [found(subject, metrics.healthAnswers('*'))] },
    { title: 'Duration of health requests (p99, ms)', left: [found(subject, metrics.healthAnswerDuration('*'))] },
  );
}
