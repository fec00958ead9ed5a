import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type AttributeDefinition,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { localClientConfig } from './client-config.ts';

const POLL_INTERVAL_MS = 5;
const ACTIVE_WITHIN_MS = 10_000;
const TABLE_TYPES = new Set(['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table']);

/** The part of a synthesised CloudFormation template that is read here. */
export interface SynthesizedTemplate {
  readonly Resources?: Readonly<Record<string, SynthesizedResource>>;
}

/** One resource of a template. */
export interface SynthesizedResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** A table made from a template. */
export interface CreatedTable {
  readonly tableName: string;
  /** The TTL attribute that the template declares. It is not enabled: the embedded engine has no TTL. */
  readonly timeToLiveAttribute?: string;
}

/**
 * Creates an on-demand table with a partition key of type string, and waits until it is active.
 *
 * @throws what the engine answers, such as `ResourceInUseException`; an `Error` if the table does not become active.
 */
export async function createTable(
  endpoint: string,
  table: { readonly tableName: string; readonly partitionKey: string },
): Promise<void> {
  await withClient(endpoint, (client) =>
    create(client, table.tableName, {
      KeySchema: [{ AttributeName: table.partitionKey, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: table.partitionKey, AttributeType: 'S' }],
    }),
  );
}

/**
 * Creates every DynamoDB table of a synthesised template, without indexes, and waits until all are active.
 *
 * @param nameOf chooses a table's name; by default the name in the template or, without one, the logical id.
 * @returns the tables by logical id.
 * @throws what the engine answers; a `TypeError` if a table of the template has no key schema.
 */
export async function createTablesFromTemplate(
  endpoint: string,
  template: SynthesizedTemplate,
  nameOf: (logicalId: string, physicalName: string | undefined) => string = (id, name) => name ?? id,
): Promise<Map<string, CreatedTable>> {
  const created = new Map<string, CreatedTable>();
  await withClient(endpoint, async (client) => {
    for (const [logicalId, { Type, Properties = {} }] of Object.entries(template.Resources ?? {})) {
      if (!TABLE_TYPES.has(Type)) continue;
      // A name that is an intrinsic function is known only to CloudFormation.
      const physicalName = typeof Properties.TableName === 'string' ? Properties.TableName : undefined;
      const tableName = nameOf(logicalId, physicalName);
      await create(client, tableName, keysOf(logicalId, Properties));
      const timeToLiveAttribute = timeToLiveOf(Properties);
      created.set(logicalId, timeToLiveAttribute === undefined ? { tableName } : { tableName, timeToLiveAttribute });
    }
  });
  return created;
}

interface Keys {
  readonly KeySchema: KeySchemaElement[];
  readonly AttributeDefinitions: AttributeDefinition[];
}

async function withClient(endpoint: string, use: (client: DynamoDBClient) => Promise<void>): Promise<void> {
  const client = new DynamoDBClient(localClientConfig(endpoint));
  try {
    await use(client);
  } finally {
    client.destroy();
  }
}

async function create(client: DynamoDBClient, tableName: string, keys: Keys): Promise<void> {
  await client.send(new CreateTableCommand({ TableName: tableName, BillingMode: 'PAY_PER_REQUEST', ...keys }));
  const giveUpAt = Date.now() + ACTIVE_WITHIN_MS;
  while (Date.now() < giveUpAt) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await delay(POLL_INTERVAL_MS);
  }
  throw new Error(`Table ${tableName} is not active after ${ACTIVE_WITHIN_MS} ms`);
}

function keysOf(logicalId: string, properties: Readonly<Record<string, unknown>>): Keys {
  const KeySchema = listOf<KeySchemaElement>(properties.KeySchema);
  if (KeySchema.length === 0) throw new TypeError(`Table ${logicalId} of the template has no KeySchema`);
  const keyNames = new Set(KeySchema.map((element) => element.AttributeName));
  // Definitions that serve only an index are refused by the engine, and indexes are not created.
  const AttributeDefinitions = listOf<AttributeDefinition>(properties.AttributeDefinitions).filter((definition) =>
    keyNames.has(definition.AttributeName),
  );
  return { KeySchema, AttributeDefinitions };
}

function timeToLiveOf(properties: Readonly<Record<string, unknown>>): string | undefined {
  const specification = properties.TimeToLiveSpecification;
  if (typeof specification !== 'object' || specification === null) return undefined;
  const { AttributeName, Enabled } = specification as { AttributeName?: unknown; Enabled?: unknown };
  return typeof AttributeName === 'string' && Enabled !== false ? AttributeName : undefined;
}

// Elements are not checked: the engine validates them, and its message names what is wrong.
function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}
