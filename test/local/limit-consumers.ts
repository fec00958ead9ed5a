import { setTimeout as delay } from 'node:timers/promises';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/index.ts';
import type { Clock } from '../../runtime/src/core/clock.ts';
import { SYSTEM_RANDOM } from '../../runtime/src/core/system-sources.ts';
import { StateClient } from '../../runtime/src/dynamodb/state-client.ts';
import { createRateLimiter } from '../../runtime/src/rate-limit/create.ts';
import { DynamoDbRateLimitStore } from '../../runtime/src/rate-limit/dynamodb-store.ts';
import type { RateLimiter } from '../../runtime/src/rate-limit/policy.ts';
import { RecordingSink } from '../../runtime/src/testing/index.ts';
import type { ConsumerOrders, ConsumerReport } from './limit-fleet.ts';

/** Generous, because a busy machine is no failing store. */
const LIMITS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 20_000 };

/** Refusals in a row, each of them for longer than a minute, after which a consumer believes that nothing is left. */
const REFUSALS_TO_BELIEVE = 3;
const REFUSED_FOR_LONG_MS = 60_000;

/**
 * The clock of the client begins at the epoch: the store derives a deadline of less than a second from the time of a request,
 * and what is tested here is decisions, not time limits. It runs, because the pause after a failure ends by it.
 */
const SINCE_START: Clock = { nowMs: () => performance.now() };

/** Consumes until nothing is left. Whoever shall come back soon does so, as a well-behaved caller does. */
async function consumeAll(limiter: RateLimiter, key: string): Promise<number> {
  let admitted = 0;
  let refusals = 0;
  while (refusals < REFUSALS_TO_BELIEVE) {
    const decision = await limiter.consume(key);
    const { retryAfterMs = Infinity } = decision;
    if (decision.admitted) {
      admitted += 1;
      refusals = 0;
    } else if (retryAfterMs > REFUSED_FOR_LONG_MS) {
      refusals += 1;
    } else {
      await delay(retryAfterMs);
    }
  }
  return admitted;
}

function createLimiter({ table, periodMs, limit, strategy }: ConsumerOrders, clock: Clock): RateLimiter {
  const sink = new RecordingSink();
  const client = new StateClient(table, { clock: SINCE_START, random: SYSTEM_RANDOM, sink }, LIMITS, LOCAL_REGION);
  const store = new DynamoDbRateLimitStore(client, SYSTEM_RANDOM, { hashKeys: false });
  // A caller that the store gave no answer for is refused: what an environment decides alone may exceed the limit.
  const options = { name: 'fleet', limits: [{ limit, periodMs }], strategy, onStoreFailure: 'deny' } as const;
  return createRateLimiter(options, { store, clock, random: SYSTEM_RANDOM, sink, environment: {} });
}

async function run(orders: ConsumerOrders): Promise<ConsumerReport> {
  const clock: Clock = { nowMs: () => orders.nowMs + SINCE_START.nowMs() };
  const limiters = Array.from({ length: orders.limiters }, () => createLimiter(orders, clock));
  const consumers = limiters.flatMap((limiter) => Array.from({ length: orders.consumersPerLimiter }, () => limiter));
  const admitted = await Promise.all(consumers.map((limiter) => consumeAll(limiter, 'everyone')));
  return {
    admitted: admitted.reduce((sum, each) => sum + each, 0),
    degraded: limiters.reduce((sum, { statistics }) => sum + statistics.degraded, 0),
  };
}

process.once('message', (orders: ConsumerOrders) => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: orders.endpoint,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  });
  // What a run throws ends this process, and its parent hears of it.
  void run(orders).then((report) => process.send?.(report, () => process.disconnect()));
});
process.send?.('ready');
