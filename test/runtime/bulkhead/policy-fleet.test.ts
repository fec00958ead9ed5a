import { describe, expect, it } from '@jest/globals';
import { createBulkhead } from '../../../runtime/src/bulkhead/create.ts';
import { MemoryBulkheadStore } from '../../../runtime/src/bulkhead/memory-store.ts';
import type { BulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import type { Bulkhead } from '../../../runtime/src/bulkhead/policy.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { UnreliableStore } from './slots-fleet.ts';
import { ask, askMany, BulkheadWorld, countOf, finish, reasonOf, statesOf } from './world.ts';

/** Environments that share one table. */
function fleet(count: number, options: Partial<BulkheadOptions> = {}) {
  const world = new BulkheadWorld();
  const store = new MemoryBulkheadStore({ shared: true });
  const environment = (seed: number): Bulkhead =>
    createBulkhead({ name: 'payments', ...options }, { ...world.dependencies, random: new SeededRandom(seed), store });
  return { world, environments: Array.from({ length: count }, (_, index) => environment(index + 1)) };
}

describe('a bulkhead that the fleet shares', () => {
  it('lets run as many as there are slots, lets wait as many as there are places, and refuses the others (BH-13, PBH-04)', async () => {
    const { world, environments } = fleet(1);
    const calls = askMany(100, environments[0]!);
    await world.pass(0);
    expect([countOf(calls, 'running'), countOf(calls, 'waiting'), countOf(calls, 'refused')]).toEqual([10, 5, 85]);
    await world.pass(5000);
    expect([countOf(calls, 'running'), countOf(calls, 'refused')]).toEqual([10, 90]);
    for (const running of calls.filter(({ state }) => state === 'running')) await finish(running);
    expect(environments[0]!.statistics).toMatchObject({ queued: 0, completed: 10 });
  });

  it('has no more running than slots in all environments together, and serves who waits in another one (PX-02)', async () => {
    const { world, environments } = fleet(3, { maxConcurrent: 4 });
    const calls = environments.flatMap((environment) => askMany(3, environment));
    await world.pass(0);
    expect([countOf(calls, 'running'), countOf(calls, 'waiting')]).toEqual([4, 5]);
    for (let rounds = 0; countOf(calls, 'done') < 9; rounds += 1) {
      expect(rounds).toBeLessThan(100);
      for (const running of calls.filter(({ state }) => state === 'running')) void finish(running);
      await world.pass(200);
      expect(countOf(calls, 'running')).toBeLessThanOrEqual(4);
    }
    expect(countOf(calls, 'refused')).toBe(0);
    expect(world.sleeping).toBe(0);
  });

  it('has the slots back that a crashed environment held (PX-04)', async () => {
    const { world, environments } = fleet(2, { maxConcurrent: 2, maxWaitMs: 60_000 });
    const deadlineMs = world.startMs + 10_000;
    const lost = askMany(2, environments[0]!, { deadlineMs });
    await world.pass(0);
    expect(countOf(lost, 'running')).toBe(2);
    const waiting = askMany(2, environments[1]!);
    await world.pass(10_000);
    expect(statesOf(waiting)).toEqual(['waiting', 'waiting']);
    await world.pass(10_000);
    expect(statesOf(waiting)).toEqual(['running', 'running']);
  });

  it('keeps a quiet tenant served while a noisy one is at its limit (PBH-01, BH-12)', async () => {
    const { world, environments } = fleet(2, { maxConcurrent: 10, queueSize: 20, perTenant: true, defaultTenantLimit: 3 });
    const noisy = environments.flatMap((environment) => askMany(10, environment, { tenant: 'noisy' }));
    await world.pass(0);
    const quiet = environments.map((environment) => ask(environment, { tenant: 'quiet' }));
    await world.pass(0);
    expect(countOf(noisy, 'running')).toBe(3);
    expect(statesOf(quiet)).toEqual(['running', 'running']);
  });

  it('refuses what comes while the table is out where that is wanted, and asks for the next call all the same', async () => {
    const world = new BulkheadWorld();
    const store = new UnreliableStore(new MemoryBulkheadStore({ shared: true }));
    const strict = createBulkhead({ name: 'payments', queueSize: 0, onStoreFailure: 'deny' }, { ...world.dependencies, random: new SeededRandom(1), store });
    store.always = 'timeout';
    const refused = ask(strict);
    await world.pass(0);
    store.always = 'answered';
    const next = ask(strict);
    await world.pass(0);
    expect([reasonOf(refused), next.state]).toEqual(['store_unavailable', 'running']);
  });

  it('refuses who has waited for as long as he may, for that reason', async () => {
    const { world, environments } = fleet(2, { maxConcurrent: 1, maxWaitMs: 500 });
    ask(environments[0]!);
    await world.pass(0);
    const calls = [ask(environments[1]!), ask(environments[1]!, { deadlineMs: world.clock.nowMs() + 300 })];
    await world.pass(500);
    expect(calls.map(reasonOf)).toEqual(['wait_timeout', 'deadline']);
  });
});
