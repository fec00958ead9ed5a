import type { Request } from '@middy/core';
import httpErrorHandler from '@middy/http-error-handler';
import { describe, expect, it, jest } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { createRateLimiter, type RateLimiterDependencies } from '../../../runtime/src/rate-limit/create.ts';
import { RateLimitedError } from '../../../runtime/src/rate-limit/errors.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import { rateLimit, type RateLimitMiddlewareOptions } from '../../../runtime/src/rate-limit/middleware.ts';
import { ipRateLimit, tenantRateLimit, userRateLimit } from '../../../runtime/src/rate-limit/presets.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { FACTORIES, HTTP_EVENT, invoke, QUEUE_EVENT } from '../middy/gates.ts';

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const OPTIONS: RateLimitMiddlewareOptions = { name: 'orders', strategy: 'fixed-window', limits: [{ limit: 2, periodMs: 60_000 }] };

function world(startMs = 1_700_000_000_000) {
  const clock = new ManualClock(startMs - (startMs % 60_000));
  const sink = new RecordingSink();
  const dependencies: RateLimiterDependencies = { store: new MemoryRateLimitStore(), clock, random: new SeededRandom(1), sink, environment: {} };
  return { clock, sink, dependencies };
}

const callFrom = ({ ip = '203.0.113.7', user, forwardedFor }: { ip?: string; user?: string; forwardedFor?: string }) => ({
  version: '2.0',
  routeKey: 'GET /orders',
  rawPath: '/orders',
  headers: { ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }) },
  requestContext: {
    http: { method: 'GET', path: '/orders', sourceIp: ip },
    ...(user !== undefined && { authorizer: { jwt: { claims: { sub: user } } } }),
  },
});

async function statusesOf(handler: unknown, ...events: unknown[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const event of events) statuses.push(((await invoke(handler, event)) as Answer).statusCode);
  return statuses;
}

describe.each(FACTORIES)('rateLimit on $factory', ({ create }) => {
  function limited(options: Partial<RateLimitMiddlewareOptions> = {}, answer: unknown = { statusCode: 200 }) {
    const { dependencies, ...rest } = world();
    const work = jest.fn<() => Promise<unknown>>(async () => answer);
    const handler = create(() => work()).use(rateLimit({ ...OPTIONS, ...options }, dependencies));
    return { handler, work, ...rest };
  }

  describe('refusals', () => {
    it('are answered with 429, and the handler does not run (PRL-13)', async () => {
      const { handler, work, clock } = limited();
      clock.advance(10_500);
      await expect(statusesOf(handler, HTTP_EVENT, HTTP_EVENT)).resolves.toEqual([200, 200]);
      const answer = (await invoke(handler)) as Answer;
      const resetAtSeconds = (clock.nowMs() + 49_500) / 1000;
      expect(answer).toMatchObject({ statusCode: 429, statusDescription: '429 Too Many Requests' });
      expect(JSON.parse(answer.body)).toEqual({
        error: 'Too Many Requests',
        message: 'orders is reached: try again later',
        code: 'RATE_LIMITED',
        limit: 2,
        remaining: 0,
        reset_at: resetAtSeconds,
        retry_after: 50,
      });
      expect(answer.headers).toEqual({
        'Content-Type': 'application/json',
        'Retry-After': '50',
        'RateLimit-Policy': '"orders";q=2;w=60',
        RateLimit: '"orders";r=0;t=50',
        'X-RateLimit-Limit': '2',
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': String(resetAtSeconds),
      });
      expect(work).toHaveBeenCalledTimes(2);
    });

    it.each([59_000, 59_001, 59_999])('round Retry-After up, at least to 1: %d ms into the minute (PRL-07)', async (intoMs) => {
      const { handler, clock } = limited({ limits: [{ limit: 1, periodMs: 60_000 }] });
      clock.advance(intoMs);
      await invoke(handler);
      await expect(invoke(handler)).resolves.toMatchObject({ headers: { 'Retry-After': '1', RateLimit: '"orders";r=0;t=1' } });
    });

    it('end when the limit has room again', async () => {
      const { handler, clock } = limited();
      await expect(statusesOf(handler, HTTP_EVENT, HTTP_EVENT, HTTP_EVENT)).resolves.toEqual([200, 200, 429]);
      clock.advance(60_000);
      await expect(statusesOf(handler, HTTP_EVENT)).resolves.toEqual([200]);
    });

    it('are thrown for other events, so that the platform retries', async () => {
      const { handler, work } = limited({}, 'done');
      await invoke(handler, QUEUE_EVENT);
      await expect(invoke(handler, QUEUE_EVENT)).resolves.toBe('done');
      await expect(invoke(handler, QUEUE_EVENT)).rejects.toBeInstanceOf(RateLimitedError);
      expect(work).toHaveBeenCalledTimes(2);
    });

    it('are answered by onLimited, which gets the refusal, the call and the event (RL-12)', async () => {
      const onLimited = jest.fn((error: RateLimitedError, _call: unknown, _event: unknown) => ({ statusCode: 200, body: `cached for ${error.limitName}` }));
      const { handler } = limited({ onLimited });
      await statusesOf(handler, HTTP_EVENT, HTTP_EVENT);
      const answer = (await invoke(handler)) as Answer;
      expect(answer).toMatchObject({ statusCode: 200, body: 'cached for orders', headers: { RateLimit: '"orders";r=0;t=60' } });
      expect(answer.headers).not.toHaveProperty('Retry-After');
      expect(onLimited).toHaveBeenCalledWith(expect.any(RateLimitedError), expect.objectContaining({ method: 'GET' }), HTTP_EVENT);
    });

    it('with 429 of one\'s own get Retry-After too, unless it is there', async () => {
      const plain = limited({ onLimited: () => ({ statusCode: 429 }) });
      await statusesOf(plain.handler, HTTP_EVENT, HTTP_EVENT);
      await expect(invoke(plain.handler)).resolves.toMatchObject({ headers: { 'Retry-After': '60' } });
      const own = limited({ onLimited: () => ({ statusCode: 429, headers: { 'retry-after': '7' } }) });
      await statusesOf(own.handler, HTTP_EVENT, HTTP_EVENT);
      const { headers } = (await invoke(own.handler)) as Answer;
      expect(headers).toMatchObject({ 'retry-after': '7' });
      expect(headers).not.toHaveProperty('Retry-After');
    });
  });

  describe('headers of answers', () => {
    it('tell how the caller stands', async () => {
      const { handler, clock } = limited({}, { statusCode: 201, headers: { Location: '/orders/8' } });
      await expect(invoke(handler)).resolves.toEqual({
        statusCode: 201,
        headers: {
          Location: '/orders/8',
          'RateLimit-Policy': '"orders";q=2;w=60',
          RateLimit: '"orders";r=1;t=60',
          'X-RateLimit-Limit': '2',
          'X-RateLimit-Remaining': '1',
          'X-RateLimit-Reset': String((clock.nowMs() + 60_000) / 1000),
        },
      });
      await expect(invoke(handler)).resolves.toMatchObject({ headers: { 'X-RateLimit-Remaining': '0' } });
    });

    it('leave a frozen answer and the headers of the user alone', async () => {
      const answer = Object.freeze({ statusCode: 200, headers: Object.freeze({ 'x-ratelimit-limit': 'mine' }) });
      const { handler } = limited({ headers: 'x-ratelimit' }, answer);
      const { headers } = (await invoke(handler)) as Answer;
      expect(headers).toMatchObject({ 'x-ratelimit-limit': 'mine', 'X-RateLimit-Remaining': '1' });
      expect(headers).not.toHaveProperty('X-RateLimit-Limit');
      expect(answer.headers).toEqual({ 'x-ratelimit-limit': 'mine' });
    });

    it.each<[string, unknown]>([['text', 'hello'], ['a bare body', { orders: [] }]])('are not forced on %s', async (_what, answer) => {
      const { handler } = limited({}, answer);
      await expect(invoke(handler)).resolves.toBe(answer);
    });

    it('are not added for other events, whatever the answer looks like', async () => {
      const { handler } = limited();
      await expect(invoke(handler, QUEUE_EVENT)).resolves.toEqual({ statusCode: 200 });
    });

    it.each<[string, Partial<RateLimitMiddlewareOptions>]>([
      ['that are not wanted', { headers: 'none' }],
      ['while nothing is limited', { enabled: false }],
      ['of calls that are left out', { skip: () => true }],
    ])('%s are not there', async (_when, options) => {
      const { handler } = limited(options);
      await expect(invoke(handler)).resolves.toEqual({ statusCode: 200 });
    });

    it('and refusals are not there in a dry run', async () => {
      const { handler, sink } = limited({ dryRun: true });
      for (let index = 0; index < 3; index += 1) await expect(invoke(handler)).resolves.toEqual({ statusCode: 200 });
      expect(sink.ofType('limit.would_refuse')).toHaveLength(1);
    });

    it('are added to the answers that an error handler further in makes', async () => {
      const { dependencies } = world();
      const fail = async () => Promise.reject(Object.assign(new Error('bad input'), { statusCode: 400 }));
      const handler = create(fail).use(rateLimit(OPTIONS, dependencies)).use(httpErrorHandler({ logger: false }));
      await expect(invoke(handler)).resolves.toMatchObject({ statusCode: 400, headers: { 'X-RateLimit-Remaining': '1' } });
    });

    it('are added to a refusal that an error handler further in has rendered', async () => {
      const { dependencies } = world();
      const handler = create(async () => ({ statusCode: 200 })).use(rateLimit(OPTIONS, dependencies)).use(httpErrorHandler({ logger: false }));
      await statusesOf(handler, HTTP_EVENT, HTTP_EVENT);
      await expect(invoke(handler)).resolves.toMatchObject({ statusCode: 429, headers: { 'Retry-After': '60', 'X-RateLimit-Remaining': '0' } });
    });

    it('of a key with several limits name them all; X-RateLimit is the one that is nearest', async () => {
      const { handler } = limited({ limits: [{ limit: 100, periodMs: 60_000 }, { limit: 5, periodMs: 3_600_000 }] });
      await expect(invoke(handler)).resolves.toMatchObject({
        headers: { 'RateLimit-Policy': '"orders-60s";q=100;w=60, "orders-3600s";q=5;w=3600', 'X-RateLimit-Limit': '5', 'X-RateLimit-Remaining': '4' },
      });
    });
  });

  describe('callers', () => {
    it('get no new limit by a forged X-Forwarded-For (PRL-06)', async () => {
      const { handler, work } = limited({ by: ['ip'] });
      const forged = Array.from({ length: 20 }, (_, index) => callFrom({ forwardedFor: `198.51.100.${index}` }));
      const statuses = await statusesOf(handler, ...forged);
      expect(statuses.filter((status) => status === 200)).toHaveLength(2);
      expect(work).toHaveBeenCalledTimes(2);
      await expect(statusesOf(handler, callFrom({ ip: '203.0.113.8' }))).resolves.toEqual([200]);
    });

    it('who are known get no new limit by another address (PRL-06)', async () => {
      const { handler } = limited({ by: ['user'] });
      const moving = [1, 2, 3].map((host) => callFrom({ user: 'ann', ip: `203.0.113.${host}` }));
      await expect(statusesOf(handler, ...moving, callFrom({ user: 'bob' }))).resolves.toEqual([200, 200, 429, 200]);
    });

    it('are told apart by the trusted hop, if one is named', async () => {
      const { handler } = limited({ by: ['ip'], identity: { ip: { trustedHops: 2 } } });
      const viewed = (viewer: string) => callFrom({ forwardedFor: `9.9.9.9, ${viewer}, 203.0.113.7` });
      await expect(statusesOf(handler, ...['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'].map(viewed))).resolves.toEqual([200, 200, 429, 200]);
    });
  });

  describe('two limits on one handler', () => {
    const together = () => {
      const { dependencies } = world();
      return create(async () => ({ statusCode: 200 })).use([
        rateLimit({ ...ipRateLimit('addresses', 3, 60_000), strategy: 'fixed-window' }, dependencies),
        rateLimit({ ...userRateLimit('users', 1, 60_000), strategy: 'fixed-window' }, dependencies),
      ]);
    };

    it('the address gets its token back where the user is refused (PRL-12)', async () => {
      const handler = together();
      const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((user) => callFrom({ user }));
      await expect(statusesOf(handler, ann, ann, ann, ann, ann, bob, eve)).resolves.toEqual([200, 429, 429, 429, 429, 200, 200]);
      await expect(statusesOf(handler, callFrom({ user: 'dan' }))).resolves.toEqual([429]); // the address itself
    });

    it('are told together, the nearest one in X-RateLimit', async () => {
      const handler = together();
      await expect(invoke(handler, callFrom({ user: 'ann' }))).resolves.toMatchObject({
        headers: {
          'RateLimit-Policy': '"users";q=1;w=60, "addresses";q=3;w=60',
          RateLimit: '"users";r=0;t=60, "addresses";r=2;t=60',
          'X-RateLimit-Limit': '1',
        },
      });
      await expect(invoke(handler, callFrom({ user: 'ann' }))).resolves.toMatchObject({
        statusCode: 429,
        headers: { RateLimit: expect.stringMatching(/^"users";r=0;t=60, "addresses";r=\d;t=60$/), 'X-RateLimit-Limit': '1' },
      });
    });
  });

  it('takes a ready limiter, which other code may share, and how it meets requests', async () => {
    const { dependencies } = world();
    const limiter = createRateLimiter({ ...OPTIONS, by: ['tenant'] }, dependencies);
    const handler = create(async () => ({ statusCode: 200 })).use(rateLimit(limiter, { identity: { tenant: { claim: 'sub' } }, headers: 'draft-6' }));
    await expect(invoke(handler, callFrom({ user: 'acme' }))).resolves.toMatchObject({ headers: { 'RateLimit-Remaining': '1' } });
    await limiter.consume('acme');
    await expect(statusesOf(handler, callFrom({ user: 'acme' }), callFrom({ user: 'globex' }))).resolves.toEqual([429, 200]);
  });

  it('tenants of tenant isolation have limits of their own', async () => {
    const { dependencies } = world();
    const handler = create(async () => ({ statusCode: 200 })).use(rateLimit({ ...tenantRateLimit('tenants', 1, 60_000), strategy: 'fixed-window' }, dependencies));
    const of = (tenantId: string) => invoke(handler, HTTP_EVENT, { tenantId }) as Promise<Answer>;
    const answers = [await of('acme'), await of('acme'), await of('globex')];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 429, 200]);
  });

  it('an identity function that throws fails the request, not the limiter', async () => {
    const broken = () => {
      throw new Error('no identity');
    };
    const { handler, work } = limited({ identity: { user: broken } });
    const seen: unknown[] = [];
    handler.onError((request: Request) => void seen.push(request.error));
    await expect(invoke(handler)).rejects.toThrow('no identity');
    expect(seen).toHaveLength(1);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('options that cannot work', () => {
  it('are refused at init, those of the middleware with those of the limiter', () => {
    const options = { name: 'a#b', headers: 'draft-1', headerPrefix: ' ', identity: { user: 7 }, period: 5 } as unknown as RateLimitMiddlewareOptions;
    const attempt = () => rateLimit(options, { environment: {} });
    expect(attempt).toThrow(ConfigurationError);
    for (const part of ['options.name is "a#b"', 'options.headers holds "draft-1"', 'options.headerPrefix is " "', 'options.identity.user is 7', 'options.period is not an option', 'options.limits is missing', 'RESILIENCE_RATE_LIMIT_TABLE is missing']) {
      expect(attempt).toThrow(part);
    }
  });

  it('are refused one by one, too', () => {
    const { dependencies } = world();
    expect(() => rateLimit({ ...OPTIONS, headers: ['draft-6', 'draft-7'] }, dependencies)).toThrow(/^the rate limiter cannot work:\n {2}- options\.headers/);
    expect(() => rateLimit({ ...OPTIONS, maxKeys: 0 }, dependencies)).toThrow(/^the rate limiter cannot work:\n {2}- options\.maxKeys/);
    expect(() => rateLimit(undefined as never, dependencies)).toThrow('options is undefined: pass an object');
  });

  it('dependencies do not go beside a ready limiter', () => {
    const { dependencies } = world();
    const limiter = createRateLimiter(OPTIONS, dependencies);
    expect(() => rateLimit(limiter, dependencies as never)).toThrow('options.store is not an option: use one of identity, headers, headerPrefix');
  });
});

describe('limits of single callers', () => {
  const OWN = [{ limit: 9, periodMs: 60_000 }];
  const REMEDY = 'so that they do not share a key, or make the keys with keyOf';

  /** The problems with which the middleware refuses options; none if it takes them. */
  function problemsOf(options: Partial<RateLimitMiddlewareOptions>, environment: Record<string, string> = {}): readonly string[] {
    try {
      rateLimit({ ...OPTIONS, ...options }, { ...world().dependencies, environment });
      return [];
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems;
      throw error;
    }
  }

  it('are refused at init where the key does not tell these callers apart: they would share one', () => {
    expect(problemsOf({ tenantLimits: { acme: OWN } })).toStrictEqual([
      `options.by is an empty list, although options.tenantLimits gives single tenants limits of their own: add tenant to it, ${REMEDY}`,
    ]);
    expect(problemsOf({ by: ['tenant', 'path'], tenantLimits: { acme: OWN }, userLimits: { ann: OWN } })).toStrictEqual([
      `options.by is tenant, path, although options.userLimits gives single users limits of their own: add user to it, ${REMEDY}`,
    ]);
    expect(problemsOf({ by: ['ip'], tenantLimits: { acme: OWN }, userLimits: { ann: OWN } })).toHaveLength(2);
  });

  it('are refused together with the problems of the middleware', () => {
    const problems = problemsOf({ tenantLimits: { acme: OWN }, headerPrefix: ' ' });
    expect(problems).toStrictEqual([expect.stringContaining('options.headerPrefix'), expect.stringContaining('options.tenantLimits')]);
  });

  it('are refused of a ready limiter, and where the stack declares them', () => {
    const limiter = createRateLimiter({ ...OPTIONS, userLimits: { ann: OWN } }, world().dependencies);
    expect(() => rateLimit(limiter)).toThrow('although options.userLimits gives single users');
    const document = JSON.stringify({ version: CONTRACT.version, limits: { orders: { tenantLimits: { acme: OWN } } } });
    expect(problemsOf({}, { [CONTRACT.environment.configuration.name]: document })).toStrictEqual([
      expect.stringContaining('although options.tenantLimits gives single tenants'),
    ]);
  });

  it.each<[string, Partial<RateLimitMiddlewareOptions>]>([
    ['the key tells these callers apart', { by: ['user', 'tenant'], tenantLimits: { acme: OWN }, userLimits: { ann: OWN } }],
    ['the user makes the keys', { tenantLimits: { acme: OWN }, keyOf: ({ tenant = '' }) => tenant }],
    ['the user looks the limits up', { tenantLimits: { acme: OWN }, limitsOf: () => OWN }],
    ['there are none', { by: ['ip'], tenantLimits: {}, userLimits: {} }],
  ])('are accepted where %s', (_where, options) => {
    expect(problemsOf(options)).toStrictEqual([]);
  });

  it('are accepted of a limiter that names its keys itself', async () => {
    const limiter = createRateLimiter({ ...OPTIONS, tenantLimits: { acme: OWN } }, world().dependencies);
    await expect(limiter.consume('acme', 9, { tenant: 'acme' })).resolves.toMatchObject({ admitted: true });
  });
});
