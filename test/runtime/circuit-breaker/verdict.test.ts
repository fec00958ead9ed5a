import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { counterName, spanAt, type CounterKind, type Counters } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { isFailingForFleet, longFailureShare, quorum, shortFailureShare, speakingShare } from '../../../runtime/src/circuit-breaker/verdict.ts';
import { START_MS } from './commands.ts';

const OPTIONS = { failureRateThreshold: 0.5, minimumCalls: 10 };
const SEED = { seed: 20_260_101 };

/** Environments of a very large fleet that speak at once. */
const SPEAKERS = Math.round(speakingShare(1_000_000) * 1_000_000);
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** What a fleet has told, and what it has not. */
interface Scene {
  readonly active: number;
  /** Calls of each environment in a second, as all told before the trouble began; undefined if nobody had told yet. */
  readonly callsPerSecond?: number;
  /** Environments whose calls fail, and which share of them. */
  readonly failing: number;
  readonly share?: number;
  /** Since when, in milliseconds. */
  readonly forMs: number;
  /** Whether the others have reported the calls that they made meanwhile. */
  readonly othersReported?: boolean;
  readonly votes?: number;
  readonly suspects?: number;
}

/** The counters of a scene; the calls of an environment, and of all of them, are evenly spread over time. */
function counters(scene: Scene): Counters {
  const { active, failing, forMs, callsPerSecond = 5, share = 1, votes = 0, suspects = failing } = scene;
  const sums: Record<string, number> = {};
  const add = (kind: CounterKind, atMs: number, value: number) => {
    const name = counterName(kind, spanAt(kind, atMs));
    if (value > 0) sums[name] = (sums[name] ?? 0) + value;
  };
  add('n', START_MS, active);
  if (scene.callsPerSecond !== undefined) {
    add('T', START_MS, active * 9_000);
    add('N', START_MS, active * callsPerSecond * 9);
  }
  const gapMs = 1000 / callsPerSecond;
  for (let environment = 0; environment < active; environment += 1) {
    const fails = environment < failing;
    if (scene.othersReported !== true && (!fails || environment >= failing * speakingShare(active))) continue;
    // Neighbours in number are no neighbours in time.
    const phase = (environment * GOLDEN) % 1;
    for (let call = 0; (call + phase) * gapMs < forMs; call += 1) {
      const atMs = START_MS - (call + phase) * gapMs;
      const failed = fails && Math.floor((call + phase + 1) * share) > Math.floor((call + phase) * share) ? 1 : 0;
      // What quiet reports tell of: the long spans. The short ones are told of by those who fail and speak at once.
      add('C', atMs, 1);
      add('F', atMs, failed);
      if (!fails || environment >= failing * speakingShare(active)) continue;
      add('c', atMs, 1);
      add('f', atMs, failed);
    }
  }
  add('v', START_MS, votes);
  add('d', START_MS, suspects);
  return sums;
}

const fails = (scene: Scene, options = OPTIONS) => isFailingForFleet(counters(scene), START_MS, 0, options);

describe('the quorum', () => {
  it.each([
    [1, 0.5, 1],
    [2, 0.5, 2],
    [3, 0.5, 2],
    [4, 0.5, 2],
    [5, 0.5, 3],
    [50, 0.5, 25],
    [100, 0.5, 50],
    [50, 0.3, 15],
    [50, 0.01, 2], // never one of several
    [50, 1, 50],
  ])('of %i environments at a threshold of %d is %i', (active, threshold, heads) => {
    expect(quorum(active, threshold)).toBe(heads);
  });

  it.each([500, 5000])('of %i is that of those who speak for all', (active) => {
    expect(SPEAKERS).toBeGreaterThanOrEqual(100);
    expect(SPEAKERS).toBeLessThanOrEqual(250);
    expect([quorum(active, 0.5), quorum(active, 1)]).toStrictEqual([SPEAKERS / 2, SPEAKERS]);
  });

  it('never asks for more heads than speak, nor for a single one of several', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (active, threshold) => {
        const heads = quorum(active, threshold);
        expect(heads).toBeLessThanOrEqual(Math.ceil(active * speakingShare(active) + 1e-6));
        expect(heads).toBeGreaterThanOrEqual(Math.min(2, active));
      }),
      SEED,
    );
  });
});

describe('a minority of failing environments', () => {
  it('never opens the circuit while the rate of calls is known, whether the others have reported or not (PCB-02)', () => {
    const scene = fc.record({
      active: fc.integer({ min: 3, max: 500 }),
      percent: fc.integer({ min: 1, max: 40 }),
      callsPerSecond: fc.integer({ min: 1, max: 10 }),
      forMs: fc.integer({ min: 1, max: 11_000 }),
      othersReported: fc.boolean(),
    });
    let checked = 0;
    fc.assert(
      fc.property(scene, ({ percent, ...rest }) => {
        const failing = Math.floor((rest.active * percent) / 100);
        if (failing > 0) checked += 1;
        // In a fleet of which only a share speaks, about as many of the failing ones do.
        const votes = Math.floor(failing * speakingShare(rest.active));
        expect(fails({ ...rest, failing, votes })).toBe(false);
      }),
      { ...SEED, numRuns: 300 },
    );
    expect(checked).toBeGreaterThan(200);
  });

  it.each([1000, 3000, 5000])('of 40 %% of %i, of which only a share speaks at once, opens nothing either', (active) => {
    for (const forMs of [100, 250, 500, 1000, 2000, 11_000]) {
      for (const othersReported of [false, true]) {
        expect(fails({ active, callsPerSecond: 2, failing: active * 0.4, forMs, othersReported, votes: 0.4 * SPEAKERS })).toBe(false);
      }
    }
  });

  it('of three in fifty is a twentieth of all calls, and not all that are known of', () => {
    const told = counters({ active: 50, callsPerSecond: 20, failing: 3, forMs: 11_000 });
    expect(longFailureShare(told, START_MS, 0)).toBeGreaterThan(0.05);
    expect(longFailureShare(told, START_MS, 0)).toBeLessThan(0.07);
    expect(shortFailureShare(told, START_MS, 0)).toBeLessThan(0.07);
  });

  it('of 40 % opens as soon as the threshold is below that', () => {
    const scene = { active: 50, callsPerSecond: 20, failing: 20, forMs: 11_000 };
    expect(fails(scene)).toBe(false);
    expect(fails(scene, { ...OPTIONS, failureRateThreshold: 0.35 })).toBe(true);
  });
});

describe('a fleet whose rate of calls is not known', () => {
  const scene = { active: 50, failing: 50, forMs: 11_000 };

  it('is not judged by it: all that is known may come from the failing ones', () => {
    expect(fails(scene)).toBe(false);
    expect(longFailureShare(counters(scene), START_MS, 0)).toBe(0);
    expect(fails({ ...scene, callsPerSecond: 5 })).toBe(true);
  });

  it('is judged by its votes, also while it is small', () => {
    expect(fails({ ...scene, votes: 24 })).toBe(false);
    expect(fails({ ...scene, votes: 25 })).toBe(true);
    expect(fails({ active: 3, failing: 2, forMs: 100, votes: 2 })).toBe(true);
  });
});

describe('votes', () => {
  it('open the circuit from the quorum on, in a large fleet whatever else is known', () => {
    const scene = { active: 30, callsPerSecond: 20, failing: 0, forMs: 0 };
    expect([14, 15].map((votes) => fails({ ...scene, votes }))).toStrictEqual([false, true]);
    expect([-1, 0].map((less) => fails({ ...scene, active: 5000, votes: SPEAKERS / 2 + less }))).toStrictEqual([false, true]);
  });

  it('of a small fleet need its rate to agree: a quorum of few comes about by chance', () => {
    const scene = { active: 29, callsPerSecond: 20, failing: 29, forMs: 11_000, suspects: 0, votes: 15 };
    expect([0.2, 0.35, 0.39, 1].map((share) => fails({ ...scene, share }))).toStrictEqual([false, false, true, true]);
    expect(fails({ ...scene, active: 30, failing: 30, share: 0.2 })).toBe(true);
  });

  it('of the only environment need nobody to agree', () => {
    expect(fails({ active: 1, callsPerSecond: 20, failing: 0, forMs: 0, votes: 1 })).toBe(true);
  });

  it('of before the circuit changed count for nothing', () => {
    const told = counters({ active: 30, callsPerSecond: 20, failing: 30, forMs: 2000, votes: 30 });
    expect(isFailingForFleet(told, START_MS, 0, OPTIONS)).toBe(true);
    expect(isFailingForFleet(told, START_MS, START_MS + 1, OPTIONS)).toBe(false);
  });
});

describe('the rate of the fleet', () => {
  /** One environment that made so many calls in the last instant, of which so many failed, and nothing before. */
  const burst = (calls: number, failures: number): Counters => {
    const at = (kind: CounterKind, value: number) => ({ [counterName(kind, spanAt(kind, START_MS))]: value });
    return { ...at('n', 1), ...at('T', 9000), ...at('c', calls), ...at('C', calls), ...at('f', failures), ...at('F', failures), ...at('d', 1) };
  };
  const opens = (calls: number, failures: number) => isFailingForFleet(burst(calls, failures), START_MS, 0, OPTIONS);

  it('has to be the clearer the fewer calls there are', () => {
    expect([opens(9, 9), opens(10, 10)]).toStrictEqual([false, true]); // ten are the minimum
    expect([opens(10, 6), opens(50, 30), opens(75, 45)]).toStrictEqual([false, false, true]);
    expect([opens(100, 50), opens(300, 150)]).toStrictEqual([false, true]);
  });

  it('below the threshold says nothing, however many calls there are', () => {
    expect([opens(10_000, 4_999), opens(10_000, 5_000)]).toStrictEqual([false, true]);
  });

  it('needs five failures, also where fewer calls are enough for the user', () => {
    const eager = { failureRateThreshold: 0.1, minimumCalls: 1 };
    expect(isFailingForFleet(burst(4, 4), START_MS, 0, eager)).toBe(false);
    expect(isFailingForFleet(burst(5, 5), START_MS, 0, eager)).toBe(true);
  });

  it('needs two environments of which most calls fail: one alone is the sick one', () => {
    const scene = { active: 50, callsPerSecond: 20, failing: 50, forMs: 2000 };
    expect([0, 1, 2].map((suspects) => fails({ ...scene, suspects }))).toStrictEqual([false, false, true]);
    expect(fails({ ...scene, active: 1, failing: 1, suspects: 1 })).toBe(true);
  });

  it('opens in a total outage within half a second, without a vote', () => {
    expect(fails({ active: 50, callsPerSecond: 20, failing: 50, forMs: 500 })).toBe(true);
    expect(fails({ active: 5, callsPerSecond: 20, failing: 5, forMs: 500 })).toBe(true);
  });

  it('opens in a brown-out at 60 % and never at 20 %, nor at 30 %', () => {
    const scene = { active: 50, callsPerSecond: 20, failing: 50, forMs: 11_000, othersReported: true };
    expect([0.2, 0.3, 0.45, 0.6].map((share) => fails({ ...scene, share }))).toStrictEqual([false, false, false, true]);
  });

  it('is not diluted by healthy calls of before: the short look-backs see the outage', () => {
    const before = counters({ active: 50, callsPerSecond: 20, failing: 50, share: 0, forMs: 11_000 });
    const outage = counters({ active: 50, callsPerSecond: 20, failing: 50, forMs: 500 });
    const sums: Record<string, number> = { ...before };
    for (const [name, value] of Object.entries(outage)) if (!/^[nNTcC]/.test(name)) sums[name] = value;
    expect(longFailureShare(sums, START_MS, 0)).toBeLessThan(0.1);
    expect(isFailingForFleet(sums, START_MS, 0, OPTIONS)).toBe(true);
  });
});
