import { ManualClock, type RecordingSink } from '../../../runtime/src/testing/index.ts';
import {
  createResilientClient,
  currentCall,
  NetworkError,
  withCall,
  type ClientOptions,
  type EndpointResult,
  type PickedEndpoint,
  type ResilientHttpClient,
} from '../../../runtime/src/http-client/index.ts';
import { answer, FaultServer, reset } from './fault-server.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';

let server: FaultServer;
beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(() => server.stop());

const fine = answer(200, '{"balance":7}', { 'content-type': 'application/json', 'set-cookie': 'a=1' });

function made(options: Partial<ClientOptions> = {}, sources = ownSources()): { client: ResilientHttpClient; sink: RecordingSink } {
  return { client: createResilientClient({ name: 'ledger', baseUrl: server.url, retry: QUICK, ...options }, sources), sink: sources.sink };
}

describe('a request of a client', () => {
  it('goes out and comes back as with fetch', async () => {
    server.will(fine);
    const { fetch } = made().client;
    const response = await fetch('/balance', { method: 'POST', body: 'x=1', headers: { 'content-type': 'text/plain', 'x-one': '1' } });
    expect(await response.json()).toEqual({ balance: 7 });
    expect(response).toMatchObject({ status: 200, ok: true, url: `${server.url}/balance`, redirected: false });
    expect(response.headers.getSetCookie()).toEqual(['a=1']);
    expect(server.seen).toMatchObject([{ method: 'POST', path: '/balance', body: 'x=1', headers: { 'content-type': 'text/plain', 'x-one': '1' } }]);
  });

  it.each([
    ['get', 'GET'],
    ['post', 'POST'],
    ['put', 'PUT'],
    ['patch', 'PATCH'],
    ['delete', 'DELETE'],
  ] as const)('has with %s the method %s', async (name, method) => {
    const { client } = made();
    await client[name]('/x');
    await client.request(method.toLowerCase(), '/y');
    expect(server.seen.map((seen) => seen.method)).toEqual([method, method]);
  });

  it('has JSON as its body, and a type for it', async () => {
    await made().client.put('/x', { json: { one: 1 } });
    expect(server.seen[0]).toMatchObject({ body: '{"one":1}', headers: { 'content-type': 'application/json' } });
  });

  it('has the headers of the client under its own', async () => {
    let token = 1;
    const { client } = made({ headers: () => ({ authorization: `Bearer ${token++}`, 'x-a': 'client' }) });
    await client.get('/x', { headers: { 'X-A': 'request' } });
    await client.get('/x');
    expect(server.seen.map(({ headers }) => [headers.authorization, headers['x-a']])).toEqual([['Bearer 1', 'request'], ['Bearer 2', 'client']]);
  });

  it('has no body where the answer has none', async () => {
    server.will(answer(204));
    const response = await made().client.get('/x');
    expect([response.status, response.body]).toEqual([204, null]);
    server.will(answer(200, '', { 'content-length': '99999999999' }));
    expect((await made().client.fetch('/x', { method: 'HEAD' })).status).toBe(200);
  });

  it('is refused before anything is done for it where fetch would refuse it', async () => {
    const { client } = made();
    expect((await errorOf(client.get('/x', { headers: { 'bad name': '1' } }))).name).toBe('TypeError');
    expect((await errorOf(client.get('/x', { body: 'x' }))).name).toBe('TypeError');
    expect((await errorOf(client.request('TRACE', '/x'))).name).toBe('TypeError');
    expect(client.statistics.calls).toBe(0);
    expect(client.dependency.parts.circuit!.snapshot().calls).toBe(0);
  });

  it('is sent once if its method is not idempotent, and says why (PRT-03)', async () => {
    server.will(reset);
    const { client } = made();
    const error = await errorOf(client.post('/x', { body: 'x' }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.message).toMatch(/sent only once, because its method is not idempotent/);
    expect(server.seen).toHaveLength(1);
  });

  it('is sent again with a key, the same one each time (RT-24)', async () => {
    server.will(reset, answer(503), fine);
    expect((await made().client.post('/x', { body: 'x', idempotencyKey: 'order-1' })).status).toBe(200);
    expect(server.seen.map(({ headers, body }) => [headers['idempotency-key'], body])).toEqual([['order-1', 'x'], ['order-1', 'x'], ['order-1', 'x']]);
  });

  it.each([
    ['a string', () => 'abc', 'abc'],
    ['bytes', () => new TextEncoder().encode('abc'), 'abc'],
    ['a form', () => new URLSearchParams({ a: 'b c' }), 'a=b+c'],
    ['a blob', () => new Blob(['abc']), 'abc'],
  ])('is sent again whole with %s as its body', async (_what, body, text) => {
    server.will(answer(503), fine);
    await made().client.put('/x', { body: body() });
    expect(server.seen.map((seen) => seen.body)).toEqual([text, text]);
  });

  it('is sent once if its body is a stream, and says why', async () => {
    server.will(reset);
    const { client } = made();
    const body = new Blob(['abc']).stream();
    const error = await errorOf(client.put('/x', { body }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.message).toMatch(/sent only once, because its body is a stream/);
    expect(server.seen).toMatchObject([{ body: 'abc' }]);
    server.will(answer(503, 'down'), fine);
    expect((await client.put('/x', { body: new Blob(['abc']).stream() })).status).toBe(503);
    expect(server.seen).toHaveLength(1);
  });

  it('is read from a Request, whose body is sent again if it is not too long', async () => {
    server.will(answer(503), fine);
    const { client } = made();
    await client.fetch(new Request(`${server.url}/x`, { method: 'PUT', body: 'abc', headers: { 'x-one': '1' } }));
    expect(server.seen).toMatchObject([{ method: 'PUT', body: 'abc', headers: { 'x-one': '1' } }, { method: 'PUT', body: 'abc' }]);
    server.will(answer(503), fine);
    const long = 'x'.repeat(1_100_000);
    expect((await client.fetch(new Request(`${server.url}/x`, { method: 'PUT', body: long }))).status).toBe(503);
    expect(server.seen.map(({ body }) => body === long)).toEqual([true]);
  });

  it('does nothing if its signal is aborted already', async () => {
    const reason = new Error('too late');
    expect(await errorOf(made().client.get('/x', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.seen).toEqual([]);
  });

  it('ends with its own time if that is shorter', async () => {
    server.will(() => undefined);
    const error = await errorOf(made().client.get('/x', { timeoutMs: 40 }));
    expect(error).toMatchObject({ name: 'TimedOutError', statusCode: 504 });
    expect(error['limitMs']).toBeLessThanOrEqual(40);
  });

  it('lets go of what a transport brings that does not obey its signal', async () => {
    let deliver = (_response: Response): void => undefined;
    const fetch = (): Promise<Response> => new Promise((resolve) => void (deliver = resolve));
    const { client } = made({}, { ...ownSources(), fetch });
    const caller = new AbortController();
    const sent = client.get('/x', { signal: caller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    caller.abort(new Error('gone'));
    expect((await errorOf(sent)).message).toBe('gone');
    let isCancelled = false;
    deliver(new Response(new ReadableStream({ cancel: () => void (isCancelled = true) }), { status: 200 }));
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(isCancelled).toBe(true);
  });
});

describe('a trace', () => {
  it('is handed on as Lambda says it, anew with each request', async () => {
    const environment = { _X_AMZN_TRACE_ID: 'Root=1-a;Parent=b;Sampled=1' };
    const { client } = made({}, { ...ownSources(), environment });
    await client.get('/x');
    environment._X_AMZN_TRACE_ID = 'Root=1-c;Parent=d;Sampled=0';
    await client.get('/x');
    expect(server.seen.map(({ headers }) => headers['x-amzn-trace-id'])).toEqual(['Root=1-a;Parent=b;Sampled=1', 'Root=1-c;Parent=d;Sampled=0']);
  });

  it('is never made up (POB-11)', async () => {
    await made().client.get('/x');
    const names = Object.keys(server.seen[0]!.headers);
    expect(names.filter((name) => /trace|request-id|correlation/.test(name))).toEqual([]);
  });

  it('of the caller stays as it is, with nothing of another one beside it', async () => {
    const { client } = made({}, { ...ownSources(), trace: () => ({ traceparent: '00-other', tracestate: 'other=1' }) });
    await client.get('/x', { headers: { traceparent: '00-mine' } });
    await client.get('/x');
    expect(server.seen.map(({ headers }) => [headers['traceparent'], headers['tracestate']])).toEqual([['00-mine', undefined], ['00-other', 'other=1']]);
  });
});

describe('the time left', () => {
  it('is handed on as the shortest of all that bound the attempt', async () => {
    const clock = new ManualClock();
    const { client } = made({ timeoutMs: 20_000, attemptTimeoutMs: 8000 }, { ...ownSources(), clock });
    await client.get('/x');
    await client.get('/x', { timeoutMs: 3000 });
    await withCall({ deadlineMs: clock.nowMs() + 900 }, () => client.get('/x'));
    expect(currentCall()).toBeUndefined();
    expect(server.seen.map(({ headers }) => headers['x-deadline-ms'])).toEqual(['8000', '3000', '900']);
  });

  it('is not handed on if nobody wants that, and is called as agreed on', async () => {
    await made({ propagateDeadline: false }).client.get('/x');
    const clock = new ManualClock();
    await made({ deadlineHeader: 'x-left', attemptTimeoutMs: 500 }, { ...ownSources(), clock }).client.get('/x');
    expect(server.seen.map(({ headers }) => [headers['x-deadline-ms'], headers['x-left']])).toEqual([[undefined, undefined], [undefined, '500']]);
  });
});

describe('what a client reports', () => {
  it.each<[string, Partial<ClientOptions>, object]>([
    ['one address', {}, { from: 'address', endpoints: 1, timeoutMs: 30_000, attemptTimeoutMs: 10_000, maxAttempts: 3, circuit: true, bulkhead: true }],
    ['a list', { baseUrl: undefined, endpoints: ['https://a.example', 'https://b.example'], balancing: 'round-robin' }, { from: 'list', endpoints: 2, balancing: 'round-robin' }],
    ['a source', { baseUrl: undefined, endpoints: { pick: () => ({ url: server.url, settle: () => undefined }) } }, { from: 'source', endpoints: undefined, balancing: undefined }],
    ['nothing that protects it', { retry: false, circuit: false, bulkhead: false, timeoutMs: false, attemptTimeoutMs: false }, { maxAttempts: 1, circuit: false, bulkhead: false, timeoutMs: undefined, attemptTimeoutMs: undefined }],
  ])('is that it was made, and how: with %s (LO-13)', (_with, options, expected) => {
    const created = made(options).sink.ofType('client.created') as unknown as Readonly<Record<string, unknown>>[];
    expect(created).toHaveLength(1);
    const known = Object.fromEntries(Object.keys(expected).map((key) => [key, created[0]![key]]));
    expect({ name: created[0]!['name'], ...known }).toEqual({ name: 'ledger', ...expected });
  });

  it('is every attempt and every call, once each (POB-08)', async () => {
    server.will(answer(503), reset, fine);
    const { client, sink } = made();
    await client.get('/x');
    const host = new URL(server.url).host;
    const calls = sink.events.filter(({ type }) => type === 'client.attempt' || type === 'client.request');
    expect(calls.map(({ atMs: _at, ...event }) => ({ ...event, durationMs: 0 }))).toEqual([
      { type: 'client.attempt', name: 'ledger', method: 'GET', status: '503', durationMs: 0, endpoint: host },
      { type: 'client.attempt', name: 'ledger', method: 'GET', status: 'error', durationMs: 0, endpoint: host },
      { type: 'client.attempt', name: 'ledger', method: 'GET', status: '200', durationMs: 0, endpoint: host },
      { type: 'client.request', name: 'ledger', method: 'GET', status: '200', durationMs: 0, attempts: 3, endpoint: host },
    ]);
    expect(client.statistics).toEqual({ calls: 1, succeeded: 1, failed: 0, refused: 0, cancelled: 0, inFlight: 0, attempts: 3, fallbacks: 0 });
  });

  it('tells a call that was refused before the first attempt', async () => {
    server.will(answer(500));
    const { client, sink } = made({ circuit: { failureThreshold: 1 }, retry: false });
    await client.get('/x');
    await errorOf(client.get('/x'));
    expect(sink.ofType('client.request')).toMatchObject([{ status: '500', attempts: 1 }, { status: 'error', attempts: 0 }]);
    expect(client.statistics).toMatchObject({ calls: 2, failed: 1, refused: 1, attempts: 1 });
  });
});

describe('a source of endpoints', () => {
  it('is asked for each attempt, and told once how that ended', async () => {
    server.will(answer(500), reset, fine);
    const avoided: (readonly string[])[] = [];
    const told: EndpointResult[] = [];
    const endpoints = {
      pick: async (avoid: readonly string[] = []) => {
        avoided.push([...avoid]);
        return { url: server.url, settle: (result: EndpointResult) => void told.push(result) };
      },
    };
    const { client } = made({ endpoints, baseUrl: undefined });
    expect((await client.get('/x')).status).toBe(200);
    expect(avoided).toEqual([[], [server.url], [server.url, server.url]]);
    expect(told.map(({ failed, abandoned }) => [failed, abandoned])).toEqual([[true, undefined], [true, undefined], [false, undefined]]);
  });

  it('learns nothing from an attempt that was given up', async () => {
    server.will(() => undefined);
    const told: EndpointResult[] = [];
    const endpoints = { pick: () => ({ url: server.url, settle: (result: EndpointResult) => void told.push(result) }) };
    const { client } = made({ endpoints, baseUrl: undefined });
    const caller = new AbortController();
    const sent = client.get('/x', { signal: caller.signal });
    while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    caller.abort();
    await errorOf(sent);
    expect(told).toMatchObject([{ failed: false, abandoned: true }]);
  });

  it('gets back what it picks when nobody waits any more', async () => {
    let pick = (_url: string): void => undefined;
    const told: EndpointResult[] = [];
    const endpoints = {
      pick: () => new Promise<PickedEndpoint>((resolve) => void (pick = (url) => resolve({ url, settle: (result) => void told.push(result) }))),
    };
    const { client } = made({ endpoints, baseUrl: undefined });
    const caller = new AbortController();
    const sent = client.get('/x', { signal: caller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    caller.abort();
    await errorOf(sent);
    pick(server.url);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([{ durationMs: 0, failed: false, abandoned: true }]);
    expect(server.seen).toEqual([]);
  });

  it('that has none to offer ends the call as it says', async () => {
    const nobody = new Error('no endpoint');
    const { client } = made({ endpoints: { pick: () => Promise.reject(nobody) }, baseUrl: undefined });
    expect(await errorOf(client.get('/x'))).toBe(nobody);
  });
});
