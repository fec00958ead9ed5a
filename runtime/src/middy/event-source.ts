import { valueAt } from '../core/read.ts';
import { describeCall } from './describe.ts';
import { isHttpEvent } from './http.ts';
import { keysOf, lengthAt, textAt } from './read.ts';

/** What invoked a function; `other` is a direct invocation, a step of a state machine or a source that is not known here. */
export type EventKind =
  | 'http'
  | 'websocket'
  | 'authorizer'
  | 'appsync'
  | 'cognito'
  | 'sqs'
  | 'sns'
  | 's3'
  | 'dynamodb'
  | 'kinesis'
  | 'firehose'
  | 'kafka'
  | 'mq'
  | 'logs'
  | 'schedule'
  | 'events'
  | 'other';

/** Longest name that `operationOf` answers with, in characters. */
const MAXIMUM_LENGTH = 128;

/** ARNs are shorter; whatever is not, is none. */
const MAXIMUM_ARN_LENGTH = 2048;

/** Callers may write any text as the method of a request. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const KIND_BY_SOURCE: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ['aws:sqs', 'sqs'],
  ['aws:sns', 'sns'],
  ['aws:s3', 's3'],
  ['aws:dynamodb', 'dynamodb'],
  ['aws:kinesis', 'kinesis'],
  ['aws:kafka', 'kafka'],
  ['SelfManagedKafka', 'kafka'],
  ['aws:mq', 'mq'],
  ['aws:rmq', 'mq'],
]);

/** What tells the kinds that are not batches, in the order in which they are asked. */
const SIGNS: readonly (readonly [EventKind, (event: unknown) => boolean])[] = [
  ['http', isHttpEvent],
  ['authorizer', (event) => textAt(event, 'methodArn') !== undefined || textAt(event, 'routeArn') !== undefined],
  ['websocket', (event) => textAt(event, 'requestContext', 'connectionId') !== undefined],
  ['cognito', (event) => textAt(event, 'triggerSource') !== undefined && textAt(event, 'userPoolId') !== undefined],
  ['firehose', (event) => textAt(event, 'deliveryStreamArn') !== undefined],
  ['logs', (event) => textAt(event, 'awslogs', 'data') !== undefined],
  ['schedule', (event) => textAt(event, 'detail-type') === 'Scheduled Event' && textAt(event, 'source') !== undefined],
  ['events', (event) => textAt(event, 'detail-type') !== undefined && textAt(event, 'source') !== undefined],
  ['appsync', (event) => textAt(firstOf(event), 'info', 'parentTypeName') !== undefined],
];

/** The name of what sent an event, by kind; undefined where it is not said. */
const NAMES: Readonly<Partial<Record<EventKind, (event: unknown) => string | undefined>>> = {
  http: (event) => describeCall(event, undefined).operation ?? methodOf(event),
  websocket: (event) => labelled('websocket', textAt(event, 'requestContext', 'routeKey')),
  authorizer: () => 'authorizer',
  appsync: (event) => joined('.', textAt(firstOf(event), 'info', 'parentTypeName'), textAt(firstOf(event), 'info', 'fieldName')),
  cognito: (event) => labelled('cognito', textAt(event, 'triggerSource')),
  sqs: (event) => labelled('sqs', lastPart(':', textAt(recordOf(event), 'eventSourceARN'))),
  sns: (event) => labelled('sns', lastPart(':', textAt(recordOf(event), 'Sns', 'TopicArn'))),
  s3: (event) => labelled('s3', textAt(recordOf(event), 's3', 'bucket', 'name'), textAt(recordOf(event), 'eventName')),
  dynamodb: (event) => labelled('dynamodb', partOf(1, textAt(recordOf(event), 'eventSourceARN'))),
  kinesis: (event) => labelled('kinesis', partOf(1, textAt(recordOf(event), 'eventSourceARN'))),
  firehose: (event) => labelled('firehose', partOf(1, textAt(event, 'deliveryStreamArn'))),
  kafka: (event) => labelled('kafka', textAt(recordOf(event), 'topic')),
  mq: (event) => labelled('mq', textAt(recordOf(event), 'destination', 'physicalName') ?? rabbitQueueOf(event)),
  // The log group is inside the compressed data, which is not opened only to name it.
  logs: () => 'logs',
  schedule: (event) => labelled('schedule', lastPart('/', textAt(event, 'resources', '0'))),
  events: (event) => labelled('events', textAt(event, 'source'), textAt(event, 'detail-type')),
};

/** What invoked the function, told by the shape of the event. A direct invocation looks as its invoker likes. Never throws. */
export function eventKind(event: unknown): EventKind {
  const record = recordOf(event);
  // SNS spells the name with a capital, self-managed Kafka and MQ say it beside the records.
  const source = textAt(record, 'eventSource') ?? textAt(record, 'EventSource') ?? textAt(event, 'eventSource');
  const batch = source === undefined ? undefined : KIND_BY_SOURCE.get(source);
  return batch ?? SIGNS.find(([, applies]) => applies(event))?.[0] ?? 'other';
}

/**
 * A name for what an invocation is, for metrics, traces and logs: the route template of a request, such as
 * `GET /orders/{id}`, the method alone where there is no route (`OTHER` for an unusual one); the source of anything else, such
 * as `sqs orders` or `s3 uploads ObjectCreated:Put`; else the name of the function. Never a raw path or anything else of
 * which callers could make up new ones; at most 128 printable ASCII characters. Never throws.
 */
export function operationOf(event: unknown, context: unknown): string {
  const named = NAMES[eventKind(event)]?.(event);
  // The durable mode keeps Lambda's own context one level down.
  return plain(named ?? textAt(context, 'functionName') ?? textAt(context, 'lambdaContext', 'functionName') ?? 'unknown');
}

/** The first record of a batch, wherever its source keeps it. A pipe of EventBridge hands over the bare list. */
function recordOf(event: unknown): unknown {
  return valueAt(event, '0') ?? valueAt(event, 'Records', '0') ?? valueAt(event, 'messages', '0') ?? kafkaRecordOf(valueAt(event, 'records'));
}

function kafkaRecordOf(records: unknown): unknown {
  const [partition] = lengthAt(records) > 0 ? [] : keysOf(records);
  return partition === undefined ? undefined : valueAt(records, partition, '0');
}

/** A batching resolver of AppSync gets a list of what a single one gets. */
function firstOf(event: unknown): unknown {
  return valueAt(event, '0') ?? event;
}

function rabbitQueueOf(event: unknown): string | undefined {
  // `queue::virtual host`
  return keysOf(valueAt(event, 'rmqMessagesByQueue'))[0]?.split('::', 1)[0];
}

function methodOf(event: unknown): string {
  const method = textAt(event, 'httpMethod') ?? textAt(event, 'requestContext', 'http', 'method') ?? textAt(event, 'method');
  return method !== undefined && METHODS.has(method) ? method : 'OTHER';
}

function lastPart(separator: string, arn: string | undefined): string | undefined {
  return arn === undefined || arn.length > MAXIMUM_ARN_LENGTH ? undefined : arn.slice(arn.lastIndexOf(separator) + 1);
}

function partOf(index: number, arn: string | undefined): string | undefined {
  return arn === undefined || arn.length > MAXIMUM_ARN_LENGTH ? undefined : arn.split('/')[index];
}

function labelled(label: string, ...parts: readonly (string | undefined)[]): string {
  return joined(' ', label, ...parts);
}

function joined(separator: string, ...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => part?.slice(0, MAXIMUM_LENGTH))
    .join(separator);
}

/** CloudWatch takes printable ASCII only as the value of a dimension. */
function plain(name: string): string {
  return name.slice(0, MAXIMUM_LENGTH).replace(/[^\x20-\x7E]/g, '_').trim() || 'unknown';
}
