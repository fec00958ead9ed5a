import { describe, it, expect } from '@jest/globals';
import { createPermit, type Gate } from '../../runtime/src/core/gate.ts';
import { BulkheadFleet, type CreateBulkhead } from './bulkhead-fleet.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { refusal } from './support.ts';

const CONTENDED: Scenario<'bulkhead'> = {
  policy: 'bulkhead',
  options: { maxConcurrent: 5 },
  fleet: { environments: 30, requestsPerSecond: 60, timeoutMs: 2000 },
  call: { durationMs: 200 },
  durationSeconds: 20,
};
const STORM: Scenario<'bulkhead'> = {
  ...CONTENDED,
  options: { maxConcurrent: 5, onStoreFailure: 'deny' },
  store: { lostReplyRate: 0.05, throttleRate: 0.05, outages: [{ fromSeconds: 5, toSeconds: 7 }] },
  environmentFaults: { crashesPerMinute: 120, freezesPerMinute: 60, clockSkewMs: 100 },
};
const TENANTS: Scenario<'bulkhead'> = {
  ...CONTENDED,
  options: { maxConcurrent: 10, perTenant: true, defaultTenantLimit: 3 },
  demand: { tenants: { a: 9, b: 1 } },
};

/** Admits as a test says, and asks no store. */
function admitting(admits: () => boolean): CreateBulkhead {
  return () => ({
    name: 'test',
    acquire: () => {
      if (!admits()) throw refusal();
      return createPermit(() => undefined);
    },
  });
}

const run = (scenario: Scenario<'bulkhead'>, createBulkhead: CreateBulkhead) =>
  simulate(scenario, 1, (simulation) => new BulkheadFleet(simulation, createBulkhead));

describe('the figures of a bulkhead', () => {
  it('show calls beyond the slots, whatever the policy believes', async () => {
    const everything = await run(CONTENDED, admitting(() => true));
    expect(everything.liveLeasesMax).toBeGreaterThan(15);
    // 60 calls of 200 ms in a second are 12 at a time.
    expect(everything.utilisation).toBeCloseTo(12 / 5, 0);
    expect(everything).toMatchObject({ writesPerCall: 0, reclaimedAfterMs: null, crashedHolders: 0 });
  });

  it('show slots that are left unused', async () => {
    const nothing = await run(CONTENDED, admitting(() => false));
    expect(nothing).toMatchObject({ calls: 0, liveLeasesMax: 0, utilisation: 0, refused: nothing.requests, goodput: 0 });
  });

  it('show what becomes of the slots of those who crash', async () => {
    const crashes = await simulate({ ...CONTENDED, environmentFaults: { crashesPerMinute: 120 } }, 1);
    expect(crashes.crashedHolders).toBeGreaterThan(3);
    // The call had up to 2 s, and its lease a margin of 1 s and up to 1 s in which it might have been kept.
    expect(crashes.reclaimedAfterMs).toBeGreaterThan(2000);
    expect(crashes.reclaimedAfterMs).toBeLessThan(5000);
    expect(crashes.reclaimedLateMs).toBeLessThan(1000);
  });
});

describe('the real bulkhead in a fleet', () => {
  it.each([CONTENDED, STORM, TENANTS])('answers every request, never has more calls than slots, and repeats itself', async (scenario) => {
    const { timeline: _first, ...first } = await simulate(scenario, 3);
    const { timeline: _second, ...second } = await simulate(scenario, 3);
    expect(second).toEqual(first);
    expect(first.calls + first.refused + first.dropped).toBe(first.requests);
    expect(first.liveLeasesMax).toBeLessThanOrEqual(scenario.options!['maxConcurrent'] as number);
    expect(first.storeWrites).toBeGreaterThan(0);
  });

  it('loses no slot for long to replies that are lost, and asks again after an outage', async () => {
    const { fleet } = CONTENDED;
    const lossy = await simulate({ ...STORM, fleet: { ...fleet, timeoutMs: 10_000 }, store: { lostReplyRate: 0.05 }, environmentFaults: {} }, 1);
    expect(lossy.utilisation).toBeGreaterThan(0.93);
    const outage = await simulate({ ...CONTENDED, options: STORM.options!, store: { outages: [{ fromSeconds: 5, toSeconds: 7 }] } }, 1);
    expect(outage.utilisation).toBeGreaterThan(0.7);
  });

  it('keeps tenants to their slots', async () => {
    const { liveOfTenantMax, refusedShareOfTenants } = await simulate(TENANTS, 1);
    expect(liveOfTenantMax).toBe(3);
    expect(refusedShareOfTenants['b']).toBeLessThan(refusedShareOfTenants['a']!);
  });

  it('asks no shared store where the slots are each environment\'s own', async () => {
    const fleet = { environments: 2, concurrency: 40, requestsPerSecond: 200 };
    const own = await simulate({ ...CONTENDED, fleet, options: { maxConcurrent: 10, shared: false } }, 1);
    expect(own).toMatchObject({ storeReads: 0, storeWrites: 0, liveLeasesMax: 20, queueMax: 5 });
    expect(own.utilisation).toBeGreaterThan(0.95);
  });

  it('gives every request to a gate of its own environment', async () => {
    const gates = new Set<Gate>();
    await run(CONTENDED, (options, parts) => {
      const gate = admitting(() => true)(options, parts);
      gates.add(gate);
      return gate;
    });
    expect(gates.size).toBe(30);
  });
});
