import { Duration, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DependencyProfile, ResilientFunction, type ResilienceOptions, type ResilientFunctionProps } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { INLINE } from './support';

/** Options of a function that has nothing of what `monitored` gives it. */
export const NOTHING: ResilienceOptions = {
  circuits: {},
  rateLimits: {},
  bulkheads: {},
  dependencies: {},
  requestTimeout: undefined,
  retry: undefined,
  loadShedding: undefined,
};

/** A function with a circuit, a rate limit, a bulkhead and a dependency that uses it, which bounds and repeats its work and sheds load. */
export function monitored(stack: Stack, id = 'Api', props: ResilientFunctionProps = {}): ResilientFunction {
  const rateLimits = { orders: { limits: [{ limit: 100, period: Duration.seconds(1) }] } };
  const dependencies = { stock: { baseUrl: 'https://stock.example.com', profile: DependencyProfile.HIGH_VOLUME, retry: {} } };
  const declared = { circuits: { payments: {} }, rateLimits, bulkheads: { stock: {} }, dependencies, requestTimeout: {}, retry: {}, loadShedding: {} };
  return new ResilientFunction(stack, id, { ...INLINE, ...declared, ...props });
}

/** A metric as a dashboard or an alarm names it. */
export interface SeenMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
  readonly values: readonly string[];
  readonly statistic: string;
}

/** A widget of a dashboard. */
export interface Widget {
  readonly type: string;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly query?: string;
    readonly period?: number;
    readonly region?: string;
    readonly alarms?: string[];
    readonly metrics?: unknown[][];
    readonly annotations?: { readonly horizontal: { readonly value: number; readonly label?: string }[] };
    readonly yAxis?: unknown;
  };
}

/** A value of a template as text, where what is known only at deployment is named by `{...}`. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Fn::ImportValue': imported } = value as Record<string, unknown>;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(text).join(String(join[0]));
  if (Array.isArray(attribute)) return `{${attribute.join('.')}}`;
  return `{${text(Ref ?? imported)}}`;
}

/** The body of every dashboard of a stack. */
export function dashboardsOf(stack: Stack): { widgets: Widget[] }[] {
  const dashboards = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  return dashboards.map((each) => JSON.parse(text((each as { Properties: { DashboardBody: unknown } }).Properties.DashboardBody)));
}

/** The widgets of the only dashboard of a stack. */
export function widgetsOf(stack: Stack): Widget[] {
  const [dashboard, ...others] = dashboardsOf(stack);
  expect(others).toEqual([]);
  return dashboard!.widgets;
}

/** The metrics that a widget names, those that expressions search for included. */
export function metricsOf({ properties: { metrics = [] } }: Widget): SeenMetric[] {
  return metrics.flatMap((metric) => {
    const [first] = metric;
    if (typeof first !== 'string') return searched((first as { expression: string }).expression);
    const options = metric.find((part) => typeof part === 'object') as { stat?: string } | undefined;
    const [namespace = '', name = '', ...pairs] = metric.filter((part) => typeof part === 'string');
    const dimensions = pairs.filter((_, index) => index % 2 === 0);
    const values = pairs.filter((_, index) => index % 2 === 1);
    return [{ namespace, name, dimensions, values, statistic: options?.stat ?? 'Average' }];
  });
}

function searched(expression: string): SeenMetric[] {
  const found = /^SEARCH\('\{([^}]+)\} MetricName="(\w+)" (\w+)="([^"]+)"', '(\w+)'\)$/.exec(expression);
  if (found === null) return [];
  const [, schema = '', name = '', , value = '', statistic = ''] = found;
  const [namespace = '', ...dimensions] = schema.split(',');
  return [{ namespace, name, dimensions, values: [value], statistic }];
}

/** The expressions of a widget. */
export function expressionsOf({ properties: { metrics = [] } }: Widget): string[] {
  return metrics.flatMap(([first]) => (typeof first === 'string' ? [] : [(first as { expression: string }).expression]));
}

/** An alarm of a template. */
export interface AlarmProperties {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: { readonly Name: string; readonly Value: unknown }[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Metrics?: {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: Pick<AlarmProperties, 'Namespace' | 'MetricName' | 'Dimensions'>; readonly Stat: string; readonly Period: number };
  }[];
  readonly Threshold: number;
  readonly Period?: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
  readonly AlarmDescription: unknown;
  readonly AlarmActions?: unknown[];
  readonly OKActions?: unknown[];
}

/** The alarms of a stack, by logical id. */
export function alarmsOf(stack: Stack): Record<string, AlarmProperties> {
  const found = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  return Object.fromEntries(found.map(([id, resource]) => [id, (resource as { Properties: AlarmProperties }).Properties]));
}

/** The metrics that an alarm reads. */
export function metricsOfAlarm({ Metrics, ...own }: AlarmProperties): SeenMetric[] {
  const read = Metrics?.flatMap(({ MetricStat }) => (MetricStat ? [{ ...MetricStat.Metric, Statistic: MetricStat.Stat }] : [])) ?? [own];
  return read.map(({ Namespace = '', MetricName = '', Dimensions = [], ...rest }) => ({
    namespace: Namespace,
    name: MetricName,
    dimensions: Dimensions.map(({ Name }) => Name),
    values: Dimensions.map(({ Value }) => text(Value)),
    statistic: rest.Statistic ?? (rest as AlarmProperties).ExtendedStatistic ?? '',
  }));
}

const { namespace: NAMESPACE, ...GROUPS } = CONTRACT.metrics;

/** Every metric of the contract. */
export const CONTRACT_METRICS = Object.values(GROUPS).flatMap(({ dimensions, names }) =>
  Object.values(names).map(({ name, kind, level }) => ({ namespace: NAMESPACE, name, dimensions, kind, level })),
);

/** Statistics that say something true of a kind of metric. */
const STATISTICS: Readonly<Record<string, RegExp>> = { counter: /^Sum$/, gauge: /^Maximum$/, histogram: /^p\d+$/ };

/** Metrics that AWS documents, by namespace, with their dimensions. */
const AWS_METRICS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'AWS/Lambda': {
    Invocations: ['FunctionName'],
    Errors: ['FunctionName'],
    Throttles: ['FunctionName'],
    Duration: ['FunctionName'],
    ConcurrentExecutions: ['FunctionName'],
  },
  'AWS/DynamoDB': {
    ConsumedReadCapacityUnits: ['TableName'],
    ConsumedWriteCapacityUnits: ['TableName'],
    ReadThrottleEvents: ['TableName'],
    WriteThrottleEvents: ['TableName'],
    SuccessfulRequestLatency: ['Operation', 'TableName'],
  },
  'AWS/SQS': { ApproximateNumberOfMessagesVisible: ['QueueName'] },
};

/** What is wrong with a metric: nobody emits it, or not with these dimensions, or the statistic says nothing of it. */
export function strangeness({ namespace, name, dimensions, statistic }: SeenMetric): string[] {
  const where = `${namespace} ${name}`;
  if (namespace !== NAMESPACE) {
    const known = AWS_METRICS[namespace]?.[name];
    return known?.join() === [...dimensions].sort().join() ? [] : [`${where} by ${dimensions.join()} is no metric of AWS`];
  }
  const known = CONTRACT_METRICS.find((metric) => metric.name === name);
  if (known === undefined) return [`${where} is not in the contract`];
  return [
    ...([...known.dimensions].sort().join() === [...dimensions].sort().join() ? [] : [`${where} has no dimensions ${dimensions.join()}`]),
    ...(STATISTICS[known.kind]!.test(statistic) ? [] : [`${where} is a ${known.kind}, of which ${statistic} says nothing`]),
  ];
}
