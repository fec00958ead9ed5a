import { describe, expect, it } from '@jest/globals';
import { OwnDemand } from '../../../runtime/src/rate-limit/own-demand.ts';

const START_MS = 1_767_225_600_000;

/** Demand of one call every so often. */
function demandOf(everyMs: number, forMs: number, tokens = 1): OwnDemand {
  const demand = new OwnDemand();
  for (let ms = 0; ms <= forMs; ms += everyMs) demand.note(tokens, START_MS + ms);
  return demand;
}

describe('the own demand of an environment', () => {
  it('is nothing before the first call', () => {
    expect(new OwnDemand().ratePerMs(START_MS)).toBe(0);
  });

  it.each([
    [10, 1, 0.1],
    [100, 1, 0.01],
    [10, 5, 0.5],
  ])('comes to the pace of the calls: one every %p ms of %p tokens', (everyMs, tokens, perMs) => {
    const rate = demandOf(everyMs, 10_000, tokens).ratePerMs(START_MS + 10_000);
    expect(rate).toBeGreaterThan(perMs * 0.95);
    expect(rate).toBeLessThan(perMs * 1.06);
  });

  it('counts a first call as one token in a second', () => {
    expect(demandOf(1, 0).ratePerMs(START_MS)).toBeCloseTo(0.001, 9);
  });

  it('fades when nobody calls: to a third in about a second', () => {
    const demand = demandOf(10, 10_000);
    const before = demand.ratePerMs(START_MS + 10_000);
    expect(demand.ratePerMs(START_MS + 11_000) / before).toBeCloseTo(Math.exp(-1), 9);
  });

  it('lasts since the first call after a pause of more than two seconds', () => {
    const demand = demandOf(100, 3000);
    expect(demand.lastsMs(START_MS + 3000)).toBe(3000);
    demand.note(1, START_MS + 5000);
    expect(demand.lastsMs(START_MS + 5000)).toBe(5000);
    demand.note(1, START_MS + 7001);
    expect(demand.lastsMs(START_MS + 7001)).toBe(0);
    expect(demand.ratePerMs(START_MS + 7001)).toBeCloseTo(0.001, 9);
  });
});
