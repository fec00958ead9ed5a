import type { Template } from '../../preview/template.ts';

export const START_MS = 1_700_000_000_000;

const CHECKOUT = { service: 'checkout' };
export const PAYMENTS = { ...CHECKOUT, circuit: 'payments' };

const UNITS: Readonly<Record<string, string>> = { RequestLatency: 'Milliseconds', CircuitState: 'None' };

/** A line as a function prints it, so many seconds after the start. */
export function emf(atSeconds: number, dimensions: Readonly<Record<string, string>>, values: Readonly<Record<string, number | number[]>>): string {
  const metrics = Object.keys(values).map((Name) => ({ Name, Unit: UNITS[Name] ?? 'Count' }));
  const directive = { Namespace: 'ResilientLambda', Dimensions: [Object.keys(dimensions)], Metrics: metrics };
  return JSON.stringify({ _aws: { Timestamp: START_MS + atSeconds * 1000, CloudWatchMetrics: [directive] }, ...dimensions, ...values });
}

/** A run of ten seconds: a circuit is open from second 3 to 7, and a third of the requests of seconds 2 and 3 fail. */
export const LINES: readonly string[] = [
  'START RequestId: r-1',
  ...Array.from({ length: 10 }, (_, second) => emf(second, CHECKOUT, { Requests: 60, RequestLatency: [20, 30, 40 + second] })),
  emf(0, PAYMENTS, { CircuitState: 0 }),
  ...[2, 3].map((second) => emf(second, CHECKOUT, { RequestErrors: 20 })),
  ...[2, 3].map((second) => emf(second, PAYMENTS, { CircuitFailures: 20 })),
  emf(3, PAYMENTS, { CircuitState: 1, CircuitOpened: 1 }),
  emf(4.5, PAYMENTS, { CircuitRefused: 55 }),
  emf(7, PAYMENTS, { CircuitState: 0 }),
];

const metric = (name: string, dimensions: Readonly<Record<string, unknown>>, stat: string, more: object = {}) => [
  'ResilientLambda',
  name,
  ...Object.entries(dimensions).flat(),
  { stat, ...more },
];

/** Two metrics of which an expression makes one line. */
const SHARE = [
  [{ expression: '100 * FILL(errors, 0) / requests', label: 'failed (%)', color: '#d62728' }],
  metric('RequestErrors', CHECKOUT, 'Sum', { id: 'errors', visible: false }),
  metric('Requests', CHECKOUT, 'Sum', { id: 'requests', visible: false }),
];

const PHASES = [{ value: 1, label: 'open', color: '#d62728' }];

export const WIDGETS: readonly { readonly properties: { readonly title?: string; readonly markdown?: string } }[] = [
  { type: 'alarm', x: 0, y: 0, width: 24, height: 4, properties: { title: 'Alarms', alarms: ['{Open}', '{Any}'] } },
  { type: 'text', x: 0, y: 4, width: 24, height: 3, properties: { markdown: '## checkout\n\nSee [metrics](https://example.com/#metrics), **requests** first & `lines`\n\n- one\n- two' } },
  { type: 'metric', x: 0, y: 7, width: 8, height: 6, properties: { title: 'Requests', period: 60, metrics: [metric('Requests', CHECKOUT, 'Sum', { label: 'requests' })] } },
  { type: 'metric', x: 8, y: 7, width: 8, height: 6, properties: { title: 'Share that failed', period: 60, metrics: SHARE } },
  {
    type: 'metric', x: 16, y: 7, width: 8, height: 6,
    properties: {
      title: 'Latency <ms>',
      period: 60,
      metrics: [metric('RequestLatency', CHECKOUT, 'p99', { label: 'p99' })],
      annotations: { horizontal: [{ value: 30_000, label: 'timeout', color: '#d62728' }] },
    },
  },
  {
    type: 'metric', x: 0, y: 13, width: 12, height: 6,
    properties: {
      title: 'State',
      period: 60,
      metrics: [[{ expression: 'FILL(state, REPEAT)', label: 'as last seen' }], metric('CircuitState', PAYMENTS, 'Maximum', { id: 'state', visible: false })],
      yAxis: { left: { min: 0, max: 2 } },
      annotations: { horizontal: PHASES },
    },
  },
  { type: 'metric', x: 12, y: 13, width: 12, height: 6, properties: { title: 'Lambda', metrics: [['AWS/Lambda', 'Invocations', 'FunctionName', '{Checkout}']] } },
  {
    type: 'metric', x: 0, y: 19, width: 12, height: 6,
    properties: { title: 'Health', metrics: [[{ expression: `SEARCH('{ResilientLambda,service,check} MetricName="HealthCheckFailures" service="checkout"', 'Sum')` }]] },
  },
  { type: 'metric', x: 12, y: 19, width: 12, height: 6, properties: { title: 'Table', metrics: [metric('StoreErrors', { ...CHECKOUT, table: '{Table}' }, 'Sum')] } },
  {
    type: 'metric', x: 0, y: 25, width: 12, height: 6,
    properties: { title: 'Circuit', period: 60, metrics: ['CircuitOpened', 'CircuitFailures', 'CircuitRefused'].map((name) => metric(name, PAYMENTS, 'Sum')) },
  },
  { type: 'log', x: 12, y: 25, width: 12, height: 6, properties: { title: 'Latest changes', query: 'fields @message' } },
] as never;

/** A text of a template in which `{Id}` stands for a reference. */
function joined(text: string): object {
  const parts = text.split(/\{(Open|Any|Checkout|Table)\}/).map((part, index) => (index % 2 === 0 ? part : reference(part)));
  return { 'Fn::Join': ['', parts] };
}

const reference = (id: string) => (['Open', 'Any'].includes(id) ? { 'Fn::GetAtt': [id, 'Arn'] } : { Ref: id });

const dimensionsOf = (dimensions: Readonly<Record<string, string>>) => Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

const ABOVE = { ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold: 1, TreatMissingData: 'notBreaching' };

const statOf = (Namespace: string, MetricName: string) => ({ MetricStat: { Metric: { Namespace, MetricName, Dimensions: dimensionsOf(CHECKOUT) }, Period: 60, Stat: 'Sum' }, ReturnData: false });

/** A template with a dashboard of these widgets, and alarms that ring and do not. */
export function templateWith(widgets: readonly unknown[] = WIDGETS): Template {
  const alarm = (Properties: object, path: string) => ({ Type: 'AWS::CloudWatch::Alarm', Properties: { ...ABOVE, ...Properties }, Metadata: { 'aws:cdk:path': `Shop/${path}/Resource` } });
  return {
    Resources: {
      Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: joined(JSON.stringify({ widgets })) }, Metadata: { 'aws:cdk:path': 'Shop/Dashboard/Resource/Resource' } },
      Open: alarm({ Namespace: 'ResilientLambda', MetricName: 'CircuitState', Dimensions: dimensionsOf(PAYMENTS), Statistic: 'Maximum', Period: 60, EvaluationPeriods: 2 }, 'Open'),
      Failures: alarm({ Namespace: 'ResilientLambda', MetricName: 'CircuitFailures', Dimensions: dimensionsOf(PAYMENTS), Statistic: 'Sum', Period: 300, EvaluationPeriods: 1, Threshold: 3000 }, 'Failures'),
      Throttles: alarm({ Namespace: 'AWS/Lambda', MetricName: 'Throttles', Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Checkout' } }], Statistic: 'Sum', Period: 60, EvaluationPeriods: 3 }, 'Throttles'),
      ErrorRate: alarm(
        {
          Metrics: [
            { Id: 'rate', Expression: 'IF(whole >= 10, 100 * part / whole, 0)', Label: 'percent' },
            { Id: 'part', ...statOf('ResilientLambda', 'RequestErrors') },
            { Id: 'whole', ...statOf('ResilientLambda', 'Requests') },
          ],
          Threshold: 5,
          EvaluationPeriods: 3,
          DatapointsToAlarm: 2,
        },
        'ErrorRate',
      ),
      Any: {
        Type: 'AWS::CloudWatch::CompositeAlarm',
        Properties: {
          AlarmName: 'ShopAny',
          AlarmRule: { 'Fn::Join': ['', ['(ALARM("', { 'Fn::GetAtt': ['Open', 'Arn'] }, '") OR ALARM("', { 'Fn::GetAtt': ['Failures', 'Arn'] }, '") OR ALARM("', { 'Fn::GetAtt': ['Throttles', 'Arn'] }, '"))']] },
        },
        Metadata: { 'aws:cdk:path': 'Shop/Any/Resource' },
      },
    },
  };
}
