import { describe, it, expect } from '@jest/globals';
import type { Figures } from './figures.ts';
import { spreads } from './median.ts';
import type { Scenario } from './scenario.ts';
import { simulate, type SimulationResult } from './simulate.ts';

const OUTAGE: Scenario<'circuit-breaker'> = {
  policy: 'circuit-breaker',
  options: { openDurationMs: 2000 },
  fleet: { environments: 20, requestsPerSecond: 200 },
  faults: [{ fromSeconds: 10, toSeconds: 20 }],
  durationSeconds: 40,
};
const CHAOS: Scenario<'circuit-breaker'> = {
  ...OUTAGE,
  store: { lostReplyRate: 0.05, throttleRate: 0.05, outages: [{ fromSeconds: 5, toSeconds: 8 }] },
  environmentFaults: { crashesPerMinute: 60, freezesPerMinute: 60, clockSkewMs: 100 },
};

function text(result: SimulationResult): string {
  return JSON.stringify(result, (_key, value: unknown) => (value instanceof Float64Array ? [...value] : value));
}

describe('a simulation', () => {
  it('repeats itself byte by byte', async () => {
    const [first, second] = [await simulate(CHAOS, 7), await simulate(CHAOS, 7)];
    expect(text(second)).toBe(text(first));
    expect(first.seed).toBe(7);
    expect(first.requests).toBeGreaterThan(1000);
  });

  it('repeats itself also while another one runs', async () => {
    const [first, second] = await Promise.all([simulate(CHAOS, 7), simulate(CHAOS, 7)]);
    expect(text(second)).toBe(text(first));
    expect(Error.stackTraceLimit).toBeGreaterThan(0);
  });

  it('goes another way with another seed, and meets the same traffic with other options', async () => {
    const [first, other] = [await simulate(OUTAGE, 1), await simulate(OUTAGE, 2)];
    expect(text(other)).not.toBe(text(first));
    const switchedOff = await simulate({ ...OUTAGE, options: { enabled: false } }, 1);
    expect(switchedOff.timeline.counts.requests).toEqual(first.timeline.counts.requests);
  });

  it.each([OUTAGE, CHAOS])('accounts for every request', async (scenario) => {
    const result = await simulate(scenario, 3);
    expect(result.calls + result.refused + result.dropped).toBe(result.requests);
    expect(result.failedCalls + result.crashedCalls).toBeLessThanOrEqual(result.calls);
    expect(result.timeline.total('storeCalls')).toBe(result.storeReads + result.storeWrites);
    expect(result.refusedShare).toBeCloseTo(result.refused / result.requests, 5);
    expect(result.storeCallsPerMillionRequests).toBe(Math.round(((result.storeReads + result.storeWrites) * 1e6) / result.requests));
    expect(result.maxItemWritesPerSecond).toBeGreaterThanOrEqual(result.maxItemWritesPerSecondAfterStart);
  });

  it('sees the circuit open, half-open and close', async () => {
    const result = await simulate(OUTAGE, 1);
    expect(result.storedTransitions.open).toBeGreaterThan(0);
    expect(result.storedTransitions.halfOpen).toBeGreaterThan(0);
    expect(result.storedTransitions.closed).toBeGreaterThan(0);
    expect(result.openedAfterMs[0]).toBeGreaterThan(0);
    expect(result.closedAfterMs[0]).toBeGreaterThan(0);
    expect(result.halfOpenCallsMax).toBeGreaterThan(0);
    expect(result.refused).toBeGreaterThan(0);
    expect(result.timeline.phases.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['closed', 'open', 'half_open']));
    expect(result.storeErrors).toEqual({});
    expect(result.storeLateReplies).toBe(0);
  });

  it('leaves the dependency alone with its faults where the circuit is switched off', async () => {
    const result = await simulate({ ...OUTAGE, options: { enabled: false } }, 1);
    expect(result).toMatchObject({ refused: 0, storeReads: 0, storeWrites: 0, openedAfterMs: [null], closedAfterMs: [null] });
    expect(result.failedCalls).toBeGreaterThan(1900);
  });

  it('counts circuits that open for one environment alone apart', async () => {
    const result = await simulate({ ...OUTAGE, options: { ...OUTAGE.options, shared: false } }, 1);
    expect(result.transitions).toMatchObject({ open: 0, closed: 0 });
    expect(result.transitions.localOpen).toBeGreaterThanOrEqual(20);
    expect(result.storeReads + result.storeWrites).toBe(0);
  });

  it('shows the faults of the store', async () => {
    const { storeErrors, crashedCalls, frozenCalls } = await simulate(CHAOS, 1);
    expect(Object.keys(storeErrors)).toEqual(['paused', 'throttled', 'timeout', 'unreachable']);
    expect(crashedCalls).toBeGreaterThan(0);
    expect(frozenCalls).toBeGreaterThan(0);
  });
});

describe('several seeds', () => {
  const run = (calls: number, openedAfterMs: number | null) => ({ seed: calls, calls, openedAfterMs: [openedAfterMs] }) as unknown as Figures;

  it('have a median and a worst, and never is worse than late', () => {
    expect(spreads([run(3, 100), run(1, null), run(2, 300)])).toEqual([
      { name: 'calls', median: 2, worst: 3 },
      { name: 'openedAfterMs.0', median: 300, worst: null },
    ]);
    expect(spreads([run(1, null), run(4, null)])).toEqual([
      { name: 'calls', median: 2.5, worst: 4 },
      { name: 'openedAfterMs.0', median: null, worst: null },
    ]);
  });
});
