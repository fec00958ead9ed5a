import { CONTRACT } from '../contract/contract.ts';
import { scanTable, sharedKey, type StateClientLimits } from '../dynamodb/index.ts';
import { limitKey, partFromItem, type Marks } from '../rate-limit/index.ts';
import type { OperatorTarget } from './arguments.ts';
import { LIMIT_KEY_PREFIX, limitFromItemKey } from './item-key.ts';
import { nameOfKey } from './limit-key.ts';
import { reportOf, type LimitReport } from './limit-report.ts';

/** The keys of a table, by their text. */
export interface LimitList {
  readonly keys: readonly LimitReport[];
  /** False if there are more keys than are listed, or more parts than are counted. */
  readonly complete: boolean;
}

const { partitionKey: KEY, keyPrefix } = CONTRACT.tables.rateLimit;
const MAXIMUM_ITEMS = 1000;

/**
 * Reads the keys of a table.
 *
 * @param name The limit whose keys are wanted; all if undefined.
 * @throws StoreUnavailableError if the table gives no answer.
 */
export async function listLimits(
  { table, region, name }: OperatorTarget & { readonly name: string | undefined },
  nowMs: number,
  limits: StateClientLimits,
): Promise<LimitList> {
  const keyPrefixes = name === undefined ? [LIMIT_KEY_PREFIX] : prefixesOf(name);
  // Which marks an item has depends on its limits, so all are asked for.
  const { items, complete } = await scanTable({ table, region, partitionKey: KEY, keyPrefixes, maximumItems: MAXIMUM_ITEMS, limits });
  const partsByKey = new Map<string, Marks[]>();
  for (const item of items) {
    const { key, part } = limitFromItemKey(String(item[KEY]));
    const parts = partsByKey.get(key) ?? [];
    parts[part] = partFromItem(item).marks;
    partsByKey.set(key, parts);
  }
  const keys = [...partsByKey]
    // Parts without the key itself are left over from a split that is forgotten.
    .filter(([key, [whole]]) => whole !== undefined && (name === undefined || key === name || nameOfKey(key).name === name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, parts]) => reportOf(key, parts, nowMs));
  return { keys, complete };
}

/** What the items of a limit begin with: of the key without parts, and of all others. */
function prefixesOf(name: string): string[] {
  const [begun = ''] = sharedKey(keyPrefix, { name: limitKey(name, ['']) }).split('%002c');
  return [sharedKey(keyPrefix, { name }), begun];
}
