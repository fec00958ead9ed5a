import { DAY_MS, daysSinceEpoch } from '../core/calendar.ts';
import { attempt } from '../core/read.ts';
import { isRecord } from '../core/record.ts';

/** Longest time that API Gateway waits for an answer, in milliseconds, unless its quota was raised. */
const API_GATEWAY_PATIENCE_MS = 29_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * How long ago an event was sent, in milliseconds; never below 0, as clocks may differ. Known of requests of API Gateway and
 * function URLs, of EventBridge, and of the records of SQS, SNS, S3, Kinesis and DynamoDB streams: of a batch it is the age of
 * its youngest record. Undefined where the source does not tell. Never throws.
 */
export function ageOf(event: unknown, nowMs: number): number | undefined {
  const sentAtMs = attempt(() => sentAt(event));
  return sentAtMs === undefined ? undefined : Math.max(0, nowMs - sentAtMs);
}

/** How long ago a record of a batch was sent, in milliseconds; never below 0. Undefined where it does not tell. Never throws. */
export function recordAgeOf(record: unknown, nowMs: number): number | undefined {
  const sentAtMs = attempt(() => recordSentAt(record));
  return sentAtMs === undefined ? undefined : Math.max(0, nowMs - sentAtMs);
}

/**
 * The age from which on nobody waits for the result of an event, in milliseconds: 29 s behind API Gateway. Undefined for all
 * others: queues and streams wait as long as they are told to, function URLs as long as the function may take.
 */
export function patienceOf(event: unknown): number | undefined {
  return attempt(() => {
    const context = within(event, 'requestContext');
    const isGateway = number(context['requestTimeEpoch']) ?? number(context['timeEpoch']);
    return isGateway === undefined || isFunctionUrl(context) ? undefined : API_GATEWAY_PATIENCE_MS;
  });
}

function isFunctionUrl({ domainName }: Fields): boolean {
  return typeof domainName === 'string' && domainName.includes('.lambda-url.');
}

function sentAt(event: unknown): number | undefined {
  const context = within(event, 'requestContext');
  const requestedAtMs = number(context['requestTimeEpoch']) ?? number(context['timeEpoch']);
  if (requestedAtMs !== undefined) return requestedAtMs;
  const { Records: records, 'detail-type': detailType, time } = isRecord(event) ? event : {};
  // A pipe of EventBridge hands over the bare list.
  const batch: unknown = Array.isArray(event) ? event : records;
  if (!Array.isArray(batch)) return detailType === undefined ? undefined : isoTime(time);
  const times = batch.map(recordSentAt).filter((sent) => sent !== undefined);
  return times.length === 0 ? undefined : times.reduce((one, other) => Math.max(one, other));
}

function recordSentAt(record: unknown): number | undefined {
  return (
    wholeNumber(within(record, 'attributes')['SentTimestamp']) ??
    seconds(within(record, 'kinesis')['approximateArrivalTimestamp']) ??
    seconds(within(record, 'dynamodb')['ApproximateCreationDateTime']) ??
    isoTime(within(record, 'Sns')['Timestamp']) ??
    isoTime(isRecord(record) ? record['eventTime'] : undefined)
  );
}

function within(value: unknown, name: string): Fields {
  const found = isRecord(value) ? value[name] : undefined;
  return isRecord(found) ? found : {};
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? number(Number(value)) : number(value);
}

function seconds(value: unknown): number | undefined {
  const found = number(value);
  return found === undefined ? undefined : found * 1000;
}

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?Z$/;

/** Milliseconds since the epoch of a time as AWS writes it, such as `2026-01-01T00:00:00.000Z`. */
function isoTime(value: unknown): number | undefined {
  const match = typeof value === 'string' ? ISO_TIME.exec(value) : null;
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, secs = 0] = match.slice(1, 7).map(Number);
  const fraction = Number(match[7] ?? 0);
  return daysSinceEpoch(year, month, day) * DAY_MS + hours * 3_600_000 + minutes * 60_000 + secs * 1000 + fraction * 1000;
}
