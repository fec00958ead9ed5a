import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { faults, startDynamoDbLocal, startEmbeddedDynamoDb } from '../../../local/index.ts';
import { END_MS, PartUnderTest, quota, type Wish } from './part-under-test.ts';
import { describeRandomWishes } from './random-commands.ts';
import { openSlotTable, type SlotTable } from './slot-table.ts';
import { describeBulkheadStore } from './store-contract.ts';

// Real requests, on a machine that may be busy.
jest.setTimeout(120_000);

const SECONDS_PER_DAY = 86_400;
const LATER: Wish = { nowMs: END_MS, endsAtMs: END_MS + 60_000 };

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
    let table: SlotTable;
    let parts = 0;
    const newPart = (wish?: Wish) => new PartUnderTest(table.store, { name: `own${(parts += 1)}`, part: 0, parts: 1 }, wish);
    const requests = () => table.proxy.counters().requestsByOperation;
    const item = (part: PartUnderTest) => table.item(`bulkhead#${part.part.name}`);

    beforeAll(async () => {
      table = await openSlotTable(engine.endpoint);
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
    describeBulkheadStore(`slots on ${engine.title}`, open);
    describeRandomWishes(`random wishes for slots on ${engine.title}`, open, 40);

    describe('a request', () => {
      const both = { size: 20, scopes: [quota('tenant:a', 2), quota('operation:x', 5)] };

      it('for a slot in three scopes costs one write and no read, and so does its return', async () => {
        const part = newPart(both);
        table.proxy.resetCounters();
        await part.acquire('1');
        expect(requests()).toStrictEqual({ UpdateItem: 1 });
        await part.release('1');
        expect(requests()).toStrictEqual({ UpdateItem: 2 });
      });

      it('that is refused costs no second write, and a look costs one read', async () => {
        const part = newPart(both);
        for (const id of ['1', '2']) await part.acquire(id);
        table.proxy.resetCounters();
        await expect(part.outcome('3')).resolves.toBe(0);
        expect(requests()['UpdateItem']).toBe(1);
        expect(requests()['GetItem'] ?? 0).toBe(engine.readsPerFailure);
        table.proxy.resetCounters();
        await part.look('3');
        expect(requests()).toStrictEqual({ GetItem: 1 });
      });

      it('for the place of ended leases costs one write where they are known, and one more where they are not', async () => {
        const part = newPart();
        for (const id of ['1', '2', '3']) await part.acquire(id);
        const cold = part.cold;
        table.proxy.resetCounters();
        await expect(part.outcome('4', LATER)).resolves.toBe('held');
        expect(requests()).toStrictEqual({ UpdateItem: 1 });
        table.proxy.resetCounters();
        await expect(cold.outcome('5', LATER)).resolves.toBe('held');
        expect(requests()['UpdateItem']).toBe(2);
      });

      it('sends nothing that DynamoDB refuses as no valid expression', () => {
        expect(table.sink.events.filter(({ type }) => type === 'store.error')).toStrictEqual([]);
      });

      it.each([['tenants'], ['nobody']])('whose answer is lost and that is repeated takes one slot: of %s', async (whose) => {
        const part = newPart(whose === 'tenants' ? both : { size: 1 });
        const lost = table.proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', times: 1 });
        await expect(part.acquire('1')).resolves.toMatchObject({ outcome: 'held', counts: { all: 1 } });
        expect(lost.injected).toBe(1);
        await expect(part.stored()).resolves.toBe(1);
      });

      it('to give back whose answer is lost and that is repeated gives back one slot', async () => {
        const part = newPart(both);
        for (const id of ['1', '2']) await part.acquire(id);
        const lost = table.proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', times: 1 });
        const { leases } = await part.release('1');
        expect(lost.injected).toBe(1);
        expect(leases.all.size).toBe(1);
      });
    });

    describe('an item', () => {
      it('of 20 holders, each of another tenant, takes less than 1 KB, and names nobody', async () => {
        const part = newPart({ size: 20 });
        for (let index = 0; index < 20; index += 1) {
          await part.acquire(`abcde${String(index).padStart(2, '0')}`, { scopes: [quota(`tenant:user${index}@example.com`, 2), quota(`operation:POST /orders/${index % 5}`, 4)] });
        }
        const stored = await item(part);
        expect(bytesOf(stored)).toBeLessThan(1024);
        expect(JSON.stringify(stored)).not.toContain('example');
      });

      it('expires a day after the end of its latest lease', async () => {
        const part = newPart();
        await part.acquire('1');
        expect((await item(part))?.['expiresAt']).toStrictEqual({ N: String(END_MS / 1000 + SECONDS_PER_DAY) });
      });

      it('has nothing left of scopes that nobody uses', async () => {
        const part = newPart({ scopes: [quota('tenant:a', 2)] });
        await part.acquire('1');
        await part.release('1');
        expect(Object.keys((await item(part)) ?? {}).sort()).toStrictEqual(['expiresAt', 'id']);
      });

      it('is not made by the return of a slot that is not there', async () => {
        const part = newPart();
        await part.release('1');
        expect(await item(part)).toBeUndefined();
      });
    });
  });
}

/** Names and values, as DynamoDB counts an item. */
function bytesOf(item: Record<string, AttributeValue> | undefined): number {
  return Object.entries(item ?? {}).reduce((sum, [name, { S = '', N = '', SS = [] }]) => sum + name.length + [S, N, ...SS].join('').length + 3, 0);
}
