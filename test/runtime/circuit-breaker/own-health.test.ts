import { describe, expect, it } from '@jest/globals';
import { OwnHealth } from '../../../runtime/src/circuit-breaker/own-health.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { START_MS } from './commands.ts';

const OPTIONS = { failureThreshold: 5, failureRateThreshold: 0.5, minimumCalls: 10, windowDurationMs: 10_000, windowSize: 0 };

/** An environment that has made calls: `x` failed, `.` did not. */
function after(calls: string, seed = 1): OwnHealth {
  const health = new OwnHealth(OPTIONS, new SeededRandom(seed));
  for (const call of calls) health.record(START_MS, call === 'x' ? 1 : 0, 40);
  return health;
}

describe('an environment votes', () => {
  it.each([
    ['xxxx', false],
    ['xxxxx', true], // as many in a row as the failure threshold
    ['xxxx.', false],
    ['..........xxxxx', true],
    ['xx.xx.x.x.', false], // six of the latest ten
    ['xx.xx.xx.x', true], // seven: clearly more than the threshold
    ['xx.xx.xx.', false], // of nine calls nothing is said yet
    ['xx.xx.xx.x...', false], // four of the latest ten
  ])('after %s: %s', (calls, votes) => {
    expect(after(calls).votes(START_MS)).toBe(votes);
  });

  it('by the latest calls alone, however long ago they were: with few calls it must find out, too', () => {
    expect(after('xxxxx').votes(START_MS + 60_000)).toBe(true);
  });
});

describe('an environment suspects the dependency', () => {
  it('when its share of failures in the window is at the threshold, from the first call on', () => {
    expect(['', '.', 'x', 'x.', 'x..'].map((calls) => after(calls).suspects(START_MS))).toStrictEqual([false, false, true, true, false]);
    expect(after('x').suspects(START_MS + 10_000)).toBe(false);
  });
});

describe('an environment alone', () => {
  it('opens by its own window, as ever', () => {
    const calls = ['xxxx', 'xxxxx', 'x.x.x.x.x', 'x.x.x.x.x.', 'x..x.x.x..'];
    expect(calls.map((each) => after(each).isTripped(START_MS))).toStrictEqual([false, true, false, true, false]);
  });
});

describe('a hold', () => {
  it('lasts 0.4 to 1.1 s, differently in every environment', () => {
    const lengths = Array.from({ length: 300 }, (_, seed) => {
      const health = after('xxxxx', seed);
      health.hold(START_MS);
      return health.refusesForMs(START_MS);
    });
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(400);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1100);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(650);
  });

  it('runs down to nothing, and then the fleet should be asked, once', () => {
    const health = after('xxxxx');
    expect([health.refusesForMs(START_MS), health.shouldLook]).toStrictEqual([0, false]);
    health.hold(START_MS);
    const lengthMs = health.refusesForMs(START_MS);
    expect(health.refusesForMs(START_MS + 100)).toBeCloseTo(lengthMs - 100);
    expect(health.refusesForMs(START_MS + 1100)).toBe(0);
    expect(health.shouldLook).toBe(true);
    health.looked();
    expect(health.shouldLook).toBe(false);
  });
});

describe('an isolation', () => {
  const untilMs = START_MS + 60_000;

  it('needs twenty calls in the window and the threshold share of them failed', () => {
    const isolates = (calls: string, atMs = START_MS) => after(calls).isolate(atMs, untilMs);
    expect([isolates('x'.repeat(19)), isolates('x'.repeat(20))]).toStrictEqual([false, true]);
    expect([isolates('x'.repeat(9) + '.'.repeat(11)), isolates('x'.repeat(10) + '.'.repeat(10))]).toStrictEqual([false, true]);
    expect(isolates('x'.repeat(20), START_MS + 10_000)).toBe(false);
  });

  it('lasts as long as it says, and a hold does not shorten it', () => {
    const health = after('x'.repeat(20));
    health.isolate(START_MS, untilMs);
    health.hold(START_MS);
    expect(health.refusesForMs(START_MS)).toBe(60_000);
    expect(health.refusesForMs(untilMs)).toBe(0);
  });

  it('that is refused leaves the environment calling', () => {
    const health = after('xxxxx');
    health.isolate(START_MS, untilMs);
    expect([health.refusesForMs(START_MS), health.shouldLook]).toStrictEqual([0, false]);
  });
});

describe('what is known of calls', () => {
  it('is about how long they take: the first in full, each later one by a tenth', () => {
    const health = new OwnHealth(OPTIONS, new SeededRandom(1));
    expect(health.durationMs).toBe(0);
    health.record(START_MS, 0, 100);
    expect(health.durationMs).toBe(100);
    health.record(START_MS, 1, 200);
    expect(health.durationMs).toBeCloseTo(110);
  });

  it('is when the last one ended', () => {
    const health = after('');
    expect(health.idleMs(START_MS)).toBe(Infinity);
    health.record(START_MS, 0, 1);
    health.record(START_MS + 10, 1, 1);
    expect(health.idleMs(START_MS + 25)).toBe(15);
    health.record(START_MS + 30, 0, 1);
    expect(health.idleMs(START_MS + 31)).toBe(1);
  });
});

describe('a new circuit', () => {
  it('finds an environment that has nothing against it and does not hold back, but knows how long calls take', () => {
    const health = after('x'.repeat(20));
    health.isolate(START_MS, START_MS + 60_000);
    health.clear();
    expect(health.summary(START_MS)).toStrictEqual({ calls: 0, failures: 0, consecutiveFailures: 0 });
    expect([health.refusesForMs(START_MS), health.shouldLook, health.votes(START_MS), health.isTripped(START_MS)]).toStrictEqual([0, false, false, false]);
    expect(health.durationMs).toBe(40);
    // The ring of latest outcomes still holds failures of before; they must not make a vote.
    for (const call of 'xxxx.....') health.record(START_MS, call === 'x' ? 1 : 0, 40);
    expect(health.votes(START_MS)).toBe(false);
  });
});
