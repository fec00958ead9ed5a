import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import { FakeProcess, tryAcquire, world } from './world.ts';

/** Calls of 50 ms of which ten run at full speed: what comes on top makes all of them slower, and some of the work is lost. */
const CAPACITY = { workMs: 50, knee: 10, contention: 0.02, perSecond: 200 };
const PATIENCE_MS = 1000;

interface Job {
  readonly startedAtMs: number;
  readonly permit: Permit;
  leftMs: number;
}

/** The share of the capacity that became answers in time, in each second of a load that is that many times the capacity. */
function goodput(timesCapacity: number, seconds: number, seed: number): readonly number[] {
  const process = new FakeProcess();
  const { clock, shedder } = world({}, process);
  const random = new SeededRandom(seed);
  let jobs: Job[] = [];
  const answered = Array.from({ length: seconds }, () => 0);
  for (let ms = 0; ms < seconds * 1000; ms += 1) {
    for (let due = random.next() + (timesCapacity * CAPACITY.perSecond) / 1000 - 0.5; due >= 0.5; due -= 1) {
      const permit = tryAcquire(shedder);
      if (permit !== undefined) jobs.push({ startedAtMs: clock.nowMs(), permit, leftMs: CAPACITY.workMs * (0.5 + random.next()) });
    }
    const crowd = Math.max(1, jobs.length / CAPACITY.knee);
    for (const job of jobs) job.leftMs -= 1 / (crowd * (1 + CAPACITY.contention * (crowd - 1)));
    process.usedCpuMs += Math.min(1, jobs.length / CAPACITY.knee);
    clock.advance(1);
    for (const { permit, leftMs, startedAtMs } of jobs) {
      if (leftMs > 0) continue;
      void permit.settle({ kind: 'success', value: undefined });
      if (clock.nowMs() - startedAtMs <= PATIENCE_MS) answered[Math.floor(ms / 1000)] = (answered[Math.floor(ms / 1000)] ?? 0) + 1;
    }
    jobs = jobs.filter(({ leftMs }) => leftMs > 0);
  }
  return answered.map((count) => count / CAPACITY.perSecond);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('goodput under overload', () => {
  it.each([2, 5, 10])('at %i times the capacity stays near the best that is possible, from a few seconds after the start', (times) => {
    const seconds = goodput(times, 30, times);
    expect(mean(seconds.slice(5))).toBeGreaterThan(0.9);
    expect(Math.min(...seconds.slice(8))).toBeGreaterThan(0.6);
  });

  it('at half the capacity is all that is asked for', () => {
    expect(mean(goodput(0.5, 20, 7).slice(1))).toBeCloseTo(0.5, 1);
  });
});
