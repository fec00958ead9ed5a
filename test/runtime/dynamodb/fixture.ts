import type { FaultProxy } from '../../../local/fault-proxy.ts';
import { createTable, LOCAL_CREDENTIALS, LOCAL_REGION, startEmbeddedDynamoDb, startFaultProxy } from '../../../local/index.ts';
import { StateClient, type StateClientLimits } from '../../../runtime/src/dynamodb/state-client.ts';
import type { StoreErrorEvent } from '../../../runtime/src/core/events.ts';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { recogniseErrorsOfNode } from '../circuit-breaker/foreign-errors.ts';

// Without it the SDK replaces errors of sockets, code and all.
recogniseErrorsOfNode();

export const TABLE = 'circuits';

/** Generous, because a busy machine is no failing store. A test of the limits themselves states its own. */
const LIMITS: StateClientLimits = { connectionTimeoutMs: 20_000, requestTimeoutMs: 20_000 };

export interface Store {
  readonly proxy: FaultProxy;
  close(): Promise<void>;
}

/** The SDK reads its endpoint and its credentials from the environment, as it does on Lambda. */
export function pointSdkTo(endpoint: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  });
}

/** The embedded engine with one table, behind a fault proxy to which the SDK of this process points. */
export async function startStore(): Promise<Store> {
  const engine = await startEmbeddedDynamoDb();
  await createTable(engine.endpoint, { tableName: TABLE, partitionKey: 'id' });
  const proxy = await startFaultProxy(engine.endpoint);
  pointSdkTo(proxy.endpoint);
  return {
    proxy,
    async close() {
      await proxy.close();
      await engine.close();
    },
  };
}

/** A client under test with everything that it depends on. */
export function createClient(limits: StateClientLimits = LIMITS, table = TABLE) {
  const clock = new ManualClock();
  const sink = new RecordingSink();
  const client = new StateClient(table, { clock, random: new SeededRandom(1), sink }, limits);
  return { client, clock, storeErrors: () => sink.ofType<StoreErrorEvent>('store.error'), events: sink.events };
}

/** The reason why a request brought no answer. Any other error, and any answer, fails the test. */
export async function reasonOf(request: Promise<unknown>): Promise<string> {
  const error = await request.then(
    () => new Error('the store answered'),
    (reason: unknown) => reason,
  );
  if (error instanceof StoreUnavailableError) return error.reason;
  throw error;
}

/** Sets an attribute; with a condition if one is given. */
export const setPhase = (id: string, phase: string, ConditionExpression?: string) => ({
  Key: { id },
  UpdateExpression: 'SET phase = :phase',
  ExpressionAttributeValues: { ':phase': phase },
  ...(ConditionExpression !== undefined && { ConditionExpression }),
});
