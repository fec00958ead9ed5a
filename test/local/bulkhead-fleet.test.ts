import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTable, faults, startDynamoDbLocal, startEmbeddedDynamoDb, startFaultProxy, type FaultProxy } from '../../local/index.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { SeededRandom } from '../../runtime/src/testing/index.ts';
import { holdTogether, mostAtOnce, type HeldCall, type HolderOrders, type HolderReport } from './bulkhead-fleet.ts';

const PROCESSES = 4;
/** 4 processes of 5 environments with 12 callers each: 240. */
const CALLERS = { bulkheads: 5, callers: 12 };
/** In two parts. */
const SLOTS = { maxConcurrent: 40, tenantLimit: 12 };
const CALLS = 2;
const DEAD = 16;
const NOON_MS = Date.UTC(2026, 10, 5, 12);
/** Later than any lease of the first run ends. */
const LATER_MS = NOON_MS + 3_600_000;
const TIMEOUT_MS = 180_000;

const local = await startDynamoDbLocal();
const ENGINES = [
  { title: 'the embedded DynamoDB', ...(await startEmbeddedDynamoDb()) },
  ...(local === undefined ? [] : [{ title: "AWS's DynamoDB Local", ...local }]),
];

if (local === undefined) {
  describe("AWS's DynamoDB Local", () => {
    it('is absent: DYNAMODB_LOCAL_JAR_DIR does not name its folder or there is no Java 17', () => {
      expect(ENGINES.map(({ title }) => title)).toStrictEqual(['the embedded DynamoDB']);
    });
  });
}

describe.each(ENGINES)('240 callers in 4 processes of one bulkhead in $title', ({ endpoint, close }) => {
  let proxy: FaultProxy;
  let tables = 0;

  beforeAll(async () => {
    const random = new SeededRandom(7);
    proxy = await startFaultProxy(endpoint, { random: () => random.next() });
  });

  afterEach(() => proxy.clear());

  afterAll(async () => {
    await proxy.close();
    await close();
  });

  const newTable = async (): Promise<string> => {
    const table = `bulkheads${(tables += 1)}`;
    await createTable(endpoint, { tableName: table, partitionKey: CONTRACT.tables.bulkhead.partitionKey });
    return table;
  };
  const hold = (table: string, orders: Partial<HolderOrders> = {}): Promise<HolderReport[]> =>
    holdTogether(PROCESSES, { endpoint: proxy.endpoint, table, nowMs: NOON_MS, calls: CALLS, crash: false, ...SLOTS, ...CALLERS, ...orders });

  it('all have their slots in the end, and never more at the same time than there are, in all or of a tenant', async () => {
    const held = heldBy(await hold(await newTable()));
    expect(held).toHaveLength(PROCESSES * CALLERS.bulkheads * CALLERS.callers * CALLS);
    expectWithin(held);
  }, TIMEOUT_MS);

  it('never have more either, though a quarter of the replies is lost after the write (PX-19)', async () => {
    const lost = proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', probability: 0.25 });
    const held = heldBy(await hold(await newTable()));
    expect(lost.injected).toBeGreaterThan(0);
    expect(held).toHaveLength(PROCESSES * CALLERS.bulkheads * CALLERS.callers * CALLS);
    expectWithin(held);
  }, TIMEOUT_MS);

  it('have the slots of those who were killed as soon as their leases have ended (PX-04)', async () => {
    const table = await newTable();
    // Less than half of the slots, so that nobody waits for the dead: whatever parts they are in, others have room for all of their tenant.
    const dead = heldBy(await hold(table, { bulkheads: 1, callers: 4, calls: 1, crash: true }));
    expect(dead).toHaveLength(DEAD);
    const reports = await hold(table, { nowMs: LATER_MS });
    expectWithin(heldBy(reports));
    expect(reports.reduce((sum, { reclaimed }) => sum + reclaimed, 0)).toBe(DEAD);
  }, TIMEOUT_MS);
});

function heldBy(reports: readonly HolderReport[]): HeldCall[] {
  return reports.flatMap(({ held }) => held);
}

function expectWithin(held: readonly HeldCall[]): void {
  expect(mostAtOnce(held)).toBeLessThanOrEqual(SLOTS.maxConcurrent);
  expect(mostAtOnce(held)).toBeGreaterThan(4);
  for (const tenant of ['a', 'b', 'c', 'd']) expect(mostAtOnce(held.filter(([each]) => each === tenant))).toBeLessThanOrEqual(SLOTS.tenantLimit);
}
