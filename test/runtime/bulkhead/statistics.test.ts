import { describe, expect, it } from '@jest/globals';
import { ask, askMany, BulkheadWorld, finish } from './world.ts';

const QUIET = { active: 0, queued: 0, total: 0, refused: 0, completed: 0, cancelled: 0, meanWaitMs: 0, longestWaitMs: 0, utilisation: 0 };

/** Whether everything in a value is frozen. */
function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe('the statistics of a bulkhead (BH-21)', () => {
  it('begin with nothing', () => {
    expect(new BulkheadWorld().local().statistics).toStrictEqual({ ...QUIET, name: 'payments', capacity: 10, tenants: {}, operations: {} });
  });

  it('count what happens, in all and by tenant and operation with their limits (PBH-11, PX-15)', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({
      maxConcurrent: 4, queueSize: 3, maxWaitMs: 100, perTenant: true, perOperation: true, tenantLimits: { acme: 2 }, operationLimits: { pay: 4, list: 1 },
    });
    const [first] = askMany(2, bulkhead, { tenant: 'acme', operation: 'pay' });
    const waiting = [ask(bulkhead, { tenant: 'acme', operation: 'pay' }), ask(bulkhead, { tenant: 'acme', operation: 'list' })];
    const caller = new AbortController();
    ask(bulkhead, { tenant: 'acme', operation: 'pay', signal: caller.signal });
    ask(bulkhead, { tenant: 'other', operation: 'list' });
    await world.pass(60);
    caller.abort(new Error('gone'));
    void finish(first);
    await world.pass(40);
    expect(waiting.map(({ state }) => state)).toEqual(['running', 'refused']);
    const meanWaitMs = 60 / 3;
    expect(bulkhead.statistics).toStrictEqual({
      name: 'payments', active: 3, capacity: 4, queued: 0, total: 6, refused: 1, completed: 1, cancelled: 1, meanWaitMs: 60 / 4, longestWaitMs: 60, utilisation: 0.75,
      tenants: {
        acme: { active: 2, limit: 2, queued: 0, total: 5, refused: 1, completed: 1, cancelled: 1, meanWaitMs, longestWaitMs: 60, utilisation: 1 },
        other: { ...QUIET, active: 1, limit: 1, total: 1, utilisation: 1 },
      },
      operations: {
        pay: { active: 2, limit: 4, queued: 0, total: 4, refused: 0, completed: 1, cancelled: 1, meanWaitMs, longestWaitMs: 60, utilisation: 0.5 },
        list: { ...QUIET, active: 1, limit: 1, total: 2, refused: 1, utilisation: 1 },
      },
    });
  });

  it('are a picture that nobody can change, and that changes with nothing (PBH-11)', () => {
    const bulkhead = new BulkheadWorld().local({ perTenant: true });
    ask(bulkhead, { tenant: 'acme' });
    const before = bulkhead.statistics;
    expect(isDeeplyFrozen(before)).toBe(true);
    const copy = structuredClone(before);
    ask(bulkhead, { tenant: 'acme' });
    ask(bulkhead, { tenant: 'other' });
    expect(before).toStrictEqual(copy);
  });

  it('say what the decision goes by (PBH-11)', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 2, queueSize: 0 });
    for (let round = 0; round < 5; round += 1) {
      const isFull = bulkhead.statistics.active >= bulkhead.statistics.capacity;
      expect(ask(bulkhead).state).toBe(isFull ? 'refused' : 'running');
    }
  });
});
