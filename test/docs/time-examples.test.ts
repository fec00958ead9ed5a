import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';

const CONFIGURATION = { version: 1, timeout: { minTimeoutMs: 5 }, observability: { logging: false, metrics: false } };

/** What Lambda leaves of an invocation for the margin, and a moment for the work. */
const SHORT_MS = 700;
const request = { version: '2.0', rawPath: '/', headers: {}, requestContext: { http: { method: 'GET', path: '/' } } };
const contextWith = (leftMs: number) => ({ getRemainingTimeInMillis: () => leftMs }) as Context;

/** An answer that never comes, but for the signal. */
const hang = (_url: unknown, options?: RequestInit) =>
  new Promise<Response>((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal!.reason as Error)));

const realFetch = globalThis.fetch;
let sent: RequestInit[];
let answer: (url: unknown, options?: RequestInit) => Promise<Response>;

beforeAll(() => {
  for (const level of ['info', 'warn', 'error'] as const) jest.spyOn(console, level).mockImplementation(() => undefined);
  process.env['RESILIENCE_CONFIG'] = JSON.stringify(CONFIGURATION);
  globalThis.fetch = (url, options) => {
    sent.push(options ?? {});
    return answer(url, options);
  };
});

beforeEach(() => {
  sent = [];
  answer = () => Promise.resolve(new Response('fine'));
});

afterAll(() => {
  jest.restoreAllMocks();
  globalThis.fetch = realFetch;
  delete process.env['RESILIENCE_CONFIG'];
});

describe('the examples of the timeout', () => {
  it('reports: are answered in time, and with 504 before Lambda ends the invocation', async () => {
    const { handler } = await import('../../examples/timeout.mts');
    await expect(handler(request, contextWith(15_000))).resolves.toMatchObject({ statusCode: 200, body: 'fine' });
    answer = hang;
    const late = (await handler(request, contextWith(SHORT_MS))) as { statusCode: number; body: string };
    expect({ ...late, body: JSON.parse(late.body) as unknown }).toMatchObject({ statusCode: 504, body: { code: 'TIMEOUT', timeout_ms: expect.any(Number) } });
    expect(sent.at(-1)!.signal!.aborted).toBe(true);
  });

  it('suggestions: are none where there is no time for them', async () => {
    const { handler } = await import('../../examples/timeout-second-best.mts');
    await expect(handler(request, contextWith(15_000))).resolves.toMatchObject({ body: 'fine' });
    await expect(handler(request, contextWith(500))).resolves.toMatchObject({ statusCode: 200, body: '[]' });
    expect(sent).toHaveLength(1);
  });

  it('quotes: are not known where they take too long, or there was no time to ask', async () => {
    const { quote } = await import('../../examples/any-timeout.mts');
    await expect(quote('tea', Date.now() + 60_000)).resolves.toBe('fine');
    answer = hang;
    await expect(quote('tea', Date.now() + 400)).resolves.toBeUndefined();
    await expect(quote('tea', Date.now() + 50)).resolves.toBeUndefined();
    expect(sent).toHaveLength(2);
    answer = () => Promise.reject(new Error('quotes are down'));
    await expect(quote('tea', Date.now() + 60_000)).rejects.toThrow('quotes are down');
  });
});

describe('the examples of the retry', () => {
  it('prices: are asked for again, and answered with what came last', async () => {
    const { handler } = await import('../../examples/retried.mts');
    const statuses = [503, 200];
    answer = () => Promise.resolve(new Response('prices', { status: statuses.shift()! }));
    await expect(handler(request, contextWith(15_000))).resolves.toMatchObject({ statusCode: 200, body: 'prices' });
    answer = () => Promise.resolve(new Response('down', { status: 503 }));
    await expect(handler(request, contextWith(15_000))).resolves.toMatchObject({ statusCode: 503, body: 'down' });
    expect(sent).toHaveLength(5);
  });

  it('stock: is asked again with the same key, and not after it was sold out', async () => {
    const { reserve } = await import('../../examples/any-retry.mts');
    const { signal } = new AbortController();
    answer = () => (sent.length === 1 ? Promise.reject(Object.assign(new Error('lost'), { code: 'ECONNRESET' })) : Promise.resolve(new Response('{"left":2}')));
    await expect(reserve('tea', 'order-7', signal)).resolves.toEqual({ left: 2 });
    expect(sent.map(({ headers }) => headers)).toEqual([{ 'Idempotency-Key': 'order-7' }, { 'Idempotency-Key': 'order-7' }]);
    class SoldOutError extends Error {}
    answer = () => Promise.reject(new SoldOutError('sold out'));
    await expect(reserve('tea', 'order-8', signal)).rejects.toThrow('sold out');
    expect(sent).toHaveLength(3);
    answer = () => Promise.reject(Object.assign(new Error('lost'), { code: 'ECONNRESET' }));
    await expect(reserve('tea', 'order-9', signal)).resolves.toBeUndefined();
  });
});
