import { setTimeout as delay } from 'node:timers/promises';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/index.ts';
import { createBulkhead } from '../../runtime/src/bulkhead/create.ts';
import { DynamoDbBulkheadStore } from '../../runtime/src/bulkhead/dynamodb-store.ts';
import { BulkheadFullError } from '../../runtime/src/bulkhead/errors.ts';
import type { Bulkhead } from '../../runtime/src/bulkhead/policy.ts';
import type { Clock } from '../../runtime/src/core/clock.ts';
import type { Permit } from '../../runtime/src/core/gate.ts';
import { SYSTEM_RANDOM } from '../../runtime/src/core/system-sources.ts';
import { StateClient } from '../../runtime/src/dynamodb/state-client.ts';
import { RecordingSink } from '../../runtime/src/testing/index.ts';
import type { HeldCall, HolderOrders, HolderReport } from './bulkhead-fleet.ts';

/** Generous, because a busy machine is no failing store. */
const LIMITS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 20_000 };

/** Much longer than a call, and short enough that a slot whose reply was lost to an environment without further calls is free again. */
const CALL_MS = 10_000;
const MARGIN_MS = 5_000;
/** Much longer than a request to a local table, so that many calls run at the same time. */
const LONGEST_CALL_MS = 400;
const RETRY_MS = 20;
const TENANTS = ['a', 'b', 'c', 'd'];

/**
 * The clock of the client begins at the epoch: the store derives a deadline of less than a second from the time of a request,
 * and what is tested here is decisions, not time limits. It runs, because the pause after a failure ends by it.
 */
const SINCE_START: Clock = { nowMs: () => performance.now() };

/** A clock that all processes of this machine share. */
const sharedNowMs = () => Number(process.hrtime.bigint()) / 1e6;

class Holders {
  readonly held: HeldCall[] = [];
  refused = 0;
  readonly #orders: HolderOrders;
  readonly #clock: Clock;

  constructor(orders: HolderOrders, clock: Clock) {
    this.#orders = orders;
    this.#clock = clock;
  }

  /** Makes calls one after the other until all have had their slots. */
  async call(bulkhead: Bulkhead, tenant: string): Promise<void> {
    for (let done = 0; done < this.#orders.calls; ) {
      const permit = await this.#acquire(bulkhead, tenant);
      if (permit === undefined) continue;
      const fromMs = sharedNowMs();
      await delay(Math.random() * LONGEST_CALL_MS);
      done += 1;
      this.held.push([tenant, fromMs, sharedNowMs()]);
      if (this.#orders.crash) return;
      await permit.settle({ kind: 'success', value: undefined });
    }
  }

  async #acquire(bulkhead: Bulkhead, tenant: string): Promise<Permit | undefined> {
    try {
      return await bulkhead.acquire({ tenant, deadlineMs: this.#clock.nowMs() + CALL_MS });
    } catch (error) {
      if (!(error instanceof BulkheadFullError)) throw error;
      this.refused += 1;
      await delay(RETRY_MS);
      return undefined;
    }
  }
}

function createHolder({ table, maxConcurrent, tenantLimit }: HolderOrders, clock: Clock, sink: RecordingSink): Bulkhead {
  const client = new StateClient(table, { clock: SINCE_START, random: SYSTEM_RANDOM, sink }, LIMITS, LOCAL_REGION);
  // A caller that the store gave no answer for is refused: what an environment decides alone may exceed the limit.
  const options = { name: 'fleet', maxConcurrent, perTenant: true, defaultTenantLimit: tenantLimit, leaseMarginMs: MARGIN_MS, onStoreFailure: 'deny', queueSize: 1000, maxWaitMs: 60_000 } as const;
  return createBulkhead(options, { store: new DynamoDbBulkheadStore(client), clock, random: SYSTEM_RANDOM, sink, environment: {} });
}

async function run(orders: HolderOrders): Promise<HolderReport> {
  const clock: Clock = { nowMs: () => orders.nowMs + SINCE_START.nowMs() };
  const sink = new RecordingSink();
  const holders = new Holders(orders, clock);
  const calls = Array.from({ length: orders.bulkheads }, () => createHolder(orders, clock, sink)).flatMap((bulkhead) =>
    Array.from({ length: orders.callers }, (_, caller) => holders.call(bulkhead, TENANTS[caller % TENANTS.length] ?? 'a')),
  );
  await Promise.all(calls);
  const reclaimed = sink.events.reduce((sum, event) => sum + (event.type === 'bulkhead.reclaimed' && 'leases' in event ? Number(event.leases) : 0), 0);
  return { held: holders.held, refused: holders.refused, reclaimed };
}

process.once('message', (orders: HolderOrders) => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: orders.endpoint,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  });
  // What a run throws ends this process, and its parent hears of it.
  void run(orders).then((report) => process.send?.(report, () => process.disconnect()));
});
process.send?.('ready');
