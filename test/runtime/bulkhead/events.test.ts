import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createBulkhead } from '../../../runtime/src/bulkhead/create.ts';
import { NO_EVENTS } from '../../../runtime/src/core/events.ts';
import { ask, askMany, BulkheadWorld, countOf, FAILURE, finish, type Asked } from './world.ts';

describe('what a bulkhead reports', () => {
  it('is that it was made, and each call from its slot to its end', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1, queueSize: 2, refusal: 'service-unavailable' });
    const first = ask(bulkhead, { tenant: 'acme', operation: 'pay', priority: 'high' });
    const second = ask(bulkhead);
    await world.pass(250);
    void finish(first, FAILURE);
    await turn();
    await world.pass(100);
    void finish(second);
    const { startMs } = world;
    const about = { name: 'payments', capacity: 1, tenant: undefined, operation: undefined, priority: 'normal' };
    const high = { ...about, tenant: 'acme', operation: 'pay', priority: 'high' };
    expect(world.sink.events).toStrictEqual([
      { type: 'bulkhead.created', name: 'payments', atMs: startMs, maxConcurrent: 1, queueSize: 2, shared: false },
      { type: 'bulkhead.acquired', atMs: startMs, waitMs: 0, active: 1, queued: 0, ...high },
      { type: 'bulkhead.completed', atMs: startMs + 250, durationMs: 250, waitMs: 0, active: 0, failed: true, ...high },
      { type: 'bulkhead.acquired', atMs: startMs + 250, waitMs: 250, active: 1, queued: 0, ...about },
      { type: 'bulkhead.completed', atMs: startMs + 350, durationMs: 100, waitMs: 250, active: 0, failed: false, ...about },
    ]);
  });

  it('is why a call got none', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 4, queueSize: 1, maxWaitMs: 300, perTenant: true, tenantLimits: { acme: 1 } });
    askMany(3, bulkhead, { tenant: 'acme', operation: 'pay' });
    await world.pass(300);
    const about = { type: 'bulkhead.refused', name: 'payments', scope: 'tenant', active: 1, capacity: 4, priority: 'normal', retryAfterMs: 1000, tenant: 'acme', operation: 'pay' };
    expect(world.sink.events.slice(2)).toStrictEqual([
      { ...about, atMs: world.startMs, reason: 'queue_full', waitMs: 0, queued: 1 },
      { ...about, atMs: world.startMs + 300, reason: 'wait_timeout', waitMs: 300, queued: 0 },
    ]);
  });

  it('is nothing of a bulkhead that is switched off', () => {
    const world = new BulkheadWorld();
    ask(world.local({ enabled: false }));
    expect(world.sink.events).toEqual([]);
  });

  it('is not even made for nobody, and what is counted stays the same', async () => {
    const world = new BulkheadWorld();
    const bulkhead = createBulkhead({ name: 'payments', shared: false, maxConcurrent: 1, queueSize: 1 }, { ...world.dependencies, sink: NO_EVENTS });
    const [first, second, third] = askMany(3, bulkhead);
    void finish(first);
    await turn();
    expect([second!.state, third!.state]).toEqual(['running', 'refused']);
    expect(bulkhead.statistics).toMatchObject({ active: 1, completed: 1, refused: 1 });
  });

  it('may end other calls: the hand-over does not enter itself, and serves them all (PBH-03)', async () => {
    const world = new BulkheadWorld();
    const [running, depths]: [Asked[], number[]] = [[], []];
    let depth = 0;
    const sink = {
      emit: ({ type }: { readonly type: string }) => {
        const next = type === 'bulkhead.acquired' ? running.shift() : undefined;
        if (next === undefined) return;
        depth += 1;
        depths.push(depth);
        void finish(next);
        depth -= 1;
      },
    };
    const bulkhead = createBulkhead({ name: 'payments', shared: false, maxConcurrent: 50, queueSize: 50 }, { ...world.dependencies, sink });
    const [first, ...others] = askMany(50, bulkhead);
    const waiting = askMany(50, bulkhead);
    running.push(...others);
    void finish(first);
    await turn();
    expect(countOf(waiting, 'running')).toBe(50);
    expect(depths).toEqual(Array<number>(49).fill(1));
  });
});
