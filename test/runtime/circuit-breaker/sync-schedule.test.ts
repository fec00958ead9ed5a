import { describe, expect, it } from '@jest/globals';
import { uniform } from '../../../runtime/src/core/random.ts';
import { SyncSchedule } from '../../../runtime/src/circuit-breaker/sync-schedule.ts';
import { speakingShare } from '../../../runtime/src/circuit-breaker/verdict.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { START_MS } from './commands.ts';

const INTERVAL_MS = 10_000;
const STEP_MS = 10;

/** Milliseconds between the syncs of an environment that speaks whenever it is due, for a while. */
function gaps(schedule: SyncSchedule, forMs: number, active = 50): number[] {
  const begins: number[] = [];
  for (let ms = 0; ms <= forMs; ms += STEP_MS) {
    if (!schedule.isDue(START_MS + ms)) continue;
    schedule.began(START_MS + ms, active);
    begins.push(ms);
  }
  return begins.slice(1).map((ms, index) => ms - (begins[index] ?? Number.NaN));
}

/** The same for many environments. */
function manyGaps(intervalMs: number, forMs: number, active?: number): number[][] {
  return Array.from({ length: 200 }, (_, seed) => gaps(new SyncSchedule(intervalMs, new SeededRandom(seed)), forMs, active));
}

/** Milliseconds until an environment is due. */
function dueIn(schedule: SyncSchedule, fromMs: number): number {
  let ms = 0;
  while (!schedule.isDue(fromMs + ms)) ms += 1;
  return ms;
}

describe('the quiet syncs of an environment', () => {
  it('begin with its first call, look around after a second, and then come about every interval', () => {
    for (const [first = Number.NaN, second = Number.NaN, ...later] of manyGaps(INTERVAL_MS, 60_000)) {
      expect(first).toBeGreaterThanOrEqual(800);
      expect(first).toBeLessThanOrEqual(1000);
      expect(second).toBeGreaterThanOrEqual(0.8 * 1000);
      expect(second).toBeLessThanOrEqual(INTERVAL_MS);
      expect(later.length).toBeGreaterThanOrEqual(4);
      expect(Math.min(...later)).toBeGreaterThanOrEqual(8_000);
      expect(Math.max(...later)).toBeLessThanOrEqual(INTERVAL_MS);
    }
  });

  it('are not slower at first where the interval is short', () => {
    for (const all of manyGaps(250, 2_000)) expect(Math.max(...all)).toBeLessThanOrEqual(250);
  });

  it('come less often where the fleet is so large that they would be too many', () => {
    for (const [, , ...later] of manyGaps(INTERVAL_MS, 120_000, 12_000)) expect(Math.min(...later)).toBeGreaterThanOrEqual(16_000);
  });

  it('of environments started together do not stay in step (PX-06)', () => {
    const perSecond = new Array<number>(40).fill(0);
    for (const all of manyGaps(INTERVAL_MS, 40_000)) {
      let ms = 0;
      for (const gap of all) {
        ms += gap;
        const second = Math.floor(ms / 1000);
        perSecond[second] = (perSecond[second] ?? 0) + 1;
      }
    }
    // 200 in nine seconds make 22 in one.
    expect(Math.max(...perSecond.slice(15))).toBeLessThan(60);
    expect(Math.min(...perSecond.slice(15, 39))).toBeGreaterThan(0);
  });

  it('keep their turn when something is said out of turn, or a fleet that fails together would be in step from then on', () => {
    const [quiet, failing] = [7, 7].map((seed) => new SyncSchedule(INTERVAL_MS, new SeededRandom(seed))) as [SyncSchedule, SyncSchedule];
    for (const schedule of [quiet, failing]) schedule.began(START_MS, 50);
    failing.hurried(START_MS + 500);
    failing.began(START_MS + 500, 50);
    expect(dueIn(failing, START_MS)).toBe(dueIn(quiet, START_MS));
    expect(failing.ageMs(START_MS + 700)).toBe(200);
    expect(quiet.ageMs(START_MS + 700)).toBe(700);
  });

  it('leave step when all have just learned the same', () => {
    const waits = Array.from({ length: 200 }, (_, seed) => {
      const schedule = new SyncSchedule(INTERVAL_MS, new SeededRandom(seed));
      schedule.scatter(START_MS);
      return dueIn(schedule, START_MS);
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000);
    expect(Math.min(...waits)).toBeLessThan(1500);
    expect(Math.max(...waits)).toBeGreaterThan(9_500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(INTERVAL_MS);
  });

  it('come about every second in doubt, later in a large fleet, and never later than planned', () => {
    const doubting = (active: number) =>
      Array.from({ length: 100 }, (_, seed) => {
        const schedule = new SyncSchedule(INTERVAL_MS, new SeededRandom(seed));
        for (const ms of [0, 1000, 11_000]) schedule.began(START_MS + ms, active);
        const planned = dueIn(schedule, START_MS + 11_000);
        schedule.doubts(START_MS + 11_000, active);
        const sooner = dueIn(schedule, START_MS + 11_000);
        expect(sooner).toBeLessThanOrEqual(planned);
        return sooner;
      });
    expect(Math.max(...doubting(50))).toBeLessThanOrEqual(1000);
    expect(Math.min(...doubting(50))).toBeGreaterThanOrEqual(800);
    expect(Math.min(...doubting(700))).toBeGreaterThanOrEqual(1600); // 700 in 2 s
    expect(Math.min(...doubting(5000))).toBeGreaterThan(4000);
  });
});

describe('reports of failures', () => {
  /** Least milliseconds between two of them. */
  function apartMs(active: number): number {
    const schedule = new SyncSchedule(INTERVAL_MS, new SeededRandom(1));
    expect(schedule.mayHurry(START_MS, active)).toBe(true);
    schedule.hurried(START_MS);
    let ms = 0;
    while (!schedule.mayHurry(START_MS + ms, active)) ms += 1;
    return ms;
  }

  it('are a tenth of a second apart at least, and so far in a larger fleet that all of them make 350 in a second', () => {
    expect([1, 20, 35].map(apartMs)).toStrictEqual([100, 100, 100]);
    expect([50, 70, 100].map(apartMs)).toStrictEqual([143, 200, 286]);
    for (const active of [200, 500, 5000]) {
      const perSecond = (active * speakingShare(active) * 1000) / apartMs(active);
      expect(perSecond).toBeLessThanOrEqual(350);
      expect(perSecond).toBeGreaterThan(345);
    }
  });
});

describe('all environments together', () => {
  it.each([50, 500, 5000])('%i of them stay below the 1,000 writes a second that an item takes, while every call fails', (active) => {
    const random = new SeededRandom(1);
    const environments = Array.from({ length: active }, (_, seed) => ({
      schedule: new SyncSchedule(INTERVAL_MS, new SeededRandom(seed)),
      speaks: random.next() < speakingShare(active),
      startMs: uniform(random, 0, INTERVAL_MS),
    }));
    const perSecond: number[] = [];
    const failsFromMs = 40_000;
    const stepMs = 50;
    for (let ms = 0; ms < 50_000; ms += stepMs) {
      const nowMs = START_MS + ms;
      const fails = ms >= failsFromMs;
      for (const { schedule, speaks, startMs } of environments) {
        if (ms < startMs) continue;
        const hurries = fails && speaks && schedule.mayHurry(nowMs, active);
        const isDue = schedule.isDue(nowMs);
        if (hurries) schedule.hurried(nowMs);
        if (!hurries && !isDue) continue;
        schedule.began(nowMs, active);
        if (fails) schedule.doubts(nowMs, active);
        const second = Math.floor(ms / 1000);
        perSecond[second] = (perSecond[second] ?? 0) + (hurries ? 1 : 0) + (isDue ? 1 : 0);
      }
    }
    expect(Math.max(...perSecond.slice(20, failsFromMs / 1000))).toBeLessThan(700);
    expect(Math.max(...perSecond.slice(failsFromMs / 1000))).toBeLessThan(1000);
    expect(Math.max(...perSecond.slice(failsFromMs / 1000))).toBeGreaterThan(200);
  });
});
