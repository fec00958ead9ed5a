import { describe, expect, it } from '@jest/globals';
import type { HealthEndpoint } from '../../../runtime/src/health/events.ts';
import { healthWith, Probe } from './fixture.ts';

const OUTCOMES: Record<string, (probe: Probe) => void> = {
  healthy: (probe) => void probe.works(),
  degraded: (probe) => void (probe.answer = () => 'degraded'),
  fails: (probe) => void probe.fails(),
  throws: (probe) => void (probe.answer = () => { throw new Error('x'); }),
  hangs: (probe) => void probe.hangs(),
  nonsense: (probe) => void (probe.answer = () => 42),
};

type Codes = readonly [health: number, detail: number, ready: number, live: number];

const FINE: Codes = [200, 200, 200, 200];
const DOWN: Codes = [503, 503, 503, 200];
const UP_BUT_DOWN: Codes = [503, 503, 200, 200];
const FAILURES = ['fails', 'throws', 'hangs', 'nonsense'];
const ENDPOINTS: readonly HealthEndpoint[] = ['health', 'detail', 'ready', 'live'];

const MATRIX: [outcome: string, kind: string, status: string, codes: Codes][] = [
  ['healthy', 'required', 'healthy', FINE],
  ['healthy', 'optional', 'healthy', FINE],
  ['healthy', 'shared', 'healthy', FINE],
  ['degraded', 'required', 'degraded', FINE],
  ['degraded', 'optional', 'degraded', FINE],
  ['degraded', 'shared', 'degraded', FINE],
  ...FAILURES.flatMap((outcome): typeof MATRIX => [
    [outcome, 'required', 'unhealthy', DOWN],
    [outcome, 'optional', 'degraded', FINE],
    [outcome, 'shared', 'unhealthy', UP_BUT_DOWN],
  ]),
];
const KINDS: Record<string, object> = { required: {}, optional: { required: false }, shared: { shared: true } };

describe('a check beside one that is healthy', () => {
  it.each(MATRIX)('that is %s and %s makes the whole %s, with %j', async (outcome, kind, status, codes) => {
    const probe = new Probe('db', KINDS[kind]);
    OUTCOMES[outcome]!(probe);
    const { world, health } = healthWith({}, new Probe('other'), probe);
    const answers = [];
    for (const endpoint of ENDPOINTS) answers.push((await world.finish(health.answer({ endpoint, authorize: () => true }))).value);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(codes);
    expect(answers.map(({ body }) => body['status'])).toEqual([status, status, codes[2] === 200 ? 'ready' : 'not_ready', 'alive']);
    expect(answers.slice(0, 3).map((answer) => answer.status)).toEqual([status, status, status]);
  });

  it.each(FAILURES)('makes this environment not ready where readiness is strict, though it is shared and %s', async (outcome) => {
    const probe = new Probe('db', { shared: true });
    OUTCOMES[outcome]!(probe);
    const { world, health } = healthWith({ readiness: 'strict' }, probe);
    expect((await world.finish(health.answer({ endpoint: 'ready' }))).value.statusCode).toBe(503);
  });

  it('answers degraded with 503 where it is told to, on health and detail', async () => {
    const { world, health } = healthWith({ failWhenDegraded: true }, new Probe('cache', { required: false }).fails());
    const codes = [];
    for (const endpoint of ENDPOINTS) codes.push((await world.finish(health.answer({ endpoint }))).value.statusCode);
    expect(codes).toEqual([503, 503, 200, 200]);
  });
});

describe('liveness', () => {
  it('asks nothing, however bad things are (PHE-15)', async () => {
    const probe = new Probe('db').hangs();
    const { world, health } = healthWith({ gracePeriodMs: 60_000 }, probe);
    const { value, tookMs } = await world.finish(health.answer({ endpoint: 'live' }));
    expect({ code: value.statusCode, tookMs, runs: probe.runs }).toEqual({ code: 200, tookMs: 0, runs: 0 });
  });
});

describe('the grace period', () => {
  it('is off by default: a new environment is ready as soon as its checks say so (PHE-04)', async () => {
    const probe = new Probe('db');
    const { world, health } = healthWith({}, probe);
    expect((await world.finish(health.answer({ endpoint: 'ready' }))).value.statusCode).toBe(200);
    expect(probe.runs).toBe(1);
  });

  it('answers not ready with the time that remains', async () => {
    const { world, health } = healthWith({ gracePeriodMs: 30_000 }, new Probe('db'));
    await world.pass(10_500);
    const { value } = await world.finish(health.answer({ endpoint: 'ready' }));
    expect(value).toMatchObject({ statusCode: 503, retryAfterMs: 19_500, body: { status: 'not_ready', blocking: 0, retry_after: 20 } });
    expect((await world.finish(health.answer({ endpoint: 'health' }))).value.statusCode).toBe(200);
    await world.pass(19_500);
    expect((await world.finish(health.answer({ endpoint: 'ready' }))).value.statusCode).toBe(200);
  });
});

describe('the body', () => {
  async function mixed() {
    const cache = new Probe('cache', { required: false }).fails();
    const queue = new Probe('queue', { shared: true });
    queue.answer = () => ({ status: 'degraded', reason: 'threshold', details: { backlog: 1200, host: 'queue-7.internal' } });
    const made = healthWith({ version: '1.4.2', environment: 'production' }, new Probe('db'), cache, queue);
    await made.world.pass(90_000);
    cache.answer = () => made.world.sleep(70).then(() => Promise.reject(new Error('password=hunter2 at 10.0.0.7')));
    const answer = async (probe: Parameters<typeof made.health.answer>[0]) => (await made.world.finish(made.health.answer(probe))).value.body;
    return { ...made, answer };
  }

  it('of health says up or down (HE-01, PHE-11)', async () => {
    const { answer } = await mixed();
    expect(await answer({ endpoint: 'health' })).toEqual({ status: 'degraded', timestamp: '2026-01-01T00:01:30.070Z', duration_ms: 70 });
  });

  it('of the detail says everything, with units in the names (HE-02, PHE-11)', async () => {
    const { answer } = await mixed();
    expect(await answer({ endpoint: 'detail', authorize: () => Promise.resolve(true) })).toEqual({
      status: 'degraded',
      timestamp: '2026-01-01T00:01:30.070Z',
      duration_ms: 70,
      summary: { total: 3, healthy: 1, degraded: 1, unhealthy: 1, unknown: 0 },
      checks: [
        { name: 'db', status: 'healthy', message: 'works', required: true, shared: false, failures: 0, duration_ms: 0, timestamp: '2026-01-01T00:01:30.000Z' },
        { name: 'cache', status: 'unhealthy', message: 'failed', required: false, shared: false, failures: 1, duration_ms: 70, timestamp: '2026-01-01T00:01:30.070Z' },
        {
          name: 'queue',
          status: 'degraded',
          message: 'is above its threshold',
          required: true,
          shared: true,
          failures: 0,
          duration_ms: 0,
          timestamp: '2026-01-01T00:01:30.000Z',
          details: { backlog: 1200 },
        },
      ],
      uptime_ms: 90_000,
      version: '1.4.2',
      environment: 'production',
    });
  });

  it('of the detail names nothing to strangers: a check that throws, rejects or is truthy means no (PHE-05)', async () => {
    const { answer } = await mixed();
    const redacted = {
      status: 'degraded',
      timestamp: '2026-01-01T00:01:30.070Z',
      duration_ms: 70,
      summary: { total: 3, healthy: 1, degraded: 1, unhealthy: 1, unknown: 0 },
    };
    expect(await answer({ endpoint: 'detail' })).toEqual(redacted);
    const refusals = [() => false, () => 'yes', () => 1, () => ({}), () => Promise.reject(new Error('x')), () => { throw new Error('x'); }];
    for (const authorize of refusals) expect(Object.keys(await answer({ endpoint: 'detail', authorize }))).toEqual(Object.keys(redacted));
  });

  it('of the detail waits for no authorization that hangs', async () => {
    const { world, health } = healthWith({ checkTimeoutMs: 400 });
    const { value, tookMs } = await world.finish(health.answer({ endpoint: 'detail', authorize: () => new Promise(() => undefined) }));
    expect({ tookMs, hasChecks: 'checks' in value.body }).toEqual({ tookMs: 400, hasChecks: false });
    expect(world.sink.ofType('health.callback_failed')).toMatchObject([{ name: 'authorize' }]);
  });

  it('of a single check says what is known of it, to those who may know', async () => {
    const { answer, health, world } = await mixed();
    expect(await answer({ endpoint: 'detail', check: 'cache', authorize: () => true })).toEqual({
      name: 'cache',
      status: 'unhealthy',
      message: 'failed',
      required: false,
      shared: false,
      failures: 1,
      duration_ms: 70,
      timestamp: '2026-01-01T00:01:30.070Z',
    });
    const ask = async (check: string, isAllowed: boolean) => (await world.finish(health.answer({ endpoint: 'detail', check, authorize: () => isAllowed }))).value;
    expect(await ask('cache', false)).toMatchObject({ statusCode: 403, body: { error: 'Forbidden', message: 'Forbidden', code: 'HEALTH_FORBIDDEN' } });
    expect(await ask('nothing', false)).toMatchObject({ statusCode: 403 });
    expect(await ask('nothing', true)).toMatchObject({ statusCode: 404, body: { error: 'Not Found', message: 'Not Found', code: 'HEALTH_CHECK_UNKNOWN' } });
    const whole = (await world.finish(health.answer({ endpoint: 'health', check: 'db' }))).value;
    expect(whole.body['status']).toBe('degraded');
    expect((await ask('cache', true)).statusCode).toBe(503);
    expect((await ask('queue', true)).statusCode).toBe(200);
  });

  it('of readiness says how many checks there are, and how many are in the way (HE-03)', async () => {
    const { answer } = await mixed();
    expect(await answer({ endpoint: 'ready' })).toEqual({ status: 'ready', timestamp: '2026-01-01T00:01:30.070Z', checks: 3, blocking: 0 });
    const { world, health } = healthWith({}, new Probe('db').fails());
    expect((await world.finish(health.answer({ endpoint: 'ready' }))).value.body).toEqual({
      status: 'not_ready',
      timestamp: '2026-01-01T00:00:00.000Z',
      checks: 1,
      blocking: 1,
    });
  });

  it('of liveness says since when (HE-04)', async () => {
    const { answer } = await mixed();
    expect(await answer({ endpoint: 'live' })).toEqual({ status: 'alive', timestamp: '2026-01-01T00:01:30.000Z', uptime_ms: 90_000 });
  });

  it('says what an operator has forced', async () => {
    const { answer, health } = await mixed();
    health.override('healthy');
    expect(await answer({ endpoint: 'detail', authorize: () => true })).toMatchObject({ status: 'healthy', forced: 'healthy', summary: { unhealthy: 1 } });
  });

  it('never has the text of an error (PHE-05, PHE-13)', async () => {
    const { answer } = await mixed();
    const bodies = [];
    for (const endpoint of ENDPOINTS) bodies.push(await answer({ endpoint, authorize: () => true }));
    expect(JSON.stringify(bodies)).not.toMatch(/hunter2|10\.0\.0\.7|queue-7/);
  });
});
