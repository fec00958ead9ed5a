import { describe, it, expect } from '@jest/globals';
import { leaseText, NO_LEASES, type AcquireCommand, type Leases } from '../../runtime/src/bulkhead/lease-state.ts';
import { BulkheadTable } from './bulkhead-table.ts';

const PART = { name: 'bulkhead', part: 0, parts: 1 };

function wish(id: string, nowMs: number, more: Partial<AcquireCommand> = {}): AcquireCommand {
  return { lease: leaseText(nowMs + 1000, id), size: 2, adaptive: false, scopes: [], nowMs, ...more };
}

/** A table that holds leases, and what is seen of it afterwards. */
async function holding(...wishes: AcquireCommand[]): Promise<{ table: BulkheadTable; seen: Leases }> {
  const table = new BulkheadTable();
  let seen = NO_LEASES;
  for (const each of wishes) seen = (await table.acquire(PART, each, seen, each)).decision.leases;
  return { table, seen };
}

describe('the table of a bulkhead', () => {
  it('takes one write for a slot that is free, or known to be free, and for one that is not', async () => {
    const { table, seen } = await holding(wish('a', 0));
    expect(await table.acquire(PART, wish('b', 1), NO_LEASES, { nowMs: 1 })).toMatchObject({ writes: 1, isNew: true, decision: { outcome: 'held' } });
    expect(await table.acquire(PART, wish('c', 2), seen, { nowMs: 2 })).toMatchObject({ writes: 1, isNew: false, decision: { outcome: 'full' } });
  });

  it('takes a second one where the place is that of an ended lease of which the sender did not know', async () => {
    const { table, seen } = await holding(wish('a', 0), wish('b', 0));
    expect(await table.acquire(PART, wish('c', 2000), NO_LEASES, { nowMs: 2000 })).toMatchObject({ writes: 2, isNew: true });
    const known = await holding(wish('a', 0), wish('b', 0));
    expect(await known.table.acquire(PART, wish('c', 2000), seen, { nowMs: 2000 })).toMatchObject({ writes: 1, isNew: true });
  });

  it('knows a lease again', async () => {
    const { table, seen } = await holding(wish('a', 0), wish('b', 0));
    expect(await table.acquire(PART, wish('a', 0), seen, { nowMs: 1 })).toMatchObject({ writes: 1, isNew: false, decision: { outcome: 'held' } });
  });

  it('counts the slots of a tenant as the write would', async () => {
    const scopes = [{ name: 'tenant:a', limit: 1, spare: undefined }];
    const { table, seen } = await holding(wish('a', 0, { scopes }));
    const other = wish('b', 2000, { scopes });
    expect(await table.acquire(PART, other, NO_LEASES, { nowMs: 2000 })).toMatchObject({ writes: 2, isNew: true });
    const again = await holding(wish('a', 0, { scopes }));
    expect(await again.table.acquire(PART, other, seen, { nowMs: 2000 })).toMatchObject({ writes: 1, isNew: true });
  });
});
