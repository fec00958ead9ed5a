import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CONTRACT } from './contract';
import { counted, graphs, type DashboardRow, type RowSubject } from './dashboard-row';

const { ORANGE } = cloudwatch.Color;

/** How much of the load is shed, and whose requests. */
export const sheddingRows: DashboardRow = (subject) => {
  if (!subject.resilient.shedsLoad) return [];
  return [essentialsOf(subject), ...(subject.settings.detailed ? [detailsOf(subject)] : [])];
};

function essentialsOf(subject: RowSubject): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    {
      title: 'Load shedding: share of the requests, from 0 to 1',
      left: [metrics.sheddingRate({ label: 'the most of any environment' })],
      leftYAxis: { min: 0, max: 1, showUnits: false },
    },
    {
      title: 'Load shedding: requests',
      left: [counted(metrics.requestsShed(), 'shed', ORANGE), counted(metrics.requestsWouldShed(), 'would be shed (dry run)')],
    },
  );
}

function detailsOf(subject: RowSubject): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    { title: 'Load shedding: shed by priority', left: CONTRACT.configuration.priorities.map((priority) => ofPriority(subject, priority)), stacked: true },
    {
      title: 'Load shedding: load',
      left: [metrics.loadScore({ label: 'the most of any environment' })],
      leftAnnotations: [{ value: 1, label: 'it could not be worse' }],
    },
  );
}

/** As `counted`, with a name that says whose: within a widget, names must differ. */
function ofPriority({ metrics }: RowSubject, priority: string): cloudwatch.MathExpression {
  const usingMetrics = { [priority]: metrics.requestsShedByPriority(priority) };
  return new cloudwatch.MathExpression({ expression: `FILL(${priority}, 0)`, usingMetrics, label: priority });
}
