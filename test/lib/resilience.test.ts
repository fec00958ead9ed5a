import { Duration, Mixins, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ReportLevel, Resilience, ResilienceMixin, ResilienceTables, ResilientFunction, type IResilient } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { BULKHEAD_TABLE, CIRCUIT_TABLE, CONFIGURATION, INLINE, RATE_LIMIT_TABLE, RECOMMENDED_FLAGS, configurationOf, dynamoStatementsOf, messageOf, newApp, newStack } from './support';

const FUNCTION = 'AWS::Lambda::Function';
const TABLE = 'AWS::DynamoDB::GlobalTable';
const API = { limits: [{ limit: 100, period: Duration.minutes(1) }] };
const BILLING = { baseUrl: 'https://billing.example.com' };
const ALL = { circuits: { payments: {} }, rateLimits: { api: API }, bulkheads: { stock: {} }, dependencies: { billing: BILLING }, requestTimeout: {}, retry: {}, loadShedding: {}, observability: { level: ReportLevel.DETAILED } };

const plain = (stack: Stack, props: Partial<lambda.FunctionProps> = {}, id = 'Fn') =>
  new lambda.Function(stack, id, { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X, ...props });

describe.each([
  ['without feature flags', {}],
  ['with the recommended feature flags', RECOMMENDED_FLAGS],
])('a function that exists, %s', (_which, flags) => {
  test('gets what ResilientFunction gives, and keeps the rest', () => {
    const stack = newStack(flags);
    const target = plain(stack, { environment: { MINE: '1' } });
    const before = stack.resolve((target.node.defaultChild as lambda.CfnFunction).memorySize);
    const resilience = new Resilience(stack, 'Resilience', { ...ALL, target });
    const ours = newStack(flags);
    new ResilientFunction(ours, 'Fn', { ...INLINE, ...ALL });
    expect(configurationOf(stack)).toEqual(configurationOf(ours));
    const actions = (in_: Stack) => dynamoStatementsOf(in_).map(({ Action }) => Action);
    expect(actions(stack)).toEqual(actions(ours));
    const { circuitTable, rateLimitTable, bulkheadTable } = resilience.tables!;
    const arns = [circuitTable, rateLimitTable, bulkheadTable].map(({ tableArn }) => stack.resolve(tableArn) as unknown);
    const resources = dynamoStatementsOf(stack).flatMap(({ Resource }) => Resource);
    expect(resources).toHaveLength(arns.length);
    expect(resources).toEqual(expect.arrayContaining(arns));
    Template.fromStack(stack).hasResourceProperties(FUNCTION, {
      MemorySize: before ?? Match.absent(),
      TracingConfig: Match.absent(),
      Environment: {
        Variables: {
          MINE: '1',
          [CONFIGURATION]: Match.anyValue(),
          [CIRCUIT_TABLE]: Match.anyValue(),
          [RATE_LIMIT_TABLE]: Match.anyValue(),
          [BULKHEAD_TABLE]: Match.anyValue(),
        },
      },
    });
  });
});

describe('Resilience', () => {
  test('tells dashboards and alarms what they need', () => {
    const stack = newStack();
    const target = plain(stack, { environment: { POWERTOOLS_SERVICE_NAME: 'checkout' } });
    const resilient: IResilient = new Resilience(stack, 'Resilience', { ...ALL, target });
    expect(resilient.protectedFunction).toBe(target);
    expect([resilient.serviceName, resilient.circuitNames, resilient.rateLimitNames]).toEqual(['checkout', ['payments', 'billing'], ['api']]);
    expect([resilient.bulkheadNames, resilient.shedsLoad]).toEqual([['stock', 'billing'], true]);
    expect([resilient.dependencyNames, resilient.retryNames, resilient.limitsTime]).toEqual([['billing'], ['retry', 'billing'], true]);
    expect(resilient.tables?.node.path).toBe('Stack/Resilience/Tables');
  });

  test('declares more later', () => {
    const stack = newStack();
    const resilience = new Resilience(stack, 'Resilience', { target: plain(stack) });
    expect(resilience.tables).toBeUndefined();
    expect(resilience.addCircuit('payments').addRateLimit('api', API).addBulkhead('stock').addDependency('billing', BILLING)).toBe(resilience);
    expect(configurationOf(stack)).toMatchObject({ circuits: { payments: {} }, limits: { api: {} }, bulkheads: { stock: {} }, dependencies: { billing: BILLING } });
    Template.fromStack(stack).resourceCountIs(TABLE, 3);
  });

  test('with nothing declared changes nothing', () => {
    const [stack, untouched] = [newStack(), newStack()];
    new Resilience(stack, 'Resilience', { target: plain(stack) });
    plain(untouched);
    expect(Template.fromStack(stack).toJSON()).toEqual(Template.fromStack(untouched).toJSON());
  });

  test('shares tables with other functions, in other stacks', () => {
    const app = newApp();
    const tables = new ResilienceTables(new Stack(app, 'Shared'), 'Tables');
    const stack = new Stack(app, 'Stack');
    new Resilience(stack, 'Resilience', { circuits: { payments: {} }, target: plain(stack), tables });
    new ResilientFunction(stack, 'Other', { ...INLINE, circuits: { payments: {} }, tables });
    const template = Template.fromStack(stack);
    template.resourceCountIs(TABLE, 0);
    template.allResourcesProperties(FUNCTION, {
      Environment: { Variables: { [CIRCUIT_TABLE]: { 'Fn::ImportValue': Match.stringLikeRegexp('Shared') } } },
    });
  });

  test('grants the use of the key of the tables', () => {
    const stack = newStack({}, { env: { account: '111122223333', region: 'eu-west-1' } });
    const key = new kms.Key(stack, 'Key');
    const tables = new ResilienceTables(stack, 'Tables', { encryption: dynamodb.TableEncryptionV2.customerManagedKey(key) });
    new Resilience(stack, 'Resilience', { circuits: { payments: {} }, target: plain(stack), tables });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:Decrypt']) })]) },
    });
  });

  test('works for a function that is an image, whose runtime is not known', () => {
    const stack = newStack();
    const code = lambda.Code.fromEcrImage(ecr.Repository.fromRepositoryName(stack, 'Repository', 'images'));
    const target = plain(stack, { code, handler: lambda.Handler.FROM_IMAGE, runtime: lambda.Runtime.FROM_IMAGE });
    new Resilience(stack, 'Resilience', { circuits: { payments: {} }, target });
    expect(configurationOf(stack)).toEqual({ version: CONTRACT.version, circuits: { payments: {} } });
  });

  test('warns of batches that are answered as a whole', () => {
    const stack = newStack();
    const target = plain(stack, { events: [new SqsEventSource(new sqs.Queue(stack, 'Queue'))] });
    new Resilience(stack, 'Resilience', { rateLimits: { api: API }, target });
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('resilient-lambda:wholeBatches'))).toHaveLength(1);
  });

  test('a property injector gives it defaults', () => {
    const injector = { constructUniqueId: Resilience.PROPERTY_INJECTION_ID, inject: (props: object) => ({ circuits: { payments: {} }, ...props }) };
    const stack = new Stack(newApp({}, { propertyInjectors: [injector] }), 'Stack');
    expect(new Resilience(stack, 'Resilience', { target: plain(stack) }).circuitNames).toEqual(['payments']);
  });
});

describe('what Resilience refuses', () => {
  const refusal = (targetIn: (stack: Stack) => lambda.IFunction, props: object = ALL) => {
    const stack = newStack();
    const target = targetIn(stack);
    return messageOf(() => new Resilience(stack, 'Resilience', { ...props, target }));
  };

  test.each<[string, (stack: Stack) => lambda.IFunction]>([
    ['an imported function', (stack) => lambda.Function.fromFunctionName(stack, 'Fn', 'theirs')],
    ['an alias', (stack) => plain(stack, {}, 'Own').addAlias('live')],
    ['a version', (stack) => plain(stack, {}, 'Own').currentVersion],
  ])('%s', (_which, targetIn) => {
    expect(refusal(targetIn)).toMatch(
      /^target of Stack\/Resilience is Stack\/[\w/]+, whose environment cannot be set: use the function itself in the app that creates it, not an import, a version or an alias$/,
    );
  });

  test('a function on another runtime', () => {
    expect(refusal((stack) => plain(stack, { runtime: lambda.Runtime.PYTHON_3_13 }))).toBe(
      'target of Stack/Resilience is Stack/Fn, whose runtime is python3.13: use a function that runs on Node.js',
    );
  });

  test('a function that is protected already', () => {
    const problem = 'target of Stack/Resilience is Stack/Fn, which Stack/Fn protects already: declare there what is missing';
    expect(refusal((stack) => new ResilientFunction(stack, 'Fn', INLINE))).toBe(problem);
    const twice = (stack: Stack) => {
      const target = plain(stack);
      new Resilience(stack, 'First', { target });
      return target;
    };
    expect(refusal(twice)).toBe('target of Stack/Resilience is Stack/Fn, which Stack/First protects already: declare there what is missing');
  });

  test('a function that sets a variable of the library itself', () => {
    expect(refusal((stack) => plain(stack, { environment: { [CONFIGURATION]: '{}' } }))).toBe(
      `environment.${CONFIGURATION} is set by Resilience, from what is declared, tables and dynamicConfig: remove it`,
    );
  });

  test('options that cannot be used, every problem at once, and leaves the function alone', () => {
    const stack = newStack();
    const target = plain(stack);
    const props = { circuits: { a: { minimumCalls: 0 } }, observability: { sampleRate: 2 }, target };
    expect(messageOf(() => new Resilience(stack, 'Resilience', props))).toMatch(
      /^the configuration of Stack\/Resilience has 2 problems:\n- circuits\.a\.minimumCalls .*\n- observability\.sampleRate /,
    );
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { Environment: Match.absent() });
  });

  test('tables in another region than the function', () => {
    const app = newApp();
    const env = (region: string) => ({ env: { account: '111122223333', region }, crossRegionReferences: true });
    const tables = new ResilienceTables(new Stack(app, 'Shared', env('eu-west-1')), 'Tables');
    const stack = new Stack(app, 'Far', env('us-east-1'));
    expect(messageOf(() => new Resilience(stack, 'Resilience', { circuits: { a: {} }, target: plain(stack), tables }))).toBe(
      'tables of Far/Resilience is in 111122223333/eu-west-1: use tables in 111122223333/us-east-1, where the function is',
    );
  });
});

describe('ResilienceMixin', () => {
  test('protects the function that it is applied to', () => {
    const stack = newStack();
    const target = plain(stack).with(new ResilienceMixin({ circuits: { payments: {} } }));
    expect(target.node.findChild('Resilience')).toBeInstanceOf(Resilience);
    expect(configurationOf(stack)).toEqual({ version: CONTRACT.version, circuits: { payments: {} } });
    Template.fromStack(stack).resourceCountIs(TABLE, 1);
  });

  test('protects every function of a scope that nothing protects yet, with the same tables', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Tables');
    for (const id of ['One', 'Two']) plain(stack, {}, id);
    new ResilientFunction(stack, 'Ours', { ...INLINE, circuits: { search: { shared: false } } });
    Mixins.of(stack).apply(new ResilienceMixin({ circuits: { payments: {} }, tables }));
    const template = Template.fromStack(stack);
    template.resourceCountIs(TABLE, 1);
    const withTable = { Properties: { Environment: { Variables: { [CIRCUIT_TABLE]: Match.anyValue() } } } };
    expect(Object.keys(template.findResources(FUNCTION, withTable)).map((id) => id.slice(0, 3))).toEqual(['One', 'Two']);
  });

  test('refuses a function on another runtime instead of passing it over', () => {
    const fn = plain(newStack(), { runtime: lambda.Runtime.PYTHON_3_13 });
    expect(messageOf(() => fn.with(new ResilienceMixin(ALL)))).toContain('whose runtime is python3.13: use a function that runs on Node.js');
  });

  test('says of other constructs that it does not support them', () => {
    const stack = newStack();
    const mixin = new ResilienceMixin();
    const fn = plain(stack);
    expect([fn, fn.addAlias('live'), lambda.Function.fromFunctionName(stack, 'Theirs', 'theirs'), stack].map((node) => mixin.supports(node))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
