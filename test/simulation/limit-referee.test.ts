import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { LimitReferee, type RefereeOptions } from './limit-referee.ts';

const BUCKET: RefereeOptions = { limits: [{ limit: 10, periodMs: 1000, burst: 5 }], strategy: 'token-bucket' };
const FIXED: RefereeOptions = { limits: [{ limit: 3, periodMs: 1000 }], strategy: 'fixed-window' };
const SLIDING: RefereeOptions = { ...FIXED, strategy: 'sliding-window' };

/** A referee that has seen calls of one token start at these instants. */
function referee(options: RefereeOptions, instants: readonly number[], key = 'a'): LimitReferee {
  const judge = new LimitReferee(options);
  for (const atMs of instants) {
    judge.offered(key, 1);
    judge.started(key, 1, atMs);
  }
  return judge;
}

const excess = (options: RefereeOptions, instants: readonly number[]) => referee(options, instants).verdict(10_000).overAdmission;

/** The largest excess by the definition: over every stretch that begins and ends with a call. */
function worstStretch(instants: readonly number[]): number {
  let worst = 0;
  instants.forEach((from, first) => {
    instants.slice(first).forEach((to, more) => {
      worst = Math.max(worst, more + 1 - 5 - (to - from) / 100);
    });
  });
  return worst;
}

describe('the referee of a token bucket', () => {
  it('finds nothing in a burst and the refill after it', () => {
    expect(excess(BUCKET, [0, 0, 0, 0, 0, 100, 200, 350])).toBe(0);
    expect(excess(BUCKET, [])).toBe(0);
  });

  it('finds one token too many, and a tenth of one', () => {
    expect(excess(BUCKET, [0, 0, 0, 0, 0, 0])).toBe(1);
    expect(excess(BUCKET, [0, 0, 0, 0, 0, 90])).toBeCloseTo(0.1, 9);
  });

  it('finds an excess in the middle of a long quiet run, and remembers it', () => {
    expect(excess(BUCKET, [0, 4000, 4010, 4020, 4030, 4040, 4050, 4060, 9000])).toBeCloseTo(1.4, 9);
  });

  it('finds what slow creeping admits, although no second of it holds too many', () => {
    const everyNinety = Array.from({ length: 101 }, (_each, index) => 90 * index);
    expect(excess(BUCKET, everyNinety)).toBeCloseTo(101 - 5 - 90, 9);
  });

  it('finds the worst stretch of any run of calls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), (instants) => {
        const sorted = instants.sort((a, b) => a - b);
        expect(excess(BUCKET, sorted)).toBeCloseTo(worstStretch(sorted), 6);
      }),
    );
  });

  it('judges every limit of a key', () => {
    const two: RefereeOptions = { limits: [{ limit: 100, periodMs: 1000 }, { limit: 4, periodMs: 60_000 }], strategy: 'token-bucket' };
    expect(excess(two, [0, 1, 2, 3, 4, 5])).toBeCloseTo(2, 2);
  });
});

describe('the referee of windows', () => {
  it('counts in windows of the epoch', () => {
    expect(excess(FIXED, [999, 999, 999, 1000, 1000, 1000])).toBe(0);
    expect(excess(FIXED, [999, 1000, 1001, 1500, 1999])).toBe(1);
    expect(excess(SLIDING, [0, 1, 2, 3, 4])).toBe(2);
  });

  it('weighs the window before only for sliding ones, and only for what was refused', () => {
    const refused = (options: RefereeOptions, atMs: number) => referee(options, [900, 901, 902]).refused('a', 1, atMs);
    expect(refused(FIXED, 950)).toBe(false);
    expect(refused(FIXED, 1000)).toBe(true);
    expect(refused(SLIDING, 1100)).toBe(false);
    expect(refused(SLIDING, 1400)).toBe(true);
    expect(refused(SLIDING, 2000)).toBe(true);
  });
});

describe('the referee', () => {
  it('keeps keys apart, and names the worst and how many were over', () => {
    const judge = new LimitReferee(BUCKET);
    const calls = { quiet: 5, over: 6, worst: 8 };
    for (const [key, count] of Object.entries(calls)) for (let call = 0; call < count; call += 1) judge.started(key, 1, 10);
    expect(judge.verdict(1000)).toMatchObject({ overAdmission: 3, overAdmittedKeys: 2, admitted: 19 });
  });

  it('counts tokens, not calls', () => {
    const judge = new LimitReferee(BUCKET);
    judge.started('a', 4, 0);
    expect([judge.refused('a', 2, 0), judge.refused('a', 1, 0)]).toEqual([false, true]);
    judge.started('a', 3, 0);
    expect(judge.verdict(1000)).toMatchObject({ overAdmission: 2, refusedUnderLimit: 1 });
  });

  it('holds what was admitted against what could have been, key by key', () => {
    const judge = new LimitReferee(BUCKET);
    // In one second a key can have 15: of the busy one that is all, of the other one its 4 calls.
    for (let call = 0; call < 40; call += 1) judge.offered('busy', 1);
    for (let call = 0; call < 4; call += 1) judge.offered('quiet', 1);
    for (let call = 0; call < 12; call += 1) judge.started('busy', 1, call * 80);
    for (let call = 0; call < 4; call += 1) judge.started('quiet', 1, call);
    expect(judge.verdict(1000).utilisation).toBeCloseTo(16 / 19, 9);
    expect(new LimitReferee(BUCKET).verdict(1000).utilisation).toBe(1);
    expect(referee(FIXED, [0, 1, 2]).verdict(1500).utilisation).toBe(1);
  });
});
