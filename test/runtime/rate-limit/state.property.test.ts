import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { NO_MARKS, type Marks, type Rule } from '../../../runtime/src/rate-limit/rule.ts';
import { grown, readyAtMs, sown, splitOf, take, tokensThere } from '../../../runtime/src/rate-limit/state.ts';
import { runSteps, type Granted } from './run.ts';
import { BUCKETS, command, runsOf, START_MS, unspent, windowRules, windows, type CommandParts } from './takes.ts';

const PARAMETERS = { numRuns: 3000, seed: 20_260_101 };
const LENGTH = 40;

/** Most tokens that any interval has beyond what time has refilled. */
function mostAtOnce({ limit, periodMs }: Rule, grants: readonly Granted[]): number {
  const spent = grants.toSorted((a, b) => a.spentAtMs - b.spentAtMs);
  let most = 0;
  spent.forEach((first, index) => {
    let sum = 0;
    for (const { spent: tokens, spentAtMs } of spent.slice(index)) {
      sum += tokens;
      // Multiplied out, so that it is exact.
      most = Math.max(most, (sum * periodMs - limit * (spentAtMs - first.spentAtMs)) / periodMs);
    }
  });
  return most;
}

describe('a token bucket', () => {
  it('never admits more in any interval than its capacity and what time refills, whatever goes back and when', () => {
    let returns = 0;
    fc.assert(
      fc.property(BUCKETS, runsOf(LENGTH), (rule, steps) => {
        const grants = runSteps([rule], steps);
        returns += grants.filter(({ spent, marks }) => spent === 0 && Object.keys(marks).some((name) => name.startsWith('r'))).length;
        expect(mostAtOnce(rule, grants)).toBeLessThanOrEqual(rule.capacity);
      }),
      PARAMETERS,
    );
    expect(returns).toBeGreaterThan(1000);
  });

  it('never admits more either when tokens are spent as late as their reserve allows', () => {
    fc.assert(
      fc.property(BUCKETS, runsOf(LENGTH), fc.nat(40), (rule, steps, reserveMs) => {
        expect(mostAtOnce(rule, runSteps([rule], steps, reserveMs))).toBeLessThanOrEqual(rule.capacity);
      }),
      PARAMETERS,
    );
  });

  it('admits as much as it may: a full bucket its capacity, and then a token as soon as time has refilled it', () => {
    fc.assert(
      fc.property(BUCKETS, (rule) => {
        const { outcome, marks } = take(command(rule, rule.capacity), NO_MARKS);
        expect(outcome).toBe('granted');
        const refilledMs = START_MS + Math.ceil(rule.periodMs / rule.limit + 0.002);
        expect(take(command(rule, 1, { nowMs: refilledMs }), marks).outcome).toBe('granted');
      }),
      PARAMETERS,
    );
  });
});

describe('a fixed window', () => {
  it('never admits more than its limit in a window, whatever goes back and when', () => {
    fc.assert(
      fc.property(windowRules('fixed-window'), runsOf(LENGTH), (rule, steps) => {
        for (const spent of perWindow(rule, runSteps([rule], steps)).values()) expect(spent).toBeLessThanOrEqual(rule.limit);
      }),
      PARAMETERS,
    );
  });
});

/** Tokens spent by window. */
function perWindow({ periodMs }: Rule, grants: readonly Granted[]): ReadonlyMap<number, number> {
  const windowsSeen = new Map<number, number>();
  for (const { takenAtMs, spent } of grants) {
    const window = Math.floor(takenAtMs / periodMs);
    windowsSeen.set(window, (windowsSeen.get(window) ?? 0) + spent);
  }
  return windowsSeen;
}

describe('a sliding window', () => {
  it('never admits more than its limit less the share of the window before that still lies within the period', () => {
    fc.assert(
      fc.property(windowRules('sliding-window'), runsOf(LENGTH), (rule, steps) => {
        const grants = runSteps([rule], steps);
        const { limit, periodMs } = rule;
        grants.forEach(({ takenAtMs, spent: own }, index) => {
          if (own === 0) return;
          const window = Math.floor(takenAtMs / periodMs);
          const before = perWindow(rule, grants).get(window - 1) ?? 0;
          const soFar = perWindow(rule, grants.slice(0, index + 1)).get(window) ?? 0;
          const weighed = Math.floor((before * ((window + 1) * periodMs - takenAtMs)) / periodMs);
          expect(soFar).toBeLessThanOrEqual(limit - weighed);
        });
      }),
      PARAMETERS,
    );
  });
});

/** Rules of every strategy, up to three of them. */
const ANY_RULES: fc.Arbitrary<readonly Rule[]> = fc.uniqueArray(
  fc.oneof(BUCKETS, windowRules('fixed-window'), windowRules('sliding-window')),
  { minLength: 1, maxLength: 3, selector: ({ periodMs }) => periodMs },
);

interface Situation {
  readonly rules: readonly Rule[];
  readonly marks: Marks;
  readonly parts: CommandParts & { readonly nowMs: number };
}

/** A key after a run, and a command to it that may bring tokens back. */
const SITUATIONS: fc.Arbitrary<Situation> = fc
  .record({ rules: ANY_RULES, steps: runsOf(20), afterMs: fc.integer({ min: -30, max: 40 }), back: fc.nat(3), reserveMs: fc.constantFrom(0, 0, 7) })
  .map(({ rules, steps, afterMs, back, reserveMs }) => {
    const grants = runSteps(rules, steps);
    const last = grants.at(-1);
    const returned = back === 0 ? [] : grants.filter(({ held }) => held > 0).slice(-back).map(({ held, marks }) => unspent(held, marks));
    return { rules, marks: last?.marks ?? NO_MARKS, parts: { nowMs: (last?.takenAtMs ?? START_MS) + afterMs, reserveMs, returned } };
  });

describe('what is said of a key', () => {
  it('about the tokens there is exact: as many are granted, and one more is not', () => {
    fc.assert(
      fc.property(SITUATIONS, ({ rules, marks, parts }) => {
        const there = tokensThere(command(rules, 0, parts), marks);
        if (there > 0) expect(take(command(rules, there, parts), marks).outcome).toBe('granted');
        expect(take(command(rules, there + 1, parts), marks).outcome).toBe('refused');
      }),
      PARAMETERS,
    );
  });

  it('about when tokens are there is exact: not before, and then they are', () => {
    let later = 0;
    fc.assert(
      fc.property(SITUATIONS, fc.integer({ min: 1, max: 30 }), ({ rules, marks, parts }, tokens) => {
        const decide = (nowMs: number) => take(command(rules, tokens, { ...parts, nowMs }), marks).outcome;
        const readyMs = readyAtMs(command(rules, tokens, parts), marks);
        const { nowMs } = parts;
        if (readyMs > nowMs) later += 1;
        // Of several rules each may hold at its own instant but not all at the same, so only one alone is sure to be ready.
        if (rules.length === 1 && readyMs !== Infinity) expect(decide(Math.max(readyMs, nowMs))).toBe('granted');
        const before = Array.from({ length: Math.max(0, Math.min(readyMs - nowMs, 300)) }, (_, ms) => decide(nowMs + ms));
        expect(before).not.toContain('granted');
      }),
      PARAMETERS,
    );
    expect(later).toBeGreaterThan(100);
  });

  it('with several limits is all or nothing', () => {
    fc.assert(
      fc.property(SITUATIONS, fc.integer({ min: 1, max: 25 }), ({ rules, marks, parts }, tokens) => {
        const { outcome, marks: after } = take(command(rules, tokens, parts), marks);
        const each = rules.map((rule) => take(command(rule, tokens, parts), marks).outcome);
        expect(outcome).toBe(each.every((own) => own === 'granted') ? 'granted' : 'refused');
        if (outcome === 'refused') expect(after).toBe(marks);
      }),
      PARAMETERS,
    );
  });
});

describe('a split', () => {
  it('keeps what was there, up to the rounding of each half', () => {
    fc.assert(
      fc.property(SITUATIONS, fc.constantFrom(2, 4, 8), ({ rules, marks: whole, parts: { nowMs } }, shards) => {
        let halves: Marks[] = [whole];
        for (let count = 2; count <= shards; count *= 2) {
          const first = halves.map((marks) => grown(marks, { shards: count, bornAtMs: START_MS }));
          halves = [...first, ...first.map(sown)];
        }
        const before = tokensThere(command(rules, 0, { nowMs }), whole);
        const there = halves.map((marks) => tokensThere(command(rules, 0, { nowMs, split: splitOf(marks) }), marks));
        const after = there.reduce((sum, tokens) => sum + tokens, 0);
        expect(after).toBeLessThanOrEqual(before);
        expect(after).toBeGreaterThanOrEqual(before - (shards - 1));
        expect(new Set(there).size).toBe(1);
      }),
      PARAMETERS,
    );
  });

  it('forgets nothing and invents nothing: each half has what the whole had but its counters, and the block', () => {
    fc.assert(
      fc.property(SITUATIONS, ({ marks: whole }) => {
        const blocked = { ...whole, blockedUntilMs: START_MS + 1 };
        const split = { shards: 2, bornAtMs: START_MS };
        const other = sown(grown(blocked, split));
        const { grants: _grants, taken: _taken, ...inherited } = blocked as Record<string, number>;
        expect(other).toStrictEqual({ ...inherited, ...split });
      }),
      { ...PARAMETERS, numRuns: 300 },
    );
  });
});

describe('a sliding window of one token', () => {
  it('admits one in every window at least, for the one before counts as less than one a moment later', () => {
    const rule = windows('sliding-window', 1, 1000);
    let [marks, granted] = [NO_MARKS, 0];
    for (let ms = 0; ms < 10_000; ms += 1) {
      const decision = take(command(rule, 1, { nowMs: START_MS + ms }), marks);
      marks = decision.marks;
      if (decision.outcome === 'granted') granted += 1;
    }
    expect(granted).toBe(10);
  });
});
