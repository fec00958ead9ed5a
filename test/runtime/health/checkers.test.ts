import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/create.ts';
import { NO_EVENTS } from '../../../runtime/src/core/events.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { resultOf, type HealthCheck } from '../../../runtime/src/health/check.ts';
import { circuitCheck } from '../../../runtime/src/health/circuit-check.ts';
import { customCheck, databaseCheck } from '../../../runtime/src/health/database-check.ts';
import { dynamoDbTableCheck } from '../../../runtime/src/health/dynamodb-table-check.ts';
import { httpCheck } from '../../../runtime/src/health/http-check.ts';
import { memoryCheck } from '../../../runtime/src/health/memory-check.ts';
import { observabilityCheck } from '../../../runtime/src/health/observability-check.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { healthWith } from './fixture.ts';

const resultFrom = (check: HealthCheck, memoryLimitMb?: number, signal = new AbortController().signal) => resultOf(check, { signal, memoryLimitMb });
const weight = ({ required = true, shared = false }: HealthCheck) => ({ required, shared });

describe('databaseCheck', () => {
  it('is healthy if the database comes back, whatever with', async () => {
    for (const rows of [[{ one: 1 }], null, 'OK', undefined]) await expect(resultFrom(databaseCheck('db', () => Promise.resolve(rows)))).resolves.toEqual({ status: 'healthy' });
  });

  it('is unhealthy if it throws, rejects or says false', async () => {
    const tests = [() => { throw new Error('x'); }, () => Promise.reject(new Error('x')), () => false];
    for (const test of tests) await expect(resultFrom(databaseCheck('db', test))).resolves.toEqual({ status: 'unhealthy', reason: 'failed' });
  });

  it('hands on the signal, and counts as required and shared unless told otherwise', async () => {
    const seen: unknown[] = [];
    const { signal } = new AbortController();
    await resultFrom(databaseCheck('db', (request) => seen.push(request.signal)), undefined, signal);
    expect(seen).toEqual([signal]);
    expect(weight(databaseCheck('db', () => true))).toEqual({ required: true, shared: true });
    expect(weight(databaseCheck('db', () => true, { required: false, shared: false }))).toEqual({ required: false, shared: false });
  });
});

describe('customCheck', () => {
  it('is whatever its function says (HE-20)', async () => {
    const check = customCheck('stock', async () => ({ status: 'degraded', details: { left: 3 } }));
    await expect(resultFrom(check)).resolves.toEqual({ status: 'degraded', details: { left: 3 } });
    expect(weight(check)).toEqual({ required: true, shared: false });
  });
});

describe('httpCheck', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/up`;
  }

  it.each([
    [200, 'healthy'],
    [204, 'healthy'],
    [302, 'unhealthy'],
    [404, 'unhealthy'],
    [500, 'unhealthy'],
    [503, 'unhealthy'],
  ])('says of a real server that answers %d that it is %s (PHE-02)', async (status, expected) => {
    const url = await serve((_request, response) => response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(100)));
    await expect(resultFrom(httpCheck('api', url))).resolves.toMatchObject({ status: expected, details: { status_code: status } });
  });

  it('is unhealthy where nobody listens, or where the connection breaks (PHE-02)', async () => {
    const url = await serve((request) => request.socket.destroy());
    await expect(resultFrom(httpCheck('api', url))).resolves.toEqual({ status: 'unhealthy', reason: 'failed' });
    const [server] = servers.splice(0);
    await new Promise((resolve) => server!.close(resolve));
    await expect(resultFrom(httpCheck('api', url))).resolves.toEqual({ status: 'unhealthy', reason: 'failed' });
  });

  it('really aborts a request that takes too long: the server sees the connection go', async () => {
    const gone = deferred();
    const come = deferred();
    const url = await serve((request) => {
      request.socket.once('close', () => gone.resolve(undefined));
      come.resolve(undefined);
    });
    const { world, health } = healthWith({ checks: [httpCheck('api', url, { timeoutMs: 250 })] });
    const checking = health.check();
    await come.promise;
    await world.pass(250);
    expect((await checking).checks).toMatchObject([{ status: 'unhealthy', message: 'did not answer in time', durationMs: 250 }]);
    await gone.promise;
  });

  it('leaves no body unread, which would keep the connection', async () => {
    let isCancelled = false;
    const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
    await resultFrom(httpCheck('api', 'https://api.example.com', { fetch: () => Promise.resolve(new Response(body)) }));
    expect(isCancelled).toBe(true);
  });

  it('asks as it is told: method, headers, statuses and who sends', async () => {
    const seen: unknown[] = [];
    const url = await serve(({ method, headers }, response) => {
      seen.push([method, headers['x-probe']]);
      response.writeHead(401).end();
    });
    const check = httpCheck('api', url, { method: 'HEAD', headers: { 'x-probe': '1' }, accepts: (status) => status === 401 });
    await expect(resultFrom(check)).resolves.toMatchObject({ status: 'healthy' });
    expect(seen).toEqual([['HEAD', '1']]);
    await expect(resultFrom(httpCheck('api', url, { fetch: () => Promise.resolve(new Response('')) }))).resolves.toMatchObject({ status: 'healthy' });
    expect(seen).toHaveLength(1);
    expect(weight(check)).toEqual({ required: true, shared: true });
  });
});

describe('memoryCheck', () => {

  it('says of this very process that it is too large for a small function, and fine in a large one (PHE-02, PHE-09)', async () => {
    // Node alone takes more than 32 MB.
    await expect(resultFrom(memoryCheck('memory'), 32)).resolves.toMatchObject({ status: 'unhealthy', reason: 'threshold', details: { limit_mb: 32 } });
    await expect(resultFrom(memoryCheck('memory'), 102_400)).resolves.toMatchObject({ status: 'healthy', details: { limit_mb: 102_400 } });
  });

  it.each([
    [128, 115, 'healthy'],
    [128, 116, 'unhealthy'],
    [10_240, 9_215, 'healthy'],
    [10_240, 9_216, 'unhealthy'],
  ])('judges by the size of the function: of %d MB, %d used are %s (PHE-09)', async (limitMb, usedMb, expected) => {
    const { status, details } = await resultFrom(memoryCheck('memory', { usedBytes: () => usedMb * 1024 * 1024 }), limitMb);
    expect(status).toBe(expected);
    expect(details).toEqual({ used_mb: usedMb, limit_mb: limitMb, used_ratio: Math.round((usedMb / limitMb) * 1000) / 1000 });
  });

  it('has a threshold and a limit of its own where they are set', async () => {
    const check = memoryCheck('memory', { usedBytes: () => 60 * 1024 * 1024, threshold: 0.5, limitMb: 100 });
    await expect(resultFrom(check, 10_000)).resolves.toMatchObject({ status: 'unhealthy' });
  });

  it('is never healthy without having measured anything (PHE-02)', async () => {
    await expect(resultFrom(memoryCheck('memory'))).resolves.toEqual({ status: 'unhealthy', reason: 'failed' });
    await expect(resultFrom(memoryCheck('memory', { usedBytes: () => Number.NaN }), 128)).resolves.toEqual({ status: 'unhealthy', reason: 'failed' });
  });

  it('is optional by nature', () => {
    expect(weight(memoryCheck('memory'))).toEqual({ required: false, shared: false });
  });
});

describe('circuitCheck', () => {
  it('follows real circuit breakers, and calls nothing', async () => {
    const clock = new ManualClock();
    const breaker = createCircuitBreaker(
      { name: 'payments', shared: false, failureThreshold: 2, openDurationMs: 60_000, successThreshold: 1, rampDurationMs: 0 },
      { clock, random: new SeededRandom(1), sink: NO_EVENTS, environment: {} },
    );
    const other = createCircuitBreaker({ name: 'mail', shared: false }, { clock, sink: NO_EVENTS, environment: {} });
    const check = circuitCheck('circuits', [breaker, other]);
    await expect(resultFrom(check)).resolves.toEqual({ status: 'healthy', details: { circuits: 2, open: 0, half_open: 0 } });
    for (let call = 0; call < 2; call += 1) await breaker.execute(() => Promise.reject(new Error('x'))).catch(() => undefined);
    await expect(resultFrom(check)).resolves.toEqual({ status: 'unhealthy', reason: 'circuit_open', details: { circuits: 2, open: 1, half_open: 0 } });
    expect(weight(check)).toEqual({ required: false, shared: true });
  });

  it('is degraded while a circuit is tried again, and asks a function for circuits each time', async () => {
    const phases: ('closed' | 'half_open' | 'open')[] = ['half_open'];
    const check = circuitCheck('circuits', () => phases.map((phase) => ({ name: 'x', snapshot: () => ({ phase }) })));
    await expect(resultFrom(check)).resolves.toMatchObject({ status: 'degraded', reason: 'circuit_open' });
    phases.push('open');
    await expect(resultFrom(check)).resolves.toMatchObject({ status: 'unhealthy', details: { circuits: 2, open: 1, half_open: 1 } });
  });

  it('fails where a circuit cannot be looked at', async () => {
    await expect(resultFrom(circuitCheck('circuits', [{ name: 'x', snapshot: () => { throw new Error('x'); } }]))).resolves.toEqual({ status: 'unhealthy', reason: 'failed' });
  });
});

describe('observabilityCheck', () => {
  function pipeline() {
    const counts = { metricsEmitted: 0, metricErrors: 0 };
    const add = (emitted: number, errors: number) => {
      counts.metricsEmitted += emitted;
      counts.metricErrors += errors;
    };
    return { counts, add, check: observabilityCheck('pipeline', { statistics: () => ({ ...counts }) }) };
  }

  it('is unhealthy above a tenth of errors, and not at a tenth', async () => {
    const { add, check } = pipeline();
    add(90, 10);
    await expect(resultFrom(check)).resolves.toEqual({ status: 'healthy', details: { error_ratio: 0.1, errors: 10 } });
    add(89, 11);
    await expect(resultFrom(check)).resolves.toEqual({ status: 'unhealthy', reason: 'threshold', details: { error_ratio: 0.11, errors: 11 } });
  });

  it('divides by nothing where nothing was emitted', async () => {
    const { add, check } = pipeline();
    await expect(resultFrom(check)).resolves.toEqual({ status: 'healthy', details: { error_ratio: 0, errors: 0 } });
    add(0, 3);
    await expect(resultFrom(check)).resolves.toEqual({ status: 'unhealthy', reason: 'threshold', details: { error_ratio: 1, errors: 3 } });
  });

  it('sees a new failure among many metrics that went well, and forgets an old one', async () => {
    const { add, check } = pipeline();
    add(1_000_000, 0);
    await resultFrom(check);
    add(10, 10);
    await expect(resultFrom(check)).resolves.toMatchObject({ status: 'unhealthy' });
    add(10, 0);
    await expect(resultFrom(check)).resolves.toMatchObject({ status: 'healthy' });
  });

  it('takes counters that went back for new ones, and counts that are none for a failure', async () => {
    const { counts, add, check } = pipeline();
    add(1000, 0);
    await resultFrom(check);
    Object.assign(counts, { metricsEmitted: 5, metricErrors: 5 });
    await expect(resultFrom(check)).resolves.toMatchObject({ status: 'unhealthy', details: { error_ratio: 0.5 } });
    counts.metricErrors = Number.NaN;
    await expect(resultFrom(check)).resolves.toEqual({ status: 'unhealthy', reason: 'failed' });
  });

  it('has a limit of its own where it is set, and counts as optional', async () => {
    const check = observabilityCheck('pipeline', { statistics: () => ({ metricsEmitted: 60, metricErrors: 40 }) }, { maxErrorRatio: 0.5 });
    await expect(resultFrom(check)).resolves.toMatchObject({ status: 'healthy' });
    expect(weight(check)).toEqual({ required: false, shared: false });
  });
});

describe('a check of the library', () => {
  const run = () => true;
  it.each<[string, () => unknown, string[]]>([
    ['a name that is none', () => databaseCheck('', run), ['check.name is "": use']],
    ['nothing to ask', () => databaseCheck('db', undefined as never), ['test is undefined: pass a function']],
    ['an unknown option', () => databaseCheck('db', run, { requird: true } as never), ['check.requird is not an option: use one of required, shared, timeoutMs']],
    ['an address that is none', () => httpCheck('api', 'ftp://x', { method: 'POST' as never, accepts: 200 as never }), [
      'url is "ftp://x": pass an http or https address',
      'check.method is "POST": use one of GET, HEAD',
      'check.accepts is 200: pass a function',
    ]],
    ['a share that is none', () => memoryCheck('m', { usedBytes: () => 1, threshold: 90 }), ['check.threshold is 90: set a number above 0 and up to 1']],
    ['a measure that is none', () => memoryCheck('m', { usedBytes: 5 as never }), ['check.usedBytes is 5: pass a function']],
    ['no circuits', () => circuitCheck('c', undefined as never), ['circuits is undefined: pass a list of circuit breakers or a function']],
    ['no pipeline', () => observabilityCheck('o', {} as never), ['pipeline has no statistics(): pass what counts metrics']],
    ['no table', () => dynamoDbTableCheck('t', { tabel: 'x' } as never), ['check.tabel is not an option', 'check.table is undefined: pass the name of a table']],
  ])('is refused with %s, all problems at once', (_what, make, problems) => {
    expect(make).toThrow(ConfigurationError);
    for (const problem of problems) expect(make).toThrow(problem);
  });
});
