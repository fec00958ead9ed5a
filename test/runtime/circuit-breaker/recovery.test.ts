import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { admittedShare, openPeriodMs } from '../../../runtime/src/circuit-breaker/recovery.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

const OPTIONS = { openDurationMs: 60_000, openDurationGrowth: 1.5, maxOpenDurationMs: 300_000 };
/** No jitter. */
const NONE = { next: () => 0 };

describe('an open period', () => {
  it.each([
    [0, 60_000],
    [1, 90_000],
    [2, 135_000],
    [3, 202_500],
    [4, 300_000],
    [5, 300_000],
    [10_000, 300_000], // 1.5 ** 10000 is infinite
  ])('after %i failed probes is %i ms', (opens, lengthMs) => {
    expect(openPeriodMs(OPTIONS, opens, NONE)).toBe(lengthMs);
  });

  it('stays what it is where it does not grow', () => {
    expect([0, 1, 9].map((opens) => openPeriodMs({ ...OPTIONS, openDurationGrowth: 1 }, opens, NONE))).toStrictEqual([60_000, 60_000, 60_000]);
  });

  it('is not shortened by a cap below it', () => {
    const capped = { ...OPTIONS, maxOpenDurationMs: 1000 };
    expect([0, 1, 5].map((opens) => openPeriodMs(capped, opens, NONE))).toStrictEqual([60_000, 60_000, 60_000]);
  });

  it('has up to a tenth added, so that circuits opened together do not probe together (PX-06)', () => {
    const lengths = Array.from({ length: 500 }, (_, seed) => openPeriodMs(OPTIONS, 0, new SeededRandom(seed)));
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...lengths)).toBeLessThan(66_000);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(5_500);
  });
});

describe('the share of calls admitted after a close', () => {
  it.each([
    [0, 10, 1], // a small fleet is not held back
    [0, 11, 10 / 11],
    [0, 40, 0.25], // as many as ten environments make
    [0, 1000, 0.1],
    [500, 1000, 0.1],
    [1000, 1000, 0.2],
    [2500, 1000, 0.5],
    [4999, 1000, 4999 / 5000],
    [5000, 1000, 1],
    [Infinity, 1000, 1],
  ])('%d ms after, with %i environments, is %d', (sinceMs, active, share) => {
    expect(admittedShare(sinceMs, active, 5000)).toBeCloseTo(share, 10);
  });

  it('is everything at once where no time is given, also if the close is ahead of the own clock', () => {
    expect([0, -1, -500].map((sinceMs) => admittedShare(sinceMs, 1000, 0))).toStrictEqual([1, 1, 1]);
    expect(admittedShare(-500, 40, 5000)).toBe(0.25);
  });

  it('never falls while time passes, is never nothing and never more than everything', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(20_000), fc.integer({ min: 1, max: 10_000 }), fc.nat(10_000), (a, b, active, rampMs) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)].map((ms) => admittedShare(ms, active, rampMs)) as [number, number];
        expect(early).toBeGreaterThanOrEqual(0.1);
        expect(late).toBeLessThanOrEqual(1);
        expect(late).toBeGreaterThanOrEqual(early);
      }),
      { seed: 20_260_101 },
    );
  });
});
