import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LimitRule } from '../../../runtime/src/rate-limit/options.ts';
import { admitted as admittedBy, ask, isPermit, LimiterFleet, ShadowBucket } from './limiter-fleet.ts';
import { buckets, leaseTerms, Runner, runs, windows, type Admitted, type Result, type Run } from './promise.ts';

const PARAMETERS = { numRuns: 30, seed: 20_260_101 };

/** What rounding in whole microseconds can be worth, in tokens. */
const ROUNDING = 1e-6;

function mostOut(rule: LimitRule, admitted: readonly Admitted[]): number {
  const shadow = new ShadowBucket(rule);
  for (const { cost, atMs } of admitted) shadow.spend(cost, atMs);
  return shadow.most;
}

/** Most tokens of any window aligned to the epoch. */
function mostInWindow({ periodMs }: LimitRule, admitted: readonly Admitted[]): number {
  const counts = new Map<number, number>();
  for (const { cost, atMs } of admitted) {
    const window = Math.floor(atMs / periodMs);
    counts.set(window, (counts.get(window) ?? 0) + cost);
  }
  return Math.max(0, ...counts.values());
}

function keepsBurst({ burst = 0, ...rule }: LimitRule, { admitted }: Result): void {
  expect(mostOut(rule, admitted)).toBeLessThanOrEqual(burst + ROUNDING);
}

function keepsWindows(rule: LimitRule, { admitted }: Result): void {
  expect(mostInWindow(rule, admitted)).toBeLessThanOrEqual(rule.limit);
}

/** Asserts the promise in random runs, and that those had what could break it. */
async function inEveryRun(arbitrary: fc.Arbitrary<Run>, keeps: (rule: LimitRule, result: Result) => void): Promise<Omit<Result, 'admitted'>> {
  const sum = { calls: 0, fromHand: 0, abandoned: 0, lost: 0 };
  await fc.assert(
    fc.asyncProperty(arbitrary, async (run) => {
      const result = await new Runner(run).result();
      for (const key of ['calls', 'fromHand', 'abandoned', 'lost'] as const) sum[key] += result[key];
      for (const rule of run.options.limits) keeps(rule, result);
    }),
    PARAMETERS,
  );
  // A property whose case never comes up proves nothing (PX-18).
  expect(sum.fromHand).toBeGreaterThan(300);
  expect(sum.abandoned).toBeGreaterThan(300);
  return sum;
}

const bucketOptions = fc.record({ limits: buckets, maxLeaseMs: leaseTerms });
const windowOptions = fc.record({ limits: windows, maxLeaseMs: leaseTerms, strategy: fc.constantFrom('fixed-window' as const, 'sliding-window' as const) });

describe('a fleet under random calls', () => {
  it('never admits more than the burst and what time has paid for, in any interval', async () => {
    await inEveryRun(runs(bucketOptions), keepsBurst);
  }, 120_000);

  it('keeps that promise where answers are late', async () => {
    await inEveryRun(runs(bucketOptions, { longestDelayMs: 40 }), keepsBurst);
  }, 120_000);

  it('keeps it where answers are late or lost: lost tokens stay lost', async () => {
    const { lost } = await inEveryRun(runs(bucketOptions, { longestDelayMs: 40, lost: 0.2 }), keepsBurst);
    expect(lost).toBeGreaterThan(300);
  }, 120_000);

  it('never admits more than the limit in any window', async () => {
    await inEveryRun(runs(windowOptions), keepsWindows);
  }, 120_000);

  it('never does where answers are late or lost', async () => {
    const { lost } = await inEveryRun(runs(windowOptions, { longestDelayMs: 40, lost: 0.2 }), keepsWindows);
    expect(lost).toBeGreaterThan(300);
  }, 120_000);
});

/**
 * Environments work steadily, all at the same instants; then nobody calls until the bucket is full again while tokens are
 * still in hand; then a new environment takes all there is, and the others spend what they hold.
 */
async function leftovers(environments: number, everyMs: number, pauseMs: number): Promise<{ readonly most: number; readonly fromHand: number }> {
  const limit = { limit: 100, periodMs: 1000 };
  const fleet = new LimiterFleet({ limits: [limit] });
  const shadow = new ShadowBucket(limit);
  const spend = (tokens: number) => shadow.spend(tokens, fleet.clock.nowMs());
  const holders = fleet.environments(environments);
  for (let passedMs = 0; passedMs < 3240; passedMs += everyMs) {
    for (const limiter of holders) spend(await admittedBy(limiter, 1));
    fleet.clock.advance(everyMs);
  }
  fleet.clock.advance(pauseMs);
  spend(await admittedBy(fleet.environment(), 120));
  let fromHand = 0;
  for (const limiter of holders) {
    for (let answer = ask(limiter); isPermit(answer); answer = ask(limiter)) {
      fromHand += 1;
      spend(1);
    }
  }
  return { most: shadow.most, fromHand };
}

describe('tokens that are still in hand when the bucket is full again', () => {
  it.each([3, 4, 6, 8])('count against the burst, with %p environments', async (environments) => {
    let fromHand = 0;
    for (const everyMs of [80, 100, 120, 140]) {
      for (let pauseMs = 300; pauseMs <= 1000; pauseMs += 25) {
        const result = await leftovers(environments, everyMs, pauseMs);
        expect(result.most).toBeLessThanOrEqual(100 + ROUNDING);
        fromHand += result.fromHand;
      }
    }
    expect(fromHand).toBeGreaterThan(50);
  }, 60_000);
});
