import { describe, expect, it } from '@jest/globals';
import { changed } from '../../../runtime/src/rate-limit/change.ts';
import { NO_MARKS, type Marks, type Rule } from '../../../runtime/src/rate-limit/rule.ts';
import { grown, readyAtMs, sown, splitOf, take, tokensThere, WHOLE } from '../../../runtime/src/rate-limit/state.ts';
import { bucket, command, START_MS, unspent, windows, type CommandParts } from './takes.ts';

const LIMITS_OF_ONE: readonly [string, Rule][] = [
  ['token-bucket', bucket(1, 1000)],
  ['fixed-window', windows('fixed-window', 1, 1000)],
  ['sliding-window', windows('sliding-window', 1, 1000)],
];

/** Takes tokens that are there. */
function taken(rule: Rule | readonly Rule[], tokens: number, marks: Marks = NO_MARKS, parts: CommandParts = {}): Marks {
  const decision = take(command(rule, tokens, parts), marks);
  expect(decision.outcome).toBe('granted');
  return decision.marks;
}

function outcome(rule: Rule, tokens: number, marks: Marks, parts: CommandParts = {}): string {
  return take(command(rule, tokens, parts), marks).outcome;
}

describe('a limit of one', () => {
  it.each(LIMITS_OF_ONE)('admits one, and the next one exactly when it says: %s', (_title, rule) => {
    const marks = taken(rule, 1);
    const readyMs = readyAtMs(command(rule, 1), marks);
    expect(readyMs).toBe(rule.strategy === 'sliding-window' ? START_MS + 1001 : START_MS + 1000);
    expect(outcome(rule, 1, marks, { nowMs: readyMs - 1 })).toBe('refused');
    expect(outcome(rule, 1, marks, { nowMs: readyMs })).toBe('granted');
  });

  it.each(LIMITS_OF_ONE)('says the same to who has just looked and to who remembers: %s', (_title, rule) => {
    const marks = taken(rule, 1);
    const readyMs = readyAtMs(command(rule, 1), marks);
    for (const nowMs of [START_MS, START_MS + 500, readyMs - 1, readyMs]) {
      expect(readyAtMs(command(rule, 1, { nowMs }), marks) <= nowMs).toBe(outcome(rule, 1, marks, { nowMs }) === 'granted');
    }
  });
});

describe('more than there can ever be', () => {
  it.each(LIMITS_OF_ONE)('is refused for ever: %s', (_title, rule) => {
    expect(outcome(rule, 2, NO_MARKS)).toBe('refused');
    expect(readyAtMs(command(rule, 2), NO_MARKS)).toBe(Infinity);
  });

  it('is also what a reserve leaves too little for', () => {
    const parts = { reserveMs: 600 };
    expect(outcome(bucket(10, 1000), 5, NO_MARKS, parts)).toBe('refused');
    expect(readyAtMs(command(bucket(10, 1000), 5, parts), NO_MARKS)).toBe(Infinity);
    expect(outcome(bucket(10, 1000), 4, NO_MARKS, parts)).toBe('granted');
  });

  it('is less for a part than for the whole', () => {
    const split = { shards: 4, bornAtMs: START_MS };
    const marks = { shards: 4, bornAtMs: START_MS };
    expect(outcome(bucket(10, 1000), 2, marks, { split })).toBe('granted');
    expect(readyAtMs(command(bucket(10, 1000), 3, { split }), marks)).toBe(Infinity);
  });
});

describe('a block', () => {
  const rule = bucket(10, 1000);
  const blocked = changed(NO_MARKS, { type: 'block', untilMs: START_MS + 7000 }, START_MS);

  it('holds until its instant, whatever is there', () => {
    expect(tokensThere(command(rule, 1), blocked)).toBe(0);
    expect(readyAtMs(command(rule, 1), blocked)).toBe(START_MS + 7000);
    expect(outcome(rule, 1, blocked, { nowMs: START_MS + 6999 })).toBe('refused');
    expect(outcome(rule, 1, blocked, { nowMs: START_MS + 7000 })).toBe('granted');
  });

  it('of 0 leaves no trace', () => {
    expect(changed(blocked, { type: 'block', untilMs: 0 }, START_MS)).toStrictEqual({});
  });

  it('does not hide that a key is split otherwise than believed', () => {
    expect(outcome(rule, 1, { ...blocked, shards: 2, bornAtMs: START_MS })).toBe('moved');
  });
});

describe('a token bucket', () => {
  it('gives its whole burst at once, also if a token is worth no whole number of microseconds', () => {
    for (const [limit, periodMs, capacity] of [[3, 1000, 1], [3, 1000, 10], [7, 60_000, 7], [1_000_000_000, 1000, 1], [1_000_000, 86_400_000, 999_983]] as const) {
      expect(outcome(bucket(limit, periodMs, capacity), capacity, NO_MARKS)).toBe('granted');
      expect(outcome(bucket(limit, periodMs, capacity), capacity + 1, NO_MARKS)).toBe('refused');
      expect(tokensThere(command(bucket(limit, periodMs, capacity), 1), NO_MARKS)).toBe(capacity);
    }
  });

  it('stays a number that can be stored, however long its burst lasts', () => {
    const marks = taken(bucket(1, 2_678_400_000, 1_000_000_000), 1000);
    for (const value of Object.values(marks)) expect(Number.isSafeInteger(value)).toBe(true);
  });

  it('is given back what time has not: of ten tokens in hand for half of their time, half', () => {
    const rule = bucket(10, 1000);
    const marks = taken(rule, 10);
    const nowMs = START_MS + 500;
    const after = changed(marks, { type: 'refund', rules: [rule], returned: unspent(10, marks) }, nowMs);
    expect(after).toMatchObject({ t1000: nowMs * 1000, r1000: 500_000 });
    expect(tokensThere(command(rule, 1, { nowMs }), after)).toBe(10);
  });

  it('is given back less for tokens that moved forward, because others had gone back before', () => {
    const rule = bucket(1, 1, 15);
    const [a, b] = [taken(rule, 5), taken(rule, 5, taken(rule, 5))];
    const c = taken(rule, 5, b);
    const nowMs = START_MS + 5;
    const withoutA = changed(c, { type: 'refund', rules: [rule], returned: unspent(5, a) }, START_MS);
    const spent = taken(rule, 10, withoutA, { nowMs });
    // Had B and C kept the ends they were granted with, both would be worth 5, and 20 would be admitted at this instant.
    const returned = [unspent(5, b), unspent(5, c)];
    expect(tokensThere(command(rule, 1, { nowMs, returned }), spent)).toBe(5);
    expect(outcome(rule, 6, spent, { nowMs, returned })).toBe('refused');
  });

  it('keeps back what those who took from beyond a reserve have counted on', () => {
    const rule = bucket(1, 1, 10);
    const lease = taken(rule, 3);
    const beyond = taken(rule, 7, lease, { reserveMs: 3 });
    const after = changed(beyond, { type: 'refund', rules: [rule], returned: unspent(3, lease, 3) }, START_MS);
    // The 7 may be spent 3 ms from now: no more than 3 others by then.
    expect(tokensThere(command(rule, 1, { nowMs: START_MS + 3 }), after)).toBe(3);
  });

  it('goes on when what has gone back has been counted to the end', () => {
    const rule = bucket(1, 1, 10);
    const marks = { ...taken(rule, 10), r1: 2 ** 52 - 2 };
    const once = changed(marks, { type: 'refund', rules: [rule], returned: unspent(5, marks) }, START_MS);
    expect(once['r1']).toBe(4998);
    const twice = changed(once, { type: 'refund', rules: [rule], returned: unspent(5, marks) }, START_MS);
    expect(twice['t1']).toBe(START_MS * 1000);
  });
});

describe('windows', () => {
  it.each(['fixed-window', 'sliding-window'] as const)('give back to the %s of the take only, and never more than is counted', (strategy) => {
    const rule = windows(strategy, 10, 1000);
    const marks = taken(rule, 4);
    const refund = (count: number) => ({ type: 'refund', rules: [rule], returned: unspent(count, marks) }) as const;
    expect(changed(marks, refund(3), START_MS + 999)).toMatchObject({ c1000: 1 });
    expect(changed(marks, refund(5), START_MS + 999)).toMatchObject({ c1000: 0 });
    expect(changed(marks, refund(3), START_MS + 1000)).toStrictEqual(marks);
    expect(taken(rule, 1, marks, { returned: [unspent(5, marks)] })).toMatchObject({ c1000: 1 });
  });

  it('hold for a clock that lags behind until it has caught up and there is room', () => {
    const rule = windows('sliding-window', 10, 1000);
    const marks = taken(rule, 10, NO_MARKS, { nowMs: START_MS + 1000 });
    const lagging = { nowMs: START_MS + 990 };
    expect(tokensThere(command(rule, 1, lagging), marks)).toBe(0);
    expect(readyAtMs(command(rule, 1, lagging), marks)).toBe(START_MS + 2001);
    const fresh = taken(rule, 1, NO_MARKS, { nowMs: START_MS + 1000 });
    expect(readyAtMs(command(rule, 1, lagging), fresh)).toBe(START_MS + 1000);
  });

  it('are exact where the product of count and time is no safe integer', () => {
    const rule = windows('sliding-window', 999_999_937, 2_678_399_999);
    const window = Math.floor(START_MS / rule.periodMs);
    const startMs = window * rule.periodMs;
    const marks = taken(rule, 999_999_937, NO_MARKS, { nowMs: startMs });
    const nowMs = startMs + rule.periodMs + 1_000_000_007;
    const weighed = Number((999_999_937n * (2_678_399_999n - 1_000_000_007n)) / 2_678_399_999n);
    expect(tokensThere(command(rule, 1, { nowMs }), marks)).toBe(999_999_937 - weighed);
  });
});

describe('a key', () => {
  it('of which nothing is stored is whole', () => {
    expect(splitOf(NO_MARKS)).toStrictEqual(WHOLE);
    expect(outcome(bucket(1, 1), 1, NO_MARKS, { split: { shards: 2, bornAtMs: 1 } })).toBe('moved');
  });

  it('that was split twice gives its other half what it was the second time', () => {
    const once = grown({ t1000: 1, grants: 5, taken: 7 }, { shards: 2, bornAtMs: 9 });
    const twice = grown({ ...once, t1000: 2, r1000: 3, blockedUntilMs: 4 }, { shards: 4, bornAtMs: 9 });
    expect(sown(twice)).toStrictEqual({ t1000: 2, r1000: 3, blockedUntilMs: 4, shards: 4, bornAtMs: 9 });
  });
});

describe('a key that is split, but not yet in both parts', () => {
  const split = { shards: 2, bornAtMs: 1000 };
  const rule = { strategy: 'token-bucket', limit: 10, periodMs: 1000, capacity: 10 } as const;
  const first = grown({ t1000: 5_000_000, blockedUntilMs: 1 }, split);

  it('hands its block on to the part that is made later', () => {
    const blocked = changed(first, { type: 'block', untilMs: 9000 }, 2000);
    expect(sown(blocked)).toMatchObject({ blockedUntilMs: 9000 });
    expect(sown(changed(blocked, { type: 'block', untilMs: 0 }, 2000))).not.toHaveProperty('blockedUntilMs');
  });

  it('hands a reset on as well', () => {
    expect(sown(changed(first, { type: 'reset', rules: [rule] }, 2000))).not.toHaveProperty('t1000');
  });
});
