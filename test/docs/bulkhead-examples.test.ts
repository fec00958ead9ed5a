import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { deferred } from '../runtime/core/deferred.ts';

/** Few slots in place of those of the stack, and no table. */
const BULKHEADS = {
  ledger: { shared: false, maxConcurrent: 1, queueSize: 0 },
  reports: { shared: false, maxConcurrent: 10, queueSize: 0, perTenant: true },
};

/** Everybody but the unimportant is spared, who are all refused: no test waits for overload. */
const LOAD_SHEDDING = { minRate: 1, maxRate: 1, priorityRateCaps: { high: 0, normal: 0 } };

const realFetch = globalThis.fetch;
let sent: string[];
let answer: () => Promise<Response>;

beforeAll(() => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  process.env['RESILIENCE_CONFIG'] = JSON.stringify({ version: 1, bulkheads: BULKHEADS, loadShedding: LOAD_SHEDDING });
  globalThis.fetch = (url, options) => {
    sent.push(typeof options?.body === 'string' ? options.body : new Request(url).url);
    return answer();
  };
});

beforeEach(() => {
  sent = [];
  answer = () => Promise.resolve(new Response('["fine"]'));
});

afterAll(() => {
  jest.restoreAllMocks();
  globalThis.fetch = realFetch;
  delete process.env['RESILIENCE_CONFIG'];
});

/** An event of an HTTP API whose authorizer has proven a claim. */
const requestWith = (claims: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) => ({
  version: '2.0',
  headers,
  requestContext: { http: { method: 'GET' }, authorizer: { jwt: { claims } } },
});

describe('the examples of the bulkhead', () => {
  it('the ledger: is asked by as many as it has slots for, and again when one is free', async () => {
    const { book } = await import('../../examples/bulkhead.mts');
    const booking = deferred<Response>();
    answer = () => booking.promise;
    const first = book('tea');
    await expect(book('milk')).resolves.toBe(false);
    booking.resolve(new Response('booked'));
    await expect(first).resolves.toBe(true);
    await expect(book('sugar')).resolves.toBe(true);
    expect(sent).toEqual(['tea', 'sugar']);
  });

  it('the ledger: says what went wrong there', async () => {
    const { book } = await import('../../examples/bulkhead.mts');
    answer = () => Promise.reject(new Error('the ledger is down'));
    await expect(book('tea')).rejects.toThrow('the ledger is down');
  });

  it('reports: a tenant that has its slots in use takes none of the others', async () => {
    const { handler } = await import('../../examples/bulkhead-reports.mts');
    const reporting = deferred<Response>();
    answer = () => reporting.promise.then((report) => report.clone());
    const statusOf = async (tenant: string) => {
      const { statusCode } = (await handler(requestWith({ 'custom:tenant': tenant }), {} as never)) as { statusCode: number };
      return statusCode;
    };
    const ours = statusOf('acme');
    await expect(statusOf('acme')).resolves.toBe(429);
    const theirs = statusOf('globex');
    reporting.resolve(new Response('report'));
    await expect(Promise.all([ours, theirs])).resolves.toEqual([200, 200]);
  });
});

describe('the examples of load shedding', () => {
  it('search: goes by the plan, and without one by the header', async () => {
    const { handler } = await import('../../examples/load-shedding.mts');
    const ask = async (claims: Record<string, string>, headers = {}) => {
      const event = { ...requestWith(claims, headers), rawPath: '/search' };
      return (await handler(event, {} as never)) as { statusCode: number; headers?: Record<string, string> };
    };
    await expect(ask({ 'custom:plan': 'gold' }, { 'x-priority': 'background' })).resolves.toMatchObject({ statusCode: 200 });
    await expect(ask({})).resolves.toMatchObject({ statusCode: 200 });
    await expect(ask({}, { 'x-priority': 'background' })).resolves.toMatchObject({ statusCode: 503 });
    await expect(ask({ 'custom:plan': 'free' })).resolves.toMatchObject({ statusCode: 503 });
  });

  it('prices: what is too late is archived, and comes again if that fails', async () => {
    const { handler } = await import('../../examples/load-shedding-batch.mts');
    const record = (messageId: string, ageMs: number) => ({
      messageId,
      body: messageId,
      eventSource: 'aws:sqs',
      attributes: { SentTimestamp: String(Date.now() - ageMs) },
    });
    const event = { Records: [record('old', 3_600_000), record('new', 0)] } as never;
    await expect(handler(event)).resolves.toEqual({ batchItemFailures: [] });
    expect(sent).toEqual([expect.stringContaining('"messageId":"old"'), 'new']);
    answer = () => Promise.resolve(new Response('', { status: 500 }));
    await expect(handler(event)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'old' }] });
  });

  it('suggestions: are not asked for while hardly any call is accepted', async () => {
    const { suggest } = await import('../../examples/load-shedding-throttle.mts');
    await expect(suggest('te a')).resolves.toEqual(['fine']);
    expect(sent).toEqual(['https://words.example.com/?q=te%20a']);
    answer = () => Promise.resolve(new Response('', { status: 503 }));
    const calls = 500;
    for (let call = 0; call < calls; call += 1) await expect(suggest('tea')).resolves.toEqual([]);
    expect(sent.length).toBeLessThan(calls / 2);
  });
});
