import { describe, expect, it } from '@jest/globals';
import { ageOf, patienceOf, recordAgeOf } from '../../../runtime/src/load-shedding/event-age.ts';

const SENT_MS = 1_767_225_600_123; // 2026-01-01T00:00:00.123Z
const ISO = '2026-01-01T00:00:00.123Z';
const REST = { httpMethod: 'GET', requestContext: { httpMethod: 'GET', requestTimeEpoch: SENT_MS } };
const HTTP_API = { version: '2.0', requestContext: { http: { method: 'GET' }, timeEpoch: SENT_MS, domainName: 'x.execute-api.eu-central-1.amazonaws.com' } };
const FUNCTION_URL = { version: '2.0', requestContext: { http: { method: 'GET' }, timeEpoch: SENT_MS, domainName: 'x.lambda-url.eu-central-1.on.aws' } };
const sqs = (sentMs: number) => ({ eventSource: 'aws:sqs', messageId: 'm', attributes: { SentTimestamp: String(sentMs) } });

const SOURCES: readonly (readonly [string, unknown])[] = [
  ['a REST API', REST],
  ['an HTTP API', HTTP_API],
  ['a function URL', FUNCTION_URL],
  ['SQS', { Records: [sqs(SENT_MS)] }],
  ['a pipe of SQS', [sqs(SENT_MS)]],
  ['SNS', { Records: [{ EventSource: 'aws:sns', Sns: { Timestamp: ISO } }] }],
  ['S3', { Records: [{ eventSource: 'aws:s3', eventTime: ISO }] }],
  ['EventBridge', { 'detail-type': 'Order placed', source: 'shop', time: ISO }],
  ['Kinesis', { Records: [{ eventSource: 'aws:kinesis', kinesis: { approximateArrivalTimestamp: SENT_MS / 1000 } }] }],
  ['a DynamoDB stream', { Records: [{ eventSource: 'aws:dynamodb', dynamodb: { ApproximateCreationDateTime: SENT_MS / 1000 } }] }],
];

describe('the age of an event', () => {
  it.each(SOURCES)('of %s is told from its own time', (_, event) => {
    expect(ageOf(event, SENT_MS + 1500)).toBeCloseTo(1500, 0);
  });

  it('is never below zero where clocks differ', () => {
    expect(ageOf(REST, SENT_MS - 10_000)).toBe(0);
    expect(recordAgeOf(sqs(SENT_MS), SENT_MS - 1)).toBe(0);
  });

  it('of a batch is that of its youngest record', () => {
    expect(ageOf({ Records: [sqs(SENT_MS - 9000), sqs(SENT_MS), sqs(SENT_MS - 100)] }, SENT_MS + 50)).toBe(50);
  });

  it.each([
    undefined,
    null,
    7,
    'text',
    {},
    { requestContext: { requestTimeEpoch: 'soon' } },
    { requestContext: { requestTimeEpoch: NaN } },
    { Records: [] },
    { Records: [null, { attributes: { SentTimestamp: 'x' } }] },
    { 'detail-type': 'x', time: '2026-01-01' },
    { 'detail-type': 'x' },
  ])('is not known of %p', (event) => {
    expect(ageOf(event, SENT_MS)).toBeUndefined();
    expect(patienceOf(event)).toBeUndefined();
  });

  it('is not known of an event that cannot be read, and says so without throwing', () => {
    const get = () => {
      throw new Error('hands off');
    };
    const hostile: unknown = Object.defineProperties({}, { requestContext: { get }, attributes: { get } });
    expect([ageOf(hostile, SENT_MS), patienceOf(hostile), recordAgeOf(hostile, SENT_MS)]).toEqual([undefined, undefined, undefined]);
  });

  it.each(['2024-02-29T23:59:59Z', '2025-12-31T00:00:00.5Z', '2000-03-01T12:30:15.250Z', '1999-01-02T03:04:05Z'])('reads %s as Date does', (time) => {
    expect(ageOf({ 'detail-type': 'x', source: 'y', time }, Date.parse(time) + 7)).toBe(7);
  });
});

describe('the patience of a source', () => {
  it('is 29 seconds behind API Gateway, and none elsewhere', () => {
    const patience = (index: number) => patienceOf(SOURCES[index]?.[1]);
    expect([patience(0), patience(1)]).toEqual([29_000, 29_000]);
    expect(SOURCES.slice(2).map((_, index) => patience(index + 2))).toEqual(SOURCES.slice(2).map(() => undefined));
  });
});
