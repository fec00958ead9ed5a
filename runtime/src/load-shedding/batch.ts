import { ConfigurationError } from '../core/errors.ts';
import { show } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import { SYSTEM_CLOCK } from '../core/system-sources.ts';
import { recordAgeOf } from './event-age.ts';

/** How the records of a batch are told apart by age. */
export interface BatchAgeOptions<Item> {
  /** Age from which on a record is stale, in milliseconds. */
  readonly maxAgeMs: number;
  /**
   * Puts stale records somewhere from where they can be taken up again, for example into an archive or a dead-letter queue of
   * your own. Once it has resolved they count as done; if it rejects they do not. Default: none, so that they are never done.
   */
  readonly store?: ((stale: readonly Item[]) => Promise<unknown>) | undefined;
  /** The time now, in epoch milliseconds. Default: the clock of this machine. */
  readonly nowMs?: number | undefined;
}

/** A batch without what has become too old. Every record is in exactly one of `fresh`, `stale` and `postponed`. */
export interface FreshBatch<Item> {
  /** Records to be handled now. */
  readonly fresh: readonly Item[];
  /** Records that are too old. */
  readonly stale: readonly Item[];
  /** Records that have to wait for a stale one that is not done, because they come after it in their group or shard. */
  readonly postponed: readonly Item[];
  /** To be answered to Lambda, together with the records that the handler itself has failed to handle. */
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
  /** What `store` rejected with; undefined if it did not. */
  readonly storeError: unknown;
}

interface Identified<Item> {
  readonly record: Item;
  /** By which the answer names it; empty if it has none. */
  readonly id: string;
  /** Records of one sequence are done in order. */
  readonly sequence: string | undefined;
}

/**
 * Takes out of a batch of SQS, Kinesis or a DynamoDB stream what is too old to be worth the work, so that what is fresh is not
 * late too. Nothing is lost: a stale record is done only once `store` has put it somewhere; otherwise it is answered as failed.
 * A queue then delivers it again, and moves it to its dead-letter queue after `maxReceiveCount`. A shard is taken up again from
 * the lowest number that is answered as failed, with everything after it: so without `store` all that follows a stale record is
 * postponed, until the event source mapping gives up on it (`maximumRecordAge`, `onFailure`). Of a FIFO group the same is true.
 *
 * The event source mapping must have `ReportBatchItemFailures`. Use it in the handler:
 *
 *     const { fresh, batchItemFailures } = await shedBatch(event, { maxAgeMs: 60_000 });
 *     const failed = await handle(fresh);
 *     return { batchItemFailures: [...batchItemFailures, ...failed] };
 *
 * Records that do not tell their age are fresh.
 *
 * @typeParam Item Type of the records, such as `SQSRecord`.
 * @throws ConfigurationError if the event is no such batch, or an option cannot work.
 */
export async function shedBatch<Item>(event: { readonly Records: readonly Item[] }, options: BatchAgeOptions<Item>): Promise<FreshBatch<Item>> {
  const { maxAgeMs, store, nowMs = SYSTEM_CLOCK.nowMs() } = checked(event, options);
  const records = event.Records.map((record) => identify(record));
  const stale = new Set(records.filter(({ record, id }) => id !== '' && isStale(record, nowMs, maxAgeMs)));
  const staleRecords = [...stale].map(({ record }) => record);
  if (stale.size === 0) return { fresh: event.Records, stale: [], postponed: [], batchItemFailures: [], storeError: undefined };
  const { isDone, storeError } = await putAway(staleRecords, store);
  const open = isDone ? [] : postponedBy(records, stale);
  const kept = new Set(open);
  return {
    fresh: records.filter((each) => !stale.has(each) && !kept.has(each)).map(({ record }) => record),
    stale: staleRecords,
    postponed: open.filter((each) => !stale.has(each)).map(({ record }) => record),
    batchItemFailures: open.map(({ id }) => ({ itemIdentifier: id })),
    storeError,
  };
}

async function putAway<Item>(stale: readonly Item[], store: BatchAgeOptions<Item>['store']): Promise<{ isDone: boolean; storeError: unknown }> {
  if (store === undefined) return { isDone: false, storeError: undefined };
  try {
    await store(stale);
    return { isDone: true, storeError: undefined };
  } catch (storeError) {
    return { isDone: false, storeError };
  }
}

/** The stale records, and what comes after one in its sequence. */
function postponedBy<Item>(records: readonly Identified<Item>[], stale: ReadonlySet<Identified<Item>>): readonly Identified<Item>[] {
  const held = new Set<string>();
  return records.filter((each) => {
    const waits = each.sequence !== undefined && held.has(each.sequence);
    if (!stale.has(each)) return waits;
    if (each.sequence !== undefined) held.add(each.sequence);
    return true;
  });
}

function isStale(record: unknown, nowMs: number, maxAgeMs: number): boolean {
  const ageMs = recordAgeOf(record, nowMs);
  return ageMs !== undefined && ageMs >= maxAgeMs;
}

/** What a record of a queue or a stream is called. */
function identify<Item>(record: Item): Identified<Item> {
  const fields: Readonly<Record<string, unknown>> = isRecord(record) ? record : {};
  const { messageId, eventSourceARN, attributes, kinesis, dynamodb } = fields;
  if (fields['eventSource'] === 'aws:kinesis') return { record, id: textIn(kinesis, 'sequenceNumber'), sequence: 'shard' };
  if (fields['eventSource'] === 'aws:dynamodb') return { record, id: textIn(dynamodb, 'SequenceNumber'), sequence: 'shard' };
  if (fields['eventSource'] !== 'aws:sqs') return { record, id: '', sequence: undefined };
  // Standard queues know groups too, but no order.
  const isFifo = typeof eventSourceARN === 'string' && eventSourceARN.endsWith('.fifo');
  return { record, id: textIn({ messageId }, 'messageId'), sequence: isFifo ? `group ${textIn(attributes, 'MessageGroupId')}` : undefined };
}

function textIn(value: unknown, name: string): string {
  const found = isRecord(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}

function checked<Item>(event: unknown, options: BatchAgeOptions<Item>): BatchAgeOptions<Item> {
  const records: unknown = isRecord(event) ? event['Records'] : undefined;
  const problems = [
    ...(Array.isArray(records) ? [] : [`event.Records is ${show(records)}: pass an event of SQS, Kinesis or a DynamoDB stream`]),
    ...optionProblems(options),
  ];
  if (problems.length > 0) throw new ConfigurationError('the batch cannot be shed', problems);
  return options;
}

function optionProblems(options: unknown): string[] {
  const { maxAgeMs, nowMs, store } = isRecord(options) ? options : {};
  return [
    ...(typeof maxAgeMs === 'number' && maxAgeMs > 0 ? [] : [`options.maxAgeMs is ${show(maxAgeMs)}: set a number of milliseconds above 0`]),
    ...(nowMs === undefined || Number.isFinite(nowMs) ? [] : [`options.nowMs is ${show(nowMs)}: set epoch milliseconds, or leave it out`]),
    ...(store === undefined || typeof store === 'function' ? [] : [`options.store is ${show(store)}: pass a function`]),
  ];
}
