import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, graphs, type DashboardRow, type RowSubject } from './dashboard-row';

/** A row for each rate limit: whom it refuses or would, and whether its table has a part in it. */
export const rateLimitRows: DashboardRow = (subject) =>
  subject.resilient.rateLimitNames.flatMap((limit) => [
    essentialsOf(subject, limit),
    ...(subject.settings.detailed ? [detailsOf(subject, limit)] : []),
  ]);

function essentialsOf(subject: RowSubject, limit: string): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    {
      title: `Rate limit ${limit}: refusals`,
      left: [counted(metrics.rateLimitRefused(limit), 'refused'), counted(metrics.rateLimitWouldRefuse(limit), 'would be refused (dry run)')],
    },
    { title: `Rate limit ${limit}: decided without its table`, left: [counted(metrics.rateLimitDegraded(limit), 'decided locally')] },
  );
}

function detailsOf(subject: RowSubject, limit: string): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    { title: `Rate limit ${limit}: admitted`, left: [counted(metrics.rateLimitAdmitted(limit), 'admitted')] },
    {
      title: `Rate limit ${limit}: keys`,
      left: [counted(metrics.rateLimitNear(limit), 'near their limit'), counted(metrics.rateLimitSplit(limit), 'split')],
    },
  );
}
