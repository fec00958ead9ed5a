import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Priority } from '../../../runtime/src/core/call-context.ts';
import { PriorityMix } from '../../../runtime/src/load-shedding/priority-mix.ts';
import { ALL_PRIORITIES } from './world.ts';

const NO_CAPS: Readonly<Record<Priority, number>> = { critical: 1, high: 1, normal: 1, low: 1, background: 1 };
const DEFAULT_CAPS = { ...NO_CAPS, critical: 0 };
const arrivals = fc.array(fc.constantFrom(...ALL_PRIORITIES), { minLength: 1, maxLength: 400 });
const rates = fc.double({ min: 0, max: 1, noNaN: true });

function mixOf(seen: readonly Priority[], caps = DEFAULT_CAPS): PriorityMix {
  const mix = new PriorityMix(caps);
  for (const priority of seen) mix.arrived(priority);
  return mix;
}

describe('the order of priorities', () => {
  it('is kept: of none is anything shed before all below it is shed entirely (PLS-01)', () => {
    fc.assert(
      fc.property(arrivals, rates, (seen, rate) => {
        const mix = mixOf(seen);
        const present = ALL_PRIORITIES.filter((priority) => seen.includes(priority));
        present.forEach((priority, index) => {
          if (mix.rateOf(priority, rate) <= 0) return;
          for (const lower of present.slice(0, index)) expect(mix.rateOf(lower, rate)).toBe(1);
        });
      }),
    );
  });

  it('never sheds critical requests unless a cap of theirs says so (LS-11, PLS-01)', () => {
    fc.assert(
      fc.property(arrivals, rates, (seen, rate) => {
        expect(mixOf(seen).rateOf('critical', rate)).toBe(0);
      }),
    );
    const critical = mixOf(Array.from({ length: 300 }, () => 'critical' as const), NO_CAPS);
    expect(critical.rateOf('critical', 0.9)).toBeCloseTo(0.9);
  });

  it('sheds the rate of all requests, as far as there are any that may be shed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ALL_PRIORITIES.slice(0, 4)), { minLength: 1, maxLength: 200 }), rates, (seen, rate) => {
        // The latest requests count more than the first ones, so the shares are taken from the mix itself.
        const mix = mixOf(seen, NO_CAPS);
        const kept = 1 - 1 / 200;
        const weights = seen.map((_, index) => kept ** (seen.length - 1 - index));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const shed = seen.reduce((sum, priority, index) => sum + (weights[index] ?? 0) * mix.rateOf(priority, rate), 0);
        expect(shed / total).toBeCloseTo(rate, 6);
      }),
    );
  });

  it('keeps every rate within 0 and the cap of its priority (LS-12)', () => {
    const cap = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(arrivals, rates, fc.record({ critical: cap, high: cap, normal: cap, low: cap, background: cap }), (seen, rate, caps) => {
        const mix = mixOf(seen, caps);
        for (const priority of ALL_PRIORITIES) {
          expect(mix.rateOf(priority, rate)).toBeGreaterThanOrEqual(0);
          expect(mix.rateOf(priority, rate)).toBeLessThanOrEqual(caps[priority]);
        }
      }),
    );
  });

  it('goes by the latest mix, not by one of long ago', () => {
    const mix = mixOf(Array.from({ length: 1000 }, () => 'normal' as const));
    for (let index = 0; index < 2000; index += 1) mix.arrived(index % 2 === 0 ? 'low' : 'normal');
    expect(mix.rateOf('low', 0.4)).toBeCloseTo(0.8, 1);
    expect(mix.rateOf('normal', 0.4)).toBe(0);
    expect(mix.rateOf('background', 0.4)).toBe(0);
  });
});
