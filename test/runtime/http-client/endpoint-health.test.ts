import { describe, expect, it } from '@jest/globals';
import { afterFailure, afterSuccess, ejected, newHealth, shareFactor, statusOf, turnedUnhealthy } from '../../../runtime/src/http-client/endpoint-health.ts';

const LIMITS = { unhealthyThreshold: 3, healthyThreshold: 2, ejectionDurationMs: 30_000 };

/** The health after successes and failures, in the order in which they are written. */
function after(results: string, limits = LIMITS, health = newHealth(-Infinity)) {
  return Array.from(results).reduce((at, result) => (result === 's' ? afterSuccess : afterFailure)(at, limits, 0), health);
}

describe('the health of an endpoint', () => {
  it.each([
    [1, 'f', true],
    [2, 'f', false],
    [2, 'ff', true],
    [3, 'ff', false],
    [3, 'ffsff', false],
    [3, 'ffsfff', true],
    [5, 'ffff', false],
    [5, 'fffff', true],
  ])('with an unhealthy threshold of %i after %s is unhealthy: %p', (unhealthyThreshold, results, isUnhealthy) => {
    expect(after(results, { ...LIMITS, unhealthyThreshold }).isUnhealthy).toBe(isUnhealthy);
  });

  it.each([
    [1, 'fff', true],
    [1, 'fffs', false],
    [2, 'fffs', true],
    [2, 'fffss', false],
    [2, 'ffffffss', false],
    [2, 'fffsfs', true],
    [2, 'fffsfss', false],
    [5, 'fffssss', true],
    [5, 'fffsssss', false],
  ])('recovers by successes and not by its score: with a healthy threshold of %i after %s it is unhealthy: %p (PHR-02)', (healthyThreshold, results, isUnhealthy) => {
    expect(after(results, { ...LIMITS, healthyThreshold }).isUnhealthy).toBe(isUnhealthy);
  });

  it('has a score that falls by a quarter with each failure and climbs back by a fifth', () => {
    const score = (results: string) => Number(after(results).score.toFixed(6));
    expect(['', 'f', 'ff', 'fff', 'ffff', 'fffff'].map(score)).toEqual([1, 0.75, 0.5, 0.25, 0, 0]);
    expect(['ffff', 'ffffs', 'ffffss', 'ffffsss', 'ffffsssss', 'ffffssssss'].map(score)).toEqual([0, 0.2, 0.4, 0.6, 1, 1]);
  });

  it('is degraded below a score of a half, though no failures in a row have made it unhealthy', () => {
    expect(statusOf(after('ff'), 0)).toBe('healthy');
    expect(statusOf(after('ffsff'), 0)).toBe('degraded');
    expect(statusOf(after('ffsffs'), 0)).toBe('degraded');
    expect(statusOf(after('ffsffss'), 0)).toBe('healthy');
  });

  it('is unhealthy while it is left out, and probing from then on', () => {
    const health = ejected(after('fff'), 30_000);
    expect([0, 29_999, 30_000, 90_000].map((nowMs) => statusOf(health, nowMs))).toEqual(['unhealthy', 'unhealthy', 'probing', 'probing']);
    expect(statusOf(after('ss', LIMITS, health), 30_000)).toBe('healthy');
  });

  it('forgets one earlier ejection for each time that it was healthy as long as that takes', () => {
    const healthy = { ...newHealth(0), ejections: 3 };
    const ejections = [0, 29_999, 30_000, 60_000, 900_000].map((nowMs) => turnedUnhealthy(healthy, LIMITS, nowMs).ejections);
    expect(ejections).toEqual([3, 3, 2, 1, 0]);
    expect(turnedUnhealthy(newHealth(-Infinity), LIMITS, 0).ejections).toBe(0);
  });

  it('gives it its share back step by step, by score and time', () => {
    const back = newHealth(0);
    const shares = [0, 1000, 2500, 5000, 10_000, 60_000].map((nowMs) => shareFactor(back, 10_000, nowMs));
    expect(shares).toEqual([0.1, 0.1, 0.25, 0.5, 1, 1]);
    expect(shareFactor({ ...back, score: 0.5 }, 10_000, 5000)).toBe(0.25);
    expect(shareFactor({ ...back, score: 0 }, 10_000, 60_000)).toBe(0.1);
    expect(shareFactor(back, 0, 0)).toBe(1);
    expect(shareFactor(newHealth(-Infinity), 10_000, 0)).toBe(1);
  });
});
