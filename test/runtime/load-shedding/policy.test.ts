import { describe, expect, it } from '@jest/globals';
import { LoadShedError } from '../../../runtime/src/load-shedding/errors.ts';
import { ABANDONED } from '../../../runtime/src/core/outcome.ts';
import type { SheddingChangedEvent, SheddingCompletedEvent, SheddingRateEvent, SheddingRefusedEvent } from '../../../runtime/src/load-shedding/events.ts';
import type { LoadSnapshot } from '../../../runtime/src/load-shedding/snapshot.ts';
import { ALL_PRIORITIES, FakeProcess, tryAcquire, world } from './world.ts';

/** Always sheds at that rate. */
const fixed = (rate: number) => ({ strategy: 'random' as const, minRate: rate, maxRate: rate });

describe('load shedding without overload', () => {
  it('lets everything pass, at once and without a promise', () => {
    const { shedder, requests, sink } = world();
    expect(requests(500, 20)).toBe(0);
    expect(shedder.acquire({})).not.toBeInstanceOf(Promise);
    expect(sink.ofType('shedding.refused')).toEqual([]);
    expect(sink.ofType('shedding.admitted')[0]).toMatchObject({ name: 'load-shedding', priority: 'normal', strategy: 'adaptive', active: 1 });
  });

  it('does not shed a handler that takes long without any load: that would not make it faster', () => {
    const { requests } = world({ targetLatencyMs: 100 });
    expect(requests(300, 800)).toBe(0);
  });

  it('is off where it is switched off: nothing is shed, measured or reported', () => {
    const { shedder, requests, sink } = world({ ...fixed(1), enabled: false });
    expect(requests(100, 9000, { ageMs: 1e9, maxAgeMs: 1 })).toBe(0);
    expect([sink.events, shedder.statistics.requests]).toEqual([[], 0]);
  });
});

describe('the adaptive strategy', () => {
  it('sheds while latencies are over the target, and lets all pass soon after they are not (LS-03)', () => {
    const { shedder, requests, sink } = world();
    requests(200, 50);
    expect(requests(200, 300)).toBeGreaterThan(20);
    expect(shedder.statistics).toMatchObject({ exceeded: ['targetLatency'] });
    expect(shedder.statistics.rate).toBeGreaterThan(0.3);
    requests(400, 40, { everyMs: 60 });
    expect(requests(100, 40, { everyMs: 60 })).toBe(0);
    const [started, ended] = [sink.ofType<SheddingChangedEvent>('shedding.started'), sink.ofType<SheddingChangedEvent>('shedding.ended')];
    expect([started.length, started[0]?.signals, ended[0]?.signals]).toEqual([ended.length, 'targetLatency', '']);
    expect(started.length).toBeLessThanOrEqual(3);
  });

  it('has ended when nothing is shed any more, not when its signals are gone', () => {
    const { shedder, clock, sink } = world({ targetLatencyMs: 0, maxInFlight: 10 });
    const look = (afterMs: number): void => {
      clock.advance(afterMs);
      void shedder.acquire({ priority: 'critical' }).settle(ABANDONED);
    };
    const changes = () => sink.events.filter(({ type }) => type === 'shedding.started' || type === 'shedding.ended');
    const permits = Array.from({ length: 20 }, () => shedder.acquire({}));
    for (let second = 0; second < 5; second += 1) look(1000);
    for (const permit of permits) void permit.settle(ABANDONED);
    look(100);
    expect(shedder.statistics).toMatchObject({ exceeded: [], rate: expect.any(Number) });
    expect(shedder.statistics.rate).toBeGreaterThan(0);
    expect(changes()).toMatchObject([{ type: 'shedding.started', signals: 'inFlight' }]);
    look(60_000);
    expect(changes()).toMatchObject([{ type: 'shedding.started' }, { type: 'shedding.ended', rate: 0, signals: '' }]);
  });

  it('goes by the thresholds alone where there is no target', () => {
    const { requests } = world({ targetLatencyMs: 0, latencyThresholdMs: 500 });
    requests(100, 50);
    expect(requests(200, 300)).toBe(0);
    expect(requests(200, 600)).toBeGreaterThan(0);
  });

  it('ends on its own where nothing comes any more: without fresh evidence the rate decays (PLS-04)', () => {
    const { shedder, clock, requests, request } = world();
    requests(100, 50);
    requests(200, 400);
    const { rate } = shedder.statistics;
    clock.advance(40_000);
    request(50);
    expect([rate > 0.3, shedder.statistics.rate, shedder.statistics.meanLatencyMs]).toEqual([true, 0, 50]);
  });

  it('rises by time: ten thousand requests in one moment do not move it (PLS-07)', () => {
    const { shedder, clock, requests } = world();
    requests(100, 50);
    requests(30, 300);
    clock.advance(100);
    requests(1, 0);
    const { rate } = shedder.statistics;
    for (let index = 0; index < 10_000; index += 1) void tryAcquire(shedder)?.settle(ABANDONED);
    expect(shedder.statistics.rate).toBe(rate);
  });

  it('uses a processor to its limits as long as requests keep to the target, and sheds once they do not', () => {
    const process = new FakeProcess();
    const { requests, clock, shedder } = world({}, process);
    const busy = (seconds: number, durationMs: number) => {
      let shed = 0;
      for (let second = 0; second < seconds; second += 1) {
        process.usedCpuMs += 1000;
        shed += requests(10, durationMs);
        clock.advance(Math.max(0, 1000 - 10 * durationMs));
      }
      return shed;
    };
    expect(busy(20, 50)).toBe(0);
    expect(shedder.statistics.cpu).toBe(1);
    expect(busy(20, 100)).toBeGreaterThan(0);
    expect(shedder.statistics.exceeded).toContain('cpu');
  });

  it('refuses what finds no room at once, before latencies tell of it, and keeps critical requests', () => {
    const { shedder, requests, clock } = world({ maxRate: 0.5 });
    requests(200, 50);
    requests(60, 200);
    clock.advance(100);
    const waiting = Array.from({ length: 200 }, () => tryAcquire(shedder));
    const held = waiting.filter((permit) => permit !== undefined);
    expect(held.length).toBeLessThan(25);
    expect(shedder.statistics.rate).toBeGreaterThan(0.5);
    expect(tryAcquire(shedder, { priority: 'critical' })).toBeDefined();
    for (const permit of held) void permit.settle(ABANDONED);
    expect(shedder.statistics.rate).toBeLessThanOrEqual(0.5);
  });
});

describe('signals of the process', () => {
  const sheds = (change: (process: FakeProcess) => void, isSerial = false) => {
    const process = Object.assign(new FakeProcess(), { isSerial });
    const { request, clock, shedder } = world({ strategy: 'random' }, process);
    request(10);
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1000);
      change(process);
      request(10);
    }
    return shedder.statistics;
  };

  it.each([
    ['cpu', (process: FakeProcess) => (process.usedCpuMs += 1000)],
    ['eventLoop', (process: FakeProcess) => (process.activeMs += 1000)],
    ['memory', (process: FakeProcess) => (process.usedBytes = 990)],
  ])('%s alone brings about shedding (PLS-02)', (name, change) => {
    expect(sheds(change)).toMatchObject({ exceeded: [name], rate: expect.any(Number) });
    expect(sheds(change).rate).toBeGreaterThan(0.5);
  });

  it('are shown but are no load where requests come one at a time: to refuse one relieves nobody (PX-02)', () => {
    const statistics = sheds((process) => {
      process.usedCpuMs += 1000;
      process.usedBytes = 990;
    }, true);
    expect(statistics).toMatchObject({ exceeded: [], rate: 0, cpu: 1, memory: 0.99 });
  });

  it('count requests in flight where a limit is named', () => {
    const { shedder, clock } = world({ strategy: 'random', maxInFlight: 10 });
    const permits = Array.from({ length: 20 }, () => shedder.acquire({}));
    clock.advance(1000);
    void tryAcquire(shedder)?.settle(ABANDONED);
    expect(shedder.statistics).toMatchObject({ exceeded: ['inFlight'], rate: 0.9, inFlight: 20 });
    for (const permit of permits) void permit.settle(ABANDONED);
    clock.advance(1000);
    void tryAcquire(shedder)?.settle(ABANDONED);
    expect(shedder.statistics).toMatchObject({ exceeded: [], rate: 0, inFlight: 0 });
  });
});

describe('the strategies', () => {
  it('random refuses that share of everything but critical requests, and publishes its rate (PLS-08, LS-01)', () => {
    const { shedder, requests } = world(fixed(0.9));
    for (const priority of ['high', 'background'] as const) expect(requests(1000, 1, { priority }) / 1000).toBeCloseTo(0.9, 1);
    expect(requests(500, 1, { priority: 'critical' })).toBe(0);
    expect(shedder.statistics.rate).toBe(0.9);
  });

  it.each(['priority', 'adaptive', 'circuit'] as const)('%s refuses the least important first, and critical requests never (PLS-01, PX-12)', (strategy) => {
    const { shedder, request } = world({ strategy, minRate: 0.5, maxRate: 0.5 });
    const shed = Object.fromEntries(ALL_PRIORITIES.map((priority) => [priority, 0]));
    for (let index = 0; index < 2000; index += 1) {
      for (const priority of ALL_PRIORITIES) if (request(0, { priority }) && index >= 1000) shed[priority] = (shed[priority] ?? 0) + 1;
    }
    const { background, low, normal = 0, high, critical } = shed;
    expect([background, low, high, critical]).toEqual([1000, 1000, 0, 0]);
    expect(normal / 1000).toBeCloseTo(0.5, 1);
    expect(shedder.statistics.rate).toBe(0.5);
  });

  it('circuit sheds a quarter per threshold that is exceeded (LS-04)', () => {
    const { shedder, requests } = world({ strategy: 'circuit', latencyThresholdMs: 500 });
    requests(50, 600);
    expect(shedder.statistics).toMatchObject({ exceeded: ['latency'], rate: 0.25 });
    requests(50, 600, { failed: true });
    expect(shedder.statistics).toMatchObject({ exceeded: ['latency', 'errors'], rate: 0.5 });
  });

  it('caps the rate of a priority, also of critical requests if that is asked for (LS-12)', () => {
    const capped = world({ strategy: 'priority', minRate: 0.8, maxRate: 0.8, priorityRateCaps: { normal: 0.2, critical: 0.1 } });
    expect(capped.requests(2000, 1) / 2000).toBeCloseTo(0.2, 1);
    expect(world({ ...fixed(1), priorityRateCaps: { critical: 0.5 } }).requests(1000, 1, { priority: 'critical' }) / 1000).toBeCloseTo(0.5, 1);
  });

  it('custom asks the code, with a load that it cannot change (PLS-06, LS-05)', () => {
    const seen: LoadSnapshot[] = [];
    const shouldShed = (call: { readonly tenant?: string }, load: LoadSnapshot) => {
      seen.push(load);
      return call.tenant === 'greedy';
    };
    const { shedder, requests, sink } = world({ strategy: 'custom', shouldShed });
    expect([requests(10, 1, { tenant: 'greedy', priority: 'critical' }), requests(10, 1, { tenant: 'modest' })]).toEqual([10, 0]);
    expect(sink.ofType<SheddingRefusedEvent>('shedding.refused')[0]).toMatchObject({ reason: 'custom', strategy: 'custom', priority: 'critical' });
    expect([Object.isFrozen(seen[0]), Object.isFrozen(seen[0]?.exceeded), shedder.statistics.rate]).toEqual([true, true, 0.5]);
  });

  it('custom lets pass what it throws at, and says so', () => {
    const error = new Error('mine');
    const { requests, sink } = world({ strategy: 'custom', shouldShed: () => { throw error; } }); // prettier-ignore
    expect(requests(3, 1)).toBe(0);
    expect(sink.ofType('shedding.callback_failed')).toHaveLength(3);
    expect(sink.ofType('shedding.callback_failed')[0]).toMatchObject({ error });
  });
});

describe('the age of an event', () => {
  it('sheds those for whose result nobody waits any more, whatever their priority', () => {
    const { request, sink } = world();
    expect(request(1, { ageMs: 28_999, maxAgeMs: 29_000 })).toBe(false);
    expect(request(1, { ageMs: 29_000, maxAgeMs: 29_000, priority: 'critical' })).toBe(true);
    expect(request(1, { ageMs: 1e9 })).toBe(false);
    expect(sink.ofType<SheddingRefusedEvent>('shedding.refused')).toEqual([expect.objectContaining({ reason: 'age', ageMs: 29_000, priority: 'critical' })]);
  });

  it('of the options goes before that of the source', () => {
    const { request } = world({ maxEventAgeMs: 1000 });
    expect([request(1, { ageMs: 1000 }), request(1, { ageMs: 999, maxAgeMs: 10 })]).toEqual([true, false]);
  });
});

describe('a refusal', () => {
  it('is a rejection with 503 and a time to try again that is spread (PLS-11, LS-16, PX-10)', async () => {
    const { shedder } = world({ ...fixed(1), retryAfterMs: 10_000 });
    const errors = await Promise.all(Array.from({ length: 200 }, () => shedder.execute(() => 1).catch((error: unknown) => error as LoadShedError)));
    const [first] = errors as LoadShedError[];
    expect(first).toBeInstanceOf(LoadShedError);
    expect(first).toMatchObject({ name: 'LoadShedError', code: 'LOAD_SHED', statusCode: 503, reason: 'load' });
    const waits = (errors as LoadShedError[]).map(({ headers }) => Number(headers['Retry-After']));
    expect([Math.min(...waits), Math.max(...waits)]).toEqual([11, 15]);
    expect((errors as LoadShedError[]).every(({ retryAfterMs = 0 }, index) => retryAfterMs === (waits[index] ?? 0) * 1000)).toBe(true);
  });

  it('is answered by onShed where there is one', async () => {
    const { shedder } = world({ ...fixed(1), onShed: (error, call) => `${error.code} ${String(call.tenant)}` });
    await expect(shedder.execute(() => 'work', { tenant: 'a' })).resolves.toBe('LOAD_SHED a');
  });

  it('is only reported in a dry run', () => {
    const { requests, sink, shedder } = world({ ...fixed(1), dryRun: true });
    expect(requests(5, 1)).toBe(0);
    expect([sink.ofType('shedding.would_refuse').length, sink.ofType('shedding.refused').length, sink.ofType('shedding.completed').length]).toEqual([5, 0, 5]);
    expect(shedder.statistics).toMatchObject({ requests: 5, shed: 5, admitted: 0, shedRatio: 1 });
  });

  it('does not happen to what is skipped; what the callback throws means no', () => {
    const { requests, sink } = world({ ...fixed(1), skip: ({ tenant }) => {
      if (tenant === undefined) throw new Error('who?');
      return tenant === 'internal';
    } }); // prettier-ignore
    expect([requests(3, 1, { tenant: 'internal' }), requests(3, 1, { tenant: 'other' }), requests(3, 1)]).toEqual([0, 3, 3]);
    expect(sink.ofType('shedding.callback_failed')).toHaveLength(3);
  });
});

describe('what is measured', () => {
  it('leaves refused and abandoned requests out of latencies and failures (PLS-10)', () => {
    const { shedder, clock, request } = world();
    request(100, { failed: true });
    request(100);
    for (let index = 0; index < 50; index += 1) {
      const permit = shedder.acquire({});
      clock.advance(1);
      void permit.settle(ABANDONED);
    }
    request(1, { ageMs: 9, maxAgeMs: 1 });
    expect(shedder.statistics).toMatchObject({ errorRate: 0.5, meanLatencyMs: 100, requests: 53, admitted: 52, shed: 1 });
  });

  it('takes an answer of 500 or more for a failure, and says so in the event (PLS-12)', () => {
    const { shedder, sink } = world();
    for (const statusCode of [200, 404, 500, 503]) void shedder.acquire({}).settle({ kind: 'success', value: { statusCode } });
    void shedder.acquire({}).settle({ kind: 'failure', error: new Error('x') });
    expect(sink.ofType<SheddingCompletedEvent>('shedding.completed').map(({ failed }) => failed)).toEqual([false, false, true, true, true]);
    expect(shedder.statistics.errorRate).toBe(0.6);
  });

  it('settles once only, however often it is told', () => {
    const { shedder } = world();
    const permit = shedder.acquire({});
    for (let index = 0; index < 3; index += 1) void permit.settle({ kind: 'success', value: 1 });
    expect(shedder.statistics.inFlight).toBe(0);
  });

  it('shows all of the load, in a snapshot that is frozen and can be reached (LS-13, LS-18, PX-15)', () => {
    const { shedder, requests } = world({}, Object.assign(new FakeProcess(), { usedBytes: 500 }));
    requests(100, 10);
    const { statistics } = shedder;
    expect(statistics).toMatchObject({ requests: 100, admitted: 100, shed: 0, shedRatio: 0, rate: 0, score: 0, inFlight: 0, requestsPerSecond: 100, errorRate: 0, meanLatencyMs: 10, p95LatencyMs: 10, p99LatencyMs: 10, cpu: 0, eventLoop: 0, memory: 0.5 });
    expect(Object.isFrozen(statistics)).toBe(true);
  });

  it('keeps totals that only grow, past the window (PLS-10)', () => {
    const { shedder, requests, clock } = world();
    requests(100, 1);
    clock.advance(120_000);
    requests(1, 1);
    expect(shedder.statistics).toMatchObject({ requests: 101, admitted: 101 });
  });

  it('is a share of the requests where that is asked for; failures are counted all', () => {
    const { shedder, requests } = world({ samplingRate: 0.01, targetLatencyMs: 0 });
    requests(5, 10, { failed: true });
    expect(shedder.statistics).toMatchObject({ errorRate: 1, meanLatencyMs: undefined });
  });

  it('reports the rate once per sample interval, while requests come', () => {
    const { requests, sink } = world();
    requests(100, 100);
    expect(sink.ofType<SheddingRateEvent>('shedding.rate').length).toBeGreaterThanOrEqual(10);
    expect(sink.ofType<SheddingRateEvent>('shedding.rate').length).toBeLessThanOrEqual(12);
  });
});
