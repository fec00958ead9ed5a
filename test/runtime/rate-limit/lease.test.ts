import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Lease, LEASE_HOLD_MS, leaseReserveMs, type Grant } from '../../../runtime/src/rate-limit/lease.ts';

const ASKED_AT_MS = 1_767_225_600_000;
const MARKS = { t1000: (ASKED_AT_MS + 700) * 1000 };

function grant(values: Partial<Grant> = {}): Grant {
  return { tokens: 10, askedAtMs: ASKED_AT_MS, termMs: 1050, shards: 2, part: 1, reserveMs: 625, marks: MARKS, ...values };
}

/** Tokens that can be spent at ages of a lease. */
function availableAt(lease: Lease, ...agesMs: readonly number[]): number[] {
  return agesMs.map((ageMs) => lease.available(ASKED_AT_MS + ageMs));
}

describe('a lease', () => {
  it('can be spent whole while the answer is on its way', () => {
    expect(availableAt(new Lease(grant()), 0, LEASE_HOLD_MS)).toStrictEqual([10, 10]);
  });

  it('expires token by token over its term: none outlives its share of it', () => {
    const lease = new Lease(grant());
    expect(availableAt(lease, 51, 150, 151, 550, 949, 950, 951, 1050, 5000)).toStrictEqual([9, 9, 8, 5, 1, 1, 0, 0, 0]);
  });

  it('can be spent at the instant it was asked for alone if it has no term', () => {
    expect(availableAt(new Lease(grant({ termMs: 0 })), 0, 1, 60)).toStrictEqual([10, 0, 0]);
    expect(availableAt(new Lease(grant({ termMs: 30 })), 30, 31)).toStrictEqual([10, 0]);
  });

  it('spends the tokens that expire first', () => {
    const lease = new Lease(grant());
    lease.spend(4, ASKED_AT_MS);
    expect(availableAt(lease, 0, 450, 451)).toStrictEqual([6, 6, 5]);
    lease.spend(2, ASKED_AT_MS + 450);
    expect(availableAt(lease, 450, 650, 651)).toStrictEqual([4, 4, 3]);
  });

  it('does not let those be spent that have expired', () => {
    const lease = new Lease(grant());
    lease.spend(2, ASKED_AT_MS + 550);
    expect(availableAt(lease, 550)).toStrictEqual([3]);
    expect(lease.unspent).toMatchObject({ tokens: 8 });
  });

  it('serves those who have waited for it, however late its answer is', () => {
    const lease = new Lease(grant({ tokens: 3, termMs: 0 }));
    lease.spendAtOnce(3);
    expect(lease.unspent).toBeUndefined();
    expect(availableAt(lease, 0)).toStrictEqual([0]);
  });

  it('takes back tokens, which expire as if they had never been spent', () => {
    const lease = new Lease(grant());
    lease.spend(10, ASKED_AT_MS);
    expect(availableAt(lease, 0)).toStrictEqual([0]);
    lease.takeBack(3);
    expect(availableAt(lease, 0, 750, 751, 951)).toStrictEqual([3, 3, 2, 0]);
    expect(lease.unspent).toMatchObject({ tokens: 3 });
  });

  it('says what can go back: what was not spent, and from where it came', () => {
    const lease = new Lease(grant());
    expect(lease.unspent).toStrictEqual({ tokens: 10, shards: 2, part: 1, marks: MARKS, reserveMs: 625 });
    lease.spend(10, ASKED_AT_MS);
    expect(lease.unspent).toBeUndefined();
  });

  it('has a reserve of the time for which its tokens last on average', () => {
    expect([0, 30, LEASE_HOLD_MS, 250, 2000].map(leaseReserveMs)).toStrictEqual([0, 30, 50, 150, 1025]);
  });

  it('never lets more be spent than were granted, whatever is spent and taken back when', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(60), tokens: fc.integer({ min: 1, max: 5 }), isBack: fc.boolean() }), { maxLength: 40 });
    let spentAll = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 3000 }), steps, (tokens, termMs, run) => {
        const lease = new Lease(grant({ tokens, termMs }));
        const held: number[] = [];
        let nowMs = ASKED_AT_MS;
        for (const step of run) {
          nowMs += step.afterMs;
          const back = step.isBack ? held.pop() : undefined;
          if (back !== undefined) lease.takeBack(back);
          else if (lease.available(nowMs) >= step.tokens) {
            lease.spend(step.tokens, nowMs);
            held.push(step.tokens);
          }
          const spent = held.reduce((sum, each) => sum + each, 0);
          expect(lease.unspent?.tokens ?? 0).toBe(tokens - spent);
          expect(lease.available(nowMs)).toBeGreaterThanOrEqual(0);
          expect(lease.available(nowMs)).toBeLessThanOrEqual(tokens - spent);
          if (spent === tokens) spentAll += 1;
        }
      }),
      { numRuns: 500, seed: 20_260_101 },
    );
    expect(spentAll).toBeGreaterThan(100);
  });
});
