import { ScanCommand, type DynamoDBDocumentClient, type ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { documentClient } from './document-client.ts';
import type { Item, StateClientLimits } from './state-client.ts';
import { reasonOf } from './store-error.ts';

/** What to look for in a table. */
export interface TableScan {
  readonly table: string;
  /** Region of the table. Default: as for the state client. */
  readonly region?: string | undefined;
  readonly partitionKey: string;
  /** What the partition keys of the items wanted begin with: one of these. */
  readonly keyPrefixes: readonly string[];
  /** Attributes wanted, besides the partition key. Default: all. */
  readonly attributes?: readonly string[] | undefined;
  /** Items after which the scan ends. */
  readonly maximumItems: number;
  /** Limits of each page. */
  readonly limits: StateClientLimits;
}

/** What a scan has found. */
export interface ScannedItems {
  readonly items: readonly Item[];
  /** False if the scan ended before the end of the table. */
  readonly complete: boolean;
}

/** Pages of at most 1 MB; a table of circuits is far smaller. */
const MAXIMUM_PAGES = 100;

/** Nobody waits on it within a request, so a throttled page is worth asking for again. */
const ATTEMPTS = 3;

/**
 * Reads a table from its beginning, page by page. For operators: it reads every item, and functions have no right to it.
 *
 * @throws StoreUnavailableError if the table gives no answer.
 */
export async function scanTable(scan: TableScan): Promise<ScannedItems> {
  const client = documentClient({ ...scan.limits, maxAttempts: ATTEMPTS, region: scan.region });
  try {
    return await pages(client, scan);
  } catch (error) {
    throw new StoreUnavailableError(reasonOf(error), error);
  } finally {
    client.destroy();
  }
}

async function pages(client: DynamoDBDocumentClient, scan: TableScan): Promise<ScannedItems> {
  const items: Item[] = [];
  let from: Item | undefined;
  for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
    const abortSignal = AbortSignal.timeout(scan.limits.requestTimeoutMs * ATTEMPTS);
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand(pageAfter(from, scan)), { abortSignal });
    items.push(...Items);
    if (items.length > scan.maximumItems) return { items: items.slice(0, scan.maximumItems), complete: false };
    if (LastEvaluatedKey === undefined) return { items, complete: true };
    from = LastEvaluatedKey;
  }
  return { items, complete: false };
}

function pageAfter(from: Item | undefined, { table, partitionKey, keyPrefixes, attributes }: TableScan): ScanCommandInput {
  const names = Object.fromEntries((attributes ?? []).map((attribute, index) => [`#a${index}`, attribute]));
  const prefixes = Object.fromEntries(keyPrefixes.map((prefix, index) => [`:p${index}`, prefix]));
  return {
    TableName: table,
    FilterExpression: Object.keys(prefixes)
      .map((prefix) => `begins_with(#key, ${prefix})`)
      .join(' OR '),
    ...(attributes !== undefined && { ProjectionExpression: ['#key', ...Object.keys(names)].join(', ') }),
    ExpressionAttributeNames: { '#key': partitionKey, ...names },
    ExpressionAttributeValues: prefixes,
    ...(from !== undefined && { ExclusiveStartKey: from }),
  };
}
