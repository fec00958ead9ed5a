import { describe, expect, it } from '@jest/globals';
import { DONE, SlotsFleet, type FleetMember } from './slots-fleet.ts';

/** Two failures in a row, the second by a call that has come back. */
async function cutOff(member: FleetMember, fleet: SlotsFleet): Promise<void> {
  member.store.always = 'timeout';
  await member.miss();
  fleet.clock.advance(300);
  await member.take({}, 1);
}

describe('a slot whose reply is lost', () => {
  it('is no outage: the call is told to come back, and finds its slot taken (PX-19)', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const [member, other] = [fleet.member(), fleet.member()];
    member.store.fates = ['lost'];
    const missed = await member.miss();
    expect(missed.scope).toBeUndefined();
    expect(missed.retryAtMs - fleet.clock.nowMs()).toBeLessThanOrEqual(150);
    fleet.clock.advance(150);
    await other.miss();
    const slot = await member.hold();
    expect(member.events).toStrictEqual([]);
    expect(fleet.live()).toBe(1);
    await slot.give(DONE);
    expect(fleet.live()).toBe(0);
  });

  it('stays in doubt while the store is left alone, and is found once it answers', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const member = fleet.member();
    member.store.fates = ['lost', 'paused'];
    await member.miss();
    fleet.clock.advance(150);
    await member.miss({}, 1);
    const slot = await member.hold();
    await slot.give(DONE);
    expect(fleet.live()).toBe(0);
  });

  it('is not one whose request has never left: nothing is given back for it', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 4, perTenant: true, defaultTenantLimit: 2, keepDurationMs: 0 });
    const member = fleet.member();
    member.store.fates = ['paused'];
    await member.miss({ tenant: 'a' });
    await member.run({ tenant: 'b' });
    // The request that never left, a slot taken and the same slot given back.
    expect(member.store.writes).toBe(3);
  });

  it('goes back alongside a call of other scopes, and none of them counts it as free', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 4, perTenant: true, defaultTenantLimit: 2 });
    const member = fleet.member();
    member.store.fates = ['lost'];
    await member.miss({ tenant: 'a' });
    expect(fleet.live()).toBe(1);
    const slot = await member.hold({ tenant: 'b' });
    await slot.give(DONE);
    expect(fleet.live()).toBe(0);
  });

  it('of a call that lasts longer than the lost one goes back, and the call gets another', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 2 });
    const member = fleet.member();
    member.store.fates = ['lost'];
    await member.miss({ deadlineMs: fleet.clock.nowMs() + 500 });
    const slot = await member.hold({ deadlineMs: fleet.clock.nowMs() + 60_000 });
    expect(slot.expiresAtMs).toBeGreaterThanOrEqual(fleet.clock.nowMs() + 60_000);
    await slot.give(DONE);
    expect(fleet.live()).toBe(0);
  });

  it('ends with its lease where its environment never comes back (PX-04)', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const [member, other] = [fleet.member(), fleet.member()];
    member.store.fates = ['lost'];
    await member.miss();
    await other.miss();
    fleet.clock.advance(3000);
    await other.hold();
  });

  it('that was given back and whose reply is lost goes back alongside the next call', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 2, keepDurationMs: 0 });
    const member = fleet.member();
    const slot = await member.hold();
    member.store.fates = ['timeout'];
    await slot.give(DONE);
    expect(fleet.live()).toBe(1);
    await member.run();
    expect(fleet.live()).toBe(0);
  });
});

describe('a store that does not answer', () => {
  it('is out after two failures in a row, and then the environment goes on alone with as many calls as there are slots', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 3 });
    const member = fleet.member();
    const held = await member.hold();
    await cutOff(member, fleet);
    await member.hold();
    expect((await member.miss()).scope).toMatchObject({ kind: 'global' });
    expect(member.events).toStrictEqual(['degraded local', 'degraded local', 'degraded local']);
    await held.give(DONE);
    await member.hold();
    expect(member.slots.usage()).toMatchObject({ active: 3 });
  });

  it('is out for tenants and operations as well, each with its own limit', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 4, perTenant: true, defaultTenantLimit: 2 });
    const member = fleet.member();
    await cutOff(member, fleet);
    for (let call = 0; call < 2; call += 1) await member.hold({ tenant: 'a' });
    expect((await member.miss({ tenant: 'a' })).scope).toMatchObject({ kind: 'tenant', key: 'a' });
    await member.hold({ tenant: 'b' });
    expect((await member.miss({ tenant: 'b' })).scope).toMatchObject({ kind: 'global' });
  });

  it('that has stayed silent since a failure is out without another one: it is not asked while it is left alone', async () => {
    const fleet = new SlotsFleet();
    const member = fleet.member();
    member.store.fates = ['timeout'];
    member.store.always = 'paused';
    await member.miss();
    fleet.clock.advance(599);
    await member.miss({}, 1);
    expect(member.events).toStrictEqual([]);
    fleet.clock.advance(1);
    await member.hold();
    expect(member.events).toStrictEqual(['degraded local']);
  });

  it('is out at once for calls that cannot wait: they would be refused for one lost reply', async () => {
    for (const options of [{ queueSize: 0 }, { maxWaitMs: 0 }]) {
      const fleet = new SlotsFleet(options);
      const member = fleet.member();
      member.store.fates = ['timeout'];
      await member.hold();
      expect(member.events).toStrictEqual(['degraded local']);
    }
  });

  it('fails once, however many requests fail together', async () => {
    const fleet = new SlotsFleet();
    const member = fleet.member();
    member.store.always = 'timeout';
    const answers = await Promise.all(Array.from({ length: 5 }, () => member.take()));
    expect(answers.every(({ kind }) => kind === 'none')).toBe(true);
    expect(member.events).toStrictEqual([]);
  });

  it('lets every call pass, or none, where that is wanted; and none beyond the slots with deny', async () => {
    const allowing = new SlotsFleet({ maxConcurrent: 1, onStoreFailure: 'allow' });
    const generous = allowing.member();
    await cutOff(generous, allowing);
    for (let call = 0; call < 5; call += 1) await generous.hold();
    expect(generous.events).toContain('degraded allow');

    const denying = new SlotsFleet({ maxConcurrent: 1, onStoreFailure: 'deny' });
    const strict = denying.member();
    await cutOff(strict, denying);
    await expect(strict.miss()).resolves.toStrictEqual({ kind: 'none', scope: undefined, retryAtMs: Infinity });
    expect(strict.events).toContain('degraded deny');
  });

  it('is asked again, and obeyed as soon as it answers', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const [member, other] = [fleet.member(), fleet.member()];
    await other.hold({ deadlineMs: fleet.clock.nowMs() + 600_000 });
    await cutOff(member, fleet);
    member.store.always = 'answered';
    expect((await member.miss()).scope).toMatchObject({ kind: 'global' });
    // And another failure is the first again.
    member.store.fates = ['timeout'];
    expect((await member.miss()).scope).toBeUndefined();
  });

  it('that gets too many requests is in use, not out: nobody goes on without it', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 1 });
    const member = fleet.member();
    member.store.always = 'throttled';
    for (let attempts = 0; attempts < 10; attempts += 1) {
      expect((await member.miss({}, attempts)).scope).toBeUndefined();
      fleet.clock.advance(500);
    }
    expect(member.events).toStrictEqual([]);
  });

  it('that gets too many requests is out for those who would not count themselves: they let pass or refuse', async () => {
    const events = async (onStoreFailure: 'allow' | 'deny'): Promise<readonly string[]> => {
      const fleet = new SlotsFleet({ maxConcurrent: 1, queueSize: 0, onStoreFailure });
      const member = fleet.member();
      member.store.always = 'throttled';
      expect((await member.take()).kind).toBe(onStoreFailure === 'allow' ? 'slot' : 'none');
      return member.events;
    };
    expect([await events('allow'), await events('deny')]).toEqual([['degraded allow'], ['degraded deny']]);
  });

  it('is not blamed for a call that has no time left', async () => {
    const fleet = new SlotsFleet();
    const member = fleet.member();
    member.store.always = 'no_time_left';
    for (let call = 0; call < 5; call += 1) await member.miss();
    expect(member.events).toStrictEqual([]);
  });
});
