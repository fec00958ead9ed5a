import { describe, expect, it } from '@jest/globals';
import type { EndpointPoolOptions } from '../../../runtime/src/http-client/endpoint-options.ts';
import { createEndpointPool } from '../../../runtime/src/http-client/endpoint-pool.ts';
import { createResilientClient, type ClientOptions, type EndpointSource } from '../../../runtime/src/http-client/index.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';

const [A, B, C] = ['http://a', 'http://b', 'http://c'] as const;
const KEYS = Array.from({ length: 300 }, (_, index) => `tenant-${index}`);

function create(options: Partial<EndpointPoolOptions> = {}, seed = 5) {
  const clock = new ManualClock();
  const random = new SeededRandom(seed);
  const pool = createEndpointPool({ name: 'orders', endpoints: [A, B, C], balancing: 'consistent-hash', ...options }, { clock, sink: new RecordingSink(), random });
  /** Sends a call, which takes 10 ms, and returns where it went. */
  const send = (key: string | undefined, { down = [], avoid = [] }: { down?: readonly string[]; avoid?: readonly string[] } = {}) => {
    const { url, settle } = pool.pick(avoid, key);
    clock.advance(10);
    settle({ durationMs: 10, failed: down.includes(url) });
    return url;
  };
  const sendAll = (how: Parameters<typeof send>[1] = {}) => KEYS.map((key) => send(key, how));
  const statuses = () => pool.endpoints.map(({ status }) => status);
  return { clock, pool, send, sendAll, statuses };
}

/** How many of the keys are elsewhere. */
const moved = (before: readonly string[], after: readonly string[]) => after.filter((url, index) => url !== before[index]).length;
const countOf = (urls: readonly string[], url: string) => urls.filter((each) => each === url).length;

describe('consistent hashing', () => {
  it('sends calls with the same key to the same endpoint, in every environment', () => {
    const owners = create().sendAll();
    for (const url of [A, B, C]) expect(countOf(owners, url)).toBeGreaterThan(60);
    for (const seed of [6, 7]) expect(create({ endpoints: [C, A, B] }, seed).sendAll()).toEqual(owners);
  });

  it('leaves a key where it is while single calls fail and one endpoint is slow', () => {
    const { clock, pool, sendAll, statuses } = create();
    const owners = sendAll();
    let failures = 0;
    const urls = KEYS.map((key) => {
      const { url, settle } = pool.pick([], key);
      clock.advance(10);
      // Two of three, but never three in a row.
      const failed = url === B && (failures += 1) % 3 !== 0;
      settle({ durationMs: url === C ? 5000 : 10, failed });
      return url;
    });
    expect(urls).toEqual(owners);
    expect(statuses()).toEqual(['healthy', 'degraded', 'healthy']);
  });

  it('sends the keys of an endpoint that is left out to the next, and no other key, and back again afterwards', () => {
    const { clock, sendAll, statuses } = create();
    const owners = sendAll();
    sendAll({ down: [B] });
    expect(statuses()[1]).toBe('unhealthy');
    const during = sendAll();
    expect(countOf(during, B)).toBe(0);
    expect(moved(owners, during)).toBe(countOf(owners, B));
    clock.advance(60_000);
    sendAll();
    expect(statuses()[1]).toBe('healthy');
    clock.advance(60_000);
    expect(sendAll()).toEqual(owners);
  });

  it('sends a second attempt where the key goes while its endpoint is left out', () => {
    const { send, sendAll } = create();
    const owners = sendAll();
    const seconds = KEYS.map((key, index) => send(key, { avoid: [owners[index]!] }));
    expect(moved(owners, seconds)).toBe(KEYS.length);
    sendAll({ down: [B] });
    const during = sendAll();
    expect(during).toEqual(owners.map((url, index) => (url === B ? seconds[index] : url)));
    const [key] = KEYS;
    expect([A, B, C]).toContain(send(key, { avoid: [A, B, C] }));
  });

  it('gives a new endpoint its keys one after the other, each of which stays there', () => {
    const { clock, pool, sendAll } = create({ endpoints: [A, B], slowStartMs: 100_000 });
    const before = sendAll();
    pool.update([A, B, C].map((url) => ({ url })));
    const late = create().sendAll();
    let last: readonly string[] = before;
    for (let step = 1; step <= 4; step += 1) {
      clock.advance(25_000 - 10 * KEYS.length);
      const now = sendAll();
      for (const [index, url] of last.entries()) if (url === C) expect(now[index]).toBe(C);
      expect(Math.abs(countOf(now, C) - (step / 4) * countOf(late, C))).toBeLessThan(25);
      last = now;
    }
    clock.advance(10_000);
    expect(sendAll()).toEqual(late);
  });

  it('gives a few calls to an endpoint that should be left out and cannot be, so that it can recover', () => {
    const { clock, sendAll, statuses } = create({ maxEjectedShare: 0 });
    const owners = sendAll();
    sendAll({ down: [B] });
    expect(statuses()[1]).toBe('unhealthy');
    const during = sendAll({ down: [B] });
    expect(countOf(during, B)).toBeGreaterThan(0);
    expect(countOf(during, B)).toBeLessThan(0.25 * countOf(owners, B));
    sendAll();
    expect(statuses()[1]).not.toBe('unhealthy');
    clock.advance(60_000);
    expect(sendAll()).toEqual(owners);
  });

  it('leaves every key where it is when all are unhealthy', () => {
    const { sendAll, statuses } = create();
    const owners = sendAll();
    sendAll({ down: [A, B, C] });
    sendAll({ down: [A, B, C] });
    expect(statuses()).toEqual(['unhealthy', 'unhealthy', 'unhealthy']);
    expect(sendAll({ down: [A, B, C] })).toEqual(owners);
  });

  it('follows weights, and their changes', () => {
    const { clock, pool, sendAll } = create({ endpoints: [{ url: A, weight: 8 }, B, C] });
    const heavy = sendAll();
    expect(countOf(heavy, A)).toBeGreaterThan(200);
    pool.update([A, C, B].map((url) => ({ url })));
    clock.advance(60_000);
    const even = sendAll();
    expect(even).toEqual(create().sendAll());
    pool.update([B, C].map((url) => ({ url })));
    expect(moved(even, sendAll())).toBe(countOf(even, A));
  });

  it('spreads calls without a key as peak-ewma does', () => {
    const { send } = create();
    const urls = KEYS.map(() => send(undefined));
    for (const url of [A, B, C]) expect(countOf(urls, url)).toBeGreaterThan(60);
    expect(create({ balancing: 'peak-ewma' }).sendAll()).toEqual(urls);
  });

  it.each([1, 1.25, 2])('lets no endpoint have more than %d times its part of the calls in flight, however often a key is asked for', (hashBalanceFactor) => {
    const { pool } = create({ hashBalanceFactor, endpoints: [A, B, { url: C, weight: 2 }] });
    for (let calls = 1; calls <= 200; calls += 1) {
      pool.pick([], calls % 10 === 0 ? KEYS[calls] : 'hot');
      for (const { inFlight, weight = 1 } of pool.endpoints) expect(inFlight).toBeLessThanOrEqual(Math.ceil((hashBalanceFactor * calls * weight) / 4));
    }
  });

  it('has no such bound unless it is asked for', () => {
    const { pool } = create();
    for (let calls = 0; calls < 50; calls += 1) pool.pick([], 'hot');
    expect(pool.endpoints.map(({ inFlight }) => inFlight).sort((a, b) => a - b)).toEqual([0, 0, 50]);
  });
});

describe('a client with keys', () => {
  function client(options: Partial<ClientOptions>, status: (host: string) => number = () => 200) {
    const hosts: string[] = [];
    const fetch = async (url: unknown): Promise<Response> => {
      const { host } = new URL(String(url));
      hosts.push(host);
      return new Response(null, { status: status(host) });
    };
    const made = createResilientClient(
      { name: 'orders', endpoints: [A, B, C], balancing: 'consistent-hash', hashBy: ({ call }) => call.tenant, retry: QUICK, ...options },
      { ...ownSources(), fetch },
    );
    return { client: made, hosts };
  }

  it('sends the requests of a tenant to one endpoint, and a second attempt to the next', async () => {
    const { client: fine, hosts } = client({});
    for (let call = 0; call < 5; call += 1) await fine.get('/', { call: { tenant: 'blue' } });
    const [owner] = hosts;
    expect(hosts).toEqual(Array.from({ length: 5 }, () => owner));
    const broken = client({ circuit: false }, (host) => (host === owner ? 503 : 200));
    await broken.client.get('/', { call: { tenant: 'blue' } });
    expect(broken.hosts).toHaveLength(2);
    expect(broken.hosts[0]).toBe(owner);
    expect(broken.hosts[1]).not.toBe(owner);
  });

  it('makes a key of what is known of the request, once for each call, and tells a source of it', async () => {
    const keys: unknown[] = [];
    const seen: unknown[] = [];
    const endpoints: EndpointSource = {
      pick: (_avoid, key) => {
        keys.push(key);
        return { url: A, settle: () => undefined };
      },
    };
    const hashBy: ClientOptions['hashBy'] = ({ method, path, headers, call }) => {
      seen.push([method, path, call.tenant]);
      return headers.get('x-user');
    };
    const { client: made } = client({ endpoints, hashBy, balancing: undefined }, () => 503);
    await made.get('/one?two', { headers: { 'x-user': 'me' }, call: { tenant: 'blue' } });
    expect(keys).toEqual(['me', 'me', 'me']);
    expect(seen).toEqual([['GET', '/one?two', 'blue']]);
    await made.post('/');
    expect(keys.slice(3)).toEqual([undefined]);
  });

  it('throws what the making of a key throws, and holds it against nobody', async () => {
    const { client: made, hosts } = client({
      hashBy: () => {
        throw new Error('no tenant');
      },
    });
    expect(await errorOf(made.get('/'))).toMatchObject({ message: 'no tenant' });
    expect(hosts).toEqual([]);
    expect(made.statistics).toMatchObject({ calls: 0, failed: 0 });
  });
});
