import { describe, it, expect } from '@jest/globals';
import { observe, refusal, wait } from './support.ts';

const SMALL = { fleet: { environments: 20, requestsPerSecond: 100 }, durationSeconds: 20 } as const;

describe('arrivals', () => {
  it('come evenly spaced when steady', async () => {
    const { calls } = await observe({ ...SMALL, fleet: { ...SMALL.fleet, arrivals: 'steady' } });
    expect(calls).toHaveLength(1999);
    expect(calls.map(({ startMs }) => Math.round(startMs)).slice(0, 3)).toEqual([10, 20, 30]);
  });

  it('come at random at the same rate when poisson, with the spread of a Poisson process', async () => {
    const { calls } = await observe({ ...SMALL, durationSeconds: 100 });
    expect(Math.abs(calls.length - 10_000)).toBeLessThan(400);
    const gaps = calls.slice(1).map(({ startMs }, index) => startMs - calls[index]!.startMs);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });

  it('follow the traffic, also where there is none', async () => {
    const traffic = [{ fromSeconds: 5, toSeconds: 10, factor: 0 }, { fromSeconds: 15, toSeconds: 20, factor: 3 }];
    const { calls } = await observe({ ...SMALL, traffic, fleet: { ...SMALL.fleet, arrivals: 'steady' } });
    const between = (fromMs: number, toMs: number) => calls.filter(({ startMs }) => startMs > fromMs && startMs <= toMs).length;
    expect([between(0, 5000), between(5000, 10_000), between(10_000, 15_000)]).toEqual([500, 0, 500]);
    expect(between(15_000, 20_000)).toBeGreaterThanOrEqual(1499);
  });

  it('multiplies traffic that overlaps', async () => {
    const traffic = [{ fromSeconds: 0, toSeconds: 20, factor: 2 }, { fromSeconds: 0, toSeconds: 20, factor: 2 }];
    const { calls } = await observe({ ...SMALL, traffic, fleet: { ...SMALL.fleet, arrivals: 'steady' } });
    expect(calls).toHaveLength(7999);
  });
});

describe('routing', () => {
  const used = async (routing: 'random' | 'most-recently-used') => {
    const { instances } = await observe({ ...SMALL, fleet: { ...SMALL.fleet, routing, requestsPerSecond: 20 } });
    return instances.map(({ index }) => index);
  };

  it('uses any idle environment at random', async () => {
    expect((await used('random')).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_each, index) => index));
  });

  it('keeps to the most recently used ones, beginning with the first', async () => {
    const indexes = await used('most-recently-used');
    expect(indexes[0]).toBe(0);
    expect(indexes.length).toBeLessThan(8);
  });

  it('gives an environment one request at a time', async () => {
    const { calls } = await observe({ ...SMALL, call: { durationMs: 100 } });
    const lastEnd = new Map<number, number>();
    for (const { environment, startMs, endMs } of calls) {
      expect(startMs).toBeGreaterThanOrEqual(lastEnd.get(environment) ?? 0);
      lastEnd.set(environment, endMs!);
    }
  });

  it('has as many environments as it says: a request that finds none idle waits in line for the next one', async () => {
    const { ledger, instances, calls } = await observe({
      fleet: { environments: 2, requestsPerSecond: 10, arrivals: 'steady' },
      call: { durationMs: 1000, jitter: 0 },
      durationSeconds: 1,
    });
    expect(instances).toHaveLength(2);
    expect(ledger.timeline.total('dropped')).toBe(0);
    expect(calls.map(({ startMs }) => Math.round(startMs))).toEqual([100, 200, 1100, 1200, 2100, 2200, 3100, 3200, 4100]);
  });

  it('drops what comes while ten requests per environment wait', async () => {
    const { ledger, instances } = await observe({ ...SMALL, call: { durationMs: 10_000, jitter: 0 } });
    expect(instances).toHaveLength(20);
    // Over 20 s about 2,000 arrive; 20 are served before the first call ends at 10 s, 20 more then, and 200 are left in line.
    expect(ledger.timeline.total('calls')).toBe(240);
    expect(ledger.timeline.total('calls') + ledger.timeline.total('dropped')).toBe(ledger.timeline.total('requests'));
  });

  it('creates the policy of an environment with its first request', async () => {
    const { ledger } = await observe({ fleet: { environments: 50, requestsPerSecond: 1 }, durationSeconds: 5 });
    expect(ledger.coldStarts).toBeLessThanOrEqual(ledger.timeline.total('requests'));
    expect(ledger.coldStarts).toBeGreaterThan(0);
  });
});

describe('the dependency', () => {
  it.each([
    ['all', 20],
    [3, 3],
    [[4, 7], 2],
  ] as const)('fails for the environments of a fault: %p', async (environments, count) => {
    const { calls } = await observe({ ...SMALL, faults: [{ fromSeconds: 5, toSeconds: 10, environments }] });
    const failed = calls.filter(({ outcome }) => outcome === 'failure');
    expect(new Set(failed.map(({ environment }) => environment)).size).toBe(count);
    if (Array.isArray(environments)) expect(environments).toEqual(expect.arrayContaining([failed[0]!.environment]));
    expect(failed.every(({ startMs }) => startMs >= 5000 && startMs < 10_000)).toBe(true);
  });

  it('fails as often as the fault says', async () => {
    const { ledger } = await observe({ ...SMALL, durationSeconds: 100, faults: [{ fromSeconds: 0, toSeconds: 100, failureRate: 0.3 }] });
    expect(ledger.timeline.total('failedCalls') / ledger.timeline.total('calls')).toBeCloseTo(0.3, 1);
  });

  it('is slow as the fault says, and jitters otherwise', async () => {
    const fault = { fromSeconds: 10, toSeconds: 20, failureRate: 0, slowByMs: 500 };
    const fleet = { ...SMALL.fleet, environments: 100 }; // enough that nothing waits in line until the fault is over
    const { calls } = await observe({ ...SMALL, fleet, call: { durationMs: 40, jitter: 0.5 }, faults: [fault] });
    const durations = (slow: boolean) => calls.filter(({ startMs }) => startMs >= 10_000 === slow).map((call) => call.endMs! - call.startMs);
    expect(Math.min(...durations(false))).toBeGreaterThanOrEqual(20);
    expect(Math.max(...durations(false))).toBeLessThanOrEqual(60);
    expect(Math.min(...durations(true))).toBeGreaterThanOrEqual(520);
    expect(calls.every(({ outcome }) => outcome === 'success')).toBe(true);
  });
});

describe('trouble in environments', () => {
  it('kills an environment in the middle of a call, which is never settled, and starts it anew', async () => {
    const { calls, ledger, instances } = await observe({ ...SMALL, call: { durationMs: 100 }, environmentFaults: { crashesPerMinute: 60 } });
    const unsettled = calls.filter(({ outcome }) => outcome === undefined);
    expect(ledger.crashedCalls).toBe(unsettled.length);
    expect(unsettled.length).toBeGreaterThan(5);
    expect(instances.filter(({ life }) => life > 0).length).toBeGreaterThan(5);
    for (const { environment, startMs } of unsettled) {
      const next = calls.find((call) => call.environment === environment && call.startMs > startMs);
      if (next !== undefined) expect(next.life).toBeGreaterThan(0);
    }
  });

  it('costs an environment its memory when it crashes between two calls', async () => {
    const quiet = { fleet: { environments: 20, requestsPerSecond: 2 }, durationSeconds: 60 };
    const { ledger, instances } = await observe({ ...quiet, environmentFaults: { crashesPerMinute: 60 } });
    const replaced = instances.filter(({ life }) => life > 0).length;
    expect(replaced).toBeGreaterThan(10);
    expect(ledger.crashedCalls).toBeLessThan(replaced);
  });

  it('freezes nothing between two calls', async () => {
    const idle = { fleet: { environments: 20, requestsPerSecond: 0.1 }, durationSeconds: 60 };
    const { ledger, calls } = await observe({ ...idle, environmentFaults: { freezesPerMinute: 600 } });
    expect(ledger.frozenCalls).toBeLessThanOrEqual(calls.length);
  });

  it('freezes calls for 1 to 60 seconds', async () => {
    const { calls, ledger } = await observe({ ...SMALL, call: { durationMs: 100 }, environmentFaults: { freezesPerMinute: 60 } });
    const long = calls.map(({ startMs, endMs }) => endMs! - startMs).filter((durationMs) => durationMs > 200);
    expect(long.length).toBeGreaterThan(5);
    expect(long.length).toBeLessThanOrEqual(ledger.frozenCalls);
    expect(Math.min(...long)).toBeGreaterThan(1000);
  });

  it('sets clocks off by no more than the skew, each by its own', async () => {
    const { instances } = await observe({ ...SMALL, environmentFaults: { clockSkewMs: 100 } });
    const skews = instances.map(({ skewMs }) => skewMs);
    expect(new Set(skews).size).toBe(skews.length);
    expect(Math.max(...skews.map(Math.abs))).toBeLessThanOrEqual(100);
    expect(Math.max(...skews) - Math.min(...skews)).toBeGreaterThan(50);
  });
});

describe('policies', () => {
  it('may refuse at once or later, and the time is added to the request', async () => {
    let count = 0;
    const { ledger } = await observe(SMALL, {
      admit: (permit, time) => {
        count += 1;
        if (count % 3 === 0) throw refusal();
        if (count % 3 === 1) return permit;
        return wait(time, 25).then(() => Promise.reject(refusal()));
      },
    });
    const { timeline } = ledger;
    expect(timeline.total('refused')).toBe(Math.floor(timeline.total('requests') / 3) + Math.floor((timeline.total('requests') + 1) / 3));
    expect(timeline.total('calls') + timeline.total('refused')).toBe(timeline.total('requests'));
    expect(ledger.addedMs.quantile(0.99)).toBe(25);
    expect(ledger.addedToCallsMs.quantile(0.99)).toBe(0);
  });

  it('may be waited for before and after the call', async () => {
    const { ledger, calls } = await observe(SMALL, {
      admit: (permit, time) => wait(time, 10).then(() => permit),
      settle: (time) => wait(time, 5),
    });
    expect(calls.length).toBe(ledger.timeline.total('calls'));
    expect(ledger.addedToCallsMs.quantile(0.5)).toBe(15);
  });

  it('that never answer are found out', async () => {
    const hanging = observe({ ...SMALL, durationSeconds: 1 }, { admit: () => new Promise(() => {}) });
    await expect(hanging).rejects.toThrow(/requests were never answered/);
  });

  it('that throw anything but a refusal are found out', async () => {
    const admit = () => {
      throw new TypeError('a bug');
    };
    await expect(observe(SMALL, { admit })).rejects.toThrow('a bug');
    await expect(observe(SMALL, { settle: () => Promise.reject(new TypeError('a bug')) })).rejects.toThrow('a bug');
  });
});
