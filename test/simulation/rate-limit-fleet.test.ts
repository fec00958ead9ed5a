import { describe, it, expect } from '@jest/globals';
import { createPermit, type Gate } from '../../runtime/src/core/gate.ts';
import { NO_MARKS, type Marks } from '../../runtime/src/rate-limit/rule.ts';
import { WHOLE } from '../../runtime/src/rate-limit/state.ts';
import { RateLimitFleet, type CreateLimiter } from './rate-limit-fleet.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { refusal } from './support.ts';

const LIMITED: Scenario<'rate-limit'> = {
  policy: 'rate-limit',
  options: { limits: [{ limit: 20, periodMs: 1000, burst: 20 }], clockSkewMs: 0 },
  fleet: { environments: 10, requestsPerSecond: 100 },
  durationSeconds: 10,
};
const TENANTS: Scenario<'rate-limit'> = { ...LIMITED, options: { ...LIMITED.options, by: ['tenant'] }, demand: { keys: 4 } };

/** Admits as a test says, and asks no store. */
function admitting(admits: (tenant: string, calls: number) => boolean): CreateLimiter {
  let calls = 0;
  return () => ({
    name: 'test',
    acquire: ({ tenant = '' }) => {
      calls += 1;
      if (!admits(tenant, calls)) throw refusal();
      return createPermit(() => undefined);
    },
  });
}

/** Asks the store for every single call; `forgets` what it has seen each time. */
function naive(forgets = false): CreateLimiter {
  return ({ rules, by }, { store, clock }): Gate => {
    const known = new Map<string, Marks>();
    return {
      name: 'naive',
      acquire: async ({ tenant = '' }) => {
        const key = by.includes('tenant') ? tenant : '';
        const nowMs = clock.nowMs();
        const command = { rules, tokens: 1, nowMs, split: WHOLE, reserveMs: 0, marginMs: 0, returned: [] };
        const view = forgets ? NO_MARKS : (known.get(key) ?? NO_MARKS);
        const { outcome, marks } = await store.take({ key, part: 0 }, command, view, { nowMs }).catch((): never => {
          throw refusal();
        });
        known.set(key, marks);
        if (outcome !== 'granted') throw refusal();
        return createPermit(() => undefined);
      },
    };
  };
}

const run = (scenario: Scenario<'rate-limit'>, createLimiter: CreateLimiter, seed = 1) =>
  simulate(scenario, seed, (simulation) => new RateLimitFleet(simulation, createLimiter));

describe('the figures of a rate limiter', () => {
  it('show how far over a limit the calls went', async () => {
    const everything = await run(LIMITED, admitting(() => true));
    // About 1,000 calls come in 10 s, of which 220 could have been admitted.
    expect(everything.overAdmission).toBeGreaterThan(700);
    expect(everything).toMatchObject({ overAdmittedKeys: 1, refused: 0, admitted: everything.requests, writesPerRequest: 0, splits: 0 });
    expect(everything.utilisation).toBeCloseTo(everything.requests / 220, 5);
  });

  it('show refusals while there was room', async () => {
    const nothing = await run(LIMITED, admitting(() => false));
    expect(nothing).toMatchObject({ admitted: 0, utilisation: 0, overAdmission: 0, refusedUnderLimitShare: 1, refusedUnderLimit: nothing.requests });
  });

  it('keep the keys apart', async () => {
    const one = await run(TENANTS, admitting((tenant) => tenant === 't1'));
    expect(one).toMatchObject({ overAdmittedKeys: 1 });
    expect(one.admitted / one.requests).toBeCloseTo(0.25, 1);
    expect((await run(TENANTS, admitting(() => true))).overAdmittedKeys).toBe(4);
    // The same calls against one limit for all.
    expect((await run({ ...TENANTS, options: LIMITED.options! }, admitting(() => true))).overAdmittedKeys).toBe(1);
  });

  it('count what the store was asked to write, refused and failed writes included', async () => {
    const result = await run(LIMITED, naive());
    expect(result.admitted + result.refused).toBe(result.requests);
    expect(result.writesPerRequest).toBeCloseTo(result.storeWrites / result.requests, 5);
    expect(result.storeReads).toBeGreaterThan(0);
    expect(result.utilisation).toBeGreaterThan(0.97);
    // No sooner by more than an answer takes: a call starts when its answer has come.
    expect(result.overAdmission).toBeLessThan(20 * 0.006);
    const forgetful = await run(LIMITED, naive(true));
    // Who knows nothing never reads, and each refusal is a write: of 10 environments in 10 seconds.
    expect(forgetful.storeReads).toBe(0);
    expect(forgetful.storeWrites).toBe(forgetful.requests + forgetful.secondWrites);
    expect(forgetful.refusalWritesPerEnvironmentPerSecond).toBeCloseTo(forgetful.refused / 100, 5);
    expect(forgetful.secondWrites).toBeGreaterThan(0);
    expect(forgetful.admitted).toBe(result.admitted);
  });

  it('show lost replies as tokens lost and writes in vain, never as calls too many', async () => {
    const whole = await run(LIMITED, naive());
    const lossy = await run({ ...LIMITED, store: { lostReplyRate: 0.3 }, options: { ...LIMITED.options, clockSkewMs: 10 } }, naive());
    expect(lossy.overAdmission).toBeLessThan(20 * 0.012);
    expect(lossy.utilisation).toBeLessThan(whole.utilisation);
    expect(lossy.storeErrors).toMatchObject({ unreachable: expect.any(Number) });
  });

  it('show what one item takes in a second', async () => {
    const throttled = await run({ ...LIMITED, store: { itemWritesPerSecond: 30 } }, naive());
    expect(throttled.storeErrors).toMatchObject({ throttled: expect.any(Number) });
    // The second write of a request that has been let in is not held up.
    expect(throttled.maxItemWritesPerSecond).toBeLessThan(60);
    expect((await run(LIMITED, naive())).maxItemWritesPerSecond).toBeGreaterThan(90);
    const spread = await run({ ...TENANTS, store: { itemWritesPerSecond: 30 } }, naive());
    expect(spread.storeErrors['throttled'] ?? 0).toBeLessThan(throttled.storeErrors['throttled']!);
  });
});

describe('the real rate limiter in a fleet', () => {
  const STORM: Scenario<'rate-limit'> = {
    ...LIMITED,
    demand: { keys: 20, distribution: 'zipf' },
    store: { lostReplyRate: 0.05, throttleRate: 0.05, outages: [{ fromSeconds: 5, toSeconds: 7 }] },
    environmentFaults: { crashesPerMinute: 60, freezesPerMinute: 60, clockSkewMs: 5 },
  };

  it.each([LIMITED, TENANTS, STORM])('answers every request, and repeats itself', async (scenario) => {
    const { timeline: _first, ...first } = await simulate(scenario, 3);
    const { timeline: _second, ...second } = await simulate(scenario, 3);
    expect(second).toEqual(first);
    expect(first.admitted + first.refused + first.dropped).toBe(first.requests);
    expect(first.calls).toBe(first.admitted);
    expect(first.storeWrites).toBeGreaterThan(0);
  });

  it('asks no shared store where the limit is each environment\'s own', async () => {
    const own = await simulate({ ...LIMITED, options: { ...LIMITED.options, shared: false } }, 1);
    expect(own).toMatchObject({ storeReads: 0, storeWrites: 0 });
    expect(own.overAdmission).toBeGreaterThan(20);
  });

  it('is not simulated with limits that nobody judges', async () => {
    const scenario = { ...LIMITED, options: { ...LIMITED.options, tenantLimits: { t1: [{ limit: 1, periodMs: 1000 }] } } };
    await expect(simulate(scenario, 1)).rejects.toThrow(/options\.tenantLimits is set: leave it out/);
  });
});

describe('figures', () => {
  const OF_CIRCUITS = ['transitions', 'storedTransitions', 'openedAfterMs', 'closedAfterMs', 'halfOpenCallsMax'];
  const OF_LIMITS = ['admitted', 'overAdmission', 'overAdmittedKeys', 'utilisation', 'writesPerRequest', 'splits'];

  it('of one policy are not shown for the other', async () => {
    const limits = Object.keys(await simulate(LIMITED, 1));
    const circuits = Object.keys(await simulate({ ...LIMITED, policy: 'circuit-breaker', options: {} }, 1));
    expect(limits).toEqual(expect.arrayContaining([...OF_LIMITS, 'requests', 'storeWrites', 'addedLatencyMs']));
    expect(circuits).toEqual(expect.arrayContaining([...OF_CIRCUITS, 'requests', 'storeWrites', 'addedLatencyMs']));
    expect(limits.filter((name) => OF_CIRCUITS.includes(name))).toEqual([]);
    expect(circuits.filter((name) => OF_LIMITS.includes(name))).toEqual([]);
    for (const name of ['goodput', 'liveLeasesMax', 'shedByClass']) expect([...limits, ...circuits]).not.toContain(name);
  });
});
