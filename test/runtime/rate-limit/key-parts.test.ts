import { describe, expect, it } from '@jest/globals';
import { KeyParts } from '../../../runtime/src/rate-limit/key-parts.ts';
import type { Marks } from '../../../runtime/src/rate-limit/rule.ts';
import { MARK, type Split } from '../../../runtime/src/rate-limit/state.ts';
import type { StoreRequest } from '../../../runtime/src/rate-limit/store.ts';
import { admitted, LimiterFleet, ShadowBucket, WatchedStore } from './limiter-fleet.ts';

const NOW_MS = 1_767_225_600_000;
const at = (afterMs: number): StoreRequest => ({ nowMs: NOW_MS + afterMs });

/** Chance that always falls the same way. */
const always = (value: number) => ({ next: () => value });

interface Given {
  readonly store?: WatchedStore;
  readonly chance?: number;
  readonly maxShards?: number;
  readonly splits?: number[];
}

function partsOf({ store = new WatchedStore(), chance = 0, maxShards = 32, splits = [] }: Given = {}): KeyParts {
  return new KeyParts({ key: 'api', store, random: always(chance), maxShards: () => maxShards, onSplit: (shards) => splits.push(shards) });
}

/** Has parts see so many grants in a second. */
async function seeGrants(parts: KeyParts, grants: number, forMs = 1000): Promise<void> {
  await parts.watch({ [MARK.grants]: 100 }, true, at(0));
  await parts.watch({ [MARK.grants]: 100 + grants }, true, at(forMs));
}

/** What is stored of a split. */
const marksOf = ({ shards, bornAtMs }: Split): Marks => ({ [MARK.shards]: shards, [MARK.bornAtMs]: bornAtMs });

describe('a key', () => {
  it('begins whole', () => {
    const parts = partsOf();
    expect(parts.split).toStrictEqual({ shards: 1, bornAtMs: 0 });
    expect(parts.part).toBe(0);
    expect(parts.move()).toBe(false);
  });

  it('is split where its item gets more than 500 writes a second, not before', async () => {
    const splits: number[] = [];
    const idle = partsOf({ splits });
    await seeGrants(idle, 500);
    expect(idle.split.shards).toBe(1);
    const parts = partsOf({ splits });
    await seeGrants(parts, 501);
    expect(parts.split).toStrictEqual({ shards: 2, bornAtMs: NOW_MS + 1000 });
    expect(splits).toStrictEqual([2]);
  });

  it('is watched for a second before its writes are a rate', async () => {
    const parts = partsOf();
    await seeGrants(parts, 5000, 999);
    expect(parts.split.shards).toBe(1);
    await parts.watch({ [MARK.grants]: 5100 }, true, at(1000));
    expect(parts.split.shards).toBe(2);
  });

  it('counts refused writes by those of its own', async () => {
    const parts = partsOf();
    await parts.watch({ [MARK.grants]: 0 }, true, at(0));
    await parts.watch({ [MARK.grants]: 150 }, false, at(500));
    await parts.watch({ [MARK.grants]: 300 }, false, at(1000));
    // One of three was granted: 300 grants stand for 900 writes.
    expect(parts.split.shards).toBe(2);
  });

  it('is split by few environments: by chance, in a second two of all that see it busy', async () => {
    const parts = partsOf({ chance: 2 / 1000 });
    await seeGrants(parts, 1000);
    expect(parts.split.shards).toBe(1);
    const chosen = partsOf({ chance: 1.9 / 1000 });
    await seeGrants(chosen, 1000);
    expect(chosen.split.shards).toBe(2);
  });

  it('is split after one in twenty requests that an overloaded item turned away', async () => {
    const unlucky = partsOf({ chance: 0.05 });
    await unlucky.throttled({}, at(0));
    expect(unlucky.split.shards).toBe(1);
    const lucky = partsOf({ chance: 0.049 });
    await lucky.throttled({}, at(0));
    expect(lucky.split.shards).toBe(2);
  });

  it('is never split beyond the maximum', async () => {
    const splits: number[] = [];
    const parts = partsOf({ maxShards: 4, splits });
    for (let time = 0; time < 5; time += 1) await parts.throttled({}, at(time));
    expect(parts.split).toStrictEqual({ shards: 4, bornAtMs: NOW_MS });
    expect(splits).toStrictEqual([2, 4]);
    const whole = partsOf({ maxShards: 1 });
    await whole.throttled({}, at(0));
    expect(whole.split.shards).toBe(1);
  });

  it('is split once where two environments do it at the same time', async () => {
    const store = new WatchedStore();
    const splits: number[] = [];
    const [one, other] = [partsOf({ store, splits }), partsOf({ store, splits })];
    await one.throttled({}, at(0));
    await other.throttled({}, at(5));
    expect(other.split).toStrictEqual(one.split);
    expect(splits).toStrictEqual([2]);
  });
});

describe('the way to the parts of a key', () => {
  it('is what is found in the item', async () => {
    const parts = partsOf({ chance: 0.99 });
    await parts.follow(marksOf({ shards: 8, bornAtMs: NOW_MS }), at(0));
    expect(parts.split).toStrictEqual({ shards: 8, bornAtMs: NOW_MS });
    expect(parts.part).toBe(7);
    expect(parts.move()).toBe(true);
  });

  it('leads to a part that nobody has asked yet by way of its other halves', async () => {
    const store = new WatchedStore();
    const split: Split = { shards: 4, bornAtMs: NOW_MS };
    const first = partsOf({ store });
    await first.throttled({}, at(0));
    await first.throttled({}, at(1));
    expect(first.split).toStrictEqual(split);
    const parts = partsOf({ store, chance: 0.99 });
    await parts.follow(marksOf(split), at(2));
    expect(parts.part).toBe(3);
    await parts.follow({}, at(3));
    await expect(store.inner.read({ key: 'api', part: 3 }, at(3))).resolves.toMatchObject(split);
    await expect(store.inner.read({ key: 'api', part: 1 }, at(3))).resolves.toMatchObject(split);
  });

  it('is looked up at the key itself every ten minutes, which keeps it from expiring', async () => {
    const parts = partsOf({ chance: 0.99 });
    await parts.follow(marksOf({ shards: 2, bornAtMs: NOW_MS }), at(0));
    parts.prepare(NOW_MS + 599_999);
    expect(parts.part).toBe(1);
    parts.prepare(NOW_MS + 600_000);
    expect(parts.part).toBe(0);
  });
});

/** A fleet whose key gets split while it is used, and all that it admits. */
async function splitInUse(options: { readonly limit: number; readonly maxLeaseMs: number }): Promise<{ most: number; admittedAll: number; store: WatchedStore }> {
  const { limit, maxLeaseMs } = options;
  const fleet = new LimiterFleet({ limits: [{ limit, periodMs: 1000 }], maxLeaseMs, onStoreFailure: 'deny' });
  const shadow = new ShadowBucket({ limit, periodMs: 1000 });
  const environments = fleet.environments(12);
  let admittedAll = 0;
  fleet.store.failsTakesAlone = true;
  for (let step = 0; step < 400; step += 1) {
    // For a time the store turns requests away for being too many.
    if (step % 100 === 20) fleet.store.breakDown('throttled');
    if (step % 100 === 40) fleet.store.recover();
    for (const limiter of environments) {
      const count = await admitted(limiter, 1 + (step % 7));
      if (count > 0) shadow.spend(count, fleet.clock.nowMs());
      admittedAll += count;
    }
    fleet.clock.advance(5);
  }
  return { most: shadow.most, admittedAll, store: fleet.store };
}

describe('a key that is split while it is used', () => {
  it.each([0, 2000])('mints nothing and loses little, with leases of %p ms', async (maxLeaseMs) => {
    const { most, admittedAll, store } = await splitInUse({ limit: 2000, maxLeaseMs });
    expect(store.grown.length).toBeGreaterThan(3);
    expect(new Set(store.takes.map(({ at: { part } }) => part)).size).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(2000 + 1e-6);
    // Two seconds of the limit and the burst, less the time without the store.
    expect(admittedAll).toBeGreaterThan(2000);
  });

  it('is not split into parts that could not give a token any more', async () => {
    const { store, admittedAll } = await splitInUse({ limit: 20, maxLeaseMs: 0 });
    expect(store.grown).toStrictEqual([]);
    expect(admittedAll).toBeGreaterThan(30);
  });
});
