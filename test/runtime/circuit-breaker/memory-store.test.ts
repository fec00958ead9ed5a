import { describe, expect, it } from '@jest/globals';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import { describeCircuitStore } from './store-contract.ts';
import { describeCircuitSyncs } from './sync-contract.ts';

describeCircuitStore('the circuit store in memory', () => Promise.resolve(new MemoryCircuitStore()), 200);
describeCircuitSyncs('a sync with the circuit store in memory', () => Promise.resolve(new MemoryCircuitStore()), 200);

describe('what the store in memory says of itself', () => {
  it('is that nobody shares it, unless told otherwise', () => {
    expect(new MemoryCircuitStore().shared).toBe(false);
    expect(new MemoryCircuitStore({ shared: true }).shared).toBe(true);
  });
});
