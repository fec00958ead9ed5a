import { beforeAll, describe, expect, it } from '@jest/globals';
import { NO_MARKS, type Marks, type Rule } from '../../../runtime/src/rate-limit/rule.ts';
import { sown, splitOf, WHOLE, type TakeOutcome } from '../../../runtime/src/rate-limit/state.ts';
import type { RateLimitStore } from '../../../runtime/src/rate-limit/store.ts';
import { KeyUnderTest } from './key-under-test.ts';
import { bucket, command, START_MS, unspent, windows } from './takes.ts';

const TEN = bucket(10, 1000);
const FIXED = windows('fixed-window', 10, 1000);
const SLIDING = windows('sliding-window', 10, 1000);
const TWO = { shards: 2, bornAtMs: START_MS };
const FOUR = { shards: 4, bornAtMs: START_MS };

const EVERY_STRATEGY: readonly [string, Rule][] = [TEN, FIXED, SLIDING].map((rule) => [rule.strategy, rule]);

/** Registers the tests that every store has to pass. */
export function describeRateLimitStore(title: string, open: () => Promise<RateLimitStore>): void {
  describe(title, () => {
    let store: RateLimitStore;
    let keys = 0;
    const newKey = () => new KeyUnderTest(store, `${title}/key=${(keys += 1)}`);

    beforeAll(async () => {
      store = await open();
    });

    describeTakes(newKey);
    describeBuckets(newKey);
    describeWindows(newKey);
    describeChanges(newKey);
    describeSplits(newKey);
    describeStaleParts(newKey);
  });
}

function describeTakes(newKey: () => KeyUnderTest): void {
  describe('a take', () => {
    it.each(EVERY_STRATEGY)('finds all tokens where nothing is stored, and everybody reads what is left: %s', async (_title, rule) => {
      const key = newKey();
      await expect(key.read()).resolves.toStrictEqual({});
      const { outcome, marks } = await key.take(command(rule, 3));
      expect(outcome).toBe('granted');
      expect(marks).toMatchObject({ grants: 1, taken: 3 });
      await expect(key.read()).resolves.toStrictEqual(marks);
      await expect(key.cold.drain(command(rule, 1))).resolves.toBe(7);
    });

    it.each(EVERY_STRATEGY)('that is refused changes nothing and learns what is stored (PRL-11): %s', async (_title, rule) => {
      const key = newKey();
      const { marks } = await key.take(command(rule, 8));
      const refused = await key.cold.take(command(rule, 3));
      expect(refused).toStrictEqual({ outcome: 'refused', marks });
      await expect(key.read()).resolves.toStrictEqual(marks);
    });

    it.each(EVERY_STRATEGY)('of 40 environments at once that know nothing gives exactly what there is (PRL-01): %s', async (_title, rule) => {
      const key = newKey();
      const outcomes = await Promise.all(Array.from({ length: 40 }, () => key.cold.outcome(command(rule, 1))));
      expect(count(outcomes)).toStrictEqual({ granted: 10, refused: 30 });
      await expect(key.read()).resolves.toMatchObject({ grants: 10, taken: 10 });
    });

    it.each(EVERY_STRATEGY)('counts two at the same instant as two (PRL-11): %s', async (_title, rule) => {
      const key = newKey();
      await key.take(command(rule, 1));
      await key.take(command(rule, 1));
      await expect(key.read()).resolves.toMatchObject({ grants: 2, taken: 2 });
      await expect(key.drain(command(rule, 1))).resolves.toBe(8);
    });

    it('of several limits takes from all of them in one step, or from none (PRL-12)', async () => {
      const key = newKey();
      const rules = [bucket(10, 1000), windows('fixed-window', 12, 60_000), windows('sliding-window', 100, 3_600_000)];
      const { marks } = await key.take(command(rules, 10));
      expect(marks).toMatchObject({ t1000: (START_MS + 1000) * 1000, c60000: 10, c3600000: 10 });
      const nowMs = START_MS + 1000;
      await expect(key.cold.take(command(rules, 3, { nowMs }))).resolves.toStrictEqual({ outcome: 'refused', marks });
      await expect(key.outcome(command(rules, 2, { nowMs }))).resolves.toBe('granted');
      await expect(key.outcome(command(rules, 1, { nowMs }))).resolves.toBe('refused');
    });

    it('of nothing is granted while the limit is not exceeded', async () => {
      const key = newKey();
      await key.take(command(TEN, 10));
      await expect(key.outcome(command(TEN, 0))).resolves.toBe('granted');
    });

    it('of more than there can ever be is refused', async () => {
      await expect(newKey().outcome(command(TEN, 11))).resolves.toBe('refused');
      await expect(newKey().outcome(command(FIXED, 11))).resolves.toBe('refused');
    });

    it('keeps keys apart, whatever is in them', async () => {
      const name = newKey().key;
      const texts = [name, `${name}#part=1`, `${name}%0023`, `${name}"`, `${name}/`, `${name} `, `${name}${'x'.repeat(300)}`, `${name}${'x'.repeat(301)}`, `${name}é`, `${name}e`];
      for (const text of texts) {
        const key = new KeyUnderTest(newKey().store, text);
        await expect(key.outcome(command(TEN, 10))).resolves.toBe('granted');
      }
    });

    it('keeps the parts of a key apart', async () => {
      const key = newKey();
      await key.take(command(TEN, 10));
      await expect(key.at(1).read()).resolves.toStrictEqual({});
      await expect(key.at(12).outcome(command(TEN, 10))).resolves.toBe('granted');
    });
  });

  describe('an old picture that comes along as a hint', () => {
    it('does not hide that there is less', async () => {
      const key = newKey();
      const { marks: old } = await key.take(command(TEN, 1));
      await key.take(command(TEN, 9));
      for (const hint of [NO_MARKS, old]) await expect(key.take(command(TEN, 1), hint)).resolves.toMatchObject({ outcome: 'refused' });
    });

    it('does not hide that there is more, since an operator has freed the key', async () => {
      const key = newKey();
      const { marks: empty } = await key.take(command(TEN, 10));
      const blocked = await key.change({ type: 'block', untilMs: START_MS + 5000 });
      await key.change({ type: 'block', untilMs: 0 });
      await key.change({ type: 'reset', rules: [TEN] });
      await expect(key.take(command(TEN, 1), blocked)).resolves.toMatchObject({ outcome: 'granted' });
      await expect(key.take(command(TEN, 1), empty)).resolves.toMatchObject({ outcome: 'granted' });
    });
  });
}

function describeBuckets(newKey: () => KeyUnderTest): void {
  describe('a token bucket', () => {
    it('refills steadily', async () => {
      const key = newKey();
      await key.take(command(TEN, 10));
      await expect(key.outcome(command(TEN, 1, { nowMs: START_MS + 99 }))).resolves.toBe('refused');
      await expect(key.outcome(command(TEN, 1, { nowMs: START_MS + 100 }))).resolves.toBe('granted');
      await expect(key.outcome(command(TEN, 1, { nowMs: START_MS + 199 }))).resolves.toBe('refused');
      await expect(key.drain(command(TEN, 1, { nowMs: START_MS + 60_000 }))).resolves.toBe(10);
    });

    it('gives a burst whose tokens do not divide its time evenly', async () => {
      await expect(newKey().drain(command(bucket(3, 1000, 1), 1))).resolves.toBe(1);
      await expect(newKey().outcome(command(bucket(3, 1000, 10), 10))).resolves.toBe('granted');
    });

    it('counts tokens that are taken ahead against the burst, and keeps the margin it was begun with', async () => {
      const key = newKey();
      const { marks } = await key.take(command(TEN, 2, { reserveMs: 300, marginMs: 50 }));
      expect(marks['t1000']).toBe((START_MS + 300 + 50 + 200) * 1000);
      await expect(key.outcome(command(TEN, 5))).resolves.toBe('refused');
      await expect(key.outcome(command(TEN, 4))).resolves.toBe('granted');
    });

    it('takes tokens back with the next take, and those of a time that has passed not at all', async () => {
      const key = newKey();
      const { marks } = await key.take(command(TEN, 10));
      const nowMs = START_MS + 600;
      const returned = [unspent(10, marks)];
      await expect(key.outcome(command(TEN, 10, { nowMs, returned }))).resolves.toBe('granted');
      await expect(key.outcome(command(TEN, 1, { nowMs, returned }))).resolves.toBe('refused');
    });

    it('takes each token back once only where several go back at different times', async () => {
      const key = newKey();
      const rule = bucket(1, 1, 15);
      const leases: Marks[] = [];
      for (let count = 0; count < 3; count += 1) leases.push((await key.take(command(rule, 5))).marks);
      const [a = {}, b = {}, c = {}] = leases;
      await key.change({ type: 'refund', rules: [rule], returned: unspent(5, a) });
      const nowMs = START_MS + 5;
      await expect(key.outcome(command(rule, 10, { nowMs }))).resolves.toBe('granted');
      const returned = [unspent(5, b), unspent(5, c)];
      await expect(key.outcome(command(rule, 6, { nowMs, returned }))).resolves.toBe('refused');
      // 15 at once: the 10 above and 5.
      await expect(key.outcome(command(rule, 5, { nowMs, returned }))).resolves.toBe('granted');
    });

    it('never takes the same tokens back twice when refunds race', async () => {
      const key = newKey();
      const { marks } = await key.take(command(TEN, 10));
      const refund = { type: 'refund', rules: [TEN], returned: unspent(2, marks) } as const;
      await Promise.all([1, 2, 3, 4].map(() => key.cold.change(refund)));
      await expect(key.drain(command(TEN, 1))).resolves.toBe(8);
    });
  });
}

function describeWindows(newKey: () => KeyUnderTest): void {
  describe('a fixed window', () => {
    it('begins anew at the full period, and counts for itself', async () => {
      const key = newKey();
      await key.take(command(FIXED, 10, { nowMs: START_MS + 999 }));
      await expect(key.cold.drain(command(FIXED, 1, { nowMs: START_MS + 1000 }))).resolves.toBe(10);
    });
  });

  describe('a sliding window', () => {
    it('weighs in the window before by what of it still lies within the period', async () => {
      const key = newKey();
      await key.take(command(SLIDING, 10));
      await expect(key.cold.outcome(command(SLIDING, 1, { nowMs: START_MS + 1000 }))).resolves.toBe('refused');
      await expect(key.cold.drain(command(SLIDING, 1, { nowMs: START_MS + 1500 }))).resolves.toBe(5);
      await expect(key.cold.drain(command(SLIDING, 1, { nowMs: START_MS + 1750 }))).resolves.toBe(3);
      await expect(key.cold.drain(command(SLIDING, 1, { nowMs: START_MS + 2500 }))).resolves.toBe(6);
      await expect(key.cold.drain(command(SLIDING, 1, { nowMs: START_MS + 5000 }))).resolves.toBe(10);
    });

    it('rolls with the count that is stored, not with one that was known', async () => {
      const key = newKey();
      const { marks: old } = await key.take(command(SLIDING, 3));
      await key.take(command(SLIDING, 7));
      const nowMs = START_MS + 1000;
      await expect(key.take(command(SLIDING, 1, { nowMs }), old)).resolves.toMatchObject({ outcome: 'refused' });
    });

    it('weighs in the window before as it is stored, not as it was known before an operator let it start anew', async () => {
      const key = newKey();
      const { marks: old } = await key.take(command(SLIDING, 1, { nowMs: START_MS + 1500 }));
      await key.change({ type: 'reset', rules: [SLIDING] });
      await key.take(command(SLIDING, 10, { nowMs: START_MS + 999 }));
      await key.take(command(SLIDING, 1, { nowMs: START_MS + 1500 }));
      const asked = (tokens: number) => key.take(command(SLIDING, tokens, { nowMs: START_MS + 1500 }), old);
      await expect(asked(5)).resolves.toMatchObject({ outcome: 'refused' });
      await expect(asked(4)).resolves.toMatchObject({ outcome: 'granted' });
    });

    it('rolls once when many are the first in the next window', async () => {
      const key = newKey();
      await key.take(command(SLIDING, 10));
      const nowMs = START_MS + 1500;
      const outcomes = await Promise.all(Array.from({ length: 12 }, () => key.cold.outcome(command(SLIDING, 1, { nowMs }))));
      expect(count(outcomes)).toStrictEqual({ granted: 5, refused: 7 });
      await expect(key.read()).resolves.toMatchObject({ p1000: 10, c1000: 5 });
    });
  });

  it.each([['fixed', FIXED], ['sliding', SLIDING]])('a clock behind the %s window that is stored gets nothing', async (_title, rule) => {
    const key = newKey();
    const { marks } = await key.take(command(rule, 1, { nowMs: START_MS + 1000 }));
    await expect(key.cold.take(command(rule, 1, { nowMs: START_MS + 999 }))).resolves.toStrictEqual({ outcome: 'refused', marks });
  });

  it.each([['fixed', FIXED], ['sliding', SLIDING]])('a refund goes to the %s window it belongs to, or nowhere (PRL-14)', async (_title, rule) => {
    const key = newKey();
    const { marks } = await key.take(command(rule, 10));
    const refund = { type: 'refund', rules: [rule], returned: unspent(4, marks) } as const;
    await expect(key.change(refund)).resolves.toMatchObject({ c1000: 6 });
    const nowMs = START_MS + 2000;
    await key.take(command(rule, 7, { nowMs }));
    await expect(key.change(refund, nowMs)).resolves.toMatchObject({ c1000: 7 });
    await expect(key.outcome(command(rule, 4, { nowMs, returned: [unspent(4, marks)] }))).resolves.toBe('refused');
  });
}

function describeChanges(newKey: () => KeyUnderTest): void {
  describe('an operator', () => {
    it.each(EVERY_STRATEGY)('blocks a key until an instant: %s', async (_title, rule) => {
      const key = newKey();
      await key.take(command(rule, 1));
      await expect(key.change({ type: 'block', untilMs: START_MS + 500 })).resolves.toMatchObject({ blockedUntilMs: START_MS + 500 });
      await expect(key.cold.outcome(command(rule, 1, { nowMs: START_MS + 499 }))).resolves.toBe('refused');
      await expect(key.cold.outcome(command(rule, 1, { nowMs: START_MS + 500 }))).resolves.toBe('granted');
    });

    it('blocks a key that nobody has used, shortens the block and ends it', async () => {
      const key = newKey();
      await key.change({ type: 'block', untilMs: START_MS + 5000 });
      await expect(key.cold.outcome(command(TEN, 1))).resolves.toBe('refused');
      await expect(key.change({ type: 'block', untilMs: START_MS + 10 })).resolves.toMatchObject({ blockedUntilMs: START_MS + 10 });
      await expect(key.change({ type: 'block', untilMs: 0 })).resolves.toStrictEqual({});
      await expect(key.cold.outcome(command(TEN, 10))).resolves.toBe('granted');
    });

    it('lets all limits start anew, and leaves the rest', async () => {
      const key = newKey();
      const rules = [bucket(10, 1000), windows('sliding-window', 10, 60_000)];
      const { marks } = await key.take(command(rules, 10));
      await key.change({ type: 'refund', rules, returned: unspent(1, marks) });
      await expect(key.change({ type: 'reset', rules })).resolves.toStrictEqual({ grants: 1, taken: 10 });
      await expect(key.outcome(command(rules, 10))).resolves.toBe('granted');
    });

    it('changes nothing where nothing is stored', async () => {
      const key = newKey();
      await expect(key.change({ type: 'reset', rules: [TEN] })).resolves.toStrictEqual({});
      await expect(key.change({ type: 'block', untilMs: 0 })).resolves.toStrictEqual({});
      await expect(key.read()).resolves.toStrictEqual({});
    });
  });

  it('a refund to a key that is gone is for nothing', async () => {
    const key = newKey();
    const { marks } = await newKey().take(command(TEN, 5));
    await expect(key.change({ type: 'refund', rules: [TEN], returned: unspent(5, marks) })).resolves.toStrictEqual({});
    await expect(key.drain(command(TEN, 1))).resolves.toBe(10);
  });
}

function describeSplits(newKey: () => KeyUnderTest): void {
  describe('a split', () => {
    it.each(EVERY_STRATEGY)('loses nothing and mints nothing: %s', async (_title, rule) => {
      const key = newKey();
      await key.take(command(rule, 2));
      await key.grow(WHOLE, TWO);
      await key.at(1).sow(sown(key.known));
      await expect(key.drain(command(rule, 1, { split: TWO }))).resolves.toBe(4);
      await expect(key.at(1).drain(command(rule, 1, { split: TWO }))).resolves.toBe(4);
    });

    it('is told to whoever believes otherwise', async () => {
      const key = newKey();
      const stranger = key.cold;
      await key.take(command(TEN, 2));
      const marks = await key.grow(WHOLE, TWO);
      await expect(stranger.take(command(TEN, 1))).resolves.toStrictEqual({ outcome: 'moved', marks });
      await expect(key.outcome(command(TEN, 1, { split: FOUR }))).resolves.toBe('moved');
      await expect(key.outcome(command(TEN, 1, { split: { ...TWO, bornAtMs: START_MS - 1 } }))).resolves.toBe('moved');
      await expect(newKey().outcome(command(TEN, 1, { split: TWO }))).resolves.toBe('moved');
    });

    it('happens once when many try, and all learn it', async () => {
      const key = newKey();
      await key.take(command(TEN, 2));
      const splits = [0, 1, 2, 3].map((offset) => ({ shards: 2, bornAtMs: START_MS + offset }));
      const answers = await Promise.all(splits.map((to) => key.cold.grow(WHOLE, to)));
      expect(new Set(answers.map((marks) => splitOf(marks).bornAtMs)).size).toBe(1);
    });

    it('copies what is stored, not what was known, also of a key believed to be new', async () => {
      for (const known of [NO_MARKS, (await newKey().take(command(TEN, 1))).marks]) {
        const key = newKey();
        await key.take(command(TEN, 6));
        const { seed_t1000: seed, t1000 } = await key.cold.grow(WHOLE, TWO, known);
        expect(seed).toBe((START_MS + 600) * 1000);
        expect(seed).toBe(t1000);
      }
    });

    it('copies a block and what has gone back, although they came after the picture that is known', async () => {
      const key = newKey();
      const { marks: known } = await key.take(command(TEN, 6));
      await key.change({ type: 'refund', rules: [TEN], returned: unspent(1, known) });
      await key.change({ type: 'block', untilMs: START_MS + 50 });
      const grownMarks = await key.cold.grow(WHOLE, TWO, known);
      expect(grownMarks).toMatchObject({ seed_blockedUntilMs: START_MS + 50, seed_r1000: 100_000, seed_t1000: (START_MS + 500) * 1000 });
    });

    it('of a key that was reset meanwhile copies nothing', async () => {
      const key = newKey();
      const { marks: known } = await key.take(command(TEN, 6));
      await key.change({ type: 'reset', rules: [TEN] });
      await expect(key.cold.grow(WHOLE, TWO, known)).resolves.toStrictEqual({ grants: 1, taken: 6, ...TWO });
    });

    it('of a key that nobody has used gives two parts that nobody has used', async () => {
      const key = newKey();
      await expect(key.grow(WHOLE, TWO)).resolves.toStrictEqual(TWO);
      await expect(key.at(1).sow(sown(key.known))).resolves.toStrictEqual(TWO);
    });

    it('can be split again, and its seeds are those of the last time', async () => {
      const key = newKey();
      await key.take(command(TEN, 2));
      await key.change({ type: 'block', untilMs: START_MS + 1 });
      await key.grow(WHOLE, TWO);
      await key.change({ type: 'block', untilMs: 0 });
      const nowMs = START_MS + 1;
      await key.take(command(TEN, 2, { split: TWO, nowMs }));
      const marks = await key.grow(TWO, FOUR);
      expect(marks).toStrictEqual({ grants: 2, taken: 4, ...FOUR, t1000: (START_MS + 600) * 1000, seed_t1000: (START_MS + 600) * 1000 });
    });
  });
}

function describeStaleParts(newKey: () => KeyUnderTest): void {
  describe('a new part', () => {
    const newer = { shards: 2, bornAtMs: START_MS + 10 };

    it('is made once: a second time it is left alone', async () => {
      const key = newKey();
      await key.sow({ ...TWO, t1000: START_MS * 1000 });
      const { marks } = await key.take(command(TEN, 1, { split: TWO }));
      await expect(key.cold.sow({ ...TWO, t1000: 1 })).resolves.toStrictEqual(marks);
      await expect(key.cold.sow({ ...TWO, bornAtMs: START_MS - 1 })).resolves.toStrictEqual(marks);
    });

    it('is exactly what it is made of, whatever an earlier split has left', async () => {
      const key = newKey();
      await key.sow({ ...TWO, t5000: 1, seed_t5000: 2 });
      await key.take(command([TEN, windows('sliding-window', 10, 60_000)], 1, { split: TWO }));
      await key.grow(TWO, FOUR);
      await key.change({ type: 'block', untilMs: START_MS + 1 });
      const marks = { ...newer, t1000: START_MS * 1000 };
      await expect(key.cold.sow(marks)).resolves.toStrictEqual(marks);
      await expect(key.read()).resolves.toStrictEqual(marks);
    });

    it('replaces what was stored before the key was ever split', async () => {
      const key = newKey();
      await key.change({ type: 'block', untilMs: START_MS + 1 });
      await expect(key.cold.sow(newer)).resolves.toStrictEqual(newer);
    });

    it('is made once when many try', async () => {
      const key = newKey();
      await key.sow({ ...TWO, t5000: 1 });
      const answers = await Promise.all([1, 2, 3, 4].map((t1000) => key.cold.sow({ ...newer, t1000 })));
      const stored = await key.read();
      for (const answer of answers) expect(answer).toStrictEqual(stored);
    });
  });
}

function count(outcomes: readonly TakeOutcome[]): Partial<Record<TakeOutcome, number>> {
  const counts: Partial<Record<TakeOutcome, number>> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
