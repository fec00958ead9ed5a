import { describe, expect, it } from '@jest/globals';
import { SlotsFleet, type FleetMember } from './slots-fleet.ts';

const FAILED = { durationMs: 500, failed: true };
const GOOD = { durationMs: 500, failed: false };

/** Calls that come and go for a while, as many at a time as may. */
async function work(fleet: SlotsFleet, members: readonly FleetMember[], result: typeof GOOD, seconds: number): Promise<number> {
  let most = 0;
  for (let round = 0; round < seconds * 2; round += 1) {
    const taken = await Promise.all(members.map((member) => member.take()));
    const held = taken.filter((each) => each.kind === 'slot');
    most = Math.max(most, fleet.live());
    fleet.clock.advance(500);
    await Promise.all(held.map(async (slot) => slot.give(result)));
  }
  return most;
}

describe('an adaptive bulkhead of a fleet', () => {
  const start = (options = {}) => {
    const fleet = new SlotsFleet({ maxConcurrent: 20, minConcurrent: 4, adaptive: true, keepDurationMs: 0, ...options });
    return { fleet, members: fleet.members(30) };
  };
  const resized = (members: readonly FleetMember[]) => members.flatMap(({ events }) => events.filter((event) => event.startsWith('resized')));

  it('takes slots away from all environments while calls fail, at most once a second and told once, and never below the least', async () => {
    const { fleet, members } = start();
    await work(fleet, members, FAILED, 10);
    const changes = resized(members);
    expect(changes[0]).toBe('resized 20 to 18');
    expect(new Set(changes).size).toBe(changes.length);
    expect(changes.length).toBeGreaterThan(3);
    expect(changes.length).toBeLessThanOrEqual(10);
    await work(fleet, members, FAILED, 60);
    // Those who have not asked since know an older size until they do.
    expect(Math.min(...members.map(({ slots }) => slots.usage().capacity))).toBe(4);
    expect(await work(fleet, members, FAILED, 2)).toBeLessThanOrEqual(4);
  });

  it('gives them back one by one while calls do well and need them', async () => {
    const { fleet, members } = start();
    await work(fleet, members, FAILED, 60);
    expect(await work(fleet, members, GOOD, 60)).toBeGreaterThan(12);
    const before = resized(members).length;
    await work(fleet, members.slice(0, 1), GOOD, 10);
    expect(resized(members)).toHaveLength(before);
  });

  it('learns nothing from calls that never ran, and changes nothing if it is not adaptive', async () => {
    const { fleet, members } = start();
    await work(fleet, members, { ...FAILED, durationMs: undefined as unknown as number }, 10);
    expect(resized(members)).toStrictEqual([]);
    const fixed = start({ adaptive: false });
    await work(fixed.fleet, fixed.members, FAILED, 10);
    expect(resized(fixed.members)).toStrictEqual([]);
  });

  it('leaves every part a slot, and all together at least the least', async () => {
    const { fleet, members } = start({ shards: 3, minConcurrent: 4 });
    await work(fleet, members, FAILED, 120);
    const least = Math.min(...members.map(({ slots }) => slots.usage().capacity));
    expect(least).toBeGreaterThanOrEqual(4);
    expect(least).toBeLessThan(12);
    for (let part = 0; part < 3; part += 1) {
      expect(fleet.store.leases({ name: 'payments', part, parts: 3 }).size).toBeGreaterThanOrEqual(1);
    }
  });
});
