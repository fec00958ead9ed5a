import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, graphs, percentiles, type DashboardRow, type RowSubject } from './dashboard-row';

const { GREEN, ORANGE, RED } = cloudwatch.Color;

/** The gauge's values, as lines across the graph. */
const PHASES = [
  { value: 0, label: 'closed', color: GREEN },
  { value: 1, label: 'open', color: RED },
  { value: 2, label: 'half-open', color: ORANGE },
];

/** A row for each circuit: what state it is in, what became of calls, and how often it opened. */
export const circuitRows: DashboardRow = (subject) =>
  subject.resilient.circuitNames.flatMap((circuit) => [
    graphs(subject, stateOf(subject, circuit), callsOf(subject, circuit), openingsOf(subject, circuit)),
    ...(subject.settings.detailed ? [detailsOf(subject, circuit)] : []),
  ]);

function stateOf({ metrics }: RowSubject, circuit: string): cloudwatch.GraphWidgetProps {
  // The gauge is repeated at most once a minute and not without calls: in between, the last value holds, in steps.
  const expression = 'FILL(circuitState, REPEAT)';
  const usingMetrics = { circuitState: metrics.circuitState(circuit) };
  return {
    title: `Circuit ${circuit}: state`,
    left: [new cloudwatch.MathExpression({ expression, usingMetrics, label: 'state as last seen' })],
    leftYAxis: { min: 0, max: 2, showUnits: false },
    leftAnnotations: PHASES,
  };
}

function callsOf({ metrics }: RowSubject, circuit: string): cloudwatch.GraphWidgetProps {
  return {
    title: `Circuit ${circuit}: calls`,
    left: [
      counted(metrics.circuitFailures(circuit), 'failed', RED),
      counted(metrics.circuitRefused(circuit), 'refused', ORANGE),
      counted(metrics.circuitFallbacks(circuit), 'answered by the fallback'),
    ],
  };
}

function openingsOf({ metrics }: RowSubject, circuit: string): cloudwatch.GraphWidgetProps {
  return { title: `Circuit ${circuit}: opened`, left: [counted(metrics.circuitOpened(circuit), 'times opened', RED)] };
}

function detailsOf(subject: RowSubject, circuit: string): cloudwatch.IWidget[] {
  const { metrics } = subject;
  return graphs(
    subject,
    { title: `Circuit ${circuit}: successes`, left: [counted(metrics.circuitSuccesses(circuit), 'succeeded', GREEN)] },
    {
      title: `Circuit ${circuit}: duration of calls (ms)`,
      left: percentiles((options) => metrics.circuitCallDuration(circuit, options), 'p50', 'p90', 'p99'),
    },
    {
      title: `Circuit ${circuit}: recovery`,
      left: [counted(metrics.circuitHalfOpened(circuit), 'probed', ORANGE), counted(metrics.circuitClosed(circuit), 'closed', GREEN)],
    },
  );
}
