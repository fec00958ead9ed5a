import { describe, expect, it } from '@jest/globals';
import { NO_LEASES } from '../../../runtime/src/bulkhead/lease-state.ts';
import { MemoryBulkheadStore } from '../../../runtime/src/bulkhead/memory-store.ts';
import { PartUnderTest } from './part-under-test.ts';
import { describeRandomWishes } from './random-commands.ts';
import { describeBulkheadStore } from './store-contract.ts';

const open = () => Promise.resolve(new MemoryBulkheadStore());

describeBulkheadStore('slots in memory', open);
describeRandomWishes('random wishes for slots in memory', open, 300);

describe('the store of slots in memory', () => {
  it('is shared by nobody, unless told otherwise', () => {
    expect(new MemoryBulkheadStore().shared).toBe(false);
    expect(new MemoryBulkheadStore({ shared: true }).shared).toBe(true);
  });

  it('forgets parts that hold nothing', async () => {
    const store = new MemoryBulkheadStore();
    const part = new PartUnderTest(store, { name: 'orders', part: 0, parts: 1 });
    await part.acquire('a');
    expect(store.leases(part.part).all.size).toBe(1);
    await part.release('a');
    expect(store.leases(part.part)).toBe(NO_LEASES);
  });
});
