import { describe, expect, it } from '@jest/globals';
import { DONE, SlotsFleet } from './slots-fleet.ts';

describe('the slots of a fleet', () => {
  it('are as many as the bulkhead has, over all environments, and free again when given back (PX-01)', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 3 });
    const [a, b, c, d] = [fleet.member(), fleet.member(), fleet.member(), fleet.member()];
    const first = await a.hold();
    await b.hold();
    await c.hold();
    expect((await d.miss()).scope).toMatchObject({ kind: 'global', limit: 3 });
    await first.give(DONE);
    await d.hold();
    expect(fleet.live()).toBe(3);
  });

  it('cost one write to take and one to give back, and no read', async () => {
    const member = new SlotsFleet().member();
    await member.run();
    expect([member.store.writes, member.store.reads]).toStrictEqual([2, 0]);
  });

  it('are taken in all scopes or in none, and the narrowest full one is named (PBH-01)', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 10, perTenant: true, tenantLimits: { noisy: 2 }, perOperation: true, operationLimits: { pay: 3 } });
    const [a, b] = [fleet.member(), fleet.member()];
    const noisy = { tenant: 'noisy', operation: 'pay' };
    await a.hold(noisy);
    await a.hold(noisy);
    for (let tries = 0; tries < 30; tries += 1) expect((await a.miss(noisy, tries)).scope).toMatchObject({ kind: 'tenant', key: 'noisy' });
    await b.hold({ tenant: 'quiet', operation: 'pay' });
    expect((await b.miss({ tenant: 'third', operation: 'pay' })).scope).toMatchObject({ kind: 'operation', key: 'pay' });
    await b.hold({ tenant: 'third', operation: 'look' });
    expect(fleet.live()).toBe(4);
  });

  it('are held until a margin after the deadline of the call, and no longer (PX-04)', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1, leaseMarginMs: 2000, keepDurationMs: 0 });
    const [crashed, other] = [fleet.member(), fleet.member()];
    const slot = await crashed.hold();
    expect(slot.expiresAtMs).toBe(fleet.clock.nowMs() + 1000);
    fleet.clock.advance(2999);
    await other.miss();
    fleet.clock.advance(1);
    await other.hold();
    await other.slots.take(other.claim());
    expect(other.events).toStrictEqual(['reclaimed 1']);
    expect(fleet.live()).toBe(1);
  });

  it('of calls without a deadline are held for the duration of a lease', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1, leaseDurationMs: 30_000, leaseMarginMs: 1000, keepDurationMs: 0 });
    const [crashed, other] = [fleet.member(), fleet.member()];
    await crashed.hold({ deadlineMs: Infinity });
    fleet.clock.advance(30_999);
    await other.miss({ deadlineMs: Infinity });
    fleet.clock.advance(1);
    await other.hold();
  });

  it('that others have by now are left to them, however late they are given back (PX-05)', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const [late, next] = [fleet.member(), fleet.member()];
    const slot = await late.hold();
    fleet.clock.advance(10_000);
    await next.hold();
    await slot.give(DONE);
    await slot.give(DONE);
    expect(fleet.live()).toBe(1);
    await late.miss();
  });

  it('are given back once, though a caller gives them back twice (PBH-02)', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 2, keepDurationMs: 0 });
    const member = fleet.member();
    const [first] = [await member.hold(), await member.hold()];
    await Promise.all([first.give(DONE), first.give(DONE)]);
    expect(member.store.writes).toBe(3);
    expect(fleet.live()).toBe(1);
  });

  it('are counted: those in use as last seen, and all that there are', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 30 });
    const [a, b] = [fleet.member(), fleet.member()];
    expect(a.slots.usage()).toStrictEqual({ active: 0, capacity: 30 });
    await a.hold();
    await b.hold();
    await a.hold();
    expect(a.slots.usage()).toMatchObject({ active: expect.any(Number), capacity: 30 });
    expect(a.slots.usage().active).toBeGreaterThanOrEqual(2);
  });
});

describe('a slot that is kept', () => {
  const calls = async (options: { readonly gapMs: number; readonly count: number }, fleet = new SlotsFleet()) => {
    const member = fleet.member();
    for (let call = 0; call < options.count; call += 1) {
      await member.run();
      fleet.clock.advance(options.gapMs);
    }
    return { member, fleet };
  };

  it('serves the calls of a second with two writes, where few slots are in use', async () => {
    const { member } = await calls({ gapMs: 50, count: 200 });
    expect(member.store.writes).toBeLessThanOrEqual(24);
  });

  it('is not kept for a call that is not to be expected, nor with a duration of 0', async () => {
    const rare = await calls({ gapMs: 600, count: 10 });
    expect(rare.member.store.writes).toBe(20);
    expect(rare.fleet.live()).toBe(0);
    const never = await calls({ gapMs: 10, count: 10 }, new SlotsFleet({ keepDurationMs: 0 }));
    expect(never.member.store.writes).toBe(20);
  });

  it('is not kept where others may miss it: of one slot, of a tenant with one, or of many that are in use', async () => {
    expect((await calls({ gapMs: 10, count: 10 }, new SlotsFleet({ maxConcurrent: 1 }))).member.store.writes).toBe(20);
    expect((await calls({ gapMs: 10, count: 10 }, new SlotsFleet({ perTenant: true }))).member.store.writes).toBe(20);
    const busy = new SlotsFleet({ maxConcurrent: 10 });
    for (const member of busy.members(5)) await member.hold();
    expect((await calls({ gapMs: 10, count: 10 }, busy)).member.store.writes).toBe(20);
  });

  it('covers the deadline of every call that it serves', async () => {
    const { member, fleet } = await calls({ gapMs: 50, count: 5 });
    const slot = await member.hold();
    expect(slot.expiresAtMs).toBeGreaterThanOrEqual(fleet.clock.nowMs() + 1000);
    await slot.give(DONE);
    const writes = member.store.writes;
    await member.hold({ deadlineMs: fleet.clock.nowMs() + 60_000 });
    expect(member.store.writes).toBe(writes + 1);
  });

  it('goes back alongside the next call when its time is over, however long the environment was frozen', async () => {
    const { member, fleet } = await calls({ gapMs: 50, count: 5 });
    expect(fleet.live()).toBe(1);
    fleet.clock.advance(3000);
    const slot = await member.hold();
    await slot.give(DONE);
    expect(fleet.live()).toBe(0);
    await calls({ gapMs: 50, count: 5 }, fleet);
    fleet.clock.advance(600_000);
    expect(fleet.live()).toBe(0);
  });

  it('goes back when a call of other scopes finds no room', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 10, perTenant: true, defaultTenantLimit: 4 });
    const [member, other] = [fleet.member(), fleet.member()];
    for (let call = 0; call < 5; call += 1) await member.run({ tenant: 'a' });
    expect(fleet.live()).toBe(1);
    for (const tenant of ['b', 'c', 'd']) for (let call = 0; call < 3; call += 1) await other.hold({ tenant });
    await member.miss({ tenant: 'e' });
    await new Promise(setImmediate);
    expect(fleet.live()).toBe(9);
    expect(member.freed).toBeGreaterThan(0);
    await member.hold({ tenant: 'e' });
  });
});

describe('a slot that is given back while calls of its environment wait', () => {
  it('is handed to one of them without a write', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const member = fleet.member();
    const slot = await member.hold({ deadlineMs: fleet.clock.nowMs() + 1500 });
    await member.miss();
    const writes = member.store.writes;
    const handed: unknown[] = [];
    member.slots.onFreed(() => handed.push(member.slots.take(member.claim({}, 1))));
    await slot.give(DONE);
    expect(handed).toStrictEqual([expect.objectContaining({ kind: 'slot' })]);
    expect(member.store.writes).toBe(writes);
    expect(fleet.live()).toBe(1);
  });

  it('goes back to the fleet when it has been theirs for long enough, and then they are told', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1, keepDurationMs: 1000 });
    const [member, other] = [fleet.member(), fleet.member()];
    const slot = await member.hold({ deadlineMs: fleet.clock.nowMs() + 5000 });
    fleet.clock.advance(1000);
    await member.miss();
    await slot.give(DONE);
    expect(member.freed).toBe(1);
    await other.hold();
  });
});

describe('a call that finds no room', () => {
  it('is told when it is worth another try: later and later, and by chance', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const [holder, other] = [fleet.member(), fleet.member()];
    await holder.hold({ deadlineMs: fleet.clock.nowMs() + 600_000 });
    const waits: number[] = [];
    for (let attempts = 0; attempts < 10; attempts += 1) waits.push((await other.miss({}, attempts)).retryAtMs - fleet.clock.nowMs());
    for (const [index, wait] of waits.entries()) {
      const longest = Math.min(800, 25 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      expect(wait).toBeLessThanOrEqual(longest);
    }
  });

  it('is told to come back when the next lease ends, if that is sooner', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1, keepDurationMs: 0, leaseMarginMs: 1000 });
    const [holder, other] = [fleet.member(), fleet.member()];
    await holder.hold();
    fleet.clock.advance(1995);
    expect((await other.miss()).retryAtMs - fleet.clock.nowMs()).toBe(5);
  });

  it('looks before it writes when it comes back: a look costs a tenth', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const [holder, other] = [fleet.member(), fleet.member()];
    const slot = await holder.hold();
    for (let attempts = 0; attempts < 10; attempts += 1) await other.miss({}, attempts);
    expect([other.store.writes, other.store.reads]).toStrictEqual([1, 9]);
    await slot.give(DONE);
    await other.take({}, 10);
    expect([other.store.writes, other.store.reads]).toStrictEqual([2, 10]);
  });

  it('asks for all others of its scopes that come meanwhile', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const [holder, other] = [fleet.member(), fleet.member()];
    await holder.hold();
    await other.miss();
    const answers = await Promise.all(Array.from({ length: 20 }, () => other.take()));
    expect(answers.every(({ kind }) => kind === 'none')).toBe(true);
    expect([other.store.writes, other.store.reads]).toStrictEqual([1, 1]);
  });
});
