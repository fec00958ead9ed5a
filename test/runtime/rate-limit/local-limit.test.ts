import { describe, expect, it } from '@jest/globals';
import { LocalLimit } from '../../../runtime/src/rate-limit/local-limit.ts';
import type { RateLimitStrategy, Rule } from '../../../runtime/src/rate-limit/rule.ts';

const NOW_MS = 1_767_225_600_000;
const STRATEGIES = ['token-bucket', 'sliding-window', 'fixed-window'] as const;

function rule(strategy: RateLimitStrategy, limit = 100, periodMs = 1000): Rule {
  return { strategy, limit, periodMs, capacity: limit };
}

/** Calls admitted in ten seconds, of one each millisecond. */
function admitted(local: LocalLimit, rules: readonly Rule[]): number {
  let count = 0;
  for (let ms = 0; ms < 10_000; ms += 1) if (local.take(rules, 1, NOW_MS + ms) === 0) count += 1;
  return count;
}

describe('the limit of an environment alone', () => {
  it('is a tenth of the whole while nothing is known of the fleet', () => {
    expect(new LocalLimit().share).toBe(0.1);
  });

  it('is the share of what the fleet takes, and follows it', () => {
    const local = new LocalLimit();
    for (let answer = 0; answer < 30; answer += 1) local.note(1, 4);
    expect(local.share).toBeCloseTo(0.25, 6);
    for (let answer = 0; answer < 30; answer += 1) local.note(3, 4);
    expect(local.share).toBeGreaterThan(0.7);
    expect(local.share).toBeLessThanOrEqual(0.75);
  });

  it('is the whole for an environment that takes everything', () => {
    const local = new LocalLimit();
    local.note(10, 10);
    expect(local.share).toBe(1);
  });

  it('is never nothing, and learns nothing from figures that cannot be', () => {
    const local = new LocalLimit();
    local.note(0, 50);
    expect(local.share).toBe(0.02);
    for (const [own, fleet] of [[1, 0], [5, 4], [1, -3]] as const) local.note(own, fleet);
    expect(local.share).toBe(0.02);
  });

  it.each(STRATEGIES)('admits about the share of a %s, and its share of a burst', (strategy) => {
    const local = new LocalLimit();
    local.note(1, 5);
    const count = admitted(local, [rule(strategy)]);
    expect(count).toBeGreaterThanOrEqual(180);
    expect(count).toBeLessThanOrEqual(220);
  });

  it.each(STRATEGIES)('says of a %s exactly how long the next token takes', (strategy) => {
    const local = new LocalLimit();
    const rules = [rule(strategy, 10)];
    expect(local.take(rules, 1, NOW_MS)).toBe(0);
    const waitMs = local.take(rules, 1, NOW_MS);
    expect(waitMs).toBeGreaterThan(0);
    expect(local.take(rules, 1, NOW_MS + waitMs - 1)).toBe(1);
    expect(local.take(rules, 1, NOW_MS + waitMs)).toBe(0);
  });

  it('admits a call of each period even to the smallest share', () => {
    const local = new LocalLimit();
    local.note(0, 1_000_000);
    const count = admitted(local, [rule('fixed-window')]);
    expect(count).toBe(10);
  });

  it('never admits what costs more than the limit', () => {
    expect(new LocalLimit().take([rule('token-bucket', 10)], 11, NOW_MS)).toBe(Infinity);
  });
});
