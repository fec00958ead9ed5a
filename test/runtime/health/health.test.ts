import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { createHealth } from '../../../runtime/src/health/create.ts';
import type { HealthCallbackFailedEvent, HealthChangedEvent, HealthCheckedEvent } from '../../../runtime/src/health/events.ts';
import { healthWith, Probe, settle, World } from './fixture.ts';

const statusOf = ({ checks }: { readonly checks: readonly { readonly name: string; readonly status: string }[] }, name: string) => checks.find((check) => check.name === name)?.status;

describe('checks of a request', () => {
  it('run in parallel, each within a time of its own (PHE-06)', async () => {
    const probes = ['a', 'b', 'c'].map((name) => new Probe(name));
    const { world, health } = healthWith({ checkTimeoutMs: 100 }, ...probes);
    for (const probe of probes) probe.takes(world, 40);
    const { value, tookMs } = await world.finish(health.check());
    expect(value.summary).toEqual({ total: 3, healthy: 3, degraded: 0, unhealthy: 0, unknown: 0 });
    expect(tookMs).toBe(40);
  });

  it('delay an answer by no more than their time if they hang, and are told to stop', async () => {
    const hanging = new Probe('hanging').hangs();
    const other = new Probe('other');
    const { world, health } = healthWith({ checkTimeoutMs: 700 }, hanging, other);
    const { value, tookMs } = await world.finish(health.check());
    expect(tookMs).toBe(700);
    expect(value).toMatchObject({ status: 'unhealthy', summary: { healthy: 1, unhealthy: 1 } });
    expect(hanging.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(other.signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect(world.sleeping).toBe(0);
  });

  it('have a time of their own where it is set', async () => {
    const { world, health } = healthWith({}, new Probe('quick', { timeoutMs: 50 }).hangs());
    expect((await world.finish(health.check())).tookMs).toBe(50);
    const { world: slowWorld, health: slow } = healthWith({}, new Probe('slow').hangs());
    expect((await slowWorld.finish(slow.check())).tookMs).toBe(5000);
  });

  it('are told apart from each other, whatever they do: throw, reject, hang or answer nonsense', async () => {
    const probes = ['throws', 'rejects', 'hangs', 'nonsense', 'works'].map((name) => new Probe(name));
    const [throwing, rejecting, hanging, nonsense] = probes;
    throwing!.answer = () => { throw new Error('x'); };
    rejecting!.fails();
    hanging!.hangs();
    nonsense!.answer = () => 42;
    const { world, health } = healthWith({}, ...probes);
    const { value } = await world.finish(health.check());
    expect(value.checks.map(({ name, status, message }) => [name, status, message])).toEqual([
      ['throws', 'unhealthy', 'failed'],
      ['rejects', 'unhealthy', 'failed'],
      ['hangs', 'unhealthy', 'did not answer in time'],
      ['nonsense', 'unhealthy', 'gave no valid answer'],
      ['works', 'healthy', 'works'],
    ]);
  });

  it('are no longer waited for when the invocation has no time left, and are not counted', async () => {
    const probe = new Probe('db').hangs();
    const { world, health } = healthWith({}, probe);
    const { value, tookMs } = await world.finish(health.check({ deadlineMs: world.startMs + 200 }));
    expect(tookMs).toBe(200);
    expect(value).toMatchObject({ status: 'unknown', ready: false, checks: [{ status: 'unknown', failures: 0, message: 'is not known' }] });
    expect(probe.signals[0]!.aborted).toBe(true);
    await world.finish(health.check({ deadlineMs: world.clock.nowMs() - 1 }));
    expect(probe.runs).toBe(1);
  });
});

describe('results', () => {
  it('are answered from memory until the interval is over (PHE-08)', async () => {
    const probe = new Probe('db');
    const { world, health } = healthWith({}, probe);
    await world.finish(health.check());
    await world.pass(9_999);
    await world.finish(health.check());
    expect(probe.runs).toBe(1);
    await world.pass(1);
    await world.finish(health.check());
    expect(probe.runs).toBe(2);
  });

  it('are answered from memory when they are bad, too, so that an outage is not made worse', async () => {
    const probe = new Probe('db').fails();
    const { world, health } = healthWith({}, probe);
    for (let request = 0; request < 100; request += 1) expect((await world.finish(health.check())).value.status).toBe('unhealthy');
    expect(probe.runs).toBe(1);
  });

  it('of a thousand requests at once come from one run of each check (PHE-08)', async () => {
    const probes = ['a', 'b'].map((name) => new Probe(name));
    const { world, health } = healthWith({ intervalMs: 0 }, ...probes);
    for (const probe of probes) probe.takes(world, 30);
    const { value } = await world.finish(Promise.all(Array.from({ length: 1000 }, () => health.check())));
    expect(new Set(value.map(({ status }) => status))).toEqual(new Set(['healthy']));
    expect(probes.map(({ runs }) => runs)).toEqual([1, 1]);
    expect(world.sleeping).toBe(0);
  });

  it('are unhealthy after three failures in a row, and healthy after two successes: the check goes on (PHE-01)', async () => {
    const probe = new Probe('db');
    const { world, health } = healthWith({}, probe);
    const next = async () => {
      await world.pass(10_000);
      return (await world.finish(health.check())).value.status;
    };
    expect(await next()).toBe('healthy');
    probe.fails();
    expect([await next(), await next(), await next(), await next()]).toEqual(['healthy', 'healthy', 'unhealthy', 'unhealthy']);
    probe.works();
    expect([await next(), await next()]).toEqual(['unhealthy', 'healthy']);
    expect(probe.runs).toBe(7);
  });

  it('never change under those who hold them (PHE-07)', async () => {
    const probe = new Probe('db');
    const { world, health } = healthWith({}, probe);
    const { value } = await world.finish(health.check());
    const before = structuredClone(value);
    probe.fails();
    await world.pass(10_000);
    await world.finish(health.check());
    expect(value).toEqual(before);
    expect([value, value.checks, value.checks[0], value.summary].every(Object.isFrozen)).toBe(true);
  });

  it('that two environments have are not added up (PHE-14)', async () => {
    const environments = [1, 2, 3].map(() => healthWith({}, new Probe('db')));
    for (const { world, health } of environments) await world.finish(health.check());
    const failing = environments.map(() => new Probe('other').fails());
    environments.forEach(({ health }, index) => health.register(failing[index]!.check));
    for (const { health, world } of environments) {
      const { value } = await world.finish(health.check());
      expect(value.checks.map(({ failures }) => failures)).toEqual([0, 1]);
    }
  });
});

describe('a result that has become old', () => {
  const fresh = async (probe: Probe, options = {}) => {
    const made = healthWith({ intervalMs: 10_000, maxStaleMs: 60_000, maxStaleWaitMs: 500, ...options }, probe);
    await made.world.finish(made.health.check());
    return made;
  };

  it('is refreshed if that takes little time', async () => {
    const probe = new Probe('db');
    const { world, health } = await fresh(probe);
    probe.takes(world, 499, 'degraded');
    await world.pass(20_000);
    const { value, tookMs } = await world.finish(health.check());
    expect({ status: value.status, tookMs }).toEqual({ status: 'degraded', tookMs: 499 });
  });

  it('is answered once if its refresh takes too long, which then ends with the request', async () => {
    const probe = new Probe('db');
    const { world, health } = await fresh(probe);
    probe.takes(world, 3000);
    await world.pass(20_000);
    const { value, tookMs } = await world.finish(health.check());
    expect({ status: value.status, tookMs }).toEqual({ status: 'healthy', tookMs: 500 });
    expect(probe.signals.at(-1)!.aborted).toBe(true);
    expect(health.statistics).toMatchObject({ runs: 1, givenUp: 1, failures: 0 });
    // In doubt: this time it is waited for.
    const next = await world.finish(health.check());
    expect(next.tookMs).toBe(3000);
    expect(probe.runs).toBe(3);
  });

  it('is not answered while there is doubt: a check that hangs is found out by the request after the next', async () => {
    const probe = new Probe('db');
    const { world, health } = await fresh(probe, { unhealthyThreshold: 1, checkTimeoutMs: 2000 });
    probe.hangs();
    await world.pass(10_000);
    expect((await world.finish(health.check())).value.status).toBe('healthy');
    const { value, tookMs } = await world.finish(health.check());
    expect({ status: value.status, tookMs }).toEqual({ status: 'unhealthy', tookMs: 2000 });
  });

  it('is never answered beyond its time, not even by an environment that was frozen', async () => {
    const probe = new Probe('db');
    const { world, health } = await fresh(probe, { unhealthyThreshold: 1 });
    world.clock.advance(3_600_000);
    expect(health.status()).toMatchObject({ status: 'unknown', ready: false });
    probe.takes(world, 3000, false);
    const { value, tookMs } = await world.finish(health.check());
    expect({ status: value.status, tookMs }).toEqual({ status: 'unhealthy', tookMs: 3000 });
  });

  it('leaves nothing running when the request is over, however many waited', async () => {
    const probe = new Probe('db');
    const { world, health } = await fresh(probe);
    probe.hangs();
    await world.pass(20_000);
    await world.finish(Promise.all([health.check(), health.check(), health.check()]));
    expect(probe.runs).toBe(2);
    expect(probe.signals.at(-1)!.aborted).toBe(true);
    expect(world.sleeping).toBe(0);
  });

  it('is waited for by one who must, while another leaves earlier', async () => {
    const probe = new Probe('db');
    const { world, health } = await fresh(probe);
    probe.takes(world, 3000);
    await world.pass(20_000);
    const patient = health.check({ maxAgeMs: 0 });
    const hasty = health.check();
    expect((await world.finish(hasty)).tookMs).toBe(500);
    expect(probe.signals.at(-1)!.aborted).toBe(false);
    expect((await world.finish(patient)).tookMs).toBe(2500);
    expect(probe.runs).toBe(2);
  });

  it('is not too old in between where it is refreshed less often than it may be stale', async () => {
    const probe = new Probe('db');
    const { world, health } = await fresh(probe, { intervalMs: 60_000, maxStaleMs: 1000 });
    await world.pass(59_000);
    expect([(await world.finish(health.check())).value.status, probe.runs]).toEqual(['healthy', 1]);
  });

  it('is not too old only because another check took its time', async () => {
    const slow = new Probe('slow');
    const { world, health } = healthWith({ intervalMs: 0, maxStaleMs: 0 }, new Probe('quick'), slow);
    slow.takes(world, 3000);
    expect((await world.finish(health.check())).value.summary).toMatchObject({ healthy: 2, unknown: 0 });
  });

  it('is known too little of where nothing was ever checked', () => {
    const { health } = healthWith({}, new Probe('db'));
    expect(health.status()).toMatchObject({ status: 'unknown', ready: false, checks: [{ name: 'db', status: 'unknown', failures: 0 }] });
  });
});

describe('checks at run time', () => {
  it('are added and removed', async () => {
    const { world, health } = healthWith({}, new Probe('a'));
    const late = new Probe('late').fails();
    health.register(late.check);
    expect((await world.finish(health.check())).value).toMatchObject({ status: 'unhealthy', summary: { total: 2 } });
    expect([health.unregister('late'), health.unregister('late')]).toEqual([true, false]);
    expect((await world.finish(health.check())).value).toMatchObject({ status: 'healthy', summary: { total: 1 } });
    expect(health.statistics.checks).toBe(1);
  });

  it('that are removed while they run are stopped and leave no trace', async () => {
    const { world, health } = healthWith();
    const probe = new Probe('late').hangs();
    health.register(probe.check);
    const asking = health.check();
    await settle();
    health.unregister('late');
    const again = new Probe('late');
    health.register(again.check);
    expect((await world.finish(asking)).tookMs).toBe(0);
    expect(probe.signals[0]!.aborted).toBe(true);
    expect(statusOf((await world.finish(health.check())).value, 'late')).toBe('healthy');
    expect(world.sink.ofType<HealthCheckedEvent>('health.checked')).toHaveLength(1);
    expect(health.statistics).toMatchObject({ runs: 1, givenUp: 0 });
  });

  it.each<[string, unknown, string]>([
    ['a name that is taken', { name: 'a', run: () => true }, 'check.name is "a", which is taken: unregister that one first'],
    ['a name that is none', { name: '7 a', run: () => true }, 'check.name is "7 a": use'],
    ['nothing to run', { name: 'b' }, 'check.run is undefined: pass a function'],
    ['an option that does not exist', { name: 'b', run: () => true, timeout: 1 }, 'check.timeout is not an option: use one of name, run, required, shared, timeoutMs'],
    ['a time that is none', { name: 'b', run: () => true, timeoutMs: 0 }, 'check.timeoutMs is 0: set a whole number of milliseconds from 10 to 900000'],
    ['no check', null, 'check is null: pass a check, { name, run }'],
  ])('are refused with %s', (_what, check, problem) => {
    const { health } = healthWith({}, new Probe('a'));
    expect(() => health.register(check as never)).toThrow(problem);
    expect(() => health.register(check as never)).toThrow(ConfigurationError);
  });

  it('are a hundred at most', () => {
    const { health } = healthWith({}, ...Array.from({ length: 100 }, (_, index) => new Probe(`c${index}`)));
    expect(() => health.register(new Probe('more').check)).toThrow('there are 100 checks already: unregister one first');
  });

  it('are asked one at a time on request', async () => {
    const [a, b] = [new Probe('a'), new Probe('b')];
    const { world, health } = healthWith({}, a, b);
    await world.finish(health.check({ check: 'a' }));
    expect([a.runs, b.runs]).toEqual([1, 0]);
    await world.finish(health.answer({ endpoint: 'health', check: 'a' }));
    expect([a.runs, b.runs]).toEqual([1, 1]);
  });
});

describe('an operator', () => {
  it('forces a status, until a time or until it is taken back', async () => {
    const { world, health } = healthWith({}, new Probe('db'));
    health.override('unhealthy', { untilMs: world.startMs + 60_000 });
    expect((await world.finish(health.check())).value).toMatchObject({ status: 'unhealthy', ready: false, forced: 'unhealthy' });
    await world.pass(60_000);
    expect((await world.finish(health.check())).value).toMatchObject({ status: 'healthy', ready: true, forced: undefined });
    health.override('healthy');
    expect((await world.finish(health.check())).value.forced).toBe('healthy');
    health.override(undefined);
    expect((await world.finish(health.check())).value.forced).toBeUndefined();
  });

  it('forces health where the checks say otherwise, without asking them', async () => {
    const probe = new Probe('db').hangs();
    const { world, health } = healthWith({}, probe);
    health.override('healthy');
    const { value, tookMs } = await world.finish(Promise.all([health.answer({ endpoint: 'ready' }), health.answer({ endpoint: 'health' })]));
    expect({ codes: value.map(({ statusCode }) => statusCode), tookMs, runs: probe.runs }).toEqual({ codes: [200, 200], tookMs: 0, runs: 0 });
  });

  it('forces the whole fleet by a function that is asked before every answer', async () => {
    let flag: unknown = undefined;
    const { world, health } = healthWith({ override: () => Promise.resolve(flag) as Promise<undefined> }, new Probe('db'));
    const codes = [];
    for (flag of [undefined, 'unhealthy', 'healthy', 'nonsense', undefined]) codes.push((await world.finish(health.answer({ endpoint: 'health' }))).value.statusCode);
    expect(codes).toEqual([200, 503, 200, 200, 200]);
  });

  it('is not waited for: a function that throws or hangs leaves it to the checks, and is reported', async () => {
    const { world, health } = healthWith({ override: () => { throw new Error('flags'); } }, new Probe('db'));
    expect((await world.finish(health.check())).value.status).toBe('healthy');
    const { world: other, health: hanging } = healthWith({ override: () => new Promise(() => undefined), checkTimeoutMs: 300 });
    const { tookMs } = await other.finish(hanging.answer({ endpoint: 'health' }));
    expect(tookMs).toBe(300);
    const failures = [world, other].flatMap(({ sink }) => sink.ofType<HealthCallbackFailedEvent>('health.callback_failed'));
    expect(failures).toMatchObject([{ name: 'override', error: new Error('flags') }, { name: 'override', error: new Error('no answer in 300 ms') }]);
  });

  it('is not waited for beyond the end of the invocation', async () => {
    const { world, health } = healthWith({ override: () => new Promise(() => undefined) });
    expect((await world.finish(health.answer({ endpoint: 'ready', deadlineMs: world.startMs + 150 }))).tookMs).toBe(150);
  });

  it('leaves liveness alone', async () => {
    const { world, health } = healthWith();
    health.override('unhealthy');
    expect((await world.finish(health.answer({ endpoint: 'live' }))).value).toMatchObject({ statusCode: 200, body: { status: 'alive' } });
  });

  it.each([['down', Infinity], ['healthy', Number.NaN], ['healthy', 'tomorrow']])('is told when %s until %s makes no sense', (status, untilMs) => {
    const { health } = healthWith();
    expect(() => health.override(status as 'healthy', { untilMs: untilMs as number })).toThrow(ConfigurationError);
  });
});

describe('start-up', () => {
  it('waits for dependencies, with pauses that grow', async () => {
    const probe = new Probe('db', { shared: true }).fails();
    const { world, health } = healthWith({}, probe);
    const waiting = health.waitUntilReady({ maxWaitMs: 8000 });
    await world.pass(2000);
    probe.works();
    const { value } = await world.finish(waiting);
    expect(value).toBe(true);
    const pauses = world.sleeps.filter((_, index) => index > 0).filter((durationMs) => durationMs <= 2000);
    expect(pauses.length).toBeGreaterThan(3);
    pauses.forEach((durationMs, attempt) => {
      expect(durationMs).toBeGreaterThanOrEqual(Math.min(2000, 100 * 2 ** attempt) / 2);
      expect(durationMs).toBeLessThanOrEqual(Math.min(2000, 100 * 2 ** attempt));
    });
  });

  it('goes on without them when its time is over, even if they hang', async () => {
    for (const probe of [new Probe('db').fails(), new Probe('db').hangs()]) {
      const { world, health } = healthWith({}, probe);
      const { value, tookMs } = await world.finish(health.waitUntilReady({ maxWaitMs: 3000 }));
      expect(value).toBe(false);
      expect(tookMs).toBeLessThanOrEqual(3000);
      expect(world.sleeping).toBe(0);
    }
  });

  it('waits for nothing where all is well, or where only optional things fail', async () => {
    const { world, health } = healthWith({}, new Probe('db'), new Probe('cache', { required: false }).fails());
    expect(await world.finish(health.waitUntilReady())).toEqual({ value: true, tookMs: 0 });
  });

  it.each([0, -1, Number.NaN, Infinity])('is told that %s ms are no time to wait', async (maxWaitMs) => {
    await expect(healthWith().health.waitUntilReady({ maxWaitMs })).rejects.toThrow(ConfigurationError);
  });
});

describe('what is reported', () => {
  it('is every run, with what it found and how often in a row (LO-12)', async () => {
    const probe = new Probe('db');
    const { world, health } = healthWith({ unhealthyThreshold: 2, intervalMs: 0, maxStaleMs: 0 }, probe);
    await world.finish(health.check());
    const error = new Error('x');
    probe.answer = () => world.sleep(70).then(() => Promise.reject(error));
    await world.finish(health.check());
    await world.finish(health.check());
    expect(world.sink.ofType<HealthCheckedEvent>('health.checked')).toEqual([
      { type: 'health.checked', name: 'db', atMs: world.startMs, status: 'healthy', durationMs: 0, failures: 0, required: true },
      { type: 'health.checked', name: 'db', atMs: world.startMs + 70, status: 'unhealthy', durationMs: 70, failures: 1, required: true, reason: 'failed' },
      { type: 'health.checked', name: 'db', atMs: world.startMs + 140, status: 'unhealthy', durationMs: 70, failures: 2, required: true, reason: 'failed' },
    ]);
    expect(world.sink.ofType<HealthChangedEvent>('health.changed')).toEqual([
      { type: 'health.changed', name: 'db', atMs: world.startMs, from: 'unknown', to: 'healthy' },
      { type: 'health.changed', name: 'db', atMs: world.startMs + 140, from: 'healthy', to: 'unhealthy' },
    ]);
  });

  it('is every answer, with endpoint, status and time (ME-17)', async () => {
    const { world, health } = healthWith({ failWhenDegraded: true }, new Probe('cache', { required: false }).hangs());
    await world.finish(health.answer({ endpoint: 'health' }));
    await world.finish(health.answer({ endpoint: 'live' }));
    expect(world.sink.events.filter(({ type }) => type === 'health.answered')).toEqual([
      { type: 'health.answered', name: 'health', atMs: world.startMs + 5000, status: 'degraded', statusCode: 503, durationMs: 5000 },
      { type: 'health.answered', name: 'live', atMs: world.startMs + 5000, status: 'healthy', statusCode: 200, durationMs: 0 },
    ]);
  });

  it('never breaks an answer', async () => {
    const world = new World();
    const sink = { emit: () => { throw new Error('sink'); } };
    const health = createHealth({ checks: [new Probe('db').check] }, { ...world.dependencies, sink });
    expect((await world.finish(health.answer({ endpoint: 'health' }))).value.statusCode).toBe(200);
  });

  it('is counted', async () => {
    const { world, health } = healthWith({ intervalMs: 0 }, new Probe('a'), new Probe('b').fails(), new Probe('c').hangs());
    await world.finish(health.answer({ endpoint: 'ready' }));
    expect(health.statistics).toEqual({ checks: 3, runs: 3, failures: 2, timeouts: 1, givenUp: 0, answers: 1 });
  });
});
