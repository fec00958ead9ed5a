import { Duration, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ResilienceAlarms, ResilientFunction, type CanaryOptions, type ResilientFunctionProps } from '../../lib';
import { INLINE, RECOMMENDED_FLAGS, messageOf, newStack } from './support';

const ALIAS = 'AWS::Lambda::Alias';
const GROUP = 'AWS::CodeDeploy::DeploymentGroup';

const make = (stack: Stack, canary: CanaryOptions = {}, more: Partial<ResilientFunctionProps> = {}) =>
  new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} }, ...more, canary });

const alarmOn = (fn: ResilientFunction, id: string) => fn.metricErrors().createAlarm(fn.stack, id, { threshold: 1, evaluationPeriods: 1 });

test('without canary there is no alias and no deployment', () => {
  const stack = newStack();
  const fn = new ResilientFunction(stack, 'Fn', INLINE);
  expect([fn.liveAlias, fn.deploymentGroup]).toEqual([undefined, undefined]);
  expect(messageOf(() => fn.addRollbackAlarm(alarmOn(fn, 'Errors')))).toBe(
    'canary of Stack/Fn is undefined: set canary, {} for the defaults, so that an alarm has a deployment to take back',
  );
  const template = Template.fromStack(stack);
  for (const type of [ALIAS, GROUP, 'AWS::Lambda::Version']) template.resourceCountIs(type, 0);
});

describe.each([
  ['without feature flags', {}],
  ['with the recommended feature flags', RECOMMENDED_FLAGS],
])('a canary %s', (_flags, flags) => {
  test('shifts the calls of the alias live, a tenth for five minutes, and takes a failed deployment back', () => {
    const stack = newStack(flags);
    make(stack);
    const template = Template.fromStack(stack);
    template.hasResource(ALIAS, {
      Properties: { Name: 'live' },
      UpdatePolicy: { CodeDeployLambdaAliasUpdate: { DeploymentGroupName: { Ref: Match.stringLikeRegexp('Canary') } } },
    });
    template.hasResourceProperties(GROUP, {
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE'] },
    });
  });

  test('takes a deployment back on the alarms given and on those added', () => {
    const stack = newStack(flags);
    const other = new ResilientFunction(stack, 'Other', INLINE);
    const fn = make(stack, { alarms: [alarmOn(other, 'Given')] });
    expect(fn.addRollbackAlarm(alarmOn(fn, 'Added'), alarmOn(fn, 'Too'))).toBe(fn);
    const named = (id: string) => ({ Name: { Ref: Match.stringLikeRegexp(`^${id}`) } });
    Template.fromStack(stack).hasResourceProperties(GROUP, {
      AlarmConfiguration: { Enabled: true, Alarms: [named('Given'), named('Added'), named('Too')] },
      AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
    });
  });
});

test('a canary takes a deployment back on all alarms of the library, without a circle in the template', () => {
  const stack = newStack();
  const fn = make(stack);
  const { alarms } = new ResilienceAlarms(stack, 'Alarms', { resilient: fn });
  fn.addRollbackAlarm(...alarms);
  const named = alarms.map(({ alarmName }) => ({ Name: stack.resolve(alarmName) as unknown }));
  Template.fromStack(stack).hasResourceProperties(GROUP, { AlarmConfiguration: { Alarms: named } });
});

test('a canary takes another name and another pace', () => {
  const stack = newStack();
  const fn = make(stack, { aliasName: 'prod', deploymentConfig: codedeploy.LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE });
  expect([fn.liveAlias?.aliasName, fn.deploymentGroup?.node.id]).toEqual(['prod', 'Canary']);
  const template = Template.fromStack(stack);
  template.hasResourceProperties(ALIAS, { Name: 'prod' });
  template.hasResourceProperties(GROUP, { DeploymentConfigName: 'CodeDeployDefault.LambdaLinear10PercentEvery1Minute' });
});

test('what is declared later is part of the version that takes over', () => {
  const versions = [false, true].map((later) => {
    const stack = newStack();
    const fn = make(stack);
    if (later) fn.addCircuit('search');
    return Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Version'))[0];
  });
  expect(versions[0]).not.toBe(versions[1]);
});

test('environments that are ready beforehand belong to the version, because the alias cannot have any', () => {
  const stack = newStack();
  make(stack, {}, { currentVersionOptions: { provisionedConcurrentExecutions: 5 } });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Version', { ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 } });
  template.hasResourceProperties(ALIAS, { ProvisionedConcurrencyConfig: Match.absent() });
});

test('the settings of asynchronous calls hold for the alias as well', () => {
  const stack = newStack();
  const onFailure = new SqsDestination(new sqs.Queue(stack, 'Failed'));
  make(stack, {}, { retryAttempts: 1, maxEventAge: Duration.minutes(5), onFailure });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 2);
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    Qualifier: Match.not('$LATEST'),
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 300,
    DestinationConfig: { OnFailure: Match.anyValue() },
  });
});

test.each([
  [{}, { 'Fn::Join': ['', [Match.anyValue(), ':live']] }],
  [undefined, { Ref: Match.stringLikeRegexp('^Fn') }],
])('event sources that are given call the alias where there is one: canary %p', (canary, name) => {
  const stack = newStack();
  const events = [new SqsEventSource(new sqs.Queue(stack, 'Queue'))];
  new ResilientFunction(stack, 'Fn', { ...INLINE, events, ...(canary && { canary }) });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', { FunctionName: name });
});
