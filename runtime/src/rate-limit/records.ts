import type { LimitDecision } from './decision.ts';

/** A record that can be reported as failed on its own. */
export interface BatchRecord {
  readonly record: unknown;
  /** By which the answer names it. */
  readonly id: string;
  /** Records of one sequence are handled in order: once one is put off, so are all later ones. */
  readonly sequence: string | undefined;
}

/** The answer with which single records of a batch are reported as failed. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A batch of which some records may go on. */
export interface SiftedBatch {
  readonly admitted: readonly BatchRecord[];
  readonly refused: readonly BatchRecord[];
  /** What the first refused record was told; undefined if all may go on. */
  readonly refusal: LimitDecision | undefined;
}

/** Asks the limit about one record; answers with the refusal, if it is one. */
export type RecordLimit = (record: BatchRecord) => Promise<LimitDecision | undefined>;

/** Sequences that are asked about at the same time: enough to hide the store's latency, few enough not to storm it. */
const CONCURRENT_SEQUENCES = 16;

/** The records of an event of SQS, Kinesis or a DynamoDB stream; undefined if it is none, or if a record has no identifier. */
export function batchOf(event: unknown): readonly BatchRecord[] | undefined {
  const { Records: records } = (event ?? {}) as { readonly Records?: unknown };
  if (!Array.isArray(records) || records.length === 0) return undefined;
  const batch = records.map(identified);
  return batch.every((record) => record !== undefined) ? batch : undefined;
}

interface QueueOrStreamRecord {
  readonly eventSource?: unknown;
  readonly eventSourceARN?: unknown;
  readonly messageId?: unknown;
  readonly attributes?: { readonly MessageGroupId?: unknown };
  readonly kinesis?: { readonly sequenceNumber?: unknown };
  readonly dynamodb?: { readonly SequenceNumber?: unknown };
}

function identified(record: unknown): BatchRecord | undefined {
  const { eventSource, eventSourceARN, messageId, attributes, kinesis, dynamodb } = (record ?? {}) as QueueOrStreamRecord;
  if (eventSource === 'aws:sqs') {
    // Standard queues know groups too, but no order.
    const isFifo = typeof eventSourceARN === 'string' && eventSourceARN.endsWith('.fifo');
    return withId(record, messageId, isFifo ? `group ${String(attributes?.MessageGroupId)}` : undefined);
  }
  // A batch of a stream is of one shard, and is taken up again from the first record that failed.
  if (eventSource === 'aws:kinesis') return withId(record, kinesis?.sequenceNumber, 'shard');
  if (eventSource === 'aws:dynamodb') return withId(record, dynamodb?.SequenceNumber, 'shard');
  return undefined;
}

function withId(record: unknown, id: unknown, sequence: string | undefined): BatchRecord | undefined {
  return typeof id === 'string' && id !== '' ? { record, id, sequence } : undefined;
}

/**
 * Asks the limits about every record and keeps the order: of a sequence nothing is asked, and so nothing taken, after the
 * first refusal.
 *
 * @param laneOf Names records that are asked about one after the other although they are of no sequence, such as those of one
 * key, which would only compete.
 */
export async function siftRecords(
  records: readonly BatchRecord[],
  limit: RecordLimit,
  laneOf: (record: BatchRecord) => string,
): Promise<SiftedBatch> {
  const refusals = new Map<BatchRecord, LimitDecision | undefined>();
  const lanes = new Map<string, BatchRecord[]>();
  for (const each of records) {
    const name = each.sequence ?? `key ${laneOf(each)}`;
    const lane = lanes.get(name);
    if (lane === undefined) lanes.set(name, [each]);
    else lane.push(each);
  }
  const waiting = lanes.values();
  const work = async (): Promise<void> => {
    // One iterator for all workers: each takes the next lane that nobody has.
    for (const lane of waiting) await siftLane(lane, limit, refusals);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_SEQUENCES, lanes.size) }, work));
  const refused = records.filter((each) => refusals.has(each));
  return {
    admitted: records.filter((each) => !refusals.has(each)),
    refused,
    refusal: refused.map((each) => refusals.get(each)).find((refusal) => refusal !== undefined),
  };
}

async function siftLane(
  lane: readonly BatchRecord[],
  limit: RecordLimit,
  refusals: Map<BatchRecord, LimitDecision | undefined>,
): Promise<void> {
  let putOff = false;
  for (const each of lane) {
    const refusal = putOff ? undefined : await limit(each);
    if (refusal === undefined && !putOff) continue;
    refusals.set(each, refusal);
    putOff = each.sequence !== undefined;
  }
}

/** The answer of a handler with refused records added to what it reports as failed itself. */
export function withFailures(answer: unknown, refused: readonly BatchRecord[]): unknown {
  const given = (typeof answer === 'object' ? answer : undefined) ?? {};
  const { batchItemFailures = null } = given as { readonly batchItemFailures?: unknown };
  // What Lambda cannot read makes it retry the whole batch, the refused records included.
  if (batchItemFailures !== null && !Array.isArray(batchItemFailures)) return answer;
  const failures = (batchItemFailures ?? []) as BatchAnswer['batchItemFailures'];
  const reported = new Set(failures.map((failure) => (failure as Partial<typeof failure> | null)?.itemIdentifier));
  const added = refused.filter(({ id }) => !reported.has(id)).map(({ id }) => ({ itemIdentifier: id }));
  return { ...given, batchItemFailures: [...failures, ...added] };
}
