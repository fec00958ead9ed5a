import { DynamoDBClient, GetItemCommand, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { createTable, LOCAL_CREDENTIALS, LOCAL_REGION, localClientConfig, startFaultProxy, type FaultProxy } from '../../../local/index.ts';
import { StateClient } from '../../../runtime/src/dynamodb/state-client.ts';
import { DynamoDbRateLimitStore } from '../../../runtime/src/rate-limit/dynamodb-store.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { recogniseErrorsOfNode } from '../circuit-breaker/foreign-errors.ts';

const TABLE = 'limits';
/** Generous, because a busy machine is no failing store. */
const LIMITS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 20_000 };

/** A table of rate limits behind a proxy, and the store on it. */
export interface LimitTable {
  readonly store: DynamoDbRateLimitStore;
  /** The same store, but one that stores keys as SHA-256. */
  readonly hashing: DynamoDbRateLimitStore;
  readonly proxy: FaultProxy;
  readonly clock: ManualClock;
  readonly sink: RecordingSink;
  /** The stored item, as DynamoDB holds it. */
  item(id: string): Promise<Record<string, AttributeValue> | undefined>;
  /** Writes an item as it is, past the store. */
  putItem(id: string, attributes: Record<string, AttributeValue>): Promise<void>;
  close(): Promise<void>;
}

/** Creates the table of rate limits in an engine. */
export async function openLimitTable(endpoint: string): Promise<LimitTable> {
  recogniseErrorsOfNode();
  await createTable(endpoint, { tableName: TABLE, partitionKey: 'id' });
  const proxy = await startFaultProxy(endpoint);
  // The epoch: requests are cut off at a deadline that the store derives from the time in the command, and the commands of
  // these tests come from later times. What is tested here is decisions, not time limits.
  const clock = new ManualClock(0);
  const sink = new RecordingSink();
  const client = new StateClient(TABLE, { clock, random: new SeededRandom(1), sink }, LIMITS);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  });
  // The SDK reads the environment at the first request.
  await client.get({ id: 'nothing' }, {});
  const direct = new DynamoDBClient(localClientConfig(endpoint));
  return {
    store: new DynamoDbRateLimitStore(client, new SeededRandom(2)),
    hashing: new DynamoDbRateLimitStore(client, new SeededRandom(3), { hashKeys: true }),
    proxy,
    clock,
    sink,
    item: async (id) => (await direct.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: id } }, ConsistentRead: true }))).Item,
    putItem: async (id, attributes) => {
      await direct.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: id }, ...attributes } }));
    },
    close: async () => {
      direct.destroy();
      await proxy.close();
    },
  };
}
