import { App, CfnParameter, Duration, Stack, type Environment } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Resilience, ResilienceAlarms, ResilienceDashboard, ResilienceTables, ResilientFunction, type IResilient } from '../../lib';
import { alarmsOf, dashboardsOf, metricsOf, metricsOfAlarm, strangeness } from './monitoring';
import { physicalNames } from './physical-names';
import { INLINE, RECOMMENDED_FLAGS, newApp } from './support';

const OPTIONS = {
  circuits: { payments: {} },
  rateLimits: { api: { limits: [{ limit: 100, period: Duration.minutes(1) }] } },
};
const FLAGS = [
  ['without feature flags', {}],
  ['with the recommended feature flags', RECOMMENDED_FLAGS],
] as const;

/** What watches a function, in a stack of its choice. */
function watch(scope: Stack, id: string, resilient: IResilient): ResilienceAlarms {
  const alarms = new ResilienceAlarms(scope, `${id}Alarms`, { resilient, healthChecks: ['payments'] });
  new ResilienceDashboard(scope, `${id}Dashboard`, { resilients: [resilient], alarms: alarms.alarms, detailed: true });
  return alarms;
}

/** Every construct of the library, around two functions, in one stack. */
function everything(app: App, id = 'Stack'): Stack {
  const stack = new Stack(app, id);
  const tables = new ResilienceTables(stack, 'Tables');
  const ours = new ResilientFunction(stack, 'Ours', { ...INLINE, ...OPTIONS, tables, deadLetterQueueEnabled: true, canary: {} });
  const target = new lambda.Function(stack, 'Theirs', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X, timeout: Duration.seconds(3) });
  const attached = new Resilience(stack, 'Attached', { ...OPTIONS, target, tables });
  const { errorRate } = watch(stack, 'Ours', ours);
  ours.addRollbackAlarm(errorRate!);
  watch(stack, 'Attached', attached);
  return stack;
}

/** Metrics of alarms and dashboards that nobody emits. */
function strangeMetrics(stack: Stack): string[] {
  const shown = dashboardsOf(stack).flatMap(({ widgets }) => widgets.flatMap(metricsOf));
  const watched = Object.values(alarmsOf(stack)).flatMap(metricsOfAlarm);
  expect(Math.min(shown.length, watched.length)).toBeGreaterThan(20);
  return [...shown, ...watched].flatMap(strangeness);
}

describe.each(FLAGS)('everything in one stack, %s', (_, flags) => {
  test('synthesises without a warning or an error, and without physical names', () => {
    const stack = everything(newApp(flags));
    const annotations = Annotations.fromStack(stack);
    const said = [...annotations.findWarning('*', Match.anyValue()), ...annotations.findError('*', Match.anyValue())];
    expect(said.map(({ entry }) => entry.data)).toEqual([]);
    expect(physicalNames(Template.fromStack(stack).toJSON())).toEqual([]);
  });

  test('watches and shows what is emitted', () => {
    expect(strangeMetrics(everything(newApp(flags)))).toEqual([]);
  });

  test('is there twice in an app, each for itself', () => {
    const app = newApp(flags);
    const templates = [everything(app, 'Green'), everything(app, 'Blue')].map((stack) => JSON.stringify(Template.fromStack(stack).toJSON()));
    for (const template of templates) expect(template).not.toMatch(/Fn::(ImportValue|GetStackOutput)/);
  });
});

test('the recommended feature flags change no more than what CDK does with functions and their permissions', () => {
  const typesOf = (flags: Record<string, unknown>) => {
    const { Resources } = Template.fromStack(everything(newApp(flags))).toJSON() as { Resources: Record<string, { Type: string }> };
    return Object.values(Resources).map(({ Type }) => Type);
  };
  const plain = typesOf({});
  const added = typesOf(RECOMMENDED_FLAGS);
  for (const type of plain) added.splice(added.indexOf(type), added.includes(type) ? 1 : 0);
  expect(new Set(added)).toEqual(new Set(['AWS::Logs::LogGroup']));
});

/** Names of the metrics that the alarms of a stack read by themselves. */
function alarmedMetrics(stack: Stack): Set<string> {
  return new Set(Object.values(alarmsOf(stack)).flatMap(({ MetricName }) => MetricName ?? []));
}

const EU: Environment = { account: '111111111111', region: 'eu-west-1' };
const US: Environment = { account: '111111111111', region: 'us-east-1' };

describe.each(FLAGS)('several stacks, %s', (_, flags) => {
  test.each([
    ['of one environment', EU],
    ['that are deployed wherever', undefined],
  ])('%s may hold tables, functions and what watches them apart', (_env, env) => {
    const app = newApp(flags);
    const [state, code, watching] = ['State', 'Code', 'Watching'].map((id) => new Stack(app, id, { ...(env && { env }) })) as [Stack, Stack, Stack];
    const tables = new ResilienceTables(state, 'Tables');
    const fn = new ResilientFunction(code, 'Fn', { ...INLINE, ...OPTIONS, tables, canary: {} });
    watch(watching, 'Fn', fn);
    const assembly = app.synth();
    expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual(['State', 'Code', 'Watching']);
    expect(watching.dependencies).toEqual(expect.arrayContaining([state, code]));
    expect(state.dependencies).toEqual([]);
    const names = [...alarmedMetrics(watching)];
    expect(names).toEqual(expect.arrayContaining(['CircuitState', 'RateLimitRefused', 'StoreErrors', 'WriteThrottleEvents']));
    for (const stack of [state, code, watching]) expect(physicalNames(Template.fromStack(stack).toJSON())).toEqual([]);
  });

  test('of other regions show a function where its metrics are', () => {
    const app = newApp(flags);
    const there = new Stack(app, 'There', { env: US, crossRegionReferences: true });
    const here = new Stack(app, 'Here', { env: EU, crossRegionReferences: true });
    const environment = { POWERTOOLS_SERVICE_NAME: 'orders' };
    const fn = new ResilientFunction(here, 'Fn', { ...INLINE, ...OPTIONS, functionName: 'orders', environment, canary: {} });
    new ResilienceDashboard(there, 'Dashboard', { resilients: [fn] });
    const dashboard = JSON.stringify(Template.fromStack(there).findResources('AWS::CloudWatch::Dashboard'));
    const logs = dashboard.split(String.raw`\"type\":\"log\"`).slice(1);
    expect(logs.length).toBeGreaterThan(0);
    for (const widget of logs) expect(/region\\":\\"([^\\]+)/.exec(widget)?.[1]).toBe('eu-west-1');
  });
});

describe.each(FLAGS)('what is known only at deployment, %s', (_, flags) => {
  test('may be the figures of alarms, the name of a service and the memory of a function', () => {
    const stack = new Stack(newApp(flags), 'Stack');
    const parameter = (id: string, type = 'Number') => new CfnParameter(stack, id, { type });
    const environment = { POWERTOOLS_SERVICE_NAME: parameter('Service', 'String').valueAsString };
    const resilient = new ResilientFunction(stack, 'Fn', { ...INLINE, ...OPTIONS, environment, memorySize: parameter('Memory').valueAsNumber, canary: {} });
    const settings = { circuitFailures: { threshold: parameter('Failures').valueAsNumber } };
    const { alarms } = new ResilienceAlarms(stack, 'Alarms', { resilient, settings });
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [resilient], alarms });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'CircuitFailures', Threshold: { Ref: 'Failures' } });
    const state = Object.values(alarmsOf(stack)).find(({ MetricName }) => MetricName === 'CircuitState');
    expect(state?.Dimensions).toContainEqual({ Name: 'service', Value: { Ref: 'Service' } });
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).toContain('"Ref":"Memory"');
  });
});
