import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { RateLimiterDynamo, RateLimiterRes } from 'rate-limiter-flexible';
import { LOCAL_REGION, localClientConfig } from '../../local/index.ts';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from '../../runtime/src/core/system-sources.ts';
import { StateClient } from '../../runtime/src/dynamodb/state-client.ts';
import { createRateLimiter } from '../../runtime/src/rate-limit/create.ts';
import { DynamoDbRateLimitStore } from '../../runtime/src/rate-limit/dynamodb-store.ts';
import { RateLimitedError } from '../../runtime/src/rate-limit/errors.ts';
import { TABLES } from '../limit-engine.ts';

/** How much may be done of one key. */
export interface LimitOfKey {
  readonly key: string;
  readonly limit: number;
  readonly periodMs: number;
}

/** One execution environment that limits calls. */
export interface Environment {
  /** Decides one call: whether it may be made. */
  decide(): Promise<boolean>;
  /** Ends the environment. */
  close(): void;
}

/** Ways to limit a fleet, as they are compared. */
export const CONTENDERS = {
  'resilient-lambda': ours,
  'rate-limiter-flexible': (limit: LimitOfKey, endpoint: string) => theirs(limit, endpoint, 0),
  'rate-limiter-flexible, blocking in memory': (limit: LimitOfKey, endpoint: string) => theirs(limit, endpoint, limit.limit),
} as const satisfies Record<string, (limit: LimitOfKey, endpoint: string) => Environment>;

/** Name of a way to limit. */
export type ContenderName = keyof typeof CONTENDERS;

/** All names, in the order of the tables. */
export const CONTENDER_NAMES = Object.keys(CONTENDERS) as ContenderName[];

/** A busy machine is no failing store. */
const TIMEOUTS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 20_000 };

const SUCCESS = { kind: 'success', value: undefined } as const;

// The SDK of this library finds the endpoint in the environment.
function ours({ key, limit, periodMs }: LimitOfKey): Environment {
  const sources = { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, sink: { emit: () => undefined } };
  const client = new StateClient(TABLES.ours, sources, TIMEOUTS, LOCAL_REGION);
  const store = new DynamoDbRateLimitStore(client, SYSTEM_RANDOM, { hashKeys: false });
  const limiter = createRateLimiter({ name: 'bench', limits: [{ limit, periodMs }], by: ['tenant'] }, { store, ...sources });
  const call = { tenant: key };
  return {
    decide: async () => {
      try {
        const permit = await limiter.acquire(call);
        await permit.settle(SUCCESS);
        return true;
      } catch (error) {
        if (!(error instanceof RateLimitedError)) throw error;
        return false;
      }
    },
    close: () => {
      const { degraded } = limiter.statistics;
      if (degraded > 0) throw new Error(`${degraded} calls had no answer of the store: run this on a machine with less to do`);
    },
  };
}

function theirs({ key, limit, periodMs }: LimitOfKey, endpoint: string, inMemoryBlockOnConsumed: number): Environment {
  const storeClient = new DynamoDB(localClientConfig(endpoint));
  const options = { storeClient, tableName: TABLES.theirs, tableCreated: true, ttlSet: true, inMemoryBlockOnConsumed };
  const limiter = new RateLimiterDynamo({ ...options, points: limit, duration: periodMs / 1000 });
  return {
    decide: async () => {
      try {
        await limiter.consume(key);
        return true;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        return false;
      }
    },
    close: () => storeClient.destroy(),
  };
}
