import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ResilientFunction } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { ENTRY, INLINE, RECOMMENDED_FLAGS, messageOf, newApp, newStack, stableTemplate, statementsOf } from './support';

const FUNCTION = 'AWS::Lambda::Function';

afterEach(() => jest.restoreAllMocks());

describe('function defaults', () => {
  test('are those of the library', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { entry: ENTRY });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON' },
      MemorySize: 512,
      Timeout: 30,
    });
  });

  test('give way to the caller', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', {
      entry: ENTRY,
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.X86_64,
      tracing: lambda.Tracing.DISABLED,
      loggingFormat: lambda.LoggingFormat.TEXT,
      memorySize: 1024,
      timeout: Duration.seconds(5),
    });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, {
      Runtime: 'nodejs22.x',
      Architectures: ['x86_64'],
      TracingConfig: Match.absent(),
      LoggingConfig: { LogFormat: 'Text' },
      MemorySize: 1024,
      Timeout: 5,
    });
  });

  test('stay when the caller passes undefined', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, memorySize: undefined, runtime: undefined });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { Runtime: 'nodejs24.x', MemorySize: 512 });
  });

  test('leave the older logFormat property to the caller', () => {
    const stack = newStack();
    jest.spyOn(console, 'warn').mockImplementation(); // that the property is deprecated
    new ResilientFunction(stack, 'Fn', { ...INLINE, logFormat: 'Text' });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { LoggingConfig: { LogFormat: 'Text' } });
  });

  test('leave to Lambda what depends on the function', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', INLINE);
    const template = Template.fromStack(stack);
    for (const type of ['AWS::Lambda::EventInvokeConfig', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue']) template.resourceCountIs(type, 0);
    const absent = ['ReservedConcurrentExecutions', 'RecursiveLoop', 'TenancyConfig', 'DeadLetterConfig'];
    template.hasResourceProperties(FUNCTION, Object.fromEntries(absent.map((property) => [property, Match.absent()])));
  });

  test('let platform settings through', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', {
      ...INLINE,
      reservedConcurrentExecutions: 10,
      recursiveLoop: lambda.RecursiveLoop.ALLOW,
      tenancyConfig: lambda.TenancyConfig.PER_TENANT,
      logGroup: new logs.LogGroup(stack, 'Logs', { retention: logs.RetentionDays.ONE_MONTH }),
      retryAttempts: 0,
      maxEventAge: Duration.minutes(2),
      onFailure: new SqsDestination(new sqs.Queue(stack, 'Failed')),
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(FUNCTION, {
      ReservedConcurrentExecutions: 10,
      RecursiveLoop: 'Allow',
      TenancyConfig: { TenantIsolationMode: 'PER_TENANT' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.stringLikeRegexp('^Logs') } },
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 120,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });

  test('include inline code as it is', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} } });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { Code: { ZipFile: Match.anyValue() }, Handler: 'index.handler' });
  });

  test('a function without entry and code is refused', () => {
    const expected = 'entry of Stack/Fn is undefined: set entry to the file of the handler, or code and handler';
    expect(messageOf(() => new ResilientFunction(newStack(), 'Fn'))).toBe(expected);
    expect(messageOf(() => new ResilientFunction(newStack(), 'Fn', { handler: 'main' }))).toBe(expected);
    expect(messageOf(() => new ResilientFunction(newStack(), 'Fn', { entry: '' }))).toContain('entry of Stack/Fn is "": set entry');
  });

  test('a role of the caller is used', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    new ResilientFunction(stack, 'Fn', { ...INLINE, role, circuits: { payments: {} } });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
    expect(statementsOf(stack).map(({ Action }) => Action)).toContainEqual([...CONTRACT.tables.circuit.actions]);
  });
});

describe('property injectors', () => {
  const injector = (constructUniqueId: string, memorySize: number) => ({
    constructUniqueId,
    inject: (props: object) => ({ ...props, memorySize }),
  });

  test.each([lambda.Function.PROPERTY_INJECTION_ID, ResilientFunction.PROPERTY_INJECTION_ID])('%s applies', (id) => {
    const stack = new Stack(newApp({}, { propertyInjectors: [injector(id, 2048)] }), 'Stack');
    new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} } });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { MemorySize: 2048 });
  });

  test('an injector may give defaults that the caller overrides', () => {
    const defaults = {
      constructUniqueId: ResilientFunction.PROPERTY_INJECTION_ID,
      inject: (props: object) => ({ memorySize: 2048, timeout: Duration.seconds(7), ...props }),
    };
    const stack = new Stack(newApp({}, { propertyInjectors: [defaults] }), 'Stack');
    new ResilientFunction(stack, 'Fn', { ...INLINE, memorySize: 256 });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { MemorySize: 256, Timeout: 7 });
  });
});

describe('the template', () => {
  test.each([
    ['without feature flags', {}],
    ['with the recommended feature flags', RECOMMENDED_FLAGS],
  ])('keeps its shape %s', (_, flags) => {
    const stack = newStack(flags);
    new ResilientFunction(stack, 'Fn', { entry: ENTRY, circuits: { payments: { openDuration: Duration.seconds(30) } } });
    expect(stableTemplate(stack)).toMatchSnapshot();
  });
});
