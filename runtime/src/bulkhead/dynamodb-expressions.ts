import { CONTRACT } from '../contract/contract.ts';
import type { Item } from '../dynamodb/state-client.ts';
import { leaseEndMs, leaseId, sizeNow, type AcquireCommand, type Leases, type ReleaseCommand, type Resize, type ScopeQuota } from './lease-state.ts';

/**
 * What `lease-state.ts` decides, as DynamoDB writes. Leases are sets of texts: adding one that is there and removing one that is
 * not change nothing, and a set that is empty is gone, so nothing has to be made before or cleared away after.
 *
 *     id | h (all) | t… (a tenant) | o… (an operation) | n (slots that are left) | c (changed when) | d (lowered when) | expiresAt
 *
 * `expiresAt` is garbage collection only and lies a day after the end of the latest lease.
 */

const TABLE = CONTRACT.tables.bulkhead;
const SECONDS_PER_DAY = 86_400;
const EXPIRES_AT = TABLE.timeToLiveAttribute;

/** Attributes of every item. The names of scopes are longer than these, see `dynamodb-store.ts`. */
const ALL = 'h';
const SIZE = 'n';
const RESIZED_AT = 'c';
const LOWERED_AT = 'd';

/** A conditional write to the item of a part. */
export interface BulkheadWrite {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** The leases that an item holds. */
export function leasesFromItem(item: Item | undefined): Leases {
  const scopes = new Map<string, ReadonlySet<string>>();
  let all: ReadonlySet<string> = new Set();
  for (const [name, value] of Object.entries(item ?? {})) {
    if (!(value instanceof Set)) continue;
    if (name === ALL) all = value as ReadonlySet<string>;
    else scopes.set(name, value as ReadonlySet<string>);
  }
  return { all, scopes, size: numberIn(item, SIZE), resizedAtMs: numberIn(item, RESIZED_AT), loweredAtMs: numberIn(item, LOWERED_AT) };
}

function numberIn(item: Item | undefined, name: string): number | undefined {
  const value = item?.[name];
  return typeof value === 'number' ? value : undefined;
}

/**
 * The write that takes a slot in every scope, or in none:
 *
 *     environment A   sees 9 of 10 in use --- add its lease, if fewer than 10: 10
 *     environment B   sees 9 of 10 in use ------ add its lease, if fewer than 10: refused, sees 10
 *
 * A repeat finds its own lease: it adds nothing, or is refused and sees it.
 *
 *     environment A   add its lease ... reply lost ... add it again: refused, sees its lease among ten: held
 *
 * Ended leases do not count as long as they are all still there; removing them is another write.
 *
 *     environment A   sees 10, one of them ended --- add, if fewer than 11 and that one is there: 11, of which 10 have not ended
 *     environment B   sees 10, one of them ended ------ add, if fewer than 11 and that one is there: refused, sees 11
 *     environment C   sees 10, one of them ended --- removes it: 9
 *
 * And nobody takes a slot that an adaptive bulkhead has taken away:
 *
 *     environment A   sees a size of 10 --- makes it 9
 *     environment B   sees a size of 10 ------ add its lease, if the size is still 10 or more: refused, sees 9
 *
 * @param known The part as last seen.
 * @param passed Ended leases of it that do not count.
 */
export function acquireWrite(command: AcquireCommand, known: Leases, passed: readonly string[]): BulkheadWrite {
  const { lease, scopes, adaptive, nowMs } = command;
  const names: Record<string, string> = { '#h': ALL, '#until': EXPIRES_AT };
  const values: Record<string, unknown> = { ':lease': new Set([lease]), ':until': expiresAt(leaseEndMs(lease), nowMs) };
  const size = sizeNow(known, command);
  values[':size'] = size + passed.length;
  const conditions = [passed.length === 0 ? '(attribute_not_exists(#h) OR size(#h) < :size)' : 'size(#h) < :size'];
  passed.forEach((ended, index) => {
    values[`:e${index}`] = ended;
    conditions.push(`contains(#h, :e${index})`);
  });
  if (adaptive) {
    names['#n'] = SIZE;
    values[':n'] = size;
    conditions.push('(attribute_not_exists(#n) OR #n >= :n)');
  }
  const adds = ['#h :lease'];
  scopes.forEach((scope, index) => {
    names[`#s${index}`] = scope.name;
    adds.push(`#s${index} :ids`);
    const ended = passed.filter((each) => known.scopes.get(scope.name)?.has(leaseId(each)) === true).length;
    values[`:l${index}`] = scope.limit + ended;
    if (scope.spare !== undefined) values[`:b${index}`] = size - scope.spare + passed.length;
    conditions.push(scopeCondition(scope, index, size));
  });
  if (scopes.length > 0) Object.assign(values, { ':ids': new Set([leaseId(lease)]), ':id': leaseId(lease) });
  return {
    UpdateExpression: `SET #until = :until ADD ${adds.join(', ')}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** An id that is there by chance would not be counted, and one that is there on purpose is a repeat. */
function scopeCondition({ limit, spare }: ScopeQuota, index: number, size: number): string {
  const set = `#s${index}`;
  // `size` of what is missing is no number: the comparison is false then.
  const ways = [`size(${set}) < :l${index}`];
  if (limit > 0) ways.unshift(`attribute_not_exists(${set})`);
  if (spare !== undefined) ways.push(`size(#h) < :b${index}`);
  if (spare !== undefined && limit === 0 && spare < size) ways.push('attribute_not_exists(#h)');
  return `(${ways.join(' OR ')}) AND NOT contains(${set}, :id)`;
}

/**
 * The write that gives a slot back. One that has ended may be somebody else's by now, so it asks for its own lease:
 *
 *     environment A   holds a slot ... frozen until its lease has ended ............. remove its lease, if there: refused
 *     environment B   --- add, if fewer than 11 and A's is there --- removes A's
 *
 * A change of size rides along, at most one in a while:
 *
 *     environment A   sees a size of 10 --- remove its lease, size 9, if still 10 and not changed of late: 9
 *     environment B   sees a size of 10 ------ remove its lease, size 9, if still 10 and not changed of late: refused, sees 9
 */
export function releaseWrite({ lease, scopes, resize }: ReleaseCommand): BulkheadWrite {
  const names: Record<string, string> = { '#h': ALL };
  const values: Record<string, unknown> = { ':leases': new Set([lease]), ':lease': lease };
  const deletes = ['#h :leases'];
  scopes.forEach((name, index) => {
    names[`#s${index}`] = name;
    deletes.push(`#s${index} :ids`);
  });
  if (scopes.length > 0) values[':ids'] = new Set([leaseId(lease)]);
  const conditions = ['contains(#h, :lease)'];
  const sets = resize === undefined ? '' : `SET ${resizeParts(resize, names, values, conditions)} `;
  return {
    UpdateExpression: `${sets}DELETE ${deletes.join(', ')}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

function resizeParts(resize: Resize, names: Record<string, string>, values: Record<string, unknown>, conditions: string[]): string {
  const { from, to, atMs, lowers, lastBeforeMs } = resize;
  Object.assign(names, { '#n': SIZE, '#c': RESIZED_AT });
  Object.assign(values, { ':to': to, ':at': atMs, ':before': lastBeforeMs });
  conditions.push('(attribute_not_exists(#c) OR #c < :before)');
  if (from === undefined) conditions.push('attribute_not_exists(#n)');
  else {
    values[':from'] = from;
    conditions.push('#n = :from');
  }
  if (!lowers) return '#n = :to, #c = :at';
  names['#d'] = LOWERED_AT;
  return '#n = :to, #c = :at, #d = :at';
}

/**
 * The write that removes ended leases, everywhere they stand. The oldest has to be there, so of several who try one does it:
 *
 *     environment A   sees two ended leases --- remove both, if the older is there: done
 *     environment B   sees two ended leases ------ remove both, if the older is there: refused
 */
export function reclaimWrite(known: Leases, ended: readonly string[]): BulkheadWrite {
  const names: Record<string, string> = { '#h': ALL };
  const values: Record<string, unknown> = { ':leases': new Set(ended), ':oldest': ended[0] };
  const deletes = ['#h :leases'];
  let index = 0;
  for (const [name, ids] of known.scopes) {
    const gone = ended.map(leaseId).filter((id) => ids.has(id));
    if (gone.length === 0) continue;
    names[`#s${index}`] = name;
    values[`:i${index}`] = new Set(gone);
    deletes.push(`#s${index} :i${index}`);
    index += 1;
  }
  return {
    UpdateExpression: `DELETE ${deletes.join(', ')}`,
    ConditionExpression: 'contains(#h, :oldest)',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

function expiresAt(endsAtMs: number, nowMs: number): number {
  return Math.ceil(Math.max(nowMs, endsAtMs) / 1000) + TABLE.timeToLiveDays * SECONDS_PER_DAY;
}
