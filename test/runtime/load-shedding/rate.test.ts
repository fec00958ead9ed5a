import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_LOAD, type LoadAssessment } from '../../../runtime/src/load-shedding/load.ts';
import { resolveLoadSheddingOptions, type LoadSheddingOptions } from '../../../runtime/src/load-shedding/options.ts';
import { nextRate, type RateInput } from '../../../runtime/src/load-shedding/rate.ts';

const OVER: LoadAssessment = { score: 0, exceeded: ['latency'], isOver: true, nearness: 1 };
const BETWEEN: LoadAssessment = { ...OVER, isOver: false, nearness: 0.95 };

function next(input: Partial<RateInput>, options: LoadSheddingOptions = {}): number {
  return nextRate({ load: NO_LOAD, rate: 0, elapsedMs: 100, surplus: 0, wasCrowded: false, ...input }, resolveLoadSheddingOptions(options));
}

describe('the adaptive rate', () => {
  it.each([1, 2, 10, 100])('moves by time, not by request: in a second of %i steps it rises by the adaptation rate (PLS-07)', (steps) => {
    let rate = 0.2;
    for (let step = 0; step < steps; step += 1) rate = next({ load: OVER, rate, elapsedMs: 1000 / steps });
    expect(rate).toBeCloseTo(0.3);
    for (let step = 0; step < steps; step += 1) rate = next({ rate, elapsedMs: 1000 / steps });
    expect(rate).toBeCloseTo(0.2);
    expect(next({ load: OVER, rate, elapsedMs: 1000 }, { adaptationRate: 0.3 })).toBeCloseTo(0.5);
  });

  it('stands still within the hysteresis', () => {
    expect(next({ load: BETWEEN, rate: 0.4, surplus: 0.9 })).toBe(0.4);
  });

  it('follows a surplus faster the further the load is over, up to tenfold, and not beyond it', () => {
    expect(next({ load: { ...OVER, score: 1 }, surplus: 1 })).toBeCloseTo(0.1);
    expect(next({ load: { ...OVER, score: 0.5 }, surplus: 1 })).toBeCloseTo(0.055);
    expect(next({ load: { ...OVER, score: 1 }, surplus: 0.05 })).toBeCloseTo(0.045);
  });

  it('does not go beyond the surplus for latencies of a crowd that is being refused already', () => {
    expect(next({ load: { ...OVER, score: 1 }, rate: 0.5, surplus: 0.5, wasCrowded: true })).toBe(0.5);
    expect(next({ load: { ...OVER, score: 1 }, rate: 0.5, surplus: 0.5 })).toBeCloseTo(0.51);
  });

  it('decays in full over a gap without requests, but does not leap up after one (PLS-04, PX-03)', () => {
    expect(next({ rate: 0.9, elapsedMs: 60_000 })).toBe(0);
    expect(next({ load: OVER, rate: 0, elapsedMs: 60_000 })).toBeCloseTo(0.1);
  });
});

describe('the rate of every strategy', () => {
  it('of circuit is a quarter per threshold that is exceeded', () => {
    const at = (count: number) => next({ load: { ...OVER, exceeded: (['cpu', 'memory', 'latency', 'errors'] as const).slice(0, count) } }, { strategy: 'circuit' });
    expect([0, 1, 2, 3, 4].map(at)).toEqual([0, 0.25, 0.5, 0.75, 0.9]);
  });

  it.each(['random', 'priority'] as const)('of %s goes with the score from the least to the most', (strategy) => {
    const at = (score: number) => next({ load: { ...OVER, score } }, { strategy, minRate: 0.1, maxRate: 0.7 });
    expect([0, 0.5, 1].map(at).map((rate) => rate.toFixed(3))).toEqual(['0.100', '0.400', '0.700']);
  });

  it('stays within its bounds on the way up and on the way down (PLS-07, LS-09)', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(share, share).map(([a, b]) => ({ minRate: Math.min(a, b), maxRate: Math.max(a, b) })),
        fc.constantFrom('adaptive', 'random', 'priority', 'circuit' as const),
        fc.array(fc.record({ over: fc.boolean(), score: share, surplus: share, elapsedMs: fc.nat(100_000), wasCrowded: fc.boolean() }), { maxLength: 30 }),
        (bounds, strategy, steps) => {
          let rate = bounds.minRate;
          for (const { over, score, ...rest } of steps) {
            rate = next({ ...rest, rate, load: over ? { ...OVER, score } : NO_LOAD }, { ...bounds, strategy });
            expect(rate).toBeGreaterThanOrEqual(bounds.minRate);
            expect(rate).toBeLessThanOrEqual(bounds.maxRate + 1e-12);
          }
        },
      ),
    );
  });
});
