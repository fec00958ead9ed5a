import type { Scopes, ScopeRecord } from './scopes.ts';
import type { SlotUsage } from './slots.ts';

/** What was counted under one limit since the bulkhead was made, in this environment. */
export interface BulkheadCounts {
  /** Calls that run now. */
  readonly active: number;
  /** Calls that wait now. */
  readonly queued: number;
  /** Calls that have asked for a slot. */
  readonly total: number;
  /** Calls that got none. */
  readonly refused: number;
  /** Calls that have given their slot back. */
  readonly completed: number;
  /** Calls whose caller gave up while they waited. */
  readonly cancelled: number;
  /** Milliseconds that calls have waited for their slot, on average; those that had it at once count as 0. */
  readonly meanWaitMs: number;
  readonly longestWaitMs: number;
  /** Share of the slots in use, 0 to 1; more while a borrower, or an adaptive bulkhead, has more than there are. */
  readonly utilisation: number;
}

/** What was counted of one tenant or operation. */
export interface BulkheadScopeStatistics extends BulkheadCounts {
  /** Its slots. */
  readonly limit: number;
}

/** What a bulkhead knows about itself at one instant. Nothing in it changes afterwards. */
export interface BulkheadStatistics extends BulkheadCounts {
  readonly name: string;
  /** Slots in use: of this environment, or of the fleet as last seen. */
  readonly active: number;
  /** Slots that there are now. */
  readonly capacity: number;
  /** By tenant; empty where tenants have no limits. Those with calls on their way, and the latest of the others. */
  readonly tenants: Readonly<Record<string, BulkheadScopeStatistics>>;
  /** By operation, in the same way. */
  readonly operations: Readonly<Record<string, BulkheadScopeStatistics>>;
}

/** The statistics of a bulkhead, of what it decides by itself. */
export function statisticsOf(name: string, scopes: Scopes, { active, capacity }: SlotUsage): BulkheadStatistics {
  return Object.freeze({
    ...countsOf(scopes.global),
    name,
    active,
    capacity,
    utilisation: active / capacity,
    tenants: byKey(scopes.tenants()),
    operations: byKey(scopes.operations()),
  });
}

function byKey(records: Iterable<ScopeRecord>): Readonly<Record<string, BulkheadScopeStatistics>> {
  const entries = Array.from(records, (record) => [record.key, Object.freeze({ ...countsOf(record), limit: record.limit })] as const);
  return Object.freeze(Object.fromEntries(entries));
}

function countsOf(record: ScopeRecord): BulkheadCounts {
  const { active, queued, total, refused, completed, cancelled, admitted, waitedMs, longestWaitMs, limit } = record;
  const meanWaitMs = admitted === 0 ? 0 : waitedMs / admitted;
  return { active, queued, total, refused, completed, cancelled, meanWaitMs, longestWaitMs, utilisation: active / limit };
}
