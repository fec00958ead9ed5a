import { describe, it, expect } from '@jest/globals';
import { observe, refusal, wait } from './support.ts';

/** One environment that serves many requests at once: its processor has room for 200 in a second. */
const CONTAINER = {
  policy: 'load-shedding',
  fleet: { environments: 1, concurrency: 500, linePerPlace: 0, requestsPerSecond: 100 },
  call: { durationMs: 50, jitter: 0, patienceMs: 1000 },
  capacity: { knee: 10, contention: 0 },
  durationSeconds: 20,
} as const;

describe('environments that serve many requests at once', () => {
  it('give each of them a place, and drop what finds none and no line', async () => {
    const fleet = { environments: 2, concurrency: 3, linePerPlace: 0, requestsPerSecond: 1000, arrivals: 'steady' } as const;
    const { calls, ledger, instances } = await observe({ fleet, call: { durationMs: 5000, jitter: 0 }, durationSeconds: 1 });
    expect(calls).toHaveLength(6);
    expect(instances).toHaveLength(2);
    expect(ledger.timeline.total('dropped')).toBe(993);
  });

  it('die with all of them, and begin anew', async () => {
    const fleet = { environments: 1, concurrency: 50, requestsPerSecond: 100 };
    const faults = { crashesPerMinute: 60 };
    const { calls, ledger, instances, service } = await observe({ fleet, call: { durationMs: 100 }, environmentFaults: faults, durationSeconds: 20 });
    const unsettled = calls.filter(({ outcome }) => outcome === undefined);
    expect(ledger.crashedCalls).toBe(unsettled.length);
    expect(unsettled.length).toBeGreaterThan(2 * instances.length);
    expect(service.referee.live).toBe(0);
    expect(calls.length).toBe(ledger.timeline.total('requests'));
  });

  it('lose those that wait to be admitted when they die', async () => {
    const fleet = { environments: 1, concurrency: 50, requestsPerSecond: 100 };
    const { calls, ledger } = await observe(
      { fleet, call: { durationMs: 100 }, environmentFaults: { crashesPerMinute: 60 }, durationSeconds: 20 },
      { admit: (permit, time) => wait(time, 20).then(() => permit) },
    );
    expect(ledger.timeline.total('dropped')).toBeGreaterThan(5);
    expect(ledger.timeline.total('calls') + ledger.timeline.total('dropped')).toBe(ledger.timeline.total('requests'));
    expect(calls.length).toBe(ledger.timeline.total('requests'));
  });
});

describe('the timeout of the function', () => {
  it('ends an environment that takes longer, freezes included', async () => {
    const fleet = { environments: 20, requestsPerSecond: 100, timeoutMs: 300 };
    const slow = await observe({ fleet, faults: [{ fromSeconds: 5, toSeconds: 6, slowByMs: 500, failureRate: 0 }], durationSeconds: 10 });
    const during = slow.calls.filter(({ startMs }) => startMs >= 5000 && startMs < 6000);
    expect(during.length).toBeGreaterThan(50);
    expect(during.every(({ outcome }) => outcome === undefined)).toBe(true);
    expect(slow.ledger.crashedCalls).toBe(during.length);
    const frozen = await observe({ fleet, environmentFaults: { freezesPerMinute: 300 }, durationSeconds: 20 });
    expect(frozen.ledger.frozenCalls).toBeGreaterThan(5);
    expect(frozen.ledger.crashedCalls).toBe(frozen.ledger.frozenCalls);
    expect(Math.max(...frozen.calls.map(({ startMs, endMs = startMs }) => endMs - startMs))).toBeLessThanOrEqual(60);
  });

  it('ends one whose calls share a capacity that is overloaded', async () => {
    const { calls, ledger } = await observe({ ...CONTAINER, fleet: { ...CONTAINER.fleet, requestsPerSecond: 1000, timeoutMs: 600 }, durationSeconds: 5 });
    expect(ledger.crashedCalls).toBeGreaterThan(100);
    expect(Math.max(...calls.map(({ startMs, endMs = startMs }) => endMs - startMs))).toBeLessThanOrEqual(600);
  });
});

describe('the goodput', () => {
  it('is all that comes while there is capacity', async () => {
    const { service, ledger } = await observe(CONTAINER);
    // Less those that are still on their way when the traffic ends.
    const offered = ledger.timeline.total('requests') / 20;
    expect(service.serviceFigures().goodput).toBeLessThanOrEqual(offered);
    expect(service.serviceFigures().goodput).toBeGreaterThan(offered - 1);
    expect(service.serviceFigures().p99Ms).toBeLessThan(100);
  });

  it('is nothing once every call takes longer than its caller waits', async () => {
    const { service, ledger } = await observe({ ...CONTAINER, fleet: { ...CONTAINER.fleet, requestsPerSecond: 1000 } });
    expect(ledger.timeline.total('calls')).toBeGreaterThan(4000);
    expect(service.serviceFigures().goodput).toBeLessThan(20);
    expect(service.serviceFigures().p99Ms).toBeGreaterThan(2000);
  });

  it('is what the capacity can do if no more is admitted than that', async () => {
    let active = 0;
    const overload = { ...CONTAINER, fleet: { ...CONTAINER.fleet, requestsPerSecond: 1000 } };
    const { service } = await observe(overload, {
      admit: (permit) => {
        if (active >= 20) throw refusal();
        active += 1;
        return permit;
      },
      settle: () => {
        active -= 1;
      },
    });
    expect(service.serviceFigures().goodput).toBeGreaterThan(195);
    expect(service.referee.liveMax).toBe(20);
  });

  it('is counted stretch by stretch, without what failed', async () => {
    const traffic = [{ fromSeconds: 0, toSeconds: 10, factor: 1 }, { fromSeconds: 10, toSeconds: 20, factor: 0.5 }];
    const { service } = await observe({ ...CONTAINER, traffic, faults: [{ fromSeconds: 0, toSeconds: 10, failureRate: 0.5 }] });
    const [first, second] = service.serviceFigures().goodputOfStretches;
    expect(first! / 50).toBeCloseTo(1, 0);
    expect(second! / 50).toBeCloseTo(1, 0);
  });

  it('counts the time in line, in front of the function', async () => {
    const line = { fleet: { environments: 1, requestsPerSecond: 40, linePerPlace: 1000 }, call: { durationMs: 50, patienceMs: 1000 }, durationSeconds: 20 };
    const { service } = await observe({ policy: 'load-shedding', ...line });
    expect(service.serviceFigures().goodput).toBeLessThan(5);
  });
});

describe('the figures of those who are refused', () => {
  it('tell the classes and the tenants apart', async () => {
    const demand = { tenants: { a: 3, b: 1 }, priorities: { critical: 1, background: 1 } } as const;
    const { service, ledger } = await observe({ ...CONTAINER, demand, durationSeconds: 60 }, {
      admit: (permit, _time, _environment, { priority, tenant }) => {
        if (priority === 'background' && tenant === 'a') throw refusal();
        return permit;
      },
    });
    const { shedByClass, shedShareByClass, refusedShareOfTenants } = service.serviceFigures();
    expect(shedByClass).toEqual({ critical: 0, high: 0, normal: 0, low: 0, background: ledger.timeline.total('refused') });
    expect(shedShareByClass.background).toBeCloseTo(0.75, 1);
    expect(refusedShareOfTenants['a']).toBeCloseTo(0.5, 1);
    expect(refusedShareOfTenants['b']).toBe(0);
  });

  it('show how many waited in one environment', async () => {
    const fleet = { environments: 2, concurrency: 100, requestsPerSecond: 1000, arrivals: 'steady', routing: 'most-recently-used' } as const;
    const { service } = await observe({ fleet, call: { durationMs: 10, jitter: 0 }, durationSeconds: 1 }, { admit: (permit, time) => wait(time, 20).then(() => permit) });
    expect(service.serviceFigures().queueMax).toBeGreaterThanOrEqual(10);
    expect(service.serviceFigures().queueMax).toBeLessThanOrEqual(21);
  });
});
