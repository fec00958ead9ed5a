import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { faults, startDynamoDbLocal, startEmbeddedDynamoDb } from '../../../local/index.ts';
import { sown, WHOLE } from '../../../runtime/src/rate-limit/state.ts';
import { KeyUnderTest } from './key-under-test.ts';
import { openLimitTable, type LimitTable } from './limit-table.ts';
import { describeRandomCommands } from './random-commands.ts';
import { describeRateLimitStore } from './store-contract.ts';
import { bucket, command, START_MS, unspent, windows } from './takes.ts';

// Real requests, on a machine that may be busy.
jest.setTimeout(120_000);

const SECONDS_PER_DAY = 86_400;
const START_SECONDS = START_MS / 1000;
const TEN = bucket(10, 1000);
const TWO = { shards: 2, bornAtMs: START_MS };
const RULES = [TEN, windows('fixed-window', 10, 60_000), windows('sliding-window', 10, 3_600_000), bucket(100, 86_400_000)];

/** An engine that can be started on this machine. */
interface Engine {
  readonly title: string;
  readonly endpoint: string;
  /** Reads that a failed condition costs: DynamoDB returns the item with the error. */
  readonly readsPerFailure: number;
  close(): Promise<void>;
}

const local = await startDynamoDbLocal();
const ENGINES: readonly Engine[] = [
  { title: 'the embedded DynamoDB', readsPerFailure: 1, ...(await startEmbeddedDynamoDb()) },
  ...(local === undefined ? [] : [{ title: "AWS's DynamoDB Local", readsPerFailure: 0, ...local }]),
];

if (local === undefined) {
  describe("AWS's DynamoDB Local", () => {
    it('is absent: DYNAMODB_LOCAL_JAR_DIR does not name its folder or there is no Java 17', () => {
      expect(ENGINES.map(({ title }) => title)).toStrictEqual(['the embedded DynamoDB']);
    });
  });
}

for (const engine of ENGINES) {
  describe(engine.title, () => {
    let table: LimitTable;
    let keys = 0;
    const newKey = () => new KeyUnderTest(table.store, `own${(keys += 1)}`);
    const requests = () => table.proxy.counters().requestsByOperation;

    beforeAll(async () => {
      table = await openLimitTable(engine.endpoint);
    });

    afterEach(() => {
      table.proxy.clear();
      table.clock.advance(30_000); // over any pause of the store guard, so that a failing test fails alone
    });

    afterAll(async () => {
      await table.close();
      await engine.close();
    });

    const open = () => Promise.resolve(table.store);
    describeRateLimitStore(`a store of rate limits on ${engine.title}`, open);
    describeRandomCommands(`random commands to rate limits on ${engine.title}`, open, 25);

    describe('a decision', () => {
      it('costs one write and no read, of one limit or of several, first or later (PRL-01)', async () => {
        const key = newKey();
        for (const nowMs of [START_MS, START_MS, START_MS + 500, START_MS + 61_000]) {
          table.proxy.resetCounters();
          await expect(key.outcome(command(RULES, 1, { nowMs }))).resolves.toBe('granted');
          expect(requests()).toStrictEqual({ UpdateItem: 1 });
        }
      });

      it('with tokens that go back costs one write', async () => {
        const key = newKey();
        const { marks } = await key.take(command(RULES, 5));
        table.proxy.resetCounters();
        await expect(key.outcome(command(RULES, 10, { returned: [unspent(5, marks)] }))).resolves.toBe('granted');
        expect(requests()).toStrictEqual({ UpdateItem: 1 });
      });

      it('of an environment that knows nothing of a key in use costs one write more', async () => {
        const key = newKey();
        await key.take(command(TEN, 1));
        table.proxy.resetCounters();
        await expect(key.cold.outcome(command(TEN, 1))).resolves.toBe('granted');
        expect(requests()['UpdateItem']).toBe(2);
        expect(requests()['GetItem'] ?? 0).toBe(engine.readsPerFailure);
      });

      it('that turns out to be a refusal costs no second write', async () => {
        const key = newKey();
        await key.take(command(TEN, 10));
        table.proxy.resetCounters();
        await expect(key.cold.outcome(command(TEN, 1))).resolves.toBe('refused');
        expect(requests()['UpdateItem']).toBe(1);
        expect(requests()['GetItem'] ?? 0).toBe(engine.readsPerFailure);
      });

      it('that is a refusal by what is known costs one read and no write', async () => {
        const key = newKey();
        await key.take(command(TEN, 10));
        table.proxy.resetCounters();
        await expect(key.outcome(command(TEN, 1))).resolves.toBe('refused');
        expect(requests()).toStrictEqual({ GetItem: 1 });
      });

      it('sends nothing that DynamoDB refuses as no valid expression, with four limits and a split', async () => {
        const key = newKey();
        await key.take(command(RULES, 4));
        await key.grow(WHOLE, TWO);
        await key.at(1).sow(sown(key.known));
        await expect(key.at(1).outcome(command(RULES, 1, { split: TWO }))).resolves.toBe('granted');
        expect(table.sink.events.filter(({ type }) => type === 'store.error')).toStrictEqual([]);
      });
    });

    describe('the lost answer to a write', () => {
      it('is made good, and the tokens are taken once', async () => {
        const key = newKey();
        for (const nowMs of [START_MS, START_MS + 1]) {
          table.proxy.resetCounters();
          table.proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', times: 1 });
          await expect(key.outcome(command(RULES, 2, { nowMs }))).resolves.toBe('granted');
          expect(table.proxy.counters()).toMatchObject({ appliedWrites: 1, requestsByOperation: { UpdateItem: 2 } });
        }
        await expect(key.read()).resolves.toMatchObject({ grants: 2, taken: 4, c60000: 4, c3600000: 4, t1000: (START_MS + 400) * 1000 });
      });

      it('of somebody else makes nobody believe that it was theirs', async () => {
        const key = newKey();
        table.proxy.inject({ fault: faults.resetBeforeApply(), operation: 'UpdateItem', times: 1 });
        const outcomes = await Promise.all([1, 2, 3].map(() => key.cold.outcome(command(bucket(1, 1000), 1))));
        expect(outcomes.toSorted()).toStrictEqual(['granted', 'refused', 'refused']);
      });

      it('is no answer where half of it came: tokens may be gone, but none too many are given', async () => {
        const key = newKey();
        table.proxy.inject({ fault: faults.truncatedBody(), operation: 'UpdateItem', times: 1 });
        const outcome = await key.outcome(command(TEN, 4)).catch((error: unknown) => (error as Error).name);
        expect(['granted', 'StoreUnavailableError']).toContain(outcome);
        table.clock.advance(30_000);
        const before = outcome === 'granted' ? 4 : 0;
        expect(before + (await key.cold.drain(command(TEN, 1)))).toBeLessThanOrEqual(10);
      });

      it('to a refund is not repeated, so nothing goes back twice', async () => {
        const key = newKey();
        const { marks } = await key.take(command(TEN, 10));
        table.proxy.resetCounters();
        table.proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', times: 1 });
        const refund = { type: 'refund', rules: [TEN], returned: unspent(3, marks) } as const;
        await expect(key.change(refund)).rejects.toMatchObject({ name: 'StoreUnavailableError' });
        expect(table.proxy.counters()).toMatchObject({ appliedWrites: 1, requestsByOperation: { UpdateItem: 1 } });
        table.clock.advance(30_000);
        await expect(key.cold.drain(command(TEN, 1))).resolves.toBe(3);
      });

      it('to a split, a new part, a block and a reset is made good', async () => {
        const key = newKey();
        await key.take(command(TEN, 2));
        const lost = () => table.proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', times: 1 });
        lost();
        await expect(key.grow(WHOLE, TWO)).resolves.toMatchObject({ ...TWO, seed_t1000: (START_MS + 200) * 1000 });
        lost();
        await expect(key.at(1).sow(sown(key.known))).resolves.toStrictEqual(sown(key.known));
        lost();
        await expect(key.change({ type: 'block', untilMs: START_MS + 5 })).resolves.toMatchObject({ blockedUntilMs: START_MS + 5 });
        lost();
        await expect(key.change({ type: 'reset', rules: [TEN] })).resolves.not.toHaveProperty('t1000');
      });
    });

    describe('a store that does not answer', () => {
      const FAULTS = [
        ['throttles', faults.throttling(), 'throttled'],
        ['is over its throughput', faults.provisionedThroughputExceeded(), 'throttled'],
        ['fails', faults.internalServerError(), 'other'],
        ['cannot be reached', faults.resetBeforeApply(), 'unreachable'],
        ['denies access', faults.accessDenied(), 'denied'],
      ] as const;

      it.each(FAULTS)('because it %s gives an error to a take, never a decision (PRL-02)', async (_title, fault, reason) => {
        const key = newKey();
        await key.take(command(TEN, 10));
        table.proxy.inject({ fault });
        for (const environment of [key, key.cold]) {
          await expect(environment.take(command(TEN, 1))).rejects.toMatchObject({ name: 'StoreUnavailableError', reason });
          table.clock.advance(30_000);
        }
        table.proxy.clear();
        await expect(key.cold.outcome(command(TEN, 1))).resolves.toBe('refused');
      });

      it.each(FAULTS)('because it %s gives an error to a read, never an unused key (PRL-02)', async (_title, fault, reason) => {
        const key = newKey();
        await expect(key.read()).resolves.toStrictEqual({});
        await key.take(command(TEN, 10));
        table.proxy.inject({ fault });
        await expect(key.read()).rejects.toMatchObject({ name: 'StoreUnavailableError', reason });
        table.proxy.clear();
        table.clock.advance(30_000);
        await expect(key.read()).resolves.toMatchObject({ taken: 10 });
      });

      it('is not asked once the time of the call is over', async () => {
        const { store } = table;
        const late = { nowMs: START_MS, deadlineMs: table.clock.nowMs() };
        const refused = store.take({ key: 'late', part: 0 }, command(TEN, 1), {}, late);
        await expect(refused).rejects.toMatchObject({ reason: 'no_time_left' });
      });
    });

    describe('the item', () => {
      it('reads only what it has (PRL-09)', async () => {
        const key = newKey();
        await key.take(command(TEN, 1));
        await expect(table.item(`limit#${key.key}`)).resolves.toStrictEqual({
          id: { S: `limit#${key.key}` },
          t1000: { N: String((START_MS + 100) * 1000) },
          grants: { N: '1' },
          taken: { N: '1' },
          writer: { S: expect.stringMatching(/^[0-9a-z]{12}$/) },
          expiresAt: { N: String(START_SECONDS + 1 + SECONDS_PER_DAY) },
        });
      });

      it.each([
        ['a bucket', bucket(10, 31 * SECONDS_PER_DAY * 1000, 20), 62 * SECONDS_PER_DAY],
        ['a fixed window', windows('fixed-window', 10, 3_600_000), 7200],
        ['a sliding window', windows('sliding-window', 10, 3_600_000), 7200],
      ])('is kept a day longer than it says anything: %s', async (_title, rule, usefulSeconds) => {
        const key = newKey();
        const expiresAt = async () => Number((await table.item(`limit#${key.key}`))?.['expiresAt']?.N);
        const keptUntil = START_SECONDS + usefulSeconds + SECONDS_PER_DAY;
        await key.take(command([TEN, rule], 1));
        await expect(expiresAt()).resolves.toBe(keptUntil);
        await key.change({ type: 'block', untilMs: START_MS + 1 });
        await expect(expiresAt()).resolves.toBe(keptUntil);
        await key.grow(WHOLE, TWO);
        await expect(expiresAt()).resolves.toBe(keptUntil);
        await key.change({ type: 'block', untilMs: START_MS + 1000 * (usefulSeconds + 5) });
        await expect(expiresAt()).resolves.toBe(keptUntil + 5);
      });

      it('of a new part is kept for as long as what it inherits says anything', async () => {
        const key = newKey();
        const month = bucket(10, 30 * SECONDS_PER_DAY * 1000);
        await key.take(command([month, windows('fixed-window', 10, 3_600_000)], 5));
        const other = key.at(1);
        await other.sow(sown(await key.grow(WHOLE, TWO)));
        const item = await table.item(`limit#${key.key}#part=1`);
        expect(Number(item?.['expiresAt']?.N)).toBe(START_SECONDS + 16 * SECONDS_PER_DAY);
      });

      it('is one even if all that was ever stored is a split', async () => {
        const key = newKey();
        await key.grow(WHOLE, TWO);
        await expect(table.item(`limit#${key.key}`)).resolves.toHaveProperty('expiresAt');
      });

      it('is not made by what frees a key', async () => {
        const key = newKey();
        await key.change({ type: 'reset', rules: [TEN] });
        await key.change({ type: 'block', untilMs: 0 });
        await expect(table.item(`limit#${key.key}`)).resolves.toBeUndefined();
      });

      it('that makes no sense is a key that nothing is known of, and can be used', async () => {
        const key = newKey();
        await table.putItem(`limit#${key.key}`, { grants: { S: 'many' }, note: { S: 'by hand' } });
        await expect(key.read()).resolves.toStrictEqual({});
      });

      it('of a key that names somebody can be stored under its SHA-256', async () => {
        const key = new KeyUnderTest(table.hashing, 'login/user=ada@example.com');
        await key.take(command(TEN, 1));
        const id = `limit#${createHash('sha256').update(key.key).digest('base64url')}`;
        await expect(table.item(id)).resolves.toHaveProperty('t1000');
        await expect(key.read()).resolves.toMatchObject({ taken: 1 });
      });

      it('stays under 1 KB with four limits, a split and the longest key, so that a write costs one unit', async () => {
        const key = new KeyUnderTest(table.store, 'k'.repeat(500));
        const rules = [31, 30, 29, 28].map((days) => windows('sliding-window', 1_000_000_000, days * SECONDS_PER_DAY * 1000));
        await key.take(command(rules, 123_456_789));
        await key.change({ type: 'block', untilMs: START_MS });
        await key.grow(WHOLE, TWO);
        // JSON is larger than what DynamoDB counts, by far more than its numbers take.
        expect(JSON.stringify(await table.item(`limit#${encoded(key.key)}`)).length).toBeLessThan(1500);
      });
    });
  });
}

/** A key as it is stored that is longer than 200 characters. */
function encoded(key: string): string {
  return `${key.slice(0, 200 - 44)}~${createHash('sha256').update(key).digest('base64url')}`;
}
