import { describe, expect, it, jest } from '@jest/globals';
import { ConfigurationError, RejectedError } from '../../../runtime/src/core/errors.ts';
import { createLoadShedder } from '../../../runtime/src/load-shedding/create.ts';
import { LoadShedError } from '../../../runtime/src/load-shedding/errors.ts';
import type { SheddingAdmittedEvent, SheddingCompletedEvent } from '../../../runtime/src/load-shedding/events.ts';
import { loadShedding, type LoadSheddingMiddlewareOptions } from '../../../runtime/src/load-shedding/middleware.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { FACTORIES, HTTP_EVENT, invoke, QUEUE_EVENT } from '../middy/gates.ts';

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const ALL = { strategy: 'random', minRate: 1, maxRate: 1 } as const;

const rest = (headers: Record<string, string>, more: object = {}) => ({ httpMethod: 'GET', path: '/orders', resource: '/orders', headers, requestContext: { httpMethod: 'GET', stage: 'prod', ...more } });
const httpApi = (headers: Record<string, string>, more: object = {}, rawPath = '/orders') => ({
  version: '2.0',
  routeKey: 'GET /orders',
  rawPath,
  headers,
  requestContext: { http: { method: 'GET', path: rawPath }, ...more },
});

describe.each(FACTORIES)('loadShedding on $factory', ({ create }) => {
  function shedding(options: LoadSheddingMiddlewareOptions = {}, work: () => Promise<unknown> = async () => ({ statusCode: 200 })) {
    const [clock, sink] = [new ManualClock(), new RecordingSink()];
    const run = jest.fn(work);
    const middleware = loadShedding(options, { clock, sink, random: new SeededRandom(1), environment: {} });
    return { handler: create(() => run()).use(middleware), clock, sink, run };
  }

  it('lets requests pass and measures them', async () => {
    const { handler, sink, run } = shedding();
    await expect(invoke(handler)).resolves.toEqual({ statusCode: 200 });
    expect(run).toHaveBeenCalledTimes(1);
    expect(sink.ofType<SheddingCompletedEvent>('shedding.completed')).toEqual([expect.objectContaining({ failed: false, active: 0 })]);
  });

  it('answers what it sheds with 503, a number of seconds in the body and the same in the header (PLS-11)', async () => {
    const { handler, run } = shedding(ALL);
    const { statusCode, headers, body } = (await invoke(handler)) as Answer;
    const seconds = Number(headers['Retry-After']);
    expect([statusCode, run.mock.calls.length, Number.isInteger(seconds), seconds >= 5 && seconds <= 8]).toEqual([503, 0, true, true]);
    expect(JSON.parse(body)).toEqual({ error: 'Service Unavailable', message: expect.any(String), code: 'LOAD_SHED', retry_after: seconds });
  });

  it('throws for other events, so that the platform tries again', async () => {
    await expect(invoke(shedding(ALL).handler, QUEUE_EVENT)).rejects.toBeInstanceOf(LoadShedError);
  });

  it('lets onShed answer, which is told of the event', async () => {
    const { handler } = shedding({ ...ALL, onShed: (error, _call, event) => ({ statusCode: 202, body: `${error.reason} ${String(event === HTTP_EVENT)}` }) });
    await expect(invoke(handler)).resolves.toEqual({ statusCode: 202, body: 'load true' });
  });

  it.each(['/health', '/health/detail', '/ready', '/live/', '/prod/health'])('never sheds %s (PLS-11)', async (path) => {
    const { handler, sink } = shedding(ALL);
    const event = httpApi({}, { stage: 'prod' }, path);
    await expect(invoke(handler, event)).resolves.toEqual({ statusCode: 200 });
    expect(sink.events).toEqual([]);
  });

  it('exempts other paths if it is told to, and then no others', async () => {
    const { handler } = shedding({ ...ALL, exemptPaths: ['/ping'] });
    const statuses = await Promise.all(['/ping', '/health', '/ping/x'].map(async (path) => ((await invoke(handler, httpApi({}, {}, path))) as Answer).statusCode));
    expect(statuses).toEqual([200, 503, 503]);
  });

  it.each([
    ['REST API', rest({ 'X-Priority': 'critical' })],
    ['REST API', rest({ 'x-priority': 'Critical' })],
    ['HTTP API', httpApi({ 'x-priority': 'critical' })],
  ])('finds the priority of a %s request in whatever spelling (PX-11)', async (_, event) => {
    const { handler, sink } = shedding(ALL);
    await expect(invoke(handler, event)).resolves.toEqual({ statusCode: 200 });
    expect(sink.ofType<SheddingAdmittedEvent>('shedding.admitted')).toEqual([expect.objectContaining({ priority: 'critical' })]);
  });

  it.each(['critical', 'high', 'normal', 'low', 'background'])('knows the priority %s (PX-12)', async (priority) => {
    const { handler, sink } = shedding();
    await invoke(handler, httpApi({ 'x-priority': priority }));
    expect(sink.ofType<SheddingAdmittedEvent>('shedding.admitted')[0]?.priority).toBe(priority);
  });

  it('takes the priority from where it is told to; what cannot be told is normal (LS-10)', async () => {
    const { handler, sink } = shedding({
      priority: { header: 'Importance' },
      priorityOf: (event) => {
        const { rawPath } = event as { readonly rawPath: string };
        if (rawPath === '/broken') throw new Error('mine');
        return rawPath === '/pay' ? 'critical' : undefined;
      },
    });
    for (const event of [httpApi({}, {}, '/pay'), httpApi({ importance: 'low' }), httpApi({ importance: 'silly' }), httpApi({}, {}, '/broken')]) await invoke(handler, event);
    expect(sink.ofType<SheddingAdmittedEvent>('shedding.admitted').map(({ priority }) => priority)).toEqual(['critical', 'low', 'normal', 'normal']);
  });

  it.each([
    ['REST API', (atMs: number) => rest({}, { requestTimeEpoch: atMs })],
    ['HTTP API', (atMs: number) => httpApi({}, { timeEpoch: atMs })],
  ])('sheds requests of a %s that have waited longer than the caller does', async (_, eventAt) => {
    const { handler, clock, sink } = shedding();
    await expect(invoke(handler, eventAt(clock.nowMs() - 28_999))).resolves.toMatchObject({ statusCode: 200 });
    await expect(invoke(handler, eventAt(clock.nowMs() - 29_000))).resolves.toMatchObject({ statusCode: 503 });
    expect(sink.ofType('shedding.refused')[0]).toMatchObject({ reason: 'age', ageMs: 29_000 });
  });

  it('does not look at requests where it is switched off', async () => {
    const priorityOf = jest.fn(() => 'critical' as const);
    const { handler, sink } = shedding({ ...ALL, enabled: false, priorityOf });
    await expect(invoke(handler)).resolves.toEqual({ statusCode: 200 });
    expect([priorityOf.mock.calls, sink.events]).toEqual([[], []]);
  });

  it('counts what threw as failed, and what was refused further in as nothing (PX-10, PLS-12)', async () => {
    const failing = shedding({}, () => Promise.reject(new Error('broken')));
    await expect(invoke(failing.handler, QUEUE_EVENT)).rejects.toThrow('broken');
    expect(failing.sink.ofType<SheddingCompletedEvent>('shedding.completed')).toEqual([expect.objectContaining({ failed: true })]);
    const refusing = shedding({}, () => Promise.reject(new RejectedError('full', { code: 'FULL', statusCode: 429 })));
    await expect(invoke(refusing.handler, QUEUE_EVENT)).rejects.toThrow('full');
    expect(refusing.sink.ofType('shedding.completed')).toEqual([]);
  });

  it('works with a load shedder that is ready, and can be asked for its statistics', async () => {
    const shedder = createLoadShedder({}, { environment: {}, sink: new RecordingSink() });
    const handler = create(async () => 'done').use(loadShedding(shedder, { exemptPaths: [] }));
    await invoke(handler, httpApi({}, {}, '/health'));
    expect(shedder.statistics).toMatchObject({ requests: 1, admitted: 1, inFlight: 0 });
  });
});

describe('the options of the middleware', () => {
  it('are checked with those of load shedding, all at once', () => {
    const make = () => loadShedding({ maxRate: 3, exemptPaths: ['health'], priorityOf: 1, priority: { heder: 'x' }, identity: { user: 1 } } as never, { environment: {} });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(/user.*heder.*priorityOf.*exemptPaths.*maxRate/s);
    expect(() => loadShedding(7 as never)).toThrow(ConfigurationError);
  });

  it('beside a ready load shedder are those of requests only', () => {
    const shedder = createLoadShedder({}, { environment: {} });
    expect(() => loadShedding(shedder, { maxRate: 0.5 } as never)).toThrow('options.maxRate is not an option: use one of priority, priorityOf, exemptPaths, identity');
  });
});
