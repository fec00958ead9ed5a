import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createTable,
  LOCAL_CREDENTIALS,
  LOCAL_REGION,
  startDynamoDbLocal,
  startEmbeddedDynamoDb,
  startFaultProxy,
  type FaultProxy,
} from '../../local/index.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { StateClient } from '../../runtime/src/dynamodb/state-client.ts';
import { createRateLimiter } from '../../runtime/src/rate-limit/create.ts';
import { DynamoDbRateLimitStore } from '../../runtime/src/rate-limit/dynamodb-store.ts';
import { limitKey } from '../../runtime/src/rate-limit/key.ts';
import type { RateLimiter } from '../../runtime/src/rate-limit/policy.ts';
import type { Marks } from '../../runtime/src/rate-limit/rule.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../runtime/src/testing/index.ts';
import { recogniseErrorsOfNode } from '../runtime/circuit-breaker/foreign-errors.ts';

const TABLE = 'limits';
/** Generous, because a busy machine is no failing store. */
const LIMITS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 20_000 };
const NOON_MS = Date.UTC(2026, 10, 5, 12);
const FOUR = [
  { limit: 50, periodMs: 1_000 },
  { limit: 40, periodMs: 60_000 },
  { limit: 30, periodMs: 3_600_000 },
  { limit: 5, periodMs: 86_400_000 },
];
const TIMEOUT_MS = 60_000;

const local = await startDynamoDbLocal();
const ENGINES = [
  { title: 'the embedded DynamoDB', ...(await startEmbeddedDynamoDb()) },
  ...(local === undefined ? [] : [{ title: "AWS's DynamoDB Local", ...local }]),
];

describe.each(ENGINES)('four limits of one key in $title', ({ endpoint, close }) => {
  let proxy: FaultProxy;
  let store: DynamoDbRateLimitStore;
  let names = 0;
  let name: string;

  beforeAll(async () => {
    recogniseErrorsOfNode();
    await createTable(endpoint, { tableName: TABLE, partitionKey: CONTRACT.tables.rateLimit.partitionKey });
    proxy = await startFaultProxy(endpoint);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    });
    // The epoch: the store derives a deadline from the time of a request. What is tested here is decisions, not time limits.
    const sources = { clock: new ManualClock(0), random: new SeededRandom(1), sink: new RecordingSink() };
    const client = new StateClient(TABLE, sources, LIMITS, LOCAL_REGION);
    // The SDK reads the environment at the first request.
    await client.get({ id: 'nothing' }, {});
    store = new DynamoDbRateLimitStore(client, new SeededRandom(2));
  }, TIMEOUT_MS);

  beforeEach(() => {
    name = `four${(names += 1)}`;
    proxy.resetCounters();
  });

  afterAll(async () => {
    await proxy.close();
    await close();
  });

  const environment = (strategy: 'token-bucket' | 'fixed-window' | 'sliding-window'): RateLimiter =>
    createRateLimiter(
      { name, limits: FOUR, strategy, maxLeaseMs: 0 },
      { store, clock: new ManualClock(NOON_MS), random: new SeededRandom(3), sink: new RecordingSink(), environment: {} },
    );
  const stored = (): Promise<Marks> => store.read({ key: limitKey(name, ['key']), part: 0 }, { nowMs: 0 });
  const consume = async (limiter: RateLimiter, cost: number): Promise<boolean> => (await limiter.consume('key', cost)).admitted;
  const writes = (): number => proxy.counters().requestsByOperation.UpdateItem ?? 0;

  describe.each(['token-bucket', 'fixed-window', 'sliding-window'] as const)('counted by a %s', (strategy) => {
    it('cost one write per decision, all of them together', async () => {
      const limiter = environment(strategy);
      for (let call = 1; call <= 5; call += 1) {
        expect(await consume(limiter, 1)).toBe(true);
        expect(writes()).toBe(call);
      }
      expect(proxy.counters().requests).toBe(5);
    }, TIMEOUT_MS);

    it('give tokens of all limits or of none', async () => {
      const limiter = environment(strategy);
      expect(await consume(limiter, 3)).toBe(true);
      const before = await stored();
      expect(before.taken).toBe(3);
      expect(await consume(limiter, 3)).toBe(false);
      expect(await stored()).toStrictEqual(before);
      expect(await consume(limiter, 2)).toBe(true);
      expect(await consume(limiter, 1)).toBe(false);
    }, TIMEOUT_MS);

    it('give none to an environment that finds one of them used up, for one write at most', async () => {
      expect(await consume(environment(strategy), 5)).toBe(true);
      const before = await stored();
      expect(before.taken).toBe(5);
      proxy.resetCounters();
      const late = environment(strategy);
      expect(await consume(late, 1)).toBe(false);
      expect(writes()).toBe(1);
      expect(await stored()).toStrictEqual(before);
    }, TIMEOUT_MS);

    it('cost nothing while it is known that one of them is used up', async () => {
      const limiter = environment(strategy);
      expect(await consume(limiter, 5)).toBe(true);
      proxy.resetCounters();
      for (let call = 0; call < 20; call += 1) expect(await consume(limiter, 1)).toBe(false);
      expect(proxy.counters().requests).toBe(0);
    }, TIMEOUT_MS);
  });
});
