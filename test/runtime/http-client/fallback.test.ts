import { ManualClock } from '../../../runtime/src/testing/index.ts';
import { createResilientClient, type ClientFailure, type ClientOptions } from '../../../runtime/src/http-client/index.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';

/** A client whose dependency answers as told, one answer after the other; the last one stays. */
function made(options: Partial<ClientOptions>, ...answers: readonly (() => Response)[]) {
  const sources = { ...ownSources(), clock: new ManualClock() };
  let sent = 0;
  const fetch = async (): Promise<Response> => answers[Math.min(sent++, answers.length - 1)]!();
  const client = createResilientClient({ name: 'rates', baseUrl: 'https://rates.example', retry: false, ...options }, { ...sources, fetch });
  return { client, ...sources, sent: () => sent };
}

const good = (body: string, headers: Record<string, string> = {}) => () => new Response(body, { headers: { 'x-from': 'rates', ...headers } });
const bad = () => new Response('down', { status: 500 });
const broken = (): never => {
  throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
};

describe('a fallback', () => {
  it('that is fixed answers a call that failed, anew each time', async () => {
    const { client, sink } = made({ fallback: { json: { rate: 1 }, headers: { 'x-fallback': 'yes' } } }, bad);
    for (let round = 0; round < 2; round += 1) {
      const response = await client.get('/eur');
      expect([response.status, response.headers.get('x-fallback'), response.headers.get('content-type')]).toEqual([200, 'yes', 'application/json']);
      expect(await response.json()).toEqual({ rate: 1 });
    }
    expect(sink.ofType('client.fallback')).toMatchObject([{ kind: 'static', name: 'rates' }, { kind: 'static' }]);
    expect(sink.ofType('client.request')).toMatchObject([{ status: '500' }, { status: '500' }]);
    expect(client.statistics).toMatchObject({ failed: 2, fallbacks: 2 });
  });

  it('may have a status and a text, and no body at all', async () => {
    expect(await (await made({ fallback: { status: 203, body: 'text' } }, bad).client.get('/')).text()).toBe('text');
    expect((await made({ fallback: { status: 204 } }, bad).client.get('/')).status).toBe(204);
  });

  it('that is a function knows the failure and the request', async () => {
    const seen: unknown[] = [];
    const fallback = async ({ error, response }: ClientFailure, { method, path }: { method: string; path: string }) => {
      seen.push([(error as Error | undefined)?.name, response?.status, method, path]);
      return new Response('instead');
    };
    const { client, sink } = made({ fallback, circuit: { failureThreshold: 2 } }, broken, bad);
    for (const path of ['/a', '/b', '/c']) expect(await (await client.get(path)).text()).toBe('instead');
    expect(seen).toEqual([['NetworkError', undefined, 'GET', '/a'], [undefined, 500, 'GET', '/b'], ['CircuitOpenError', undefined, 'GET', '/c']]);
    expect(sink.ofType('client.fallback')).toHaveLength(3);
  });

  it('that has no answer leaves the failure as it is', async () => {
    const { client } = made({ fallback: () => undefined }, bad, broken);
    expect(await (await client.get('/a')).text()).toBe('down');
    expect((await errorOf(client.get('/a'))).name).toBe('NetworkError');
    expect(client.statistics.fallbacks).toBe(0);
  });

  it('is not asked if the call succeeded, or its caller gave up', async () => {
    const caller = new AbortController();
    const { client } = made({ fallback: { body: 'instead' } }, good('fine'), () => {
      caller.abort(new Error('gone'));
      return broken();
    });
    expect(await (await client.get('/a')).text()).toBe('fine');
    expect((await errorOf(client.get('/a', { signal: caller.signal }))).message).toBe('gone');
  });
});

describe('the last good answer', () => {
  const STALE = { staleIfErrorMs: 60_000 };

  it('serves while calls fail, with its age', async () => {
    const { client, clock, sink } = made({ ...STALE, fallback: { body: 'never' } }, good('one'), good('two'), broken, bad);
    await client.get('/eur');
    await client.get('/eur');
    clock.advance(12_500);
    for (let round = 0; round < 2; round += 1) {
      const response = await client.get('/eur');
      expect([response.status, await response.text(), response.headers.get('age'), response.headers.get('x-from')]).toEqual([200, 'two', '12', 'rates']);
    }
    expect(sink.ofType('client.fallback')).toMatchObject([{ kind: 'stale' }, { kind: 'stale' }]);
    expect(client.statistics).toMatchObject({ succeeded: 2, failed: 2, fallbacks: 2 });
  });

  it('serves no longer than it may', async () => {
    const { client, clock } = made(STALE, good('one'), bad);
    await client.get('/eur');
    clock.advance(60_000);
    expect((await client.get('/eur')).status).toBe(200);
    clock.advance(1);
    expect((await client.get('/eur')).status).toBe(500);
  });

  it.each([
    ['another path', '/usd', {}],
    ['another query', '/eur?x=1', {}],
    ['other credentials', '/eur', { headers: { authorization: 'Bearer other' } }],
    ['another tenant', '/eur', { call: { tenant: 'other' } }],
    ['another method', '/eur', { method: 'DELETE' }],
  ])('serves no request with %s', async (_what, path, init) => {
    const { client } = made(STALE, good('mine'), bad);
    await client.fetch('/eur', { headers: { authorization: 'Bearer mine' }, call: { tenant: 'mine' } });
    const like = { headers: { authorization: 'Bearer mine' }, call: { tenant: 'mine' } };
    expect((await client.fetch('/eur', like)).status).toBe(200);
    expect((await client.fetch(path, { ...like, ...init })).status).toBe(500);
  });

  it.each([
    ['must not be kept', good('one', { 'cache-control': 'no-store' }), {}],
    ['is not there', () => new Response('nothing', { status: 404 }), {}],
    ['is long', good('x'.repeat(1_048_577)), {}],
    ['was handed on', good('one'), { streamResponses: true }],
    ['is not wanted', good('one'), { staleIfErrorMs: 0 }],
  ])('is none if it %s', async (_what, first, options) => {
    const { client } = made({ ...STALE, ...options }, first, bad);
    await (await client.get('/eur')).text();
    expect((await client.get('/eur')).status).toBe(500);
  });

  it('is kept for a hundred requests, of which the oldest goes first', async () => {
    let isUp = true;
    const { client } = made({ ...STALE, circuit: false }, () => (isUp ? good('fine')() : bad()));
    for (let index = 0; index <= 100; index += 1) await client.get(`/${index}`);
    isUp = false;
    expect((await client.get('/0')).status).toBe(500);
    expect([(await client.get('/1')).status, (await client.get('/100')).status]).toEqual([200, 200]);
  });

  it('is kept within five mebibytes in all', async () => {
    let isUp = true;
    const { client } = made({ ...STALE, circuit: false }, () => (isUp ? good('x'.repeat(1_000_000))() : bad()));
    for (let index = 0; index < 6; index += 1) await client.get(`/${index}`);
    isUp = false;
    expect([(await client.get('/0')).status, (await client.get('/1')).status]).toEqual([500, 200]);
  });

  it('is not touched by what its reader does with it', async () => {
    const { client } = made(STALE, good('abc'), bad);
    await client.get('/eur');
    const bytes = new Uint8Array(await (await client.get('/eur')).arrayBuffer());
    bytes.fill(0);
    expect(await (await client.get('/eur')).text()).toBe('abc');
  });

  it('serves while the bulkhead is full, and after retries', async () => {
    const { client } = made({ ...STALE, retry: { ...QUICK, maxAttempts: 2 } }, good('one'), broken);
    await client.get('/eur');
    expect(await (await client.get('/eur')).text()).toBe('one');
    expect(client.statistics.attempts).toBe(3);
  });
});
