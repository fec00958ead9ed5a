import type { MiddlewareObj, Request } from '@middy/core';
import httpErrorHandler from '@middy/http-error-handler';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { createRateLimiter, type RateLimiterDependencies } from '../../../runtime/src/rate-limit/create.ts';
import type { LimitDecision } from '../../../runtime/src/rate-limit/decision.ts';
import { RateLimitedError } from '../../../runtime/src/rate-limit/errors.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import { rateLimitRecords, type RecordLimitOptions } from '../../../runtime/src/rate-limit/middleware.ts';
import type { RateLimitOptions } from '../../../runtime/src/rate-limit/options.ts';
import { batchOf, siftRecords, withFailures, type BatchRecord } from '../../../runtime/src/rate-limit/records.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { FACTORIES, HTTP_EVENT, invoke, QUEUE_EVENT } from '../middy/gates.ts';

interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}

const OPTIONS: RateLimitOptions = { name: 'mails', strategy: 'fixed-window', limits: [{ limit: 2, periodMs: 60_000 }] };
const BY_BODY: RecordLimitOptions<QueueRecord> = { keyOf: ({ body }) => body };

const message = (messageId: string, body = 'acme') => ({ messageId, body, eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-west-1:1:mails' });
const ordered = (messageId: string, group: string, body = group) => ({ ...message(messageId, body), eventSourceARN: 'arn:aws:sqs:eu-west-1:1:mails.fifo', attributes: { MessageGroupId: group } });
const kinesis = (sequenceNumber: string, partitionKey = 'acme') => ({ eventSource: 'aws:kinesis', kinesis: { sequenceNumber, partitionKey } });
const change = (SequenceNumber: string) => ({ eventSource: 'aws:dynamodb', dynamodb: { SequenceNumber } });
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

function world() {
  const clock = new ManualClock(1_700_000_040_000);
  const sink = new RecordingSink();
  const dependencies: RateLimiterDependencies = { store: new MemoryRateLimitStore(), clock, random: new SeededRandom(1), sink, environment: {} };
  return { clock, sink, dependencies };
}

describe.each(FACTORIES)('rateLimitRecords on $factory', ({ create }) => {
  /** A handler that notes the records it gets, and answers as told. */
  function limited(options: Partial<RateLimitOptions> = {}, records: RecordLimitOptions<never> = BY_BODY, ...others: MiddlewareObj[]) {
    const { dependencies, ...rest } = world();
    const work = jest.fn<(event: unknown) => Promise<unknown>>(async () => undefined);
    const handler = create((event: unknown) => work(event)).use(others).use(rateLimitRecords({ ...OPTIONS, ...options }, records, dependencies));
    const seen = () => work.mock.calls.map(([event]) => (event as { Records: Partial<QueueRecord>[] }).Records.map(({ messageId }) => messageId));
    return { handler, work, seen, dependencies, ...rest };
  }

  it('hands on what is admitted and answers the rest as failed', async () => {
    const { handler, seen } = limited();
    const event = { Records: [message('1'), message('2'), message('3'), message('4', 'globex'), message('5')] };
    await expect(invoke(handler, event)).resolves.toEqual(failed('3', '5'));
    expect(seen()).toEqual([['1', '2', '4']]);
  });

  it('leaves a batch alone that is within its limits', async () => {
    const { handler, work } = limited();
    const event = { Records: [message('1'), message('2')] };
    work.mockResolvedValue({ batchItemFailures: [], more: 1 });
    await expect(invoke(handler, event)).resolves.toEqual({ batchItemFailures: [], more: 1 });
    expect(work.mock.calls[0]?.[0]).toBe(event);
  });

  it('answers for a batch that is refused as a whole, and does not run the handler', async () => {
    const { handler, work, clock } = limited();
    const event = { Records: [message('1'), message('2')] };
    await invoke(handler, event);
    await expect(invoke(handler, event)).resolves.toEqual(failed('1', '2'));
    expect(work).toHaveBeenCalledTimes(1);
    clock.advance(60_000);
    await expect(invoke(handler, event)).resolves.toBeUndefined();
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('adds to what the handler reports itself, whose tokens stay taken', async () => {
    const { handler, work } = limited();
    work.mockResolvedValue(Object.freeze({ ...failed('1'), more: 1 }));
    await expect(invoke(handler, { Records: [message('1'), message('2'), message('3')] })).resolves.toEqual({ ...failed('1', '3'), more: 1 });
    await expect(invoke(handler, { Records: [message('1')] })).resolves.toEqual(failed('1'));
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('lets the error of the handler pass: the whole batch comes again', async () => {
    const { handler, work } = limited();
    work.mockRejectedValue(new Error('no database'));
    await expect(invoke(handler, { Records: [message('1'), message('2'), message('3')] })).rejects.toThrow('no database');
    work.mockRejectedValue(undefined); // even one that is nothing
    await expect(invoke(handler, { Records: [message('4', 'globex'), message('5', 'acme')] })).rejects.toBeUndefined();
  });

  it('never changes the event, and shows it whole to middlewares further out', async () => {
    const events: unknown[] = [];
    const outer: MiddlewareObj = { after: (request: Request) => void events.push(request.event), onError: (request: Request) => void events.push(request.event) };
    const { handler, work } = limited({}, BY_BODY, outer);
    const batch = (key: string) => Object.freeze({ Records: Object.freeze([message('1', key), message('2', key), message('3', key)]) });
    const [first, second, third] = [batch('a'), batch('a'), batch('b')];
    await invoke(handler, first);
    await invoke(handler, second); // refused as a whole
    work.mockRejectedValue(new Error('x'));
    await expect(invoke(handler, third)).rejects.toThrow('x');
    expect(events).toEqual([first, second, third]);
    events.forEach((event, index) => expect(event).toBe([first, second, third][index]));
  });

  describe('order', () => {
    it('of a FIFO group is kept: all later records wait for the one that is refused', async () => {
      const keys = { keyOf: ({ body }: QueueRecord) => body };
      const { handler, seen } = limited({ limits: [{ limit: 1, periodMs: 60_000 }] }, keys);
      const event = { Records: [ordered('1', 'a', 'x'), ordered('2', 'b', 'y'), ordered('3', 'a', 'x'), ordered('4', 'a', 'free'), ordered('5', 'b', 'also free')] };
      await expect(invoke(handler, event)).resolves.toEqual(failed('3', '4'));
      expect(seen()).toEqual([['1', '2', '5']]);
      // What was put off has taken nothing.
      await expect(invoke(handler, { Records: [ordered('6', 'c', 'free')] })).resolves.toBeUndefined();
    });

    it('of a standard queue is none, even where messages have groups', async () => {
      const { handler, seen } = limited({ limits: [{ limit: 1, periodMs: 60_000 }] });
      const fair = (id: string, body: string) => ({ ...message(id, body), attributes: { MessageGroupId: 'a' } });
      await expect(invoke(handler, { Records: [fair('1', 'x'), fair('2', 'x'), fair('3', 'y')] })).resolves.toEqual(failed('2'));
      expect(seen()).toEqual([['1', '3']]);
    });

    it.each<[string, (id: string, key?: string) => object, RecordLimitOptions<never>]>([
      ['a Kinesis shard', kinesis, { keyOf: (record: { kinesis: { partitionKey: string } }) => record.kinesis.partitionKey }],
      ['a DynamoDB stream', change, { keyOf: () => 'acme' }],
    ])('of %s is kept across keys', async (_what, record, keys) => {
      const { handler, work } = limited({}, keys);
      const event = { Records: [record('49001'), record('49002'), record('49003'), record('49004', 'globex')] };
      await expect(invoke(handler, event)).resolves.toEqual(failed('49003', '49004'));
      expect(work).toHaveBeenCalledWith({ Records: event.Records.slice(0, 2) });
    });
  });

  it('costs are those of the record, and limits those of its tenant', async () => {
    const records: RecordLimitOptions<QueueRecord> = { ...BY_BODY, costOf: ({ messageId }) => Number(messageId), callOf: ({ body }): CallContext => ({ tenant: body }) };
    const { handler } = limited({ tenantLimits: { globex: [{ limit: 100, periodMs: 60_000 }] } }, records);
    await expect(invoke(handler, { Records: [message('1'), message('2'), message('1', 'globex'), message('50', 'globex')] })).resolves.toEqual(failed('2'));
  });

  it('a record that costs too much does not hold up a cheaper one of the same key', async () => {
    const { handler } = limited({}, { ...BY_BODY, costOf: ({ messageId }: QueueRecord) => Number(messageId) });
    await expect(invoke(handler, { Records: [message('50'), message('1'), message('2')] })).resolves.toEqual(failed('50', '2'));
  });

  it('a record whose key cannot be told goes to the handler, which can report it alone', async () => {
    const { handler, seen } = limited({}, { keyOf: ({ body }: QueueRecord) => (JSON.parse(body) as { tenant?: string }).tenant });
    const event = { Records: [message('1', '{"tenant":"a"}'), message('2', '{'), message('3', '{}'), message('4', '{'), message('5', '{"tenant":"a"}')] };
    await expect(invoke(handler, event)).resolves.toEqual(failed('4')); // those share one key
    expect(seen()).toEqual([['1', '2', '3', '5']]);
  });

  it.each<[string, unknown]>([
    ['HTTP events', HTTP_EVENT],
    ['records without an identifier', QUEUE_EVENT],
    ['notifications', { Records: [{ EventSource: 'aws:sns', Sns: {} }] }],
    ['empty batches', { Records: [] }],
    ['records that are none', { Records: [null, 7] }],
  ])('%s pass', async (_what, event) => {
    const { handler, work } = limited();
    for (let index = 0; index < 5; index += 1) await invoke(handler, event);
    expect(work).toHaveBeenCalledTimes(5);
    expect(work.mock.calls.every(([given]) => given === event)).toBe(true);
  });

  it('a dry run hands everything on', async () => {
    const { handler, seen } = limited({ dryRun: true });
    await expect(invoke(handler, { Records: [message('1'), message('2'), message('3')] })).resolves.toBeUndefined();
    expect(seen()).toEqual([['1', '2', '3']]);
  });

  describe('with other middlewares', () => {
    it('a refusal as a whole is an error to those further out, so that they end what they began', async () => {
      const outer: Required<Pick<MiddlewareObj, 'after' | 'onError'>> = { after: jest.fn(), onError: jest.fn((request: Request) => expect(request.error).toBeInstanceOf(RateLimitedError)) };
      const { handler } = limited({}, BY_BODY, outer);
      await expect(invoke(handler, { Records: [message('1'), message('2')] })).resolves.toBeUndefined();
      await expect(invoke(handler, { Records: [message('1')] })).resolves.toEqual(failed('1'));
      expect(outer.after).toHaveBeenCalledTimes(1);
      expect(outer.onError).toHaveBeenCalledTimes(1);
    });

    it.each(['further out', 'further in'])('an error handler %s does not turn refused records into handled ones', async (where) => {
      const { dependencies } = world();
      const middlewares = [httpErrorHandler({ logger: false }), rateLimitRecords({ ...OPTIONS }, BY_BODY, dependencies)];
      const handler = create(async () => undefined).use(where === 'further out' ? middlewares : middlewares.reverse());
      await invoke(handler, { Records: [message('1'), message('2')] });
      await expect(invoke(handler, { Records: [message('3')] })).resolves.toEqual(failed('3'));
    });

    it('an answer that the onError of an inner middleware makes gets the refused records too', async () => {
      const { dependencies } = world();
      const inner: MiddlewareObj = { onError: (request: Request) => void (request.response = failed('1')) };
      const handler = create(async () => Promise.reject(new Error('x'))).use(rateLimitRecords(OPTIONS, BY_BODY, dependencies)).use(inner);
      await expect(invoke(handler, { Records: [message('1'), message('2'), message('3')] })).resolves.toEqual(failed('1', '3'));
    });

    it('an outer after that throws fails the batch', async () => {
      const { handler } = limited({}, BY_BODY, { after: () => Promise.reject(new Error('after')) });
      await expect(invoke(handler, { Records: [message('1'), message('2'), message('3')] })).rejects.toThrow('after');
    });
  });

  it('takes a ready limiter, which other code may share', async () => {
    const { dependencies } = world();
    const limiter = createRateLimiter(OPTIONS, dependencies);
    await limiter.consume('acme');
    const handler = create(async () => undefined).use(rateLimitRecords(limiter, BY_BODY));
    await expect(invoke(handler, { Records: [message('1'), message('2')] })).resolves.toEqual(failed('2'));
  });
});

describe('options that cannot work', () => {
  it('are refused at init, those of the records with those of the limiter', () => {
    const attempt = () => rateLimitRecords({ ...OPTIONS, maxKeys: 0 }, { keyOf: 'body', costOf: 1, key: 2 } as never, world().dependencies);
    expect(attempt).toThrow(ConfigurationError);
    for (const part of ['records.keyOf is "body": pass a function', 'records.costOf is 1: pass a function', 'records.key is not an option: use one of keyOf, costOf, callOf', 'options.maxKeys is 0']) {
      expect(attempt).toThrow(part);
    }
  });

  it('are refused if they are none, and dependencies beside a ready limiter', () => {
    const { dependencies } = world();
    expect(() => rateLimitRecords(OPTIONS, undefined as never, dependencies)).toThrow('the options of records are undefined: pass an object with keyOf');
    expect(() => rateLimitRecords(createRateLimiter(OPTIONS, dependencies), BY_BODY, dependencies)).toThrow('dependencies were passed beside a ready rate limiter');
  });
});

describe('sifting', () => {
  const REFUSAL = { admitted: false } as LimitDecision;

  it('loses no record, keeps the order, and asks nothing of a sequence after its first refusal', async () => {
    const record = fc.record({ group: fc.constantFrom('a', 'b', undefined), key: fc.constantFrom('x', 'y', 'z'), admitted: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 40 }), async (plan) => {
        const records = plan.map((each, index): BatchRecord => ({ record: each, id: `${index}`, sequence: each.group }));
        const asked: BatchRecord[] = [];
        const limit = async (each: BatchRecord) => {
          asked.push(each);
          return (each.record as { admitted: boolean }).admitted ? undefined : REFUSAL;
        };
        const { admitted, refused, refusal } = await siftRecords(records, limit, (each) => (each.record as { key: string }).key);
        const byId = (one: BatchRecord, other: BatchRecord) => Number(one.id) - Number(other.id);
        expect([...admitted, ...refused].sort(byId)).toEqual(records);
        expect([admitted, refused]).toEqual([[...admitted].sort(byId), [...refused].sort(byId)]);
        expect(refusal === undefined).toBe(refused.length === 0);
        for (const sequence of ['a', 'b']) {
          const of = (list: readonly BatchRecord[]) => list.filter((each) => each.sequence === sequence);
          const firstRefused = of(records).findIndex((each) => !(each.record as { admitted: boolean }).admitted);
          const reached = firstRefused < 0 ? of(records) : of(records).slice(0, firstRefused + 1);
          expect(of(asked)).toEqual(reached);
          expect(of(admitted)).toEqual(firstRefused < 0 ? reached : reached.slice(0, -1));
        }
        expect(admitted.every((each) => (each.record as { admitted: boolean }).admitted)).toBe(true);
      }),
    );
  });

  it('asks about different keys at the same time, about one key one after the other, and never about too many', async () => {
    const records = Array.from({ length: 100 }, (_, index): BatchRecord => ({ record: index % 50, id: `${index}`, sequence: undefined }));
    const running = new Map<unknown, number>();
    let [most, mostOfOneKey, current] = [0, 0, 0];
    await siftRecords(
      records,
      async ({ record }) => {
        running.set(record, (running.get(record) ?? 0) + 1);
        current += 1;
        most = Math.max(most, current);
        mostOfOneKey = Math.max(mostOfOneKey, running.get(record) ?? 0);
        await Promise.resolve();
        current -= 1;
        running.set(record, (running.get(record) ?? 0) - 1);
        return undefined;
      },
      ({ record }) => String(record),
    );
    expect([most, mostOfOneKey]).toEqual([16, 1]);
  });
});

describe('answers', () => {
  const refused = (batchOf({ Records: [message('1'), message('2')] }) ?? []).slice(1);

  it.each<[string, unknown, unknown]>([
    ['nothing', undefined, failed('2')],
    ['null', null, failed('2')],
    ['text', 'done', failed('2')],
    ['an empty object', {}, failed('2')],
    ['no failures', { batchItemFailures: null }, failed('2')],
    ['a failure', failed('1'), failed('1', '2')],
    ['the same failure', failed('2'), failed('2')],
    ['a failure that fails the whole batch', { batchItemFailures: [null] }, { batchItemFailures: [null, { itemIdentifier: '2' }] }],
    ['something that fails the whole batch', { batchItemFailures: 'all' }, { batchItemFailures: 'all' }],
  ])('of %s name the refused records', (_what, answer, expected) => {
    expect(withFailures(answer, refused)).toEqual(expected);
  });
});
