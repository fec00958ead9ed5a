import { DynamoDBClient, GetItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { createTable, LOCAL_CREDENTIALS, LOCAL_REGION, localClientConfig, startFaultProxy, type FaultProxy } from '../../../local/index.ts';
import { DynamoDbBulkheadStore } from '../../../runtime/src/bulkhead/dynamodb-store.ts';
import { StateClient } from '../../../runtime/src/dynamodb/state-client.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { recogniseErrorsOfNode } from '../circuit-breaker/foreign-errors.ts';

const TABLE = 'bulkheads';
/** Generous, because a busy machine is no failing store. */
const LIMITS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 20_000 };

/** A table of bulkheads behind a proxy, and the store on it. */
export interface SlotTable {
  readonly store: DynamoDbBulkheadStore;
  readonly proxy: FaultProxy;
  readonly clock: ManualClock;
  readonly sink: RecordingSink;
  /** The stored item, as DynamoDB holds it. */
  item(id: string): Promise<Record<string, AttributeValue> | undefined>;
  close(): Promise<void>;
}

/** Creates the table of bulkheads in an engine. */
export async function openSlotTable(endpoint: string): Promise<SlotTable> {
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
    store: new DynamoDbBulkheadStore(client),
    proxy,
    clock,
    sink,
    item: async (id) => (await direct.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: id } }, ConsistentRead: true }))).Item,
    close: async () => {
      direct.destroy();
      await proxy.close();
    },
  };
}
