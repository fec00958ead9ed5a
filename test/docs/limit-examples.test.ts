import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

const DAY_MS = 86_400_000;

/** Small limits in place of those of the stack, and no table. */
const LIMITS = {
  orders: { shared: false, by: ['tenant'], limits: [{ limit: 2, periodMs: DAY_MS }] },
  // A token every now and then, and three in all.
  geocoding: { shared: false, limits: [{ limit: 1, periodMs: 50 }, { limit: 3, periodMs: DAY_MS }], maxWaitMs: 60_000 },
  exports: { shared: false, limits: [{ limit: 5, periodMs: DAY_MS }] },
  mails: { shared: false, limits: [{ limit: 2, periodMs: DAY_MS }] },
};

describe('the examples of the rate limiter', () => {
  const realFetch = globalThis.fetch;
  let sent: string[];

  beforeAll(() => {
    process.env['RESILIENCE_CONFIG'] = JSON.stringify({ version: 1, limits: LIMITS });
    globalThis.fetch = (url, options) => {
      sent.push(typeof options?.body === 'string' ? options.body : new Request(url).url);
      return Promise.resolve(new Response('{"found":true}'));
    };
  });

  beforeEach(() => {
    sent = [];
  });

  afterAll(() => {
    globalThis.fetch = realFetch;
    delete process.env['RESILIENCE_CONFIG'];
  });

  it('orders: every tenant has a limit of its own, proven by its token', async () => {
    const { handler } = await import('../../examples/orders.mts');
    const callOf = (tenant: string) => ({
      version: '2.0',
      headers: { 'x-tenant': 'other' },
      requestContext: { http: { method: 'GET' }, authorizer: { jwt: { claims: { 'custom:tenant': tenant } } } },
    });
    const statusOf = async (tenant: string) => ((await handler(callOf(tenant), {} as never)) as { statusCode: number }).statusCode;
    const statuses = [];
    for (const tenant of ['acme', 'acme', 'acme', 'globex']) statuses.push(await statusOf(tenant));
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  it('geocode: calls wait for their turn, and not for one that is too far away', async () => {
    const { locate } = await import('../../examples/geocode.mts');
    await expect(Promise.all([locate('a'), locate('b'), locate('c')])).resolves.toEqual(Array(3).fill({ found: true }));
    await expect(locate('d')).resolves.toBeUndefined();
    expect(sent.sort()).toEqual(['a', 'b', 'c'].map((address) => `https://geo.example.com/?q=${address}`));
  }, 60_000);

  it('exports: cost what they are worth, and failed ones nothing', async () => {
    const { exportsLeft, startExport } = await import('../../examples/exports.mts');
    const start = () => Promise.resolve();
    await expect(startExport('acme', 3500, start)).resolves.toBe(0);
    await expect(exportsLeft('acme')).resolves.toBe(1);
    await expect(startExport('acme', 1500, start)).resolves.toBeGreaterThan(0);
    await expect(startExport('acme', 1000, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    await expect(exportsLeft('acme')).resolves.toBe(1);
    await expect(startExport('acme', 6000, start)).resolves.toBe(Infinity);
  });

  it('exports: a tenant may be suspended, and forgiven', async () => {
    const { exportsLeft, forgive, startExport, suspend } = await import('../../examples/exports.mts');
    const start = () => Promise.resolve();
    await startExport('globex', 5000, start);
    await suspend('globex');
    await expect(startExport('globex', 1000, start)).resolves.toBeGreaterThan(3_000_000);
    await forgive('globex');
    await expect(exportsLeft('globex')).resolves.toBe(5);
    await expect(startExport('globex', 1000, start)).resolves.toBe(0);
  });

  it('mails: what is over the limit comes again', async () => {
    const { handler } = await import('../../examples/mails.mts');
    const records = ['1', '2', '3'].map((messageId) => ({ messageId, body: `mail ${messageId}`, eventSource: 'aws:sqs' }));
    const answer = await handler({ Records: records } as never, {} as never);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
    expect(sent).toEqual(['mail 1', 'mail 2']);
  });
});
