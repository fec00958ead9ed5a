import { describe, it, expect } from '@jest/globals';
import type { DependencySources } from '../../runtime/src/http-client/index.ts';
import { createDependency } from '../../runtime/src/http-client/index.ts';
import { DependencyFleet, type CreateDependency } from './dependency-fleet.ts';
import type { Scenario } from './scenario.ts';
import { simulate, type SimulationResult } from './simulate.ts';

type Outbound = Scenario<'dependency'>;

/** What `dependency-brown-out` is, smaller: a dependency with room for twice the traffic. */
const BROWN_OUT: Outbound = {
  policy: 'dependency',
  options: { timeoutMs: 3000, attemptTimeoutMs: 500, circuit: false, bulkhead: false },
  fleet: { environments: 2, concurrency: 60, requestsPerSecond: 30, linePerPlace: 0, timeoutMs: 30_000 },
  call: { durationMs: 40, patienceMs: 3000 },
  capacity: { sharedBy: 'fleet', knee: 2.4, contention: 0 },
  faults: [{ fromSeconds: 5, toSeconds: 15, failureRate: 0, slowByMs: 100 }],
  durationSeconds: 45,
};
const FRESH: Outbound = { ...BROWN_OUT, fleet: { environments: 120, requestsPerSecond: 30, routing: 'most-recently-used', linePerPlace: 0, timeoutMs: 30_000 } };
const CALM: Outbound = { policy: 'dependency', fleet: { environments: 10, requestsPerSecond: 50, timeoutMs: 10_000 }, durationSeconds: 20 };
const CHAOS: Outbound = {
  ...CALM,
  options: { attemptTimeoutMs: 500, timeoutMs: 3000, hedgeAfterQuantile: 0.95 },
  store: { lostReplyRate: 0.05 },
  environmentFaults: { crashesPerMinute: 60, freezesPerMinute: 60, clockSkewMs: 100 },
  faults: [{ fromSeconds: 0, toSeconds: 20, failureRate: 0.1, slowRate: 0.05, slowByMs: 2000 }],
};

const withOptions = (scenario: Outbound, options: object): Outbound => ({ ...scenario, options: { ...scenario.options, ...options } });
const withFault = (scenario: Outbound, fault: object): Outbound => ({ ...scenario, faults: [{ fromSeconds: 5, toSeconds: 15, failureRate: 0, ...fault }] });
const run = (scenario: Outbound, create: CreateDependency) => simulate(scenario, 1, (simulation) => new DependencyFleet(simulation, create));

/** What of a result can be compared. */
function figures({ timeline: _timeline, ...rest }: SimulationResult<'dependency'>): object {
  return rest;
}

describe('the figures of outbound calls', () => {
  it('show requests beyond the bucket, whatever the policy believes', async () => {
    const unbounded = await run(withFault(CALM, { failureRate: 1 }), (options, sources) =>
      createDependency({ ...options, circuit: false, retry: { budget: 'none' } }, sources),
    );
    expect(unbounded.requestsPerCallInFaults[0]).toBeGreaterThan(2.5);
    expect(unbounded.requestsBeyondBudget).toBeGreaterThan(100);
    expect(unbounded.extraRequests).toBeGreaterThan(unbounded.allowedExtraRequests);
  });

  it('show timers and calls that are left behind', async () => {
    const leaving: CreateDependency = (options, sources) => {
      const real = createDependency(options, sources);
      const { parts, statistics } = real;
      // A copy of the statistics that never sees a call end, and a timer that nobody ends.
      return {
        parts,
        statistics: { ...statistics, inFlight: 1 },
        execute: (operation, call) => {
          void sources.sleep?.(1000);
          return real.execute(operation, call);
        },
      };
    };
    const left = await run({ ...CALM, fleet: { ...CALM.fleet, requestsPerSecond: 5 } }, leaving);
    expect(left.timersLeft).toBeGreaterThan(10);
    expect(left.callsLeft).toBe(left.coldStarts);
  });

  it('show who comes back earlier than asked', async () => {
    const impatient: CreateDependency = (options, sources) => {
      const { sleep } = sources as Required<Pick<DependencySources, 'sleep'>>;
      return createDependency(options, { ...sources, sleep: (durationMs, signal) => sleep!(durationMs > 4000 && durationMs < 6000 ? durationMs / 2 : durationMs, signal) });
    };
    const scenario = withFault(withOptions(CALM, { circuit: false }), { toSeconds: 6, failureRate: 1, retryAfterMs: 5000 });
    expect((await run(scenario, impatient)).earliestReturnMs).toBeLessThan(-2000);
    expect((await simulate(scenario, 1)).earliestReturnMs).toBeGreaterThanOrEqual(0);
  });
});

describe('the real policies of outbound calls in a fleet', () => {
  it.each([BROWN_OUT, FRESH, CHAOS])('answer every request, repeat themselves and leave nothing behind', async (scenario) => {
    const [first, second] = [await simulate(scenario, 3), await simulate(scenario, 3)];
    expect(figures(second)).toEqual(figures(first));
    expect(first.calls + first.refused + first.dropped).toBe(first.requests);
    expect(first).toMatchObject({ callsLeft: 0, timersLeft: 0, requestsBeyondBudget: 0 });
  });

  it('do not multiply an overload, and let the dependency recover, where retries have a budget (PRT-15)', async () => {
    const bounded = await simulate(BROWN_OUT, 1);
    const unbounded = await simulate(withOptions(BROWN_OUT, { retry: { budget: 'none' } }), 1);
    expect(bounded.requestsPerCallInFaults[0]).toBeLessThanOrEqual(1.2);
    expect(bounded.requestsPerCallAfterFaults[0]).toBeLessThanOrEqual(1.2);
    expect(bounded.recoveredAfterMs[0]).toBeLessThanOrEqual(30_000);
    expect(unbounded.requestsPerCallInFaults[0]).toBeGreaterThan(2.5);
    expect(unbounded.recoveredAfterMs).toEqual([null]);
  });

  it('multiply an overload by the full buckets of new environments, and no further; a shared circuit stops that (PRT-15)', async () => {
    const fresh = await simulate(FRESH, 1);
    expect(fresh.requestsBeyondBudget).toBe(0);
    expect(fresh.extraRequests).toBeLessThanOrEqual(fresh.allowedExtraRequests);
    expect(fresh.requestsPerCallInFaults[0]).toBeGreaterThan(2);
    const [oneToken, circuit] = [
      await simulate(withOptions(FRESH, { retry: { budgetTokens: 1 } }), 1),
      await simulate(withOptions(FRESH, { circuit: { openDurationMs: 5000 } }), 1),
    ];
    expect(oneToken.requestsPerCallInFaults[0]).toBeLessThanOrEqual(1.2);
    expect(circuit.requestsPerCallInFaults[0]).toBeLessThanOrEqual(1.2);
    expect(circuit.recoveredAfterMs[0]).toBeLessThanOrEqual(20_000);
    expect(circuit.refusedCalls).toBeGreaterThan(0);
    expect(circuit.storeWrites).toBeGreaterThan(0);
  });

  it('ask no shared store where the circuit is each environment\'s own', async () => {
    const own = await simulate(withFault(withOptions(CALM, { circuit: { shared: false } }), { failureRate: 1 }), 1);
    expect(own).toMatchObject({ storeReads: 0, storeWrites: 0 });
    expect(own.refusedCalls).toBeGreaterThan(0);
  });

  it('make up for failures that pass by themselves', async () => {
    const scenario = withFault(CALM, { fromSeconds: 0, toSeconds: 20, failureRate: 0.05 });
    const [tried, once] = [await simulate(scenario, 1), await simulate(withOptions(scenario, { retry: false }), 1)];
    expect(tried.failedCalls / tried.calls).toBeLessThanOrEqual(0.002);
    expect(tried.requestsPerCall).toBeLessThanOrEqual(1.1);
    expect(once.failedCalls / once.calls).toBeGreaterThan(0.03);
  });

  it('give environments back in time where the dependency hangs', async () => {
    const scenario = withFault({ ...FRESH, fleet: { ...FRESH.fleet, environments: 300 } }, { hangs: true });
    const { capacity: _capacity, ...open } = scenario;
    const [limited, unlimited] = [
      await simulate(withOptions(open, { timeoutMs: 2000 }), 1),
      await simulate(withOptions(open, { timeoutMs: false, attemptTimeoutMs: false, retry: false }), 1),
    ];
    expect(limited.longestServedMs).toBeLessThanOrEqual(2000);
    expect(limited).toMatchObject({ deadEnvironments: 0, dropped: 0 });
    expect(limited.recoveredAfterMs[0]).toBeLessThanOrEqual(2000);
    expect(unlimited).toMatchObject({ longestServedMs: 30_000, crashedCalls: unlimited.deadEnvironments });
    expect(unlimited.servedAtOnceMax).toBeGreaterThan(2 * limited.servedAtOnceMax);
  });

  it('cut off a slow tail for few further requests', async () => {
    const scenario = withFault({ ...CALM, fleet: { environments: 2, concurrency: 30, requestsPerSecond: 80 } }, { fromSeconds: 0, toSeconds: 20, slowRate: 0.02, slowByMs: 2000 });
    const bulkhead = { bulkhead: { maxConcurrent: 100 } };
    const [hedged, once] = [await simulate(withOptions(scenario, { ...bulkhead, hedgeAfterQuantile: 0.95 }), 1), await simulate(withOptions(scenario, bulkhead), 1)];
    expect(hedged.p99Ms).toBeLessThan(200);
    expect(hedged.requestsPerCall).toBeLessThanOrEqual(1.06);
    expect(once.p99Ms).toBeGreaterThan(2000);
  });

  it('never come back earlier than asked, and not all at once unless they were asked to', async () => {
    const scenario = withOptions({ ...CALM, fleet: { environments: 10, concurrency: 50, requestsPerSecond: 80 } }, { circuit: false, bulkhead: false, retry: { budgetTokens: 100 } });
    const [seconds, date] = [
      await simulate(withFault(scenario, { toSeconds: 8, failureRate: 1, retryAfterMs: 5000 }), 1),
      await simulate(withFault(scenario, { toSeconds: 8, failureRate: 1, retryAtEnd: true }), 1),
    ];
    expect([seconds.failedCalls, date.failedCalls]).toEqual([0, 0]);
    expect(seconds.earliestReturnMs).toBeGreaterThanOrEqual(0);
    expect(date.earliestReturnMs).toBeGreaterThanOrEqual(0);
    expect(seconds.peakLoad).toBeLessThan(5);
    expect(date.peakLoad).toBeGreaterThan(seconds.peakLoad);
  });

  it('are those of one environment each, a new one for each that dies', async () => {
    const made: DependencySources[] = [];
    const { coldStarts, deadEnvironments, frozenCalls } = await run(CHAOS, (options, sources) => {
      made.push(sources);
      return createDependency(options, sources);
    });
    expect(made).toHaveLength(coldStarts);
    expect(new Set(made.map(({ retryBudgets }) => retryBudgets)).size).toBe(coldStarts);
    expect(coldStarts).toBeGreaterThan(10);
    expect(deadEnvironments).toBeGreaterThan(0);
    expect(frozenCalls).toBeGreaterThan(0);
  });

  it('are refused for options that a dependency refuses', async () => {
    await expect(simulate(withOptions(CALM, { timeout: 5 }), 1)).rejects.toThrow(/options\.timeout is not an option/);
  });
});
