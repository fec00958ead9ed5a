import { describe, expect, it } from '@jest/globals';
import { createBulkhead, type BulkheadDependencies } from '../../../runtime/src/bulkhead/create.ts';
import { MemoryBulkheadStore } from '../../../runtime/src/bulkhead/memory-store.ts';
import type { BulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { NO_EVENTS } from '../../../runtime/src/core/events.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { ask, BulkheadWorld } from './world.ts';

const CONFIGURATION = CONTRACT.environment.configuration.name;
const TABLE = CONTRACT.environment.bulkheadTable.name;

function declared(bulkheads: object, variables: object = {}) {
  return { [CONFIGURATION]: JSON.stringify({ version: CONTRACT.version, bulkheads }), [TABLE]: 'leases', ...variables };
}

function problemsOf(options: unknown, dependencies: BulkheadDependencies): readonly string[] {
  try {
    createBulkhead(options as BulkheadOptions, { sink: NO_EVENTS, ...dependencies });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('createBulkhead', () => {
  it('takes what the stack declares, under what is given here', () => {
    const environment = declared({ payments: { maxConcurrent: 7, queueSize: 2, shared: false } });
    expect(createBulkhead({ name: 'payments', queueSize: 3, maxWaitMs: undefined }, { environment, sink: NO_EVENTS }).options).toMatchObject({ maxConcurrent: 7, queueSize: 3, shared: false, maxWaitMs: 5000 });
  });

  it('refuses a name that the stack does not declare, and a missing table', () => {
    expect(problemsOf({ name: 'other' }, { environment: { ...declared({ payments: {} }), [TABLE]: '' } })).toEqual([
      expect.stringContaining('add it to the bulkheads of the ResilientFunction'),
      expect.stringContaining(TABLE),
    ]);
  });

  it('tells all problems at once, also of what is no object', () => {
    expect(problemsOf({ name: 'payments', queueSize: -1 }, { environment: {} })).toHaveLength(2);
    expect(problemsOf('payments', { environment: {} })).toEqual([expect.stringContaining('pass an object')]);
  });

  it('needs no table in process, and none when it is switched off', () => {
    expect(problemsOf({ name: 'payments', shared: false }, { environment: {} })).toEqual([]);
    expect(problemsOf({ name: 'payments', enabled: false }, { environment: {} })).toEqual([]);
  });

  it('needs no name in a function without a configuration, where variables count all the same', () => {
    const environment = { BULKHEAD_MAX_CONCURRENT: '3', BULKHEAD_ENABLED: 'true' };
    expect(createBulkhead({ name: 'payments', shared: false }, { environment, sink: NO_EVENTS }).options).toMatchObject({ maxConcurrent: 3, enabled: true });
  });

  it('is not stopped by the limits of single tenants when slots are lowered by a variable', () => {
    const options = { name: 'payments', shared: false, perTenant: true, tenantLimits: { acme: 8 }, minConcurrent: 5 };
    const lowered = createBulkhead(options, { environment: declared({ payments: {} }, { BULKHEAD_MAX_CONCURRENT: '3' }), sink: NO_EVENTS });
    expect(lowered.options).toMatchObject({ maxConcurrent: 3, minConcurrent: 3, tenantLimits: new Map([['acme', 3]]) });
    expect(problemsOf({ ...options, maxConcurrent: 3 }, { environment: {} })).toHaveLength(2);
  });

  it('takes slots from a store that the fleet shares, and from memory otherwise (PX-02)', async () => {
    const world = new BulkheadWorld();
    const store = new MemoryBulkheadStore({ shared: true });
    const environments = [1, 2].map((seed) => createBulkhead({ name: 'payments', maxConcurrent: 1, queueSize: 0 }, { ...world.dependencies, random: new SeededRandom(seed), store }));
    const calls = environments.map((bulkhead) => ask(bulkhead));
    await world.pass(0);
    expect(calls.map(({ state }) => state).sort()).toEqual(['refused', 'running']);
    const alone = [1, 2].map(() => createBulkhead({ name: 'payments', maxConcurrent: 1, queueSize: 0, shared: false }, { ...world.dependencies, store }));
    expect(alone.map((bulkhead) => ask(bulkhead).state)).toEqual(['running', 'running']);
  });

  it('reports that the bulkhead was made, and whether the fleet shares it', () => {
    const world = new BulkheadWorld();
    createBulkhead({ name: 'payments' }, { ...world.dependencies, store: new MemoryBulkheadStore({ shared: true }) });
    expect(world.sink.events).toEqual([{ type: 'bulkhead.created', name: 'payments', atMs: world.startMs, maxConcurrent: 10, queueSize: 5, shared: true }]);
  });
});
