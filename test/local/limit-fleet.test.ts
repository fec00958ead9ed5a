import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTable, faults, startDynamoDbLocal, startEmbeddedDynamoDb, startFaultProxy, type FaultProxy } from '../../local/index.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { SeededRandom } from '../../runtime/src/testing/index.ts';
import { consumeTogether, type ConsumerReport } from './limit-fleet.ts';

const PROCESSES = 4;
/** 4 processes of 5 environments with 10 consumers each: 200. */
const CONSUMERS = { limiters: 5, consumersPerLimiter: 10 };
const LIMIT = 100;
const DAY_MS = 86_400_000;
/** Noon, by the clocks of all processes: hours from the next window, and a bucket gains a token in 14 minutes. */
const NOON_MS = Date.UTC(2026, 10, 5, 12);
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

describe.each(ENGINES)('200 consumers in 4 processes of one limit in $title', ({ endpoint, close }) => {
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

  const consume = async (strategy: 'token-bucket' | 'fixed-window'): Promise<ConsumerReport[]> => {
    const table = `limits${(tables += 1)}`;
    await createTable(endpoint, { tableName: table, partitionKey: CONTRACT.tables.rateLimit.partitionKey });
    const limit = { strategy, limit: LIMIT, periodMs: DAY_MS, nowMs: NOON_MS };
    return consumeTogether(PROCESSES, { endpoint: proxy.endpoint, table, ...limit, ...CONSUMERS });
  };

  describe.each(['token-bucket', 'fixed-window'] as const)('counted by a %s', (strategy) => {
    it('are admitted exactly as often as the limit says', async () => {
      const reports = await consume(strategy);
      expect(sum(reports, 'degraded')).toBe(0);
      expect(sum(reports, 'admitted')).toBe(LIMIT);
    }, TIMEOUT_MS);

    it('are never admitted more often, though a quarter of the replies is lost after the write', async () => {
      const lost = proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', probability: 0.25 });
      const reports = await consume(strategy);
      expect(lost.injected).toBeGreaterThan(0);
      expect(sum(reports, 'admitted')).toBeLessThanOrEqual(LIMIT);
      expect(sum(reports, 'admitted')).toBeGreaterThan(0);
    }, TIMEOUT_MS);
  });
});

function sum(reports: readonly ConsumerReport[], figure: keyof ConsumerReport): number {
  return reports.reduce((total, report) => total + report[figure], 0);
}
