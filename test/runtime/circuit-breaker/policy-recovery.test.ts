import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import { fail, failAll, Fleet, isPermit, openAndWait, PROBE_RETRY_MS, settleAll, succeed, tryAcquire } from './fleet.ts';

const FAILURE = { kind: 'failure', error: new Error('dependency down') } as const;
const SUCCESS = { kind: 'success', value: 'value' } as const;

describe('the open period', () => {
  /** The length of the period that has just begun. */
  async function lengthMs(fleet: Fleet): Promise<number> {
    return ((await fleet.stored()) as { openUntilMs: number }).openUntilMs - fleet.clock.nowMs();
  }

  it('grows with every failed probe up to its cap, and starts over once the circuit has closed', async () => {
    const fleet = new Fleet({ openDurationMs: 1000, openDurationGrowth: 2, maxOpenDurationMs: 5000, successThreshold: 1 });
    const breaker = fleet.environment();
    await fail(breaker, 5);
    for (const expected of [1000, 2000, 4000, 5000, 5000]) {
      const length = await lengthMs(fleet);
      expect(length).toBeGreaterThanOrEqual(expected);
      expect(length).toBeLessThanOrEqual(expected * 1.1);
      fleet.clock.advance(length + 500);
      await fail(breaker);
    }
    fleet.clock.advance(6_000);
    await succeed(breaker);
    expect(breaker.snapshot().phase).toBe('closed');
    fleet.clock.advance(1000);
    await fail(breaker, 5);
    expect(await lengthMs(fleet)).toBeLessThanOrEqual(1100);
  });

  it('grows by what the fleet has seen, whoever probes', async () => {
    const fleet = new Fleet({ openDurationMs: 1000, openDurationGrowth: 3, maxOpenDurationMs: 100_000 });
    const breakers = await fleet.acquainted(3);
    await failAll(breakers);
    for (const [index, expected] of [3000, 9000, 27_000].entries()) {
      fleet.clock.advance((await lengthMs(fleet)) + 10_000);
      await fail(breakers[index]!);
      expect(await lengthMs(fleet)).toBeGreaterThanOrEqual(expected);
    }
  });
});

describe('a half-open circuit that comes to no decision', () => {
  it('begins a new round after its time: successes of long ago do not close it (PCB-03)', async () => {
    const fleet = new Fleet({ successThreshold: 2, halfOpenMaxDurationMs: 60_000 });
    const breaker = fleet.environment();
    await openAndWait(fleet, breaker);
    await succeed(breaker);
    fleet.clock.advance(60_000);
    await succeed(breaker);
    expect(breaker.snapshot().phase).toBe('half_open');
    await succeed(breaker);
    expect(breaker.snapshot().phase).toBe('closed');
    expect(fleet.changes).toStrictEqual(['closed > open', 'open > half_open', 'half_open > closed']);
  });
});

describe('traffic after a close', () => {
  /** How many of so many calls are admitted, at an instant after the fleet of forty has closed its circuit. */
  async function admitted(rampDurationMs: number, afterMs: number, environments = 40): Promise<number> {
    const fleet = new Fleet({ rampDurationMs, successThreshold: 1 });
    const breakers = await fleet.acquainted(environments);
    await failAll(breakers);
    fleet.clock.advance(70_000);
    await succeed(breakers[0]!);
    expect(fleet.changes.at(-1)).toBe('half_open > closed');
    fleet.clock.advance(afterMs);
    let count = 0;
    for (let call = 0; call < 400; call += 1) {
      const answer = await tryAcquire(breakers[0]!);
      if (isPermit(answer)) count += 1;
      else expect(answer).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 1000 });
    }
    return count;
  }

  it('rises from the share that ten environments are to everything', async () => {
    const [first, half, late, over] = [await admitted(5000, 0), await admitted(5000, 2500), await admitted(5000, 4000), await admitted(5000, 5000)];
    expect(Math.abs(first - 100)).toBeLessThan(40);
    expect(Math.abs(half - 200)).toBeLessThan(45);
    expect(Math.abs(late - 320)).toBeLessThan(40);
    expect(over).toBe(400);
  });

  it('is not held back in a fleet of ten, nor where no time is given', async () => {
    await expect(admitted(5000, 0, 10)).resolves.toBe(400);
    await expect(admitted(0, 0)).resolves.toBe(400);
  });
});

describe('a fleet that has just closed its circuit', () => {
  it.each([20, 50])('of %i does not take two failing environments for all there are: the others have not reported yet (PCB-02)', async (environments) => {
    const fleet = new Fleet({ rampDurationMs: 0 });
    const breakers = await fleet.acquainted(environments);
    await failAll(breakers);
    fleet.clock.advance(70_000);
    for (let probe = 0; probe < 3; probe += 1) await succeed(breakers[2]!);
    expect(fleet.changes.at(-1)).toBe('half_open > closed');
    fleet.clock.advance(PROBE_RETRY_MS);
    const [bad, good] = [breakers.slice(0, 2), breakers.slice(2)];
    for (let step = 0; step < 60; step += 1) {
      await Promise.all([...good.map((breaker) => succeed(breaker)), ...bad.map((breaker) => fail(breaker))]);
      fleet.clock.advance(100);
    }
    expect(fleet.changes).toStrictEqual(['closed > open', 'open > half_open', 'half_open > closed']);
  });
});

describe('a fleet under random outcomes', () => {
  const step = fc.record({
    afterMs: fc.oneof(fc.nat(300), fc.nat(3_000), fc.nat(70_000)),
    who: fc.nat(4),
    what: fc.constantFrom('acquire', 'acquire', 'acquire', 'succeed', 'succeed', 'fail', 'freeze'),
  });

  it('never has more probes out than places, tells of every change once, and never moves back (PCB-01, PCB-02)', async () => {
    let mostOut = 0;
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), fc.integer({ min: 1, max: 3 }), async (steps, places) => {
        const told: number[] = [];
        const LEASE_MS = 20_000;
        const fleet = new Fleet({
          halfOpenMaxCalls: places,
          successThreshold: 2,
          openDurationMs: 30_000,
          probeLeaseMs: LEASE_MS,
          halfOpenMaxDurationMs: 21_000,
          onStateChange: ({ generation }) => told.push(generation),
        });
        const breakers = await fleet.acquainted(5);
        await failAll(breakers);
        const out: { readonly permit: Permit; readonly isProbe: boolean; readonly atMs: number }[] = [];
        for (const { afterMs, who, what } of steps) {
          fleet.clock.advance(afterMs);
          const breaker = breakers[who]!;
          if (what === 'acquire') {
            const answer = await tryAcquire(breaker);
            if (isPermit(answer)) out.push({ permit: answer, isProbe: breaker.snapshot().phase === 'half_open', atMs: fleet.clock.nowMs() });
          } else if (what === 'freeze') {
            out.shift(); // its permit is never settled
          } else {
            await out.shift()?.permit.settle(what === 'fail' ? FAILURE : SUCCESS);
          }
          const probes = out.filter(({ isProbe, atMs }) => isProbe && atMs > fleet.clock.nowMs() - LEASE_MS);
          expect(probes.length).toBeLessThanOrEqual(places);
          mostOut = Math.max(mostOut, probes.length);
        }
        opened += fleet.changes.filter((change) => change === 'half_open > open').length;
        const generations = fleet.stateChanges.map(({ generation }) => generation);
        expect(told).toStrictEqual(generations);
        expect(generations).toStrictEqual([...new Set(generations)].sort((a, b) => a - b));
        // Every change leaves the phase that the one before it entered.
        fleet.stateChanges.slice(1).forEach(({ from }, index) => expect(from).toBe(fleet.stateChanges[index]?.to));
      }),
      { numRuns: 100, seed: 20_260_101 },
    );
    expect(mostOut).toBe(3);
    expect(opened).toBeGreaterThan(20);
  });

  it('keeps late results of an older circuit out of a newer one (PX-05)', async () => {
    const fleet = new Fleet({ successThreshold: 1, rampDurationMs: 0 });
    const breakers = await fleet.acquainted(3);
    const early = (await Promise.all(breakers.flatMap((breaker) => Array.from({ length: 10 }, () => tryAcquire(breaker))))).filter(isPermit);
    expect(early).toHaveLength(30);
    await failAll(breakers);
    fleet.clock.advance(70_000);
    await succeed(breakers[0]!);
    for (const breaker of breakers) await succeed(breaker);
    fleet.clock.advance(PROBE_RETRY_MS);
    for (const breaker of breakers) await expect(succeed(breaker)).resolves.toBe('value');
    await settleAll(early, FAILURE);
    for (const breaker of breakers) expect(breaker.snapshot()).toMatchObject({ phase: 'closed', failures: 0, retryAfterMs: 0 });
    await expect(succeed(breakers[0]!)).resolves.not.toBeInstanceOf(CircuitOpenError);
    expect(fleet.changes.at(-1)).toBe('half_open > closed');
  });
});
