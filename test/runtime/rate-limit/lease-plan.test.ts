import { describe, expect, it } from '@jest/globals';
import { leaseTerms, planLease, type LeasePlan, type LeaseSituation } from '../../../runtime/src/rate-limit/lease-plan.ts';
import type { RateLimitStrategy, Rule } from '../../../runtime/src/rate-limit/rule.ts';

const NOW_MS = 1_767_225_600_000;
const TERM_MS = 2000;

function bucket(limit: number, capacity: number, periodMs = 1000): Rule {
  return { strategy: 'token-bucket', limit, capacity, periodMs };
}

function window(limit: number, periodMs: number, strategy: RateLimitStrategy = 'fixed-window'): Rule {
  return { strategy, limit, capacity: limit, periodMs };
}

/** Lasting demand of 10 tokens a second by an environment that has asked for many before. */
function plan(rules: readonly Rule[], situation: Partial<LeaseSituation> = {}, longestMs = TERM_MS): LeasePlan {
  const usual = { nowMs: NOW_MS, marks: {}, shards: 1, waiting: 1, ratePerMs: 0.01, lastsMs: 5000, size: 1000, leasing: false };
  return planLease(rules, leaseTerms(rules, longestMs), { ...usual, ...situation });
}

/** A bucket that is used for the next milliseconds. */
const used = (backlogMs: number) => ({ t1000: (NOW_MS + backlogMs) * 1000 });

const ALONE = { tokens: 1, termMs: 0, reserveMs: 0, marginMs: 0, aheadMs: 0 };

/** Of which 2000 tokens come in a second, and which is filled in ten. */
const LARGE = bucket(2000, 20_000);

describe('the plan for what to ask', () => {
  it('is somewhat more than the demand of the longest term, from beyond the reserve and its margin', () => {
    expect(plan([LARGE])).toStrictEqual({ tokens: 23, termMs: 2000, reserveMs: 1025, marginMs: 400, aheadMs: 0 });
  });

  it('is for the calls that wait alone where nothing is to be taken ahead', () => {
    expect(plan([LARGE], {}, 0)).toStrictEqual(ALONE);
    expect(plan([LARGE], { ratePerMs: 10 }, 50)).toStrictEqual(ALONE);
    expect(plan([LARGE], { ratePerMs: 10 }, 51).termMs).toBe(51);
  });

  it('is for them alone where they want more than the demand to come, and for nobody where nobody waits', () => {
    expect(plan([LARGE], { waiting: 23 })).toStrictEqual({ ...ALONE, tokens: 23 });
    expect(plan([LARGE], { waiting: 22 }).tokens).toBe(23);
    expect(plan([LARGE], { waiting: 0, ratePerMs: 0 })).toStrictEqual({ ...ALONE, tokens: 0 });
  });

  it('takes nothing ahead for a demand of fewer than four tokens', () => {
    expect(plan([LARGE], { ratePerMs: 0.00199 })).toStrictEqual(ALONE);
    expect(plan([LARGE], { ratePerMs: 0.002 }).tokens).toBe(4);
  });

  it('asks for no more than earlier answers suggest', () => {
    expect(plan([LARGE], { size: 7 }).tokens).toBe(7);
    expect(plan([LARGE], { size: 1 })).toStrictEqual(ALONE);
  });

  it('lasts no longer than the smallest bucket needs to fill, and a little more', () => {
    expect(plan([bucket(100, 100)])).toMatchObject({ termMs: 1150, reserveMs: 600, marginMs: 40 });
    expect(plan([LARGE, bucket(100, 50, 2000)])).toMatchObject({ termMs: 1150, marginMs: 40 });
  });

  it('takes at most half of what the reserve leaves of a bucket', () => {
    // 100 - 60 = 40 are left.
    expect(plan([bucket(100, 100)], { ratePerMs: 1 }).tokens).toBe(20);
    expect(plan([LARGE, bucket(100, 100, 999)], { ratePerMs: 1 }).tokens).toBe(19);
  });

  it('takes that of the part of the key alone', () => {
    expect(plan([LARGE], { ratePerMs: 100, size: 10_000 }).tokens).toBe(8975);
    expect(plan([LARGE], { ratePerMs: 100, shards: 4, size: 10_000 }).tokens).toBe(2243);
  });

  it('sets nothing aside for demand that has just begun: a burst out of idleness finds all', () => {
    expect(plan([LARGE], { lastsMs: 199 })).toStrictEqual(ALONE);
    expect(plan([LARGE], { lastsMs: 200 }).tokens).toBe(23);
  });

  it('sets nothing aside for demand that has just begun anew, also where leases were held before the pause', () => {
    expect(plan([LARGE], { lastsMs: 0, leasing: true })).toStrictEqual(ALONE);
  });

  it('takes from beyond the reserve at once where the bucket is used that far', () => {
    expect(plan([LARGE], { lastsMs: 0, marks: used(1025) }).tokens).toBe(23);
    expect(plan([LARGE], { lastsMs: 0, marks: used(1024) })).toStrictEqual(ALONE);
  });

  it('sets nothing aside that leaves fewer than sixteen tokens', () => {
    expect(plan([bucket(39, 39)], { ratePerMs: 0.02, leasing: true })).toStrictEqual(ALONE);
    expect(plan([bucket(40, 40)], { ratePerMs: 0.02, leasing: true }).tokens).toBe(8);
  });

  it('begins to set aside only while the bucket is nearly untouched, and goes on while it is not', () => {
    const full = bucket(1000, 4000);
    expect(plan([full], { marks: used(1000) }).tokens).toBe(23);
    expect(plan([full], { marks: used(1001) })).toStrictEqual(ALONE);
    expect(plan([full], { marks: used(1001), leasing: true }).tokens).toBe(23);
  });

  it('ends with the window, of which it takes at most half and sets nothing aside', () => {
    const rule = window(100, 1000);
    expect(plan([rule], { nowMs: NOW_MS + 400 })).toStrictEqual({ tokens: 6, termMs: 600, reserveMs: 0, marginMs: 0, aheadMs: 0 });
    expect(plan([rule], { ratePerMs: 1 }).tokens).toBe(50);
    expect(plan([rule], { nowMs: NOW_MS + 950, ratePerMs: 1 })).toStrictEqual(ALONE);
  });

  it('asks for six tenths of the demand of a contended bucket, from when the next call is expected if it is asked ahead', () => {
    const full = bucket(1000, 4000);
    expect(plan([full], { marks: used(3601), leasing: true })).toMatchObject({ tokens: 12, reserveMs: 1025, aheadMs: 0 });
    expect(plan([full], { marks: used(3601), leasing: true, waiting: 0 })).toMatchObject({ reserveMs: 1125, aheadMs: 100 });
    expect(plan([full], { marks: used(3601), leasing: true, waiting: 0, ratePerMs: 0.02 })).toMatchObject({ reserveMs: 1075, aheadMs: 50 });
    expect(plan([full], { marks: used(3600), leasing: true, waiting: 0 })).toMatchObject({ tokens: 23, aheadMs: 0 });
  });

  it('keeps to the reserve as long as anybody holds tokens, and so may lease', () => {
    expect(plan([LARGE], { lastsMs: 0, marks: { leasedUntilMs: NOW_MS + 1 } }).tokens).toBe(23);
    expect(plan([LARGE], { lastsMs: 0, marks: { leasedUntilMs: NOW_MS } })).toStrictEqual(ALONE);
  });

  it('keeps within the narrowest of several limits', () => {
    expect(plan([LARGE, window(40, 60_000)]).tokens).toBe(20);
    expect(plan([LARGE, window(40, 60_000)]).reserveMs).toBe(1025);
  });
});

describe('the terms of leases', () => {
  it('are those of the smallest bucket, and the same for all environments', () => {
    expect(leaseTerms([LARGE], 2000)).toStrictEqual({ termMs: 2000, reserveMs: 1025 });
    expect(leaseTerms([LARGE, bucket(100, 100, 999)], 2000).termMs).toBeCloseTo(1148.85, 6);
    expect(leaseTerms([window(1000, 1000)], 2000)).toStrictEqual({ termMs: 2000, reserveMs: 0 });
  });

  it('are nothing where nobody takes tokens ahead', () => {
    expect(leaseTerms([LARGE], 50)).toStrictEqual({ termMs: 0, reserveMs: 0 });
    expect(leaseTerms([LARGE], 0)).toStrictEqual({ termMs: 0, reserveMs: 0 });
  });

  it('have a reserve that is at least that of every plan', () => {
    for (const rules of [[LARGE], [bucket(100, 100)], [LARGE, window(1000, 1000)], [bucket(100, 100), LARGE]]) {
      for (const backlogMs of [0, 500, 5000]) {
        const { reserveMs } = plan(rules, { marks: used(backlogMs), ratePerMs: 1 });
        expect(reserveMs).toBeLessThanOrEqual(leaseTerms(rules, TERM_MS).reserveMs); // none of these is asked ahead
      }
    }
  });
});
