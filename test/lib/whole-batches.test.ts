import { Aws, Duration, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, KinesisEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ResilientFunction } from '../../lib';
import { INLINE, newStack } from './support';

const RATE_LIMITS = { api: { limits: [{ limit: 100, period: Duration.minutes(1) }] } };
const { LATEST: startingPosition } = lambda.StartingPosition;

const warningsOf = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('resilient-lambda:wholeBatches'));

const SOURCES: [string, (stack: Stack, reportBatchItemFailures: boolean) => lambda.IEventSource][] = [
  ['a queue', (stack, reportBatchItemFailures) => new SqsEventSource(new sqs.Queue(stack, 'Queue'), { reportBatchItemFailures })],
  [
    'an imported queue',
    (stack, reportBatchItemFailures) =>
      new SqsEventSource(sqs.Queue.fromQueueArn(stack, 'Queue', `arn:aws:sqs:${Aws.REGION}:111122223333:mails`), { reportBatchItemFailures }),
  ],
  [
    'a Kinesis stream',
    (stack, reportBatchItemFailures) => new KinesisEventSource(new kinesis.Stream(stack, 'Stream'), { startingPosition, reportBatchItemFailures }),
  ],
  [
    'the stream of a table',
    (stack, reportBatchItemFailures) => {
      const partitionKey = { name: 'id', type: dynamodb.AttributeType.STRING };
      const table = new dynamodb.Table(stack, 'Table', { partitionKey, stream: dynamodb.StreamViewType.NEW_IMAGE });
      return new DynamoEventSource(table, { startingPosition, reportBatchItemFailures });
    },
  ],
];

describe.each(SOURCES)('%s', (_which, sourceIn) => {
  test('without reportBatchItemFailures gives a warning where there are rate limits', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, rateLimits: RATE_LIMITS, events: [sourceIn(stack, false)] });
    expect(warningsOf(stack)).toHaveLength(1);
  });

  test('with reportBatchItemFailures gives none', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, rateLimits: RATE_LIMITS, events: [sourceIn(stack, true)] });
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('the warning', () => {
  const queueOf = (stack: Stack) => new SqsEventSource(new sqs.Queue(stack, 'Queue'));

  test('is not given without rate limits', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} } }).addEventSource(queueOf(stack));
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is given for rate limits and event sources that come later, and for those of an alias', () => {
    const stack = newStack();
    const fn = new ResilientFunction(stack, 'Fn', INLINE);
    fn.addAlias('live').addEventSource(queueOf(stack));
    fn.addRateLimit('api', RATE_LIMITS.api);
    expect(warningsOf(stack)).toHaveLength(1);
  });

  test('is not given for a source that has no answer by record', () => {
    const stack = newStack();
    const fn = new ResilientFunction(stack, 'Fn', { ...INLINE, rateLimits: RATE_LIMITS });
    fn.addEventSourceMapping('Broker', { eventSourceArn: 'arn:aws:mq:eu-west-1:111122223333:broker:b:b-1' });
    expect(warningsOf(stack)).toEqual([]);
  });
});
