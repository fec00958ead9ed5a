import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Bulkhead } from '../../../runtime/src/bulkhead/policy.ts';
import { ask, askMany, BulkheadWorld, countOf, finish, reasonOf, statesOf, type Asked } from './world.ts';

const running = (count: number, bulkhead: Bulkhead, tenant?: string) => countOf(askMany(count, bulkhead, tenant === undefined ? {} : { tenant }), 'running');

describe('tenants with limits of their own', () => {
  it('have their own slots, else a tenth of all (BH-04)', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 30, queueSize: 0, perTenant: true, tenantLimits: { acme: 5 } });
    expect([running(9, bulkhead, 'acme'), running(9, bulkhead, 'other'), running(9, bulkhead, 'third')]).toEqual([5, 3, 3]);
  });

  it('share all slots without the switch', () => {
    expect(running(10, new BulkheadWorld().local({ maxConcurrent: 10, defaultTenantLimit: 2 }), 'acme')).toBe(10);
  });

  it('have what defaultTenantLimit says', () => {
    expect(running(10, new BulkheadWorld().local({ perTenant: true, defaultTenantLimit: 4, queueSize: 0 }), 'acme')).toBe(4);
  });

  it('do not include the anonymous, who have the limit of a tenant of their own (PBH-08)', () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 10, queueSize: 0, perTenant: true, defaultTenantLimit: 2 });
    expect([running(5, bulkhead), running(5, bulkhead, 'acme')]).toEqual([2, 2]);
    expect(running(5, world.local({ maxConcurrent: 10, queueSize: 0, perTenant: true, tenantLimits: { none: 3 } }))).toBe(3);
  });

  it('do not keep each other from the slots: one that is full starves nobody (PBH-01, BH-12)', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 10, queueSize: 100, perTenant: true, defaultTenantLimit: 2 });
    askMany(30, bulkhead, { tenant: 'noisy' });
    const quiet = Array.from({ length: 30 }, () => {
      const asked = ask(bulkhead, { tenant: 'quiet' });
      if (asked.state === 'running') void finish(asked);
      return asked;
    });
    expect(countOf(quiet, 'done')).toBe(30);
  });

  it('get a slot in all of their limits or in none (BH-09)', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 10, queueSize: 0, perTenant: true, perOperation: true, defaultTenantLimit: 3, operationLimits: { pay: 1 } });
    expect(statesOf(askMany(3, bulkhead, { tenant: 'acme', operation: 'pay' }))).toEqual(['running', 'refused', 'refused']);
    expect(bulkhead.statistics).toMatchObject({ active: 1, tenants: { acme: { active: 1 } }, operations: { pay: { active: 1 } } });
    expect(statesOf(askMany(3, bulkhead, { tenant: 'acme', operation: 'list' }))).toEqual(['running', 'running', 'refused']);
  });

  it('are told which limit was reached', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 10, queueSize: 0, perTenant: true, defaultTenantLimit: 2 });
    const [, , refused] = askMany(3, bulkhead, { tenant: 'acme' });
    expect(refused!.error).toMatchObject({ scope: { kind: 'tenant', key: 'acme', limit: 2 }, publicFields: { service: 'payments', max_concurrent: 2 } });
  });

  it('are passed over while they are full, and served as soon as they have a slot', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 3, perTenant: true, defaultTenantLimit: 2 });
    const [first] = askMany(2, bulkhead, { tenant: 'a' });
    const waitsForTenant = ask(bulkhead, { tenant: 'a' });
    const other = ask(bulkhead, { tenant: 'b' });
    const waitsForAll = ask(bulkhead, { tenant: 'b' });
    expect(statesOf([waitsForTenant, other, waitsForAll])).toEqual(['waiting', 'running', 'waiting']);
    void finish(other);
    await turn();
    expect(statesOf([waitsForTenant, waitsForAll])).toEqual(['waiting', 'running']);
    void finish(first);
    await turn();
    expect(waitsForTenant.state).toBe('running');
  });
});

describe('operations with limits of their own (BH-05)', () => {
  it('have their own slots, else a fifth of all; calls without one have one together', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 30, queueSize: 0, perOperation: true, operationLimits: { pay: 2 } });
    const count = (operation?: string) => countOf(askMany(9, bulkhead, operation === undefined ? {} : { operation }), 'running');
    expect([count('pay'), count('list'), count()]).toEqual([2, 6, 6]);
  });

  it('have what defaultOperationLimit says', () => {
    const bulkhead = new BulkheadWorld().local({ perOperation: true, defaultOperationLimit: 3, queueSize: 0 });
    expect(countOf(askMany(9, bulkhead, { operation: 'pay' }), 'running')).toBe(3);
  });
});

describe('a quiet tenant (BH-12)', () => {
  const full = async (options = {}) => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 2, queueSize: 4, perTenant: true, defaultTenantLimit: 2, ...options });
    const noisy: Asked[] = [];
    for (let index = 0; index < 6; index += 1) {
      noisy.push(ask(bulkhead, { tenant: 'noisy' }));
      await world.pass(10);
    }
    return { world, bulkhead, noisy };
  };

  it('finds a place in a line that a noisy one has filled: the youngest waiter of that one is refused', async () => {
    const { bulkhead, noisy } = await full();
    const quiet = [ask(bulkhead, { tenant: 'quiet' }), ask(bulkhead, { tenant: 'quiet' })];
    await turn();
    expect(statesOf(quiet)).toEqual(['waiting', 'waiting']);
    expect(noisy.map(reasonOf)).toEqual([undefined, undefined, undefined, undefined, 'displaced', 'displaced']);
    expect(noisy[5]!.error).toMatchObject({ statusCode: 429 });
    // Now both have two: whoever comes is refused.
    expect(reasonOf(ask(bulkhead, { tenant: 'quiet' }))).toBe('queue_full');
    expect(reasonOf(ask(bulkhead, { tenant: 'noisy' }))).toBe('queue_full');
  });

  it('finds one in a line of a single place, as long as the noisy one uses the slots', async () => {
    const { bulkhead, noisy } = await full({ queueSize: 1 });
    const quiet = ask(bulkhead, { tenant: 'quiet' });
    await turn();
    expect([quiet.state, noisy[2]!.state]).toEqual(['waiting', 'refused']);
    expect(reasonOf(ask(bulkhead, { tenant: 'noisy' }))).toBe('queue_full');
    expect(quiet.state).toBe('waiting');
  });

  it('finds none by that where tenants have no limits', async () => {
    const { bulkhead } = await full({ perTenant: false });
    expect(reasonOf(ask(bulkhead, { tenant: 'quiet' }))).toBe('queue_full');
  });

  it('loses no place to the high priority of a noisy one', async () => {
    const { bulkhead } = await full({ priority: true });
    const quiet = ask(bulkhead, { tenant: 'quiet', priority: 'background' });
    const urgent = ask(bulkhead, { tenant: 'noisy', priority: 'critical' });
    await turn();
    expect(statesOf([quiet, urgent])).toEqual(['waiting', 'waiting']);
  });
});

describe('borrowing', () => {
  const options = { maxConcurrent: 10, queueSize: 0, perTenant: true, tenantLimits: { acme: 3 }, defaultTenantLimit: 2 };

  it('lets a tenant use what others leave, but for one default share', () => {
    const bulkhead = new BulkheadWorld().local({ ...options, borrow: true });
    expect(running(20, bulkhead, 'acme')).toBe(8);
    expect(running(20, bulkhead, 'other')).toBe(2);
  });

  it('ends at the own limit without the switch', () => {
    expect(running(20, new BulkheadWorld().local(options), 'acme')).toBe(3);
  });

  it('leaves at least one slot however small the shares are', () => {
    expect(running(20, new BulkheadWorld().local({ maxConcurrent: 3, queueSize: 0, perTenant: true, borrow: true }), 'acme')).toBe(2);
  });

  it('is not for operations', () => {
    const bulkhead = new BulkheadWorld().local({ ...options, borrow: true, perOperation: true, defaultOperationLimit: 2 });
    expect(countOf(askMany(20, bulkhead, { tenant: 'acme', operation: 'pay' }), 'running')).toBe(2);
  });
});

describe('the tenants and operations that are remembered (PBH-09)', () => {
  it('are no more than maxKeys, the latest of them', () => {
    const bulkhead = new BulkheadWorld().local({ perTenant: true, perOperation: true, maxKeys: 3 });
    for (let index = 0; index < 100; index += 1) void finish(ask(bulkhead, { tenant: `t${index}`, operation: `/orders/${index}` }));
    expect(Object.keys(bulkhead.statistics.tenants)).toEqual(['t97', 't98', 't99']);
    expect(Object.keys(bulkhead.statistics.operations)).toEqual(['/orders/97', '/orders/98', '/orders/99']);
  });

  it('include all with calls on their way, whose limits hold meanwhile', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 100, queueSize: 0, perTenant: true, defaultTenantLimit: 1, maxKeys: 1 });
    const first = Array.from({ length: 50 }, (_, index) => ask(bulkhead, { tenant: `t${index}` }));
    expect(countOf(first, 'running')).toBe(50);
    expect(countOf(first.map(({ call }) => ask(bulkhead, call)), 'refused')).toBe(50);
    for (const asked of first) void finish(asked);
    expect(Object.keys(bulkhead.statistics.tenants)).toHaveLength(1);
  });

  it('may have any name', () => {
    const bulkhead = new BulkheadWorld().local({ perTenant: true });
    for (const tenant of ['__proto__', 'constructor', '']) ask(bulkhead, { tenant });
    expect(Object.keys(bulkhead.statistics.tenants)).toEqual(['__proto__', 'constructor', '']);
    expect(Object.getPrototypeOf(bulkhead.statistics.tenants)).toBe(Object.prototype);
  });
});
