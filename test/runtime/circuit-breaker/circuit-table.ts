import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { createTable, LOCAL_CREDENTIALS, LOCAL_REGION, localClientConfig, startFaultProxy, type FaultProxy } from '../../../local/index.ts';
import { DynamoDbCircuitStore } from '../../../runtime/src/circuit-breaker/dynamodb-store.ts';
import { StateClient } from '../../../runtime/src/dynamodb/state-client.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { recogniseErrorsOfNode } from './foreign-errors.ts';

const TABLE = 'circuits';
/** Generous, because a busy machine is no failing store. */
const LIMITS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 20_000 };

/** A circuit table behind a proxy, and the store on it. */
export interface CircuitTable {
  readonly store: DynamoDbCircuitStore;
  readonly proxy: FaultProxy;
  readonly clock: ManualClock;
  readonly sink: RecordingSink;
  /** The stored item, as DynamoDB holds it. */
  item(name: string): Promise<Record<string, AttributeValue> | undefined>;
  /** Deletes an item, as TTL does. */
  deleteItem(name: string): Promise<void>;
  /** Writes an item as it is, past the store. */
  putItem(name: string, attributes: Record<string, AttributeValue>): Promise<void>;
  close(): Promise<void>;
}

/** Creates the circuit table in an engine. */
export async function openCircuitTable(endpoint: string): Promise<CircuitTable> {
  recogniseErrorsOfNode();
  await createTable(endpoint, { tableName: TABLE, partitionKey: 'id' });
  const proxy = await startFaultProxy(endpoint);
  // The epoch: the client cuts a request off at the deadline that the store derives from the time in the command, and the
  // commands of these tests come from later times. What is tested here is decisions, not time limits.
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
  const keyed = (name: string) => ({ TableName: TABLE, Key: { id: { S: `circuit#${name}` } }, ConsistentRead: true });
  return {
    store: new DynamoDbCircuitStore(client, new SeededRandom(2)),
    proxy,
    clock,
    sink,
    item: async (name) => (await direct.send(new GetItemCommand(keyed(name)))).Item,
    deleteItem: async (name) => {
      const { TableName, Key } = keyed(name);
      await direct.send(new DeleteItemCommand({ TableName, Key }));
    },
    putItem: async (name, attributes) => {
      const { TableName, Key } = keyed(name);
      await direct.send(new PutItemCommand({ TableName, Item: { ...Key, ...attributes } }));
    },
    close: async () => {
      direct.destroy();
      await proxy.close();
    },
  };
}
