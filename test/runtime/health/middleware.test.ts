import { describe, expect, it, jest } from '@jest/globals';
import { healthCheck, type HealthCheckOptions } from '../../../runtime/src/health/middleware.ts';
import { rateLimit } from '../../../runtime/src/rate-limit/middleware.ts';
import { FACTORIES, invoke, lambdaContext, QUEUE_EVENT } from '../middy/gates.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { TestGate } from '../middy/gates.ts';
import { Probe, World } from './fixture.ts';
import { EVENTS, urlRequest } from './requests.ts';

interface Answer {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  readonly body: string;
}

const bodyOf = ({ body }: Answer) => JSON.parse(body) as Record<string, unknown>;

describe.each(FACTORIES)('healthCheck on $factory', ({ create }) => {
  function served(options: HealthCheckOptions = {}, ...probes: Probe[]) {
    const world = new World();
    const work = jest.fn<() => Promise<unknown>>(async () => ({ statusCode: 200, body: 'handled' }));
    const checks = probes.map(({ check }) => check);
    const handler = create(() => work()).use(healthCheck({ checks, ...options }, world.dependencies));
    const ask = async (event: object, context: unknown = lambdaContext(30_000)) => (await world.finish(invoke(handler, event, context))).value as Answer;
    return { world, work, handler, ask };
  }

  describe.each(EVENTS)('behind %s', (kind, eventOf) => {
    it('answers its four paths in place of the handler (HE-17)', async () => {
      const { work, ask } = served({}, new Probe('db'));
      const statuses = [];
      for (const path of ['/health', '/health/detail', '/ready', '/live']) statuses.push(bodyOf(await ask(eventOf(path)))['status']);
      expect(statuses).toEqual(['healthy', 'healthy', 'ready', 'alive']);
      expect(work).not.toHaveBeenCalled();
    });

    it('answers 503 where something required fails, never to be cached', async () => {
      const { ask } = served({}, new Probe('db').fails());
      const answer = await ask(eventOf('/health'));
      expect(answer).toMatchObject({ statusCode: 503, statusDescription: '503 Service Unavailable', isBase64Encoded: false });
      expect(answer.headers).toEqual({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Vary: 'Accept' });
      expect(answer.multiValueHeaders).toEqual(
        kind === 'an ALB with multi-value headers' ? { 'Content-Type': ['application/json'], 'Cache-Control': ['no-store'], Vary: ['Accept'] } : undefined,
      );
    });

    it('answers HEAD without a body, and leaves other methods and paths to the handler', async () => {
      const { work, ask } = served({}, new Probe('db').fails());
      await expect(ask(eventOf('/ready', 'HEAD'))).resolves.toMatchObject({ statusCode: 503, body: '' });
      for (const event of [eventOf('/health', 'POST'), eventOf('/health', 'OPTIONS'), eventOf('/healthy'), eventOf('/'), eventOf('/orders/health')]) {
        await expect(ask(event)).resolves.toMatchObject({ body: 'handled' });
      }
      expect(work).toHaveBeenCalledTimes(5);
    });

    it('answers plain text to those who would rather have it (HE-18)', async () => {
      const { ask } = served({ authorize: () => true }, new Probe('cache', { required: false }).fails());
      const answer = await ask(eventOf('/health/detail', 'GET', { accept: 'text/plain, application/json;q=0.5' }));
      expect(answer.headers['Content-Type']).toBe('text/plain; charset=utf-8');
      expect(answer.body).toBe('degraded\ncache: unhealthy (failed)\n');
    });

    it('shows one check on request', async () => {
      const { ask } = served({ authorize: () => true }, new Probe('db'), new Probe('cache').fails());
      expect(bodyOf(await ask(eventOf('/health/detail', 'GET', {}, { check: 'db' })))).toMatchObject({ name: 'db', status: 'healthy' });
      await expect(ask(eventOf('/health/detail', 'GET', {}, { check: 'mail' }))).resolves.toMatchObject({ statusCode: 404, statusDescription: '404 Not Found' });
    });
  });

  describe('paths', () => {
    it('are where they are set, and off where they are false', async () => {
      const { work, ask } = served({ paths: { health: '/internal/up', detail: false } }, new Probe('db'));
      expect(bodyOf(await ask(urlRequest('/internal/up/')))['status']).toBe('healthy');
      for (const path of ['/health', '/health/detail']) await ask(urlRequest(path));
      expect(work).toHaveBeenCalledTimes(2);
    });

    it('may begin like the stage', async () => {
      const { ask } = served();
      const event = { version: '2.0', rawPath: '/live', requestContext: { stage: 'live', http: { method: 'GET' } } };
      expect(bodyOf(await ask(event))['status']).toBe('alive');
      expect(bodyOf(await ask({ ...event, rawPath: '/live/ready' }))['status']).toBe('ready');
    });
  });

  it('passes events that are no HTTP requests, and authorizers', async () => {
    const { work, ask } = served();
    for (const event of [QUEUE_EVENT, { ...urlRequest('/health'), routeArn: 'arn' }, { path: '/health', method: 'GET' }]) await ask(event);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('is switched off by enabled: false', async () => {
    const probe = new Probe('db');
    const { work, ask } = served({ enabled: false }, probe);
    await ask(urlRequest('/health'));
    expect([work.mock.calls.length, probe.runs]).toEqual([1, 0]);
  });

  it('answers before anything further in can refuse', async () => {
    const world = new World();
    const refusing = rateLimit({ name: 'all', shared: false, limits: [{ limit: 1, periodMs: 86_400_000 }] }, { sink: world.sink, environment: {} });
    const handler = create(async () => ({ statusCode: 200 })).use(healthCheck({}, world.dependencies)).use(refusing);
    const codes = [];
    for (const path of ['/orders', '/orders', '/health', '/ready', '/live']) codes.push(((await invoke(handler, urlRequest(path))) as Answer).statusCode);
    expect(codes).toEqual([200, 429, 200, 200, 200]);
  });

  it('gives back what was admitted further out', async () => {
    const gate = new TestGate();
    const handler = create(async () => ({ statusCode: 200 })).use(gateMiddleware(gate)).use(healthCheck({}, new World().dependencies));
    await expect(invoke(handler, urlRequest('/live'))).resolves.toMatchObject({ statusCode: 200 });
    expect(gate).toMatchObject({ held: 0, outcomes: [{ kind: 'abandoned' }] });
  });

  it('hands the size of the function and the time that is left to the checks', async () => {
    const seen: unknown[] = [];
    const probe = new Probe('db').hangs();
    const memory = { name: 'memory', run: async ({ memoryLimitMb }: { readonly memoryLimitMb: number | undefined }) => void seen.push(memoryLimitMb) };
    const { world, ask } = served({ checks: [probe.check, memory] });
    const answer = await ask(urlRequest('/health'), { ...lambdaContext(1050), memoryLimitInMB: '256' });
    expect(bodyOf(answer)).toMatchObject({ status: 'unknown', duration_ms: 1000 });
    expect({ code: answer.statusCode, seen, elapsedMs: world.elapsedMs }).toEqual({ code: 503, seen: [256], elapsedMs: 1000 });
  });

  it('shows details to those whom authorize knows, by the request', async () => {
    const authorize = jest.fn(({ event }: { event: unknown }) => (event as { headers: Record<string, string> }).headers['authorization'] === 'Bearer ops');
    const { ask } = served({ authorize }, new Probe('db'));
    expect(bodyOf(await ask(urlRequest('/health/detail', 'GET', { authorization: 'Bearer ops' })))).toHaveProperty('checks');
    expect(bodyOf(await ask(urlRequest('/health/detail', 'GET', { authorization: 'Bearer x' })))).not.toHaveProperty('checks');
    expect(authorize).toHaveBeenCalledTimes(2);
    await expect(ask(urlRequest('/health/detail', 'GET', {}, { check: 'db' }))).resolves.toMatchObject({ statusCode: 403 });
    await ask(urlRequest('/health'));
    expect(authorize).toHaveBeenCalledTimes(3);
  });

  it('says when to come back while the grace period lasts (HE-11)', async () => {
    const { ask } = served({ gracePeriodMs: 2500 });
    await expect(ask(urlRequest('/ready'))).resolves.toMatchObject({ statusCode: 503, headers: { 'Retry-After': '3' } });
  });

  describe('CORS', () => {
    const cors = { origins: ['https://a.example.com', 'https://b.example.com'] };
    const headersFor = async (origin: string | undefined, options: HealthCheckOptions) =>
      (await served(options).ask(urlRequest('/health', 'GET', origin === undefined ? {} : { origin }))).headers;

    it('echoes the one origin that matches, and no other (PHE-10)', async () => {
      expect(await headersFor('https://b.example.com', { cors })).toMatchObject({ 'Access-Control-Allow-Origin': 'https://b.example.com', Vary: 'Accept, Origin' });
      for (const origin of ['https://c.example.com', 'https://a.example.com.evil.example', 'null', undefined]) {
        const headers = await headersFor(origin, { cors });
        expect(headers).not.toHaveProperty('Access-Control-Allow-Origin');
        expect(headers['Vary']).toBe('Accept, Origin');
      }
    });

    it('lets all pages read where it says so, and none where it is not set', async () => {
      expect(await headersFor('https://c.example.com', { cors: { origins: ['*'] } })).toMatchObject({ 'Access-Control-Allow-Origin': '*' });
      expect(await headersFor('https://a.example.com', {})).not.toHaveProperty('Access-Control-Allow-Origin');
    });
  });

  describe('X-Health-Status', () => {
    it('is on every answer where it is asked for, from what is known: nobody is asked for it (PHE-08)', async () => {
      const probe = new Probe('db').fails();
      const { world, work, ask } = served({ statusHeader: true }, probe);
      expect((await ask(urlRequest('/orders'))).headers).toEqual({ 'X-Health-Status': 'unknown' });
      expect(probe.runs).toBe(0);
      expect((await ask(urlRequest('/health'))).headers['X-Health-Status']).toBe('unhealthy');
      for (let request = 0; request < 50; request += 1) {
        await world.pass(60_000);
        await ask(urlRequest('/orders'));
      }
      expect(probe.runs).toBe(1);
      await world.finish(invoke(create(() => work()), urlRequest('/health')));
      await ask(urlRequest('/health'));
      expect((await ask(urlRequest('/orders'))).headers).toEqual({ 'X-Health-Status': 'unhealthy' });
    });

    it('is on the answer to an error, too', async () => {
      const { world } = served();
      const inner = { onError: (request: { response: unknown }) => void (request.response = { statusCode: 500 }) };
      const handler = create(async () => Promise.reject(new Error('x'))).use(healthCheck({ statusHeader: true }, world.dependencies)).use(inner);
      await expect(invoke(handler, urlRequest('/orders'))).resolves.toEqual({ statusCode: 500, headers: { 'X-Health-Status': 'healthy' } });
    });

    it('is on none where it is not, and on nothing that is no HTTP answer', async () => {
      expect(await served().ask(urlRequest('/orders'))).toEqual({ statusCode: 200, body: 'handled' });
      const { ask } = served({ statusHeader: true });
      expect(await ask(QUEUE_EVENT)).toEqual({ statusCode: 200, body: 'handled' });
    });
  });

  it('answers a thousand requests at once from one run of each check (PHE-08)', async () => {
    const probe = new Probe('db');
    const { world, handler } = served({}, probe);
    probe.takes(world, 80);
    const { value } = await world.finish(Promise.all(Array.from({ length: 1000 }, () => invoke(handler, urlRequest('/ready')))));
    expect(new Set((value as Answer[]).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(probe.runs).toBe(1);
  });
});
