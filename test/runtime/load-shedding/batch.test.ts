import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { shedBatch } from '../../../runtime/src/load-shedding/batch.ts';

const NOW_MS = 1_767_225_600_000;
const OLD_MS = NOW_MS - 60_000;

const message = (id: string, sentMs: number, group?: string) => ({
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:eu-central-1:111122223333:orders${group === undefined ? '' : '.fifo'}`,
  messageId: id,
  attributes: { SentTimestamp: String(sentMs), ...(group !== undefined && { MessageGroupId: group }) },
});
const shardRecord = (id: string, sentMs: number) => ({ eventSource: 'aws:kinesis', kinesis: { sequenceNumber: id, approximateArrivalTimestamp: sentMs / 1000 } });
const change = (id: string, sentMs: number) => ({ eventSource: 'aws:dynamodb', dynamodb: { SequenceNumber: id, ApproximateCreationDateTime: sentMs / 1000 } });
const OPTIONS = { maxAgeMs: 60_000, nowMs: NOW_MS };
const failuresOf = (ids: readonly string[]) => ids.map((itemIdentifier) => ({ itemIdentifier }));

describe('a batch of a queue', () => {
  const [young, old, other] = [message('a', NOW_MS), message('b', OLD_MS), message('c', NOW_MS - 59_999)];

  it('loses nothing: what is too old is answered as failed, so that the queue keeps it', async () => {
    const { fresh, stale, postponed, batchItemFailures } = await shedBatch({ Records: [young, old, other] }, OPTIONS);
    expect([fresh, stale, postponed]).toEqual([[young, other], [old], []]);
    expect(batchItemFailures).toEqual(failuresOf(['b']));
  });

  it('is done with what is too old once that is stored', async () => {
    const stored: unknown[] = [];
    const batch = await shedBatch({ Records: [young, old] }, { ...OPTIONS, store: async (records) => stored.push(...records) });
    expect(batch).toEqual({ fresh: [young], stale: [old], postponed: [], batchItemFailures: [], storeError: undefined });
    expect(stored).toEqual([old]);
  });

  it('is not done with what could not be stored', async () => {
    const error = new Error('no room');
    const { batchItemFailures, storeError } = await shedBatch({ Records: [old] }, { ...OPTIONS, store: () => Promise.reject(error) });
    expect([batchItemFailures, storeError]).toEqual([failuresOf(['b']), error]);
  });

  it('keeps the order of a group: what comes after an old message of it waits with it', async () => {
    const records = [message('a', OLD_MS, 'x'), message('b', NOW_MS, 'x'), message('c', NOW_MS, 'y')];
    const { fresh, stale, postponed, batchItemFailures } = await shedBatch({ Records: records }, OPTIONS);
    expect([stale, postponed, fresh]).toEqual([[records[0]], [records[1]], [records[2]]]);
    expect(batchItemFailures).toEqual(failuresOf(['a', 'b']));
  });

  it('passes as it is where nothing is old, or nothing says how old it is', async () => {
    const records = [young, { eventSource: 'aws:sqs', messageId: 'd' }, { some: 'thing' }, null];
    await expect(shedBatch({ Records: records }, OPTIONS)).resolves.toMatchObject({ fresh: records, stale: [], batchItemFailures: [] });
  });

  it('never takes a record out that it could not name as failed', async () => {
    const nameless = { ...old, messageId: undefined };
    await expect(shedBatch<unknown>({ Records: [nameless] }, OPTIONS)).resolves.toMatchObject({ fresh: [nameless], batchItemFailures: [] });
  });
});

describe.each([
  ['Kinesis', shardRecord],
  ['a DynamoDB stream', change],
])('a batch of %s', (_, record) => {
  const records = [record('1', NOW_MS), record('2', OLD_MS), record('3', NOW_MS)];

  it('is handled up to the first old record only: the shard is taken up again from there', async () => {
    const { fresh, stale, postponed, batchItemFailures } = await shedBatch<unknown>({ Records: records }, OPTIONS);
    expect([fresh, stale, postponed]).toEqual([[records[0]], [records[1]], [records[2]]]);
    expect(batchItemFailures).toEqual(failuresOf(['2', '3']));
  });

  it('goes on past old records that are stored', async () => {
    const { fresh, postponed, batchItemFailures } = await shedBatch<unknown>({ Records: records }, { ...OPTIONS, store: async () => undefined });
    expect([fresh, postponed, batchItemFailures]).toEqual([[records[0], records[2]], [], []]);
  });
});

describe('what is no batch', () => {
  it('is refused with every problem, not taken for an empty one', async () => {
    const broken = shedBatch({} as { Records: [] }, { maxAgeMs: 0, nowMs: NaN, store: 1 as never });
    await expect(broken).rejects.toThrow(ConfigurationError);
    await expect(broken).rejects.toMatchObject({ problems: [expect.stringContaining('event.Records'), expect.stringContaining('maxAgeMs is 0'), expect.stringContaining('nowMs'), expect.stringContaining('store')] });
  });
});
