import { Stack, type Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ResilienceMetrics } from '../resilience-metrics';
import type { IResilient } from '../resilient';
import type { Prices } from './dashboard-prices';
import type { StateTable } from './monitored-tables';

/** How a dashboard shows what it shows. */
export interface DashboardSettings {
  readonly detailed: boolean;
  readonly period: Duration;
  readonly prices: Prices;
  readonly runbookUrl: string;
}

/** What the rows of a function are made of. */
export interface RowSubject {
  readonly resilient: IResilient;
  readonly metrics: ResilienceMetrics;
  readonly settings: DashboardSettings;
  readonly tables: readonly StateTable[];
  /** Those that no function before has shown: the table's own figures are shown once. */
  readonly newTables: readonly StateTable[];
}

/** Makes the rows that are about one thing; none where the function does not have it. */
export type DashboardRow = (subject: RowSubject) => cloudwatch.IWidget[][];

const DASHBOARD_WIDTH = 24;
const HEIGHT = 6;

/** Graphs side by side, as wide as the dashboard together. */
export function graphs({ settings }: RowSubject, ...props: cloudwatch.GraphWidgetProps[]): cloudwatch.IWidget[] {
  const width = Math.floor(DASHBOARD_WIDTH / props.length);
  return props.map(
    (each) => new cloudwatch.GraphWidget({ width, height: HEIGHT, period: settings.period, leftYAxis: { min: 0, showUnits: false }, ...each }),
  );
}

/** A widget as wide as the dashboard. */
export const FULL_WIDTH = { width: DASHBOARD_WIDTH, height: HEIGHT };

/** Half of it. */
export const HALF_WIDTH = { width: DASHBOARD_WIDTH / 2, height: HEIGHT };

/** The name of a metric in an expression. Made from the metric's name: within a widget, names must differ. */
function expressionId(metricName: string): string {
  return metricName.charAt(0).toLowerCase() + metricName.slice(1);
}

/** A counter as a line without gaps: it is sent only when it is not zero. */
export function counted(metric: cloudwatch.Metric, label: string, color?: string): cloudwatch.MathExpression {
  const id = expressionId(metric.metricName);
  return new cloudwatch.MathExpression({ expression: `FILL(${id}, 0)`, usingMetrics: { [id]: metric }, label, ...(color && { color }) });
}

/** Percentiles of a metric. */
export function percentiles(of: (options: cloudwatch.MetricOptions) => cloudwatch.Metric, ...statistics: string[]): cloudwatch.Metric[] {
  return statistics.map((statistic) => of({ statistic, label: statistic }));
}

/**
 * Every metric of a name that a function emits, where the values of the other dimension are not known to the stack.
 * CloudWatch finds those that had data in the last two weeks.
 */
export function found({ resilient }: RowSubject, metric: cloudwatch.Metric): cloudwatch.SearchExpression {
  const { region, account } = Stack.of(resilient.protectedFunction);
  const dimensions = Object.keys(metric.dimensions ?? {});
  const schema = [metric.namespace, ...dimensions].join(',');
  const [service = 'service', other = ''] = dimensions;
  return new cloudwatch.SearchExpression({
    expression: `SEARCH('{${schema}} MetricName="${metric.metricName}" ${service}="${resilient.serviceName}"', '${metric.statistic}')`,
    // Named by what differs.
    label: `\${PROP('Dim.${other}')}`,
    searchRegion: region,
    searchAccount: account,
  });
}
