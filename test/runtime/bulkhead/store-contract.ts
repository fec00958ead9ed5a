import { beforeAll, describe, expect, it } from '@jest/globals';
import { leaseText, type Resize } from '../../../runtime/src/bulkhead/lease-state.ts';
import type { BulkheadStore } from '../../../runtime/src/bulkhead/store.ts';
import { END_MS, PartUnderTest, quota, START_MS, type Wish } from './part-under-test.ts';

/** By then the leases of these tests have ended. */
const LATER: Wish = { nowMs: END_MS, endsAtMs: END_MS + 60_000 };

type NewPart = (wish?: Wish) => PartUnderTest;

/** Registers the tests that every store has to pass. */
export function describeBulkheadStore(title: string, open: () => Promise<BulkheadStore>): void {
  describe(title, () => {
    let store: BulkheadStore;
    let parts = 0;
    const newPart: NewPart = (wish) => new PartUnderTest(store, { name: `${title.slice(-20)}-${(parts += 1)}`, part: 0, parts: 1 }, wish);

    beforeAll(async () => {
      store = await open();
    });

    describeSlots(newPart);
    describeScopes(newPart);
    describeBorrowing(newPart);
    describeEndedLeases(newPart);
    describeReturns(newPart);
    describeSizes(newPart);
  });
}

function describeSlots(newPart: NewPart): void {
  describe('a slot', () => {
    it('is there as often as the part has slots, and then no more', async () => {
      const part = newPart();
      for (const id of ['a', 'b', 'c']) await expect(part.outcome(id)).resolves.toBe('held');
      await expect(part.outcome('d')).resolves.toBe('all');
      await expect(part.cold.outcome('e')).resolves.toBe('all');
      await expect(part.stored()).resolves.toBe(3);
    });

    it('goes to exactly as many of 20 environments at once as there are (PX-01, PX-19)', async () => {
      const part = newPart({ size: 5 });
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => part.cold.outcome(`env${index}`)));
      expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(5);
      await expect(part.stored()).resolves.toBe(5);
    });

    it('is taken once, however often it is asked for with the same lease', async () => {
      const part = newPart({ scopes: [quota('tenant:a', 2)] });
      for (let repeat = 0; repeat < 3; repeat += 1) await expect(part.outcome('a')).resolves.toBe('held');
      await expect(part.acquire('a')).resolves.toMatchObject({ outcome: 'held', counts: { all: 1, scopes: [1] } });
    });

    it('is found to be held by a repeat even where nothing is left', async () => {
      const part = newPart({ size: 1, scopes: [quota('tenant:a', 1)] });
      await part.acquire('a');
      await expect(part.cold.outcome('a')).resolves.toBe('held');
      await expect(part.cold.outcome('b')).resolves.toBe(0);
    });

    it('is looked for without being taken', async () => {
      const part = newPart({ size: 1 });
      await expect(part.look('a')).resolves.toMatchObject({ outcome: 'room', counts: { all: 0 } });
      await part.acquire('a');
      await expect(part.look('a')).resolves.toMatchObject({ outcome: 'held', counts: { all: 1 } });
      await expect(part.look('b')).resolves.toMatchObject({ outcome: 'full', full: 'all' });
      await expect(part.stored()).resolves.toBe(1);
    });

    it('of one part or one bulkhead is none of another, whatever the names hold', async () => {
      const { store } = newPart();
      const name = `keys${newPart().part.name}`;
      const keys = [[name, 0, 1], [name, 0, 2], [name, 1, 2], [name, 1, 3], [`${name}#2/0`, 0, 1], [`${name}%0023`, 0, 1], [`${name} `, 0, 1]] as const;
      for (const [each, part, parts] of keys) {
        await expect(new PartUnderTest(store, { name: each, part, parts }, { size: 1 }).outcome('a')).resolves.toBe('held');
      }
    });
  });
}

function describeScopes(newPart: NewPart): void {
  describe('slots of tenants and operations', () => {
    it('are taken in all scopes or in none, and the narrowest that is full is named (PBH-01)', async () => {
      const part = newPart({ size: 4 });
      const scopes = [quota('tenant:a', 2), quota('operation:x', 3)];
      for (const id of ['1', '2']) await expect(part.outcome(id, { scopes })).resolves.toBe('held');
      await expect(part.outcome('3', { scopes })).resolves.toBe(0);
      // The refused ones hold nothing: neither of the part nor of the operation.
      const others = [quota('tenant:b', 2), quota('operation:x', 3)];
      await expect(part.acquire('4', { scopes: others })).resolves.toMatchObject({ outcome: 'held', counts: { all: 3, scopes: [1, 3] } });
      await expect(part.outcome('5', { scopes: others })).resolves.toBe(1);
      await expect(part.outcome('6')).resolves.toBe('held');
      await expect(part.outcome('7', { scopes: [quota('tenant:c', 2), quota('operation:y', 3)] })).resolves.toBe('all');
    });

    it('are kept apart, whatever their keys hold', async () => {
      const part = newPart({ size: 20 });
      const long = 'x'.repeat(300);
      const names = ['tenant:a', 'operation:a', 'tenant:A', 'tenant:h', 'tenant:', 'tenant:a#b', 'tenant:é', `tenant:${long}1`, `tenant:${long}2`, 'operation:n', 'operation:c'];
      for (const [index, name] of names.entries()) {
        await expect(part.outcome(`i${index}`, { scopes: [quota(name, 1)] })).resolves.toBe('held');
      }
      for (const name of names) await expect(part.outcome('more', { scopes: [quota(name, 1)] })).resolves.toBe(0);
    });

    it('go to exactly as many of 20 environments at once as the tenant has', async () => {
      const part = newPart({ size: 10, scopes: [quota('tenant:a', 3)] });
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => part.cold.outcome(`env${index}`)));
      expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(3);
      await expect(part.stored()).resolves.toBe(3);
    });
  });
}

function describeBorrowing(newPart: NewPart): void {
  describe('a tenant that may borrow', () => {
    const borrower = (limit = 1): Wish => ({ size: 4, scopes: [quota('tenant:a', limit, 1)] });

    it('has more than its own slots as long as enough are free for others', async () => {
      const part = newPart();
      for (const id of ['1', '2', '3']) await expect(part.outcome(id, borrower())).resolves.toBe('held');
      await expect(part.outcome('4', borrower())).resolves.toBe(0);
      await expect(part.outcome('5', { size: 4, scopes: [quota('tenant:b', 1, 1)] })).resolves.toBe('held');
      await expect(part.outcome('6', { size: 4, scopes: [quota('tenant:b', 1, 1)] })).resolves.toBe(0);
    });

    it('does so in a part in which it has none of its own, and in one that nobody has used', async () => {
      await expect(newPart().outcome('1', borrower(0))).resolves.toBe('held');
      await expect(newPart().outcome('1', { size: 1, scopes: [quota('tenant:a', 0, 1)] })).resolves.toBe(0);
      const part = newPart();
      for (const id of ['1', '2', '3']) await part.acquire(id, { size: 4 });
      await expect(part.outcome('4', borrower(0))).resolves.toBe(0);
      await expect(part.outcome('4', borrower(1))).resolves.toBe('held');
    });
  });
}

function describeEndedLeases(newPart: NewPart): void {
  describe('a lease that has ended', () => {
    it('counts for nobody, in no scope: whoever crashed holds nothing (PX-04)', async () => {
      const part = newPart({ scopes: [quota('tenant:a', 2)] });
      for (const id of ['1', '2']) await part.acquire(id);
      await expect(part.outcome('3', { nowMs: END_MS - 1 })).resolves.toBe(0);
      for (const environment of [part, part.cold]) {
        await expect(environment.acquire(environment === part ? '3' : '4', LATER)).resolves.toMatchObject({ outcome: 'held' });
      }
      await expect(part.acquire('5', LATER)).resolves.toMatchObject({ outcome: 'full', full: 0, counts: { all: 2, scopes: [2] } });
    });

    it('gives its place to exactly one of 20 environments that see it (PX-19)', async () => {
      const part = newPart({ size: 4 });
      await part.acquire('crashed');
      for (const id of ['1', '2', '3']) await part.acquire(id, { endsAtMs: END_MS + 60_000 });
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => part.cold.outcome(`env${index}`, LATER)));
      expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
      await expect(part.acquire('more', LATER)).resolves.toMatchObject({ outcome: 'full', counts: { all: 4 } });
    });

    it('is removed once, whoever else tries, and its scopes forget it too', async () => {
      const part = newPart({ size: 4, scopes: [quota('tenant:a', 4)] });
      for (const id of ['1', '2']) await part.acquire(id);
      await part.acquire('3', LATER);
      const ended = [leaseText(END_MS, '1'), leaseText(END_MS, '2')];
      const other = part.cold;
      await other.acquire('3', LATER);
      await expect(part.reclaim(ended, END_MS)).resolves.toMatchObject({ applied: true });
      await expect(other.reclaim(ended, END_MS)).resolves.toMatchObject({ applied: false });
      expect(part.known.all.size).toBe(1);
      await expect(part.acquire('4', LATER)).resolves.toMatchObject({ counts: { all: 2, scopes: [2] } });
    });

    it('gives its place to nobody who has seen it and does not know that others have it (PX-05)', async () => {
      const part = newPart({ size: 2, scopes: [quota('tenant:a', 2)] });
      await part.acquire('crashed');
      await part.acquire('1', { endsAtMs: END_MS + 60_000 });
      const stale = part.cold;
      await stale.acquire('full');
      await part.acquire('2', LATER);
      await part.reclaim([leaseText(END_MS, 'crashed')], END_MS);
      await expect(stale.outcome('3', LATER)).resolves.toBe(0);
      await expect(stale.outcome('4', { ...LATER, scopes: [] })).resolves.toBe('all');
      await expect(part.stored()).resolves.toBe(2);
    });

    it('is in nobody\'s way, even where hundreds were left behind', async () => {
      const part = newPart({ size: 60, scopes: [quota('tenant:a', 60)] });
      for (let index = 0; index < 60; index += 1) await part.acquire(`crashed${index}`);
      await expect(part.cold.acquire('1', LATER)).resolves.toMatchObject({ outcome: 'held', counts: { all: 1, scopes: [1] } });
      await expect(part.cold.acquire('2', LATER)).resolves.toMatchObject({ outcome: 'held', counts: { all: 2, scopes: [2] } });
    });
  });
}

function describeReturns(newPart: NewPart): void {
  describe('a slot that is given back', () => {
    it('is free again in all of its scopes, and only once', async () => {
      const part = newPart({ size: 2, scopes: [quota('tenant:a', 1), quota('operation:x', 1)] });
      await part.acquire('1');
      await expect(part.release('1')).resolves.toMatchObject({ applied: true });
      await expect(part.release('1')).resolves.toMatchObject({ applied: false });
      await expect(part.acquire('2')).resolves.toMatchObject({ outcome: 'held', counts: { all: 1, scopes: [1, 1] } });
    });

    it('too late, when others have it, is left alone (PX-05)', async () => {
      const part = newPart({ size: 1, scopes: [quota('tenant:a', 1)] });
      const late = part.cold;
      await late.acquire('late');
      await part.acquire('next', LATER);
      await part.reclaim([leaseText(END_MS, 'late')], END_MS);
      await expect(late.release('late', { nowMs: END_MS + 1 })).resolves.toMatchObject({ applied: false });
      await expect(part.acquire('more', LATER)).resolves.toMatchObject({ outcome: 'full', counts: { all: 1, scopes: [1] } });
    });

    it('that was never taken leaves no trace', async () => {
      const part = newPart();
      await expect(part.release('nobody')).resolves.toMatchObject({ applied: false });
      await expect(part.stored()).resolves.toBe(0);
    });
  });
}

function describeSizes(newPart: NewPart): void {
  describe('the size of an adaptive part', () => {
    const change = (from: number | undefined, to: number, atMs = START_MS): Resize => ({ from, to, lowers: to < (from ?? 3), atMs, lastBeforeMs: atMs - 1000 });

    it('is changed along with the return of a slot, and counts for all who are adaptive', async () => {
      const part = newPart({ adaptive: true });
      const cold = part.cold;
      await part.acquire('1');
      await expect(part.release('1', {}, change(undefined, 1))).resolves.toMatchObject({
        applied: true,
        leases: { size: 1, resizedAtMs: START_MS, loweredAtMs: START_MS },
      });
      await expect(cold.outcome('2')).resolves.toBe('held');
      for (const environment of [part, part.cold]) await expect(environment.outcome('3')).resolves.toBe('all');
      await expect(part.cold.outcome('3', { adaptive: false })).resolves.toBe('held');
    });

    it('that is not what the writer has seen is left alone, and the slot stays taken: both or neither', async () => {
      const part = newPart({ adaptive: true });
      for (const id of ['1', '2']) await part.acquire(id);
      await part.release('1', {}, change(undefined, 2));
      await expect(part.release('2', {}, change(undefined, 1, START_MS + 5000))).resolves.toMatchObject({ applied: false, leases: { size: 2 } });
      await expect(part.stored()).resolves.toBe(1);
    });

    it('changes at most once in a while, and remembers when it was last lowered', async () => {
      const part = newPart({ adaptive: true });
      for (const id of ['1', '2', '3']) await part.acquire(id);
      await part.release('1', {}, change(undefined, 2));
      await expect(part.release('2', {}, change(2, 3, START_MS + 1000))).resolves.toMatchObject({ applied: false });
      await expect(part.release('2', {}, change(2, 3, START_MS + 1001))).resolves.toMatchObject({
        applied: true,
        leases: { size: 3, resizedAtMs: START_MS + 1001, loweredAtMs: START_MS },
      });
    });
  });
}
