import type { Query } from './queries.ts';
import { pathOf, resolveValue, resourcesOf, type Names, type Template, type TemplateResource } from './template.ts';

/** How a figure is compared with the threshold. */
export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: { sign: '≥', breaches: (value: number, threshold: number) => value >= threshold },
  GreaterThanThreshold: { sign: '>', breaches: (value: number, threshold: number) => value > threshold },
  LessThanThreshold: { sign: '<', breaches: (value: number, threshold: number) => value < threshold },
  LessThanOrEqualToThreshold: { sign: '≤', breaches: (value: number, threshold: number) => value <= threshold },
} as const;

/** Name of a comparison, as templates have it. */
export type Comparison = keyof typeof COMPARISONS;

/** What a period without figures counts as. */
export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

interface AnyAlarm {
  readonly id: string;
  /** The name that the template gives it; its id if it gives none. */
  readonly name: string;
  readonly path: string;
  readonly description: string;
}

/** An alarm on metrics. */
export interface MetricAlarm extends AnyAlarm {
  readonly kind: 'metric';
  readonly queries: readonly Query[];
  /** Of which unit the metric has to be; undefined for any. */
  readonly unit: string | undefined;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly periodS: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
}

/** An alarm on other alarms. */
export interface CompositeAlarm extends AnyAlarm {
  readonly kind: 'composite';
  readonly rule: string;
}

/** An alarm of a template. */
export type Alarm = MetricAlarm | CompositeAlarm;

interface MetricStat {
  readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions?: readonly Dimension[] };
  readonly Period: number;
  readonly Stat: string;
  readonly Unit?: string;
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly Label?: string;
  readonly MetricStat?: MetricStat;
  readonly Period?: number;
  readonly ReturnData?: boolean;
}

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

interface AlarmProperties {
  readonly AlarmName?: string;
  readonly AlarmDescription?: string;
  readonly AlarmRule?: string;
  readonly ComparisonOperator: string;
  readonly DatapointsToAlarm?: number;
  readonly Dimensions?: readonly Dimension[];
  readonly EvaluationPeriods: number;
  readonly ExtendedStatistic?: string;
  readonly MetricName?: string;
  readonly Metrics?: readonly MetricQuery[];
  readonly Namespace?: string;
  readonly Period?: number;
  readonly Statistic?: string;
  readonly Threshold?: number;
  readonly TreatMissingData?: MissingData;
  readonly Unit?: string;
}

/**
 * The alarms of a template, composite ones first.
 *
 * @throws Error if an alarm compares by bands of an anomaly detector, of which a run knows nothing.
 */
export function alarmsOf(template: Template, names: Names): Alarm[] {
  const alarms = (type: string) => resourcesOf(template, type).map(([id, resource]) => readAlarm(id, resource, names));
  return [
    ...alarms('AWS::CloudWatch::CompositeAlarm').map(([common, { AlarmRule: rule = '' }]): Alarm => {
      return { kind: 'composite', ...common, rule };
    }),
    ...alarms('AWS::CloudWatch::Alarm').map(([common, properties]) => metricAlarm(common, properties)),
  ];
}

function readAlarm(id: string, resource: TemplateResource, names: Names): [AnyAlarm, AlarmProperties] {
  const properties = resolveValue(resource.Properties ?? {}, names) as AlarmProperties;
  const { AlarmName: name = id, AlarmDescription: description = '' } = properties;
  return [{ id, name, path: pathOf(id, resource), description }, properties];
}

function metricAlarm(common: AnyAlarm, properties: AlarmProperties): MetricAlarm {
  const { TreatMissingData: missingData = 'missing' } = properties;
  const { ComparisonOperator: comparison, Threshold: threshold, EvaluationPeriods: evaluationPeriods } = properties;
  const { DatapointsToAlarm: datapointsToAlarm = evaluationPeriods } = properties;
  if (!isComparison(comparison) || threshold === undefined) {
    throw new Error(`${common.path} compares by ${comparison}, which is not known here`);
  }
  const metrics = properties.Metrics ?? [singleMetric(properties)];
  return {
    kind: 'metric',
    ...common,
    queries: metrics.map(queryOf),
    unit: metrics.length === 1 ? metrics[0]?.MetricStat?.Unit : undefined,
    comparison,
    threshold,
    periodS: periodOf(metrics),
    evaluationPeriods,
    datapointsToAlarm,
    missingData,
  };
}

function periodOf(metrics: readonly MetricQuery[]): number {
  return metrics.flatMap(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? [])[0] ?? 60;
}

function isComparison(name: string): name is Comparison {
  return Object.hasOwn(COMPARISONS, name);
}

function singleMetric(properties: AlarmProperties): MetricQuery {
  const { Namespace = '', MetricName = '', Dimensions = [], Period = 60, Statistic, ExtendedStatistic, Unit } = properties;
  const Stat = Statistic ?? ExtendedStatistic ?? 'Average';
  return { Id: 'm', MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat, ...(Unit === undefined ? {} : { Unit }) } };
}

function queryOf({ Id: id, Expression: expression, Label: label, MetricStat: stat, ReturnData: isVisible = true }: MetricQuery): Query {
  if (stat === undefined) return { id, expression, label, isVisible };
  const { Namespace: namespace, MetricName: name, Dimensions: pairs = [] } = stat.Metric;
  const dimensions = Object.fromEntries(pairs.map(({ Name, Value }) => [Name, Value]));
  return { id, metric: { namespace, name, dimensions }, statistic: stat.Stat, label, isVisible };
}
