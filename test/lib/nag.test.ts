import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Resilience, ResilienceTables, ResilientFunction } from '../../lib';
import { INLINE, RECOMMENDED_FLAGS, newApp } from './support';

const FLAGS = [
  ['without feature flags', {}],
  ['with the recommended feature flags', RECOMMENDED_FLAGS],
] as const;

function findings(stack: Stack, pack: AwsSolutionsChecks | ServerlessChecks): string[] {
  return pack.validateScope(stack.node.root).violations.map(({ ruleName }) => ruleName);
}

test.each(FLAGS)('AwsSolutions finds nothing in function and tables %s', (_, flags) => {
  const stack = new Stack(newApp(flags), 'Stack');
  const tables = new ResilienceTables(stack, 'Shared');
  const rateLimits = { api: { limits: [{ limit: 100, period: Duration.minutes(1) }] } };
  const service = new servicediscovery.HttpNamespace(stack, 'Namespace', { name: 'shop' }).createService('Stock');
  const dependencies = { billing: { baseUrl: 'https://billing.example.com', bulkhead: {} }, stock: { cloudMap: { service } } };
  const all = { circuits: { payments: {} }, rateLimits, bulkheads: { stock: {} }, dependencies, requestTimeout: {}, retry: {}, loadShedding: {} };
  new ResilientFunction(stack, 'Own', { ...INLINE, ...all });
  new ResilientFunction(stack, 'Sharing', { ...INLINE, ...all, tables });
  expect(findings(stack, new AwsSolutionsChecks())).toEqual([]);
});

test.each(FLAGS)('AwsSolutions finds nothing in a canary %s', (_, flags) => {
  const stack = new Stack(newApp(flags), 'Stack');
  new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} }, canary: {} });
  expect(findings(stack, new AwsSolutionsChecks())).toEqual([]);
});

test.each(FLAGS)('AwsSolutions finds nothing in a configuration in AppConfig %s', (_, flags) => {
  const stack = new Stack(newApp(flags), 'Stack');
  const fn = new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} }, dynamicConfig: {} });
  fn.addConfigurationRollbackAlarm(fn.metricErrors().createAlarm(stack, 'Errors', { threshold: 1, evaluationPeriods: 1 }));
  expect(findings(stack, new AwsSolutionsChecks())).toEqual([]);
});

test('Resilience adds no finding to those of a function that exists', () => {
  const stack = new Stack(newApp(), 'Stack');
  const target = new lambda.Function(stack, 'Plain', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X });
  const before = findings(stack, new AwsSolutionsChecks());
  const service = new servicediscovery.HttpNamespace(stack, 'Namespace', { name: 'shop' }).createService('Stock');
  new Resilience(stack, 'Resilience', { target, circuits: { payments: {} }, dependencies: { stock: { cloudMap: { service } } }, dynamicConfig: {} });
  expect(findings(stack, new AwsSolutionsChecks())).toEqual(before);
});

test('the function sets what the Serverless checks ask of memory, time and tracing', () => {
  const stack = new Stack(newApp(), 'Stack');
  new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} } });
  const found = findings(stack, new ServerlessChecks()).join();
  for (const rule of ['LambdaDefaultMemorySize', 'LambdaDefaultTimeout', 'LambdaTracing']) expect(found).not.toContain(rule);
});

test('a plain function has the findings that ours acknowledges', () => {
  const stack = new Stack(newApp(), 'Stack');
  const runtime = lambda.Runtime.NODEJS_24_X;
  new lambda.Function(stack, 'Plain', { ...INLINE, runtime, tracing: lambda.Tracing.ACTIVE });
  expect(findings(stack, new AwsSolutionsChecks())).toEqual([
    expect.stringContaining('AwsSolutions-IAM4'),
    expect.stringContaining('AwsSolutions-IAM5'),
  ]);
});
