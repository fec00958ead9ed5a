import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { BulkheadEnforcement, Resilience, ResilientFunction, type BulkheadOptions, type ResilientFunctionProps } from '../../lib';
import { INLINE, configurationOf, messageOf, newApp, newStack } from './support';

const FUNCTION = 'AWS::Lambda::Function';
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const { RUNTIME, RESERVED_CONCURRENCY, EVENT_SOURCES } = BulkheadEnforcement;
const RESERVED: BulkheadOptions = { enforcement: RESERVED_CONCURRENCY, maxConcurrent: 20 };
const SOURCES: BulkheadOptions = { enforcement: EVENT_SOURCES, maxConcurrent: 20 };

const make = (stack: Stack, bulkheads: Record<string, BulkheadOptions>, props: Partial<ResilientFunctionProps> = {}) =>
  new ResilientFunction(stack, 'Fn', { ...INLINE, ...props, bulkheads });
const queueIn = (stack: Stack, props: object = {}, id = 'Queue') => new SqsEventSource(new sqs.Queue(stack, id), props);

function problemsOf(options: object): string[] {
  return messageOf(() => make(newStack(), { all: options })).split('\n- ').slice(1);
}

describe.each([RESERVED, SOURCES])('a bulkhead that Lambda keeps as $enforcement', (options) => {
  test('leaves nothing for the runtime to do: no configuration, no table, no name to watch', () => {
    const stack = newStack();
    const fn = make(stack, { all: options }, { events: [queueIn(stack)] });
    expect(configurationOf(stack)).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    expect(fn.bulkheadNames).toEqual([]);
    expect(fn.tables).toBeUndefined();
  });

  test('stands beside others that the runtime keeps', () => {
    const stack = newStack();
    const fn = make(stack, { all: options, stock: { maxConcurrent: 2, enforcement: RUNTIME } }, { events: [queueIn(stack)] });
    expect(configurationOf(stack)).toEqual({ version: 1, bulkheads: { stock: { maxConcurrent: 2 } } });
    expect(fn.bulkheadNames).toEqual(['stock']);
  });

  test('has its name for itself', () => {
    const fn = make(newStack(), { all: options });
    expect(messageOf(() => fn.addBulkhead('all'))).toContain('bulkheads.all is declared already: declare each bulkhead once');
  });

  test('does nothing if it is switched off', () => {
    const stack = newStack();
    make(stack, { all: { ...options, enabled: false } }, { events: [queueIn(stack)] });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(FUNCTION, { ReservedConcurrentExecutions: Match.absent() });
    template.hasResourceProperties(MAPPING, { ScalingConfig: Match.absent() });
  });

  test('may say what holds anyway', () => {
    const stack = newStack();
    expect(() => make(stack, { all: { ...options, inbound: true, shared: true, enabled: true } }, { events: [queueIn(stack)] })).not.toThrow();
  });

  test('knows nothing of tenants, operations, waiting and adapting', () => {
    const remedy = 'which Lambda knows nothing of: leave it out, or leave enforcement out, so that the runtime keeps the bulkhead';
    const unknown = { queueSize: 5, maxWait: Duration.seconds(1), perTenant: true, tenantLimits: { acme: 1 }, adaptive: true, priority: false };
    expect(problemsOf({ ...options, ...unknown })).toEqual([
      `bulkheads.all.queueSize is 5, ${remedy}`,
      `bulkheads.all.maxWait is the duration 1 second, ${remedy}`,
      `bulkheads.all.perTenant is true, ${remedy}`,
      `bulkheads.all.tenantLimits is an object, ${remedy}`,
      `bulkheads.all.adaptive is true, ${remedy}`,
      `bulkheads.all.priority is false, ${remedy}`,
    ]);
  });

  test('is for the whole function, with a size that somebody chose', () => {
    const remedy = 'Lambda counts the invocations of the whole function: leave it out, or leave enforcement out, so that the runtime keeps the bulkhead';
    const { enforcement } = options;
    expect(problemsOf({ enforcement, shared: false, inbound: false })).toEqual([
      `bulkheads.all.shared is false, and ${remedy}`,
      `bulkheads.all.inbound is false, and ${remedy}`,
      'bulkheads.all.maxConcurrent is missing: set how many invocations Lambda may run at the same time',
    ]);
  });

  test('is there or not at synthesis', () => {
    const enabled = new CfnParameter(newStack(), 'Switch').value;
    expect(problemsOf({ ...options, enabled })).toEqual([
      'bulkheads.all.enabled is a token: set true or false, because it decides what the template holds',
    ]);
  });

  test('may have a size that is known at deployment', () => {
    const stack = newStack();
    const maxConcurrent = new CfnParameter(stack, 'Size', { type: 'Number' }).valueAsNumber;
    make(stack, { all: { ...options, maxConcurrent } }, { events: [queueIn(stack)] });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).toMatch(/"(ReservedConcurrentExecutions|MaximumConcurrency)":\{"Ref":"Size"\}/);
  });
});

describe('reserved concurrency', () => {
  test('is that of the function', () => {
    const stack = newStack();
    make(stack, { all: RESERVED });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { ReservedConcurrentExecutions: 20 });
  });

  test('may be declared later, and of a function that exists', () => {
    const stack = newStack();
    const target = new lambda.Function(stack, 'Plain', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X });
    new Resilience(stack, 'Resilience', { target }).addBulkhead('all', RESERVED).addBulkhead('stock');
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { ReservedConcurrentExecutions: 20 });
  });

  test('may be set to the same number already', () => {
    const stack = newStack();
    make(stack, { all: RESERVED }, { reservedConcurrentExecutions: 20 });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { ReservedConcurrentExecutions: 20 });
  });

  test('is refused where it is another one already, by the function or by another bulkhead', () => {
    const problem = (name: string, seen: number) =>
      `bulkheads.${name}.maxConcurrent of Stack/Fn is 20, although reservedConcurrentExecutions of Stack/Fn is ${seen} already: leave one of the two out`;
    expect(messageOf(() => make(newStack(), { all: RESERVED }, { reservedConcurrentExecutions: 5 }))).toBe(problem('all', 5));
    expect(messageOf(() => make(newStack(), { few: { ...RESERVED, maxConcurrent: 3 }, all: RESERVED }))).toBe(problem('all', 3));
  });
});

test.each([
  ['reserved concurrency', RESERVED, { ...RESERVED, maxConcurrent: 3 }, /reservedConcurrentExecutions of Stack\/Fn is 20 already/],
  ['event sources', SOURCES, SOURCES, /is for the event sources, as bulkheads\.all is already/],
])('a bulkhead that is refused because of %s is not declared: more can be, its name too', (_, first, second, problem) => {
  const fn = make(newStack(), { all: first });
  expect(messageOf(() => fn.addBulkhead('other', second))).toMatch(problem);
  expect(fn.addCircuit('payments').addBulkhead('other').bulkheadNames).toEqual(['other']);
});

describe('the concurrency of event sources', () => {
  test('is that of every queue, also of an alias, and of those that come later', () => {
    const stack = newStack();
    const fn = make(stack, { all: SOURCES }, { events: [queueIn(stack)] });
    fn.addEventSource(queueIn(stack, {}, 'Second'));
    fn.addAlias('live').addEventSource(queueIn(stack, {}, 'Third'));
    const template = Template.fromStack(stack);
    template.resourceCountIs(MAPPING, 3);
    template.allResourcesProperties(MAPPING, { ScalingConfig: { MaximumConcurrency: 20 } });
  });

  test('is left to a queue that has one, or whose pollers are provisioned', () => {
    const stack = newStack();
    const events = [queueIn(stack, { maxConcurrency: 2 }), queueIn(stack, { provisionedPollerConfig: { minimumPollers: 2, maximumPollers: 4 } }, 'Second')];
    make(stack, { all: SOURCES }, { events });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(MAPPING, { ScalingConfig: { MaximumConcurrency: 2 } });
    template.hasResourceProperties(MAPPING, { ProvisionedPollerConfig: Match.anyValue(), ScalingConfig: Match.absent() });
  });

  test('is not that of streams, which have shards instead', () => {
    const stack = newStack();
    const partitionKey = { name: 'id', type: dynamodb.AttributeType.STRING };
    const table = new dynamodb.Table(stack, 'Table', { partitionKey, stream: dynamodb.StreamViewType.NEW_IMAGE });
    const startingPosition = lambda.StartingPosition.LATEST;
    make(stack, { all: SOURCES }, { events: [queueIn(stack), new DynamoEventSource(table, { startingPosition })] });
    Template.fromStack(stack).hasResourceProperties(MAPPING, { StartingPosition: 'LATEST', ScalingConfig: Match.absent() });
  });

  test.each([1, 1001])('is refused where Lambda does not take it: %d', (maxConcurrent) => {
    expect(problemsOf({ ...SOURCES, maxConcurrent })).toEqual([
      `bulkheads.all.maxConcurrent is ${maxConcurrent}: set a whole number from 2 to 1000, which is what event sources take`,
    ]);
  });

  test('is refused twice', () => {
    expect(messageOf(() => make(newStack(), { all: SOURCES, other: SOURCES }))).toBe(
      'bulkheads.other of Stack/Fn is for the event sources, as bulkheads.all is already: declare one of the two',
    );
  });

  test('is an error where there is no queue, because nothing would be limited', () => {
    const app = newApp();
    make(new Stack(app, 'Stack'), { all: SOURCES });
    expect(messageOf(() => app.synth())).toContain(
      'bulkheads.all of Stack/Fn limits nothing, because the function reads no queue: add the queue with addEventSource, or choose another enforcement',
    );
  });
});
