import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { CircuitPhase, ResilienceEvents, ResilienceTables, type ResilienceEventsProps, type ResilienceTablesProps } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { messageOf, newApp, newStack, onlyResource, statementsOf } from './support';

const PIPE = 'AWS::Pipes::Pipe';
const RULE = 'AWS::Events::Rule';
const TABLE = 'AWS::DynamoDB::GlobalTable';
const ENV = { account: '111122223333', region: 'eu-west-1' };

const tablesIn = (stack: Stack, props: ResilienceTablesProps = {}) => new ResilienceTables(stack, 'Tables', { circuitStream: true, ...props });
const eventsIn = (stack: Stack, props: Partial<ResilienceEventsProps> = {}) => new ResilienceEvents(stack, 'Events', { tables: tablesIn(stack), ...props });
const circuitTableOf = (stack: Stack): dynamodb.ITable => stack.node.findChild('Tables').node.findChild('CircuitTable') as dynamodb.ITable;
const streamOf = (stack: Stack) => onlyResource(Template.fromStack(stack), TABLE).Properties['StreamSpecification'];

describe('the stream of the circuit table', () => {
  test('is not there unless it is asked for', () => {
    const stack = newStack();
    expect(new ResilienceTables(stack, 'Tables').circuitTable).toBeDefined();
    expect(streamOf(stack)).toBeUndefined();
  });

  test('holds items before and after a change', () => {
    const stack = newStack();
    expect(tablesIn(stack).circuitTable.tableStreamArn).toBeDefined();
    expect(streamOf(stack)).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
  });

  test('is that of the circuits alone', () => {
    const stack = newStack();
    expect(tablesIn(stack).rateLimitTable).toBeDefined();
    expect(streamOf(stack)).toBeUndefined();
  });

  test('of an imported table is the one that is named', () => {
    const circuitTableStreamArn = `arn:aws:dynamodb:eu-west-1:111122223333:table/mine/stream/2026-11-21T00:00:00.000`;
    const tables = ResilienceTables.fromTableNames(newStack(), 'Tables', { circuitTableName: 'mine', circuitTableStreamArn });
    expect(tables.circuitTable.tableStreamArn).toBe(circuitTableStreamArn);
    expect(messageOf(() => ResilienceTables.fromTableNames(newStack(), 'Tables', { rateLimitTableName: 'mine', circuitTableStreamArn }))).toBe(
      'fromTableNames for Stack/Tables has circuitTableStreamArn alone: set circuitTableName, whose stream it is',
    );
  });
});

describe('the pipe', () => {
  test('goes from the stream to the default bus, and passes changes of phase only', () => {
    const stack = newStack();
    const { pipe } = eventsIn(stack);
    const table = circuitTableOf(stack);
    expect(pipe.node.path).toBe('Stack/Events/Resource');
    Template.fromStack(stack).hasResourceProperties(PIPE, {
      Name: Match.absent(),
      Source: stack.resolve(table.tableStreamArn),
      Target: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':event-bus/default']] },
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'LATEST',
          MaximumRetryAttempts: -1,
          MaximumRecordAgeInSeconds: 3600,
          OnPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          DeadLetterConfig: Match.absent(),
        },
      },
      TargetParameters: {
        EventBridgeEventBusParameters: { Source: 'resilient-lambda', DetailType: 'Circuit State Changed', Resources: [stack.resolve(table.tableArn)] },
        InputTemplate:
          '{"circuit":"<$.dynamodb.Keys.id.S>","from":"<$.dynamodb.OldImage.phase.S>","to":"<$.dynamodb.NewImage.phase.S>",' +
          '"generation":"<$.dynamodb.NewImage.generation.N>","at":<$.dynamodb.ApproximateCreationDateTime>}',
      },
    });
  });

  test('has a filter for every phase, within what a pipe takes', () => {
    const stack = newStack();
    eventsIn(stack);
    const { SourceParameters } = onlyResource(Template.fromStack(stack), PIPE).Properties as { SourceParameters: { FilterCriteria: { Filters: { Pattern: string }[] } } };
    const patterns = SourceParameters.FilterCriteria.Filters.map(({ Pattern }) => Pattern);
    expect(patterns.length).toBeLessThanOrEqual(5);
    for (const phase of Object.values(CircuitPhase)) {
      expect(patterns).toContain(
        JSON.stringify({
          dynamodb: {
            NewImage: { phase: { S: [phase] }, control: { S: [{ exists: false }] } },
            OldImage: { phase: { S: [{ 'anything-but': [phase] }] } },
          },
        }),
      );
    }
    expect(Object.keys(CONTRACT.tables.circuit.attributes)).toEqual(['phase', 'generation', 'control']);
  });

  test('waits for its permissions: it is not created while it may not read the stream', () => {
    const stack = newStack();
    eventsIn(stack);
    const { DependsOn } = onlyResource(Template.fromStack(stack), PIPE) as unknown as { DependsOn: string[] };
    expect(DependsOn).toEqual([expect.stringContaining('RoleDefaultPolicy'), expect.stringContaining('Role')]);
  });

  test('takes a bus, a queue and limits in time and number', () => {
    const stack = newStack();
    const eventBus = new events.EventBus(stack, 'Bus');
    const deadLetterQueue = new sqs.Queue(stack, 'Queue');
    eventsIn(stack, { eventBus, deadLetterQueue, retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    Template.fromStack(stack).hasResourceProperties(PIPE, {
      Target: stack.resolve(eventBus.eventBusArn),
      SourceParameters: {
        DynamoDBStreamParameters: {
          MaximumRetryAttempts: 0,
          MaximumRecordAgeInSeconds: 60,
          DeadLetterConfig: { Arn: stack.resolve(deadLetterQueue.queueArn) },
        },
      },
    });
  });

  test('takes tokens for numbers, and for a duration in seconds', () => {
    const stack = newStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    eventsIn(stack, { retryAttempts: number, maxEventAge: Duration.seconds(number) });
    Template.fromStack(stack).hasResourceProperties(PIPE, {
      SourceParameters: { DynamoDBStreamParameters: { MaximumRetryAttempts: { Ref: 'Number' }, MaximumRecordAgeInSeconds: { Ref: 'Number' } } },
    });
  });

  test('reads a stream of another stack', () => {
    const app = newApp();
    const tables = tablesIn(new Stack(app, 'Shared'));
    const stack = new Stack(app, 'Consumer');
    new ResilienceEvents(stack, 'Events', { tables });
    Template.fromStack(stack).hasResourceProperties(PIPE, { Source: { 'Fn::ImportValue': Match.stringLikeRegexp('StreamArn') } });
  });
});

describe('the role of the pipe', () => {
  test('may read that stream and put events on that bus, for pipes of the account', () => {
    const stack = newStack();
    const eventBus = new events.EventBus(stack, 'Bus');
    eventsIn(stack, { eventBus });
    expect(statementsOf(stack)).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
        Resource: stack.resolve(circuitTableOf(stack).tableStreamArn),
      },
      { Effect: 'Allow', Action: 'events:PutEvents', Resource: stack.resolve(eventBus.eventBusArn) },
    ]);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'pipes.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });

  test('may use the key of the table, and the queue', () => {
    const stack = newStack({}, { env: ENV });
    const key = new kms.Key(stack, 'Key');
    const tables = tablesIn(stack, { encryption: dynamodb.TableEncryptionV2.customerManagedKey(key) });
    const deadLetterQueue = new sqs.Queue(stack, 'Queue');
    new ResilienceEvents(stack, 'Events', { tables, deadLetterQueue });
    const [, , ...others] = statementsOf(stack);
    expect(others).toEqual([
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: stack.resolve(key.keyArn) },
      { Effect: 'Allow', Action: expect.arrayContaining(['sqs:SendMessage']), Resource: stack.resolve(deadLetterQueue.queueArn) },
    ]);
  });
});

describe('ResilienceEvents refuses', () => {
  const AGE = 'set a Duration of whole seconds from 60 to 86400';

  test.each<[string, Partial<Record<keyof ResilienceEventsProps, unknown>>, string]>([
    ['fewer retries than none', { retryAttempts: -1 }, 'retryAttempts is -1: set a whole number from 0 to 10000'],
    ['a part of a retry', { retryAttempts: 1.5 }, 'retryAttempts is 1.5: set a whole number from 0 to 10000'],
    ['too many retries', { retryAttempts: 10_001 }, 'retryAttempts is 10001: set a whole number from 0 to 10000'],
    ['retries that are no number', { retryAttempts: '3' }, 'retryAttempts is "3": set a whole number from 0 to 10000'],
    ['an age that is too short', { maxEventAge: Duration.seconds(59) }, `maxEventAge is the duration 59 seconds: ${AGE}`],
    ['an age beyond that of the stream', { maxEventAge: Duration.hours(25) }, `maxEventAge is the duration 1 day 1 hour: ${AGE}`],
    ['an age of parts of seconds', { maxEventAge: Duration.millis(60_500) }, `maxEventAge is the duration 1 minute 500 millis: ${AGE}`],
    ['an age that is no Duration', { maxEventAge: 60 }, `maxEventAge is 60: ${AGE}`],
  ])('%s', (_what, props, problem) => {
    expect(messageOf(() => eventsIn(newStack(), props as never))).toBe(`Stack/Events: ${problem}`);
  });

  test('an age that is a token in another unit than seconds', () => {
    const stack = newStack();
    const maxEventAge = Duration.minutes(new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber);
    expect(messageOf(() => eventsIn(stack, { maxEventAge }))).toBe(
      'Stack/Events: maxEventAge is a token in minutes: only Duration.seconds() can hold a token here',
    );
  });

  test.each([
    ['created', (stack: Stack) => new ResilienceTables(stack, 'Tables')],
    ['imported', (stack: Stack) => ResilienceTables.fromTableNames(stack, 'Tables', { circuitTableName: 'mine' })],
  ])('tables that were %s without a stream', (_how, tablesWithout) => {
    const stack = newStack();
    expect(messageOf(() => new ResilienceEvents(stack, 'Events', { tables: tablesWithout(stack) }))).toBe(
      'Stack/Events: tables has no stream of circuit state: set circuitStream to true where ResilienceTables is created, and for imported ' +
        'tables circuitTableStreamArn in fromTableNames',
    );
  });

  test('tables and a bus that are elsewhere, and all else in the same error', () => {
    const app = newApp();
    const tables = tablesIn(new Stack(app, 'Shared', { env: { ...ENV, region: 'us-east-1' }, crossRegionReferences: true }));
    const stack = new Stack(app, 'Stack', { env: ENV });
    const eventBus = events.EventBus.fromEventBusArn(stack, 'Bus', 'arn:aws:events:eu-west-1:444455556666:event-bus/theirs');
    expect(messageOf(() => new ResilienceEvents(stack, 'Events', { tables, eventBus, retryAttempts: -1 })).split('\n')).toEqual([
      'Stack/Events: tables is in 111122223333/us-east-1: a pipe reaches only what is in 111122223333/eu-west-1, where it is itself',
      'Stack/Events: eventBus is in 444455556666/eu-west-1: a pipe reaches only what is in 111122223333/eu-west-1, where it is itself',
      'Stack/Events: retryAttempts is -1: set a whole number from 0 to 10000',
    ]);
  });
});

describe('onStateChange', () => {
  test('makes a rule for all changes of the table, on the default bus', () => {
    const stack = newStack();
    const rule = eventsIn(stack).onStateChange('Changed');
    expect(rule.node.path).toBe('Stack/Events/Changed');
    const { Properties } = onlyResource(Template.fromStack(stack), RULE);
    expect(Properties).toEqual({
      EventPattern: {
        source: ['resilient-lambda'],
        'detail-type': ['Circuit State Changed'],
        resources: [stack.resolve(circuitTableOf(stack).tableArn)],
      },
      State: 'ENABLED',
    });
  });

  test('takes circuits, phases, a target, a description and more of a pattern', () => {
    const stack = newStack();
    const eventBus = new events.EventBus(stack, 'Bus');
    const topic = new sns.Topic(stack, 'Topic');
    eventsIn(stack, { eventBus }).onStateChange('Opened', {
      circuits: ['payments', 'stock'],
      to: [CircuitPhase.OPEN, CircuitPhase.HALF_OPEN],
      target: new SnsTopic(topic),
      description: 'A dependency is down',
      eventPattern: { detail: { from: ['closed'] } },
    });
    Template.fromStack(stack).hasResourceProperties(RULE, {
      EventBusName: stack.resolve(eventBus.eventBusName),
      Description: 'A dependency is down',
      EventPattern: {
        detail: {
          from: ['closed'],
          circuit: ['circuit#payments', { prefix: 'circuit#payments#' }, 'circuit#stock', { prefix: 'circuit#stock#' }],
          to: ['open', 'half_open'],
        },
      },
      Targets: [{ Arn: stack.resolve(topic.topicArn) }],
    });
  });

  test('refuses what never matches, with every problem at once', () => {
    const stack = newStack();
    const changes = eventsIn(stack);
    const token = new CfnParameter(stack, 'Name').valueAsString;
    expect(messageOf(() => changes.onStateChange('Never', { circuits: ['a b', token], to: [] })).split('\n')).toEqual([
      'Stack/Events: to is an empty list, which nothing matches: name at least one, or leave it out for all',
      `Stack/Events: circuits holds "a b": use ${CONTRACT.configuration.name.rule}`,
      'Stack/Events: circuits holds a token: use names that are known at synthesis',
    ]);
    expect(messageOf(() => changes.onStateChange('Never', { circuits: [] }))).toContain('circuits is an empty list');
  });
});

test.each([
  ['AwsSolutions', AwsSolutionsChecks],
  ['Serverless', ServerlessChecks],
])('%s finds nothing', (_pack, Checks) => {
  const stack = newStack();
  const deadLetterQueue = new sqs.Queue(stack, 'Queue', { enforceSSL: true });
  const target = new SnsTopic(new sns.Topic(stack, 'Topic'), { deadLetterQueue });
  eventsIn(stack, { deadLetterQueue }).onStateChange('Changed', { target });
  const found = new Checks().validateScope(stack.node.root).violations.filter(({ violatingResources }) =>
    violatingResources.some(({ constructPath = '' }) => constructPath.startsWith('Stack/Events')),
  );
  expect(found.map(({ ruleName }) => ruleName)).toEqual([]);
});

test('a property injector sets defaults for the events', () => {
  const injector = {
    constructUniqueId: ResilienceEvents.PROPERTY_INJECTION_ID,
    inject: (props: object) => ({ retryAttempts: 3, ...props }),
  };
  const stack = new Stack(newApp({}, { propertyInjectors: [injector] }), 'Stack');
  eventsIn(stack);
  Template.fromStack(stack).hasResourceProperties(PIPE, { SourceParameters: { DynamoDBStreamParameters: { MaximumRetryAttempts: 3 } } });
});
