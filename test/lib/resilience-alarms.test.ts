import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import {
  DependencyProfile,
  ResilienceAlarms,
  ResilienceTables,
  ResilientFunction,
  type IResilient,
  type ResilienceAlarmSettings,
  type ResilienceAlarmsProps,
} from '../../lib';
import { ALARMS } from '../../lib/private/alarm-definitions';
import { CONTRACT } from '../../lib/private/contract';
import { alarmsOf, metricsOfAlarm, monitored, NOTHING, strangeness, text, type AlarmProperties } from './monitoring';
import { INLINE, messageOf, newApp, newStack } from './support';

/** Everything there can be an alarm on. */
function watched(props: Partial<ResilienceAlarmsProps> = {}, stack = newStack()): { stack: Stack; alarms: ResilienceAlarms } {
  const resilient = props.resilient ?? monitored(stack, 'Api', { deadLetterQueueEnabled: true });
  return { stack, alarms: new ResilienceAlarms(stack, 'Alarms', { healthChecks: ['stock'], ...props, resilient }) };
}

/** The alarms of a stack by what stands after the id of the construct. */
function byKind(stack: Stack): Record<string, AlarmProperties> {
  return Object.fromEntries(Object.entries(alarmsOf(stack)).map(([id, alarm]) => [id.replace(/^Alarms|[0-9A-F]{8}$/g, ''), alarm]));
}

/** Something protected whose function is only known by its ARN. */
function imported(stack: Stack): IResilient {
  const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:legacy';
  const protectedFunction = lambda.Function.fromFunctionAttributes(stack, 'Imported', { functionArn, sameEnvironment: true });
  const nothing = { circuitNames: [], rateLimitNames: [], bulkheadNames: [], dependencyNames: [], retryNames: [], limitsTime: false, shedsLoad: false };
  return Object.assign(new Construct(stack, 'Legacy'), { protectedFunction, serviceName: 'legacy', ...nothing });
}

const EXPECTED: [id: string, metrics: string, threshold: number, when: string][] = [
  ['CircuitOpenpayments', 'CircuitState Maximum', 1, '2/2 60'],
  ['CircuitFailurespayments', 'CircuitFailures Sum', 3000, '1/1 300'],
  ['RateLimitRefusedorders', 'RateLimitRefused Sum', 3000, '1/1 300'],
  ['BulkheadRefusedstock', 'BulkheadRefused Sum', 1500, '1/1 300'],
  ['LoadShedding', 'SheddingRate Maximum', 0.01, '3/5 60'],
  ['TimeoutRate', 'TimeoutExpired Sum, Requests Sum', 5, '2/3 60'],
  ['RetryExhaustedretry', 'RetryExhausted Sum, RetryAttempts Sum', 10, '1/1 300'],
  ['RetryExhaustedstock', 'RetryExhausted Sum, RetryAttempts Sum', 10, '1/1 300'],
  ['DependencyErrorRatestock', 'ClientErrors Sum, ClientRequests Sum', 10, '2/3 60'],
  ['StoreErrorsCircuitTable', 'StoreErrors Sum', 1, '3/5 60'],
  ['StoreErrorsRateLimitTable', 'StoreErrors Sum', 1, '3/5 60'],
  ['StoreErrorsBulkheadTable', 'StoreErrors Sum', 1, '3/5 60'],
  ['StoreThrottlesCircuitTable', 'WriteThrottleEvents Sum', 1, '3/5 60'],
  ['StoreThrottlesRateLimitTable', 'WriteThrottleEvents Sum', 1, '3/5 60'],
  ['StoreThrottlesBulkheadTable', 'WriteThrottleEvents Sum', 1, '3/5 60'],
  ['ErrorRate', 'RequestErrors Sum, Requests Sum', 5, '2/3 60'],
  ['Latency', 'RequestLatency p99', 24_000, '2/3 60'],
  ['FunctionErrors', 'Errors Sum, Invocations Sum', 5, '2/3 60'],
  ['FunctionThrottles', 'Throttles Sum', 1, '2/3 60'],
  ['DeadLettersStackApiDeadLetterQueue', 'ApproximateNumberOfMessagesVisible Maximum', 1, '1/1 300'],
  ['HealthCheckFailuresstock', 'HealthCheckFailures Sum', 1, '3/5 60'],
  ['HealthAnswers', 'HealthAnswersNotOk Sum, HealthAnswersNotOk Sum', 1, '3/5 60'],
  ['ObservabilityErrors', 'ObservabilityErrors Sum', 1, '2/3 300'],
];

/** How often an alarm looks: bad points of periods, and the period. */
function whenOf({ DatapointsToAlarm, EvaluationPeriods, Period, Metrics }: AlarmProperties): string {
  const period = Period ?? Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period;
  return `${DatapointsToAlarm}/${EvaluationPeriods} ${period}`;
}

describe('the alarms of a function', () => {
  const alarms = byKind(watched().stack);
  const idOf = (start: string) => Object.keys(alarms).find((id) => id.startsWith(start)) ?? start;

  test('are these and no others', () => {
    const found = Object.keys(alarms).map((id) => EXPECTED.find(([start]) => id.startsWith(start))?.[0] ?? id);
    expect(found.sort()).toEqual(EXPECTED.map(([id]) => id).sort());
  });

  test.each(EXPECTED)('%s reads %s and rings from %d on, %s s', (start, metrics, threshold, when) => {
    const alarm = alarms[idOf(start)]!;
    expect(metricsOfAlarm(alarm).map(({ name, statistic }) => `${name} ${statistic}`).join(', ')).toBe(metrics);
    expect({ threshold: alarm.Threshold, when: whenOf(alarm) }).toEqual({ threshold, when });
    expect(alarm.ComparisonOperator).toBe('GreaterThanOrEqualToThreshold');
    expect(alarm.TreatMissingData).toBe('notBreaching');
  });

  test('read what the runtime or AWS emits, with these dimensions (POB-09)', () => {
    const metrics = Object.values(alarms).flatMap(metricsOfAlarm);
    expect(metrics.flatMap(strangeness)).toEqual([]);
    const services = metrics.filter(({ namespace }) => namespace === CONTRACT.metrics.namespace);
    for (const { dimensions, values } of services) expect(values[dimensions.indexOf('service')]).toMatch(/^\{Api\w+\}$/);
  });

  test('read essential metrics only, which are always emitted', () => {
    const { namespace: _, ...groups } = CONTRACT.metrics;
    const detailed = Object.values(groups).flatMap(({ names }) => Object.values(names).filter(({ level }) => level === 'detailed'));
    const names = Object.values(alarms).flatMap(metricsOfAlarm).map(({ name }) => name);
    expect(names.filter((name) => detailed.some((metric) => metric.name === name))).toEqual([]);
  });

  test('say what is wrong and link to what to do', () => {
    for (const { AlarmDescription } of Object.values(alarms)) {
      expect(text(AlarmDescription)).toMatch(/^\{Api\w+\}: \w.+\. What to do: https:\/\/\S+\/docs\/operations\.md#metrics$/);
    }
  });

  test('have no physical names, and read at most ten metrics each', () => {
    for (const alarm of Object.values(alarms)) {
      expect(alarm).not.toHaveProperty('AlarmName');
      expect(metricsOfAlarm(alarm).length).toBeLessThanOrEqual(10);
    }
  });

  test('are one kind for each setting', () => {
    expect(ALARMS.map(({ id }) => id).sort()).toEqual([...new Set(EXPECTED.map(([start]) => ALARMS.find(({ id }) => start.startsWith(id))!.id))].sort());
  });
});

describe('what there is an alarm on', () => {
  test('is nothing that a function does not have', () => {
    const { stack } = watched({ healthChecks: [], resilient: undefined }, newStack());
    expect(Object.keys(byKind(stack)).join()).not.toMatch(/Health/);
    const plain = newStack();
    new ResilienceAlarms(plain, 'Alarms', { resilient: monitored(plain, 'Plain', NOTHING) });
    expect(Object.keys(byKind(plain)).join()).not.toMatch(/Circuit|RateLimit|Bulkhead|LoadShedding|Timeout|Retry|Dependency|Store|DeadLetters|Health/);
    Template.fromStack(plain).resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
  });

  test('includes queues that are given, each once', () => {
    const stack = newStack();
    const queue = new sqs.Queue(stack, 'LostMail');
    const resilient = monitored(stack, 'Api', { deadLetterQueue: queue });
    const { alarms } = watched({ resilient, deadLetterQueues: [queue, new sqs.Queue(stack, 'Other')] }, stack);
    expect(alarms.deadLetters).toHaveLength(2);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('Other'), 'QueueName'] } }],
    });
  });

  test('is not the latency of a function whose timeout is not known, which is said', () => {
    const { stack, alarms } = watched({ resilient: undefined }, newStack());
    expect(alarms.latency).toBeDefined();
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    const other = newStack();
    const without = new ResilienceAlarms(other, 'Alarms', { resilient: imported(other) });
    expect(without.latency).toBeUndefined();
    Annotations.fromStack(other).hasWarning('/Stack/Alarms', Match.stringLikeRegexp('set settings.latency.threshold, or switch it off'));
  });

  test('is the latency of such a function, if a threshold is set', () => {
    const stack = newStack();
    const alarms = new ResilienceAlarms(stack, 'Alarms', { resilient: imported(stack), settings: { latency: { threshold: 800 } } });
    expect(alarms.latency).toBeDefined();
    expect(byKind(stack)['Latency']).toMatchObject({ Threshold: 800, ExtendedStatistic: 'p99' });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('is not a timeout that is a token', () => {
    const stack = newStack();
    const timeout = Duration.seconds(Lazy.number({ produce: () => 7 }));
    const { alarms } = watched({ resilient: monitored(stack, 'Api', { timeout }) }, stack);
    expect(alarms.latency).toBeUndefined();
  });
});

describe('settings', () => {
  test('change an alarm, and leave what they do not name', () => {
    const settings: ResilienceAlarmSettings = {
      circuitOpen: { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.IGNORE },
      errorRate: { threshold: 1, minimumRequests: 50, period: Duration.minutes(5) },
      timeoutRate: { minimumRequests: 20 },
      retryExhausted: { minimumRequests: 30 },
      dependencyErrorRate: { minimumRequests: 40 },
    };
    const alarms = byKind(watched({ settings }).stack);
    expect(alarms['CircuitOpenpayments']).toMatchObject({ Threshold: 1, DatapointsToAlarm: 1, EvaluationPeriods: 1, TreatMissingData: 'ignore' });
    expect(alarms['ErrorRate']).toMatchObject({ Threshold: 1, DatapointsToAlarm: 2, EvaluationPeriods: 3 });
    expect(alarms['ErrorRate']!.Metrics?.map(({ Expression }) => Expression)).toContain('IF(whole >= 50, 100 * part / whole, 0)');
    expect(whenOf(alarms['ErrorRate']!)).toBe('2/3 300');
    for (const [id, minimum] of [['TimeoutRate', 20], ['RetryExhaustedretry', 30], ['DependencyErrorRatestock', 40]] as const) {
      expect(alarms[id]!.Metrics?.map(({ Expression }) => Expression)).toContain(`IF(whole >= ${minimum}, 100 * part / whole, 0)`);
    }
  });

  test.each(ALARMS.map(({ kind, id }) => [kind, id]))('switch %s off', (kind, id) => {
    const { stack } = watched({ settings: { [kind]: { enabled: false } } });
    const left = Object.keys(byKind(stack));
    expect(left.filter((each) => each.startsWith(id))).toEqual([]);
    expect(left.length).toBeGreaterThan(10);
  });

  test('that cannot be used are refused, all at once', () => {
    const settings = {
      circuitOpen: { threshold: 0, period: Duration.seconds(30), evaluationPeriods: 1.5 },
      latency: { minimumRequests: 3 },
      errorRate: { minimumRequests: -1, enabled: 'no' },
      storeErrors: { datapointsToAlarm: 6 },
      deadLetters: { evaluationPeriods: 289 },
      gone: {},
    } as unknown as ResilienceAlarmSettings;
    expect(messageOf(() => watched({ settings })).split('\n')).toEqual([
      expect.stringMatching(/^settings\.gone of Stack\/Alarms is no kind of alarm: use one of circuitOpen, /),
      'settings.circuitOpen.threshold of Stack/Alarms is 0: set a number above 0',
      'settings.circuitOpen.period of Stack/Alarms is the duration 30 seconds: set a Duration of whole minutes',
      'settings.circuitOpen.evaluationPeriods of Stack/Alarms is 1.5: set a whole number from 1',
      'settings.storeErrors.datapointsToAlarm of Stack/Alarms is 6: set at most evaluationPeriods, which is 5',
      'settings.errorRate.enabled of Stack/Alarms is "no": set true or false',
      'settings.errorRate.minimumRequests of Stack/Alarms is -1: set a number from 0',
      expect.stringMatching(/^settings\.latency\.minimumRequests of Stack\/Alarms is not an option: use one of enabled, /),
      'settings.deadLetters.evaluationPeriods of Stack/Alarms is 289: set at most 288 for periods of 5 minutes',
    ]);
  });

  test('that leave no alarm are refused', () => {
    const settings = Object.fromEntries(ALARMS.map(({ kind }) => [kind, { enabled: false }]));
    expect(messageOf(() => watched({ settings }))).toBe('Stack/Alarms has no alarm left: remove it, or enable a kind in settings');
  });

  test('may be tokens', () => {
    const settings = { circuitFailures: { threshold: Lazy.number({ produce: () => 42 }) }, errorRate: { minimumRequests: Lazy.number({ produce: () => 7 }) } };
    const alarms = byKind(watched({ settings }).stack);
    expect(alarms['CircuitFailurespayments']?.Threshold).toBe(42);
    expect(alarms['ErrorRate']!.Metrics?.map(({ Expression }) => Expression)).toContain('IF(whole >= 7, 100 * part / whole, 0)');
  });
});

describe('actions', () => {
  const withTopic = (props: Partial<ResilienceAlarmsProps> = {}) => {
    const stack = newStack();
    const action = new SnsAction(new sns.Topic(stack, 'Topic'));
    return watched({ ...props, actions: [action], okActions: [action] }, stack);
  };
  const compositeOf = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::CompositeAlarm'));
  const told = (stack: Stack) => Object.values(alarmsOf(stack)).filter(({ AlarmActions, OKActions }) => AlarmActions?.length === 1 && OKActions?.length === 1);

  test('are those of the composite alarm, so that an outage is one message', () => {
    const { stack, alarms } = withTopic();
    expect(told(stack)).toEqual([]);
    const [composite] = compositeOf(stack) as { Properties: { AlarmRule: unknown; AlarmActions: unknown[]; OKActions: unknown[] } }[];
    expect(composite!.Properties.AlarmActions).toHaveLength(1);
    expect(composite!.Properties.OKActions).toHaveLength(1);
    expect(text(composite!.Properties.AlarmRule).match(/ALARM\("\{[^}]+\.Arn\}"\)/g)).toHaveLength(alarms.alarms.length);
  });

  test('are those of each alarm, if wished', () => {
    const { stack, alarms } = withTopic({ actionsOnEach: true });
    expect(told(stack)).toHaveLength(alarms.alarms.length);
    expect(compositeOf(stack)).toHaveLength(1);
  });

  test('are those of each alarm without a composite one', () => {
    const { stack, alarms } = withTopic({ composite: false });
    expect(told(stack)).toHaveLength(alarms.alarms.length);
    expect(alarms.composite).toBeUndefined();
    expect(compositeOf(stack)).toHaveLength(0);
  });

  test('reach through groups where one rule cannot name all alarms', () => {
    const stack = newStack();
    const circuits = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`c${index}`, {}]));
    const { alarms } = watched({ resilient: monitored(stack, 'Api', { circuits }) }, stack);
    const rules = compositeOf(stack).map((each) => text((each as { Properties: { AlarmRule: unknown } }).Properties.AlarmRule));
    const named = rules.map((rule) => rule.match(/ALARM\(/g)!.length);
    expect(Math.max(...named)).toBeLessThanOrEqual(40);
    expect(named.reduce((sum, each) => sum + each, 0)).toBe(alarms.alarms.length + named.length - 1);
  });
});

describe('alarms as members', () => {
  test('are found by what they are on', () => {
    const { alarms } = watched();
    expect(alarms.circuitOpen('payments').node.id).toBe('CircuitOpen-payments');
    expect(alarms.circuitFailures('payments').node.id).toBe('CircuitFailures-payments');
    expect(alarms.rateLimitRefused('orders').node.id).toBe('RateLimitRefused-orders');
    expect(alarms.bulkheadRefused('stock').node.id).toBe('BulkheadRefused-stock');
    expect(alarms.loadShedding?.node.id).toBe('LoadShedding');
    expect(alarms.retryExhausted('retry').node.id).toBe('RetryExhausted-retry');
    expect(alarms.dependencyErrorRate('stock').node.id).toBe('DependencyErrorRate-stock');
    expect(alarms.timeoutRate?.node.id).toBe('TimeoutRate');
    expect(alarms.healthCheckFailures('stock').node.id).toBe('HealthCheckFailures-stock');
    expect(alarms.storeErrors.map(({ node }) => node.id)).toEqual(['StoreErrors-CircuitTable', 'StoreErrors-RateLimitTable', 'StoreErrors-BulkheadTable']);
    expect(alarms.storeThrottles).toHaveLength(3);
    const single = [alarms.errorRate, alarms.latency, alarms.functionErrors, alarms.functionThrottles, alarms.healthAnswers, alarms.observabilityErrors];
    expect(single.map((alarm) => alarm?.node.id)).toEqual(
      ['ErrorRate', 'Latency', 'FunctionErrors', 'FunctionThrottles', 'HealthAnswers', 'ObservabilityErrors'],
    );
  });

  test('are refused by names that there are not', () => {
    const { alarms } = watched({ settings: { rateLimitRefused: { enabled: false } } });
    expect(messageOf(() => alarms.circuitOpen('stock'))).toBe('Stack/Alarms has no alarm circuitOpen for "stock": there are alarms for payments');
    expect(messageOf(() => alarms.rateLimitRefused('orders'))).toMatch(/there are alarms for none$/);
  });
});

test('tables of others are not watched for a function that shares nothing in them', () => {
  const stack = new Stack(newApp(), 'Stack');
  const tables = new ResilienceTables(stack, 'Tables');
  new ResilientFunction(stack, 'Other', { ...INLINE, tables, bulkheads: { stock: {} } });
  const resilient = new ResilientFunction(stack, 'Fn', { ...INLINE, tables, circuits: { payments: {} }, bulkheads: { stock: { shared: false } } });
  const alarms = new ResilienceAlarms(stack, 'Alarms', { resilient });
  expect(alarms.storeErrors.map(({ node }) => node.id)).toEqual(['StoreErrors-CircuitTable']);
  expect(alarms.storeThrottles).toHaveLength(1);
  resilient.addBulkhead('mails');
  expect(new ResilienceAlarms(stack, 'Later', { resilient }).storeErrors).toHaveLength(2);
});

test('what is declared too late is reported, in place of going without alarms', () => {
  const app = newApp();
  const stack = new Stack(app, 'Stack');
  const api = monitored(stack);
  new ResilienceAlarms(stack, 'Alarms', { resilient: api });
  api.addDependency('mails', { baseUrl: 'https://mails.example.com', profile: DependencyProfile.NON_CRITICAL });
  const late = "circuit 'mails', dependency 'mails' of Stack/Api came after Stack/Alarms, which therefore lacks it: declare it before";
  expect(messageOf(() => app.synth())).toContain(late);
});

test.each([
  ['AwsSolutions', AwsSolutionsChecks],
  ['Serverless', ServerlessChecks],
])('alarms give no finding of their own to the checks of %s', (_, Checks) => {
  const found = ({ node }: Stack) => new Checks().validateScope(node.root).violations.map(({ ruleName }) => ruleName).sort();
  const without = newStack();
  monitored(without, 'Api', { deadLetterQueueEnabled: true });
  expect(found(watched().stack)).toEqual(found(without));
});
