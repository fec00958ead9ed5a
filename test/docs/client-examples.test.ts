import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';

const CONFIGURATION = {
  version: 1,
  circuits: { ledger: { shared: false, failureThreshold: 4 } },
  dependencies: { ledger: { baseUrl: 'https://ledger.example.com/v1', circuit: 'ledger', retry: { initialDelayMs: 1 } } },
  observability: { logging: false, metrics: false },
};

interface Sent {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
}

const realFetch = globalThis.fetch;
let sent: Sent[];
let answer: () => Promise<Response>;

beforeAll(() => {
  for (const level of ['info', 'warn', 'error'] as const) jest.spyOn(console, level).mockImplementation(() => undefined);
  process.env['RESILIENCE_CONFIG'] = JSON.stringify(CONFIGURATION);
  globalThis.fetch = (url, { method, headers, body } = {}) => {
    sent.push({ url: new Request(url).url, method, headers: new Headers(headers), body });
    return answer();
  };
});

beforeEach(() => {
  sent = [];
  answer = () => Promise.resolve(new Response('[]'));
});

afterAll(() => {
  jest.restoreAllMocks();
  globalThis.fetch = realFetch;
  delete process.env['RESILIENCE_CONFIG'];
});

describe('the examples of the outbound client', () => {
  it('bookings: are sent again with their key, know the time left, and are refused while the circuit is open', async () => {
    const { handler } = await import('../../examples/client-declared.mts');
    const context = { getRemainingTimeInMillis: () => 10_000 } as Context;
    const event = { version: '2.0', rawPath: '/', headers: {}, body: '{"id":"b-1","amount":7}', requestContext: { http: { method: 'POST', path: '/' } } };
    const book = async () => (await handler(event, context)) as { statusCode: number; body: string };
    const statuses = [503, 201];
    answer = () => Promise.resolve(new Response('booked', { status: statuses.shift()! }));
    await expect(book()).resolves.toMatchObject({ statusCode: 201, body: 'booked' });
    expect(sent.map(({ url, method, body }) => [url, method, body])).toEqual(Array(2).fill(['https://ledger.example.com/v1/entries', 'POST', '{"id":"b-1","amount":7}']));
    expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['b-1', 'b-1']);
    for (const { headers } of sent) expect(Number(headers.get('x-deadline-ms'))).toBeGreaterThan(0);
    answer = () => Promise.resolve(new Response('down', { status: 503 }));
    await expect(book()).resolves.toMatchObject({ statusCode: 503, body: 'down' });
    const refused = await book();
    expect({ ...refused, body: JSON.parse(refused.body) as unknown }).toMatchObject({ statusCode: 503, body: { code: 'CIRCUIT_OPEN', service: 'ledger' } });
  });

  it('hints: are the last ones while they are down, and none where there are none', async () => {
    const { hintsFor } = await import('../../examples/client.mts');
    answer = () => Promise.resolve(new Response('["milk"]'));
    await expect(hintsFor('te a')).resolves.toEqual(['milk']);
    expect(sent.map(({ url }) => url)).toEqual(['https://hints.example.com/v1/articles/te%20a']);
    answer = () => Promise.resolve(new Response('down', { status: 503 }));
    await expect(hintsFor('te a')).resolves.toEqual(['milk']);
    await expect(hintsFor('salt')).resolves.toEqual([]);
    expect(sent).toHaveLength(3);
  });

  it('rates: are those of the own zone, and of the other one while that is down', async () => {
    const { rateOf } = await import('../../examples/endpoints.mts');
    answer = () => Promise.resolve(new Response('1.5', { status: sent.at(-1)!.url.includes('rates-a') ? 503 : 200 }));
    await expect(rateOf('eur')).resolves.toBe(1.5);
    expect(sent.map(({ url }) => url)).toEqual(['a', 'b'].map((zone) => `https://rates-${zone}.example.com/v1/rates/eur`));
  });

  it('addresses: are asked for again, in the time of the attempt', async () => {
    const { lookUp } = await import('../../examples/any-function.mts');
    const statuses = [503, 200];
    answer = () => Promise.resolve(new Response('Main Street 1', { status: statuses.shift()! }));
    await expect(lookUp('main')).resolves.toEqual({ status: 200, found: 'Main Street 1' });
    expect(lookUp.dependency.statistics).toMatchObject({ calls: 1, succeeded: 1 });
    expect(sent).toHaveLength(2);
  });
});
