import { describe, expect, it } from '@jest/globals';
import { NoEndpointError } from '../../../runtime/src/http-client/endpoint-errors.ts';
import type { Endpoint, EndpointPoolOptions } from '../../../runtime/src/http-client/endpoint-options.ts';
import { createEndpointPool, EndpointPool } from '../../../runtime/src/http-client/endpoint-pool.ts';
import { ROUTING_DEFAULTS } from '../../../runtime/src/http-client/endpoint-options.ts';
import type { ClientEndpointChangedEvent, ClientUnhealthyUsedEvent } from '../../../runtime/src/http-client/routing-events.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const [A, B, C] = ['http://a', 'http://b:8080/v1', 'http://c'] as const;

function create(options: Partial<EndpointPoolOptions> = {}, seed = 5) {
  const clock = new ManualClock();
  const sink = new RecordingSink();
  const pool = createEndpointPool({ name: 'orders', endpoints: [A, B, C], ...options }, { clock, sink, random: new SeededRandom(seed) });
  /** Sends calls one after the other, each of which fails where it says so, and returns how many each endpoint got. */
  const send = (calls: number, { down = [], durationMs = 10 }: { down?: readonly string[]; durationMs?: number } = {}) => {
    const counts: Record<string, number> = {};
    for (let call = 0; call < calls; call += 1) {
      const { url, settle } = pool.pick();
      clock.advance(durationMs);
      settle({ durationMs, failed: down.includes(url) });
      counts[url] = (counts[url] ?? 0) + 1;
    }
    return counts;
  };
  const changes = () =>
    sink.ofType<ClientEndpointChangedEvent>('client.endpoint_changed').map(({ endpoint, from, to }) => `${endpoint} ${from} > ${to}`);
  const statuses = () => pool.endpoints.map(({ status }) => status);
  return { clock, sink, pool, send, changes, statuses };
}

describe('a pool of endpoints', () => {
  it('sends no call to an unhealthy endpoint while another one is healthy (PHR-01)', () => {
    const { send, statuses, changes } = create();
    send(100, { down: [B] });
    expect(statuses()).toEqual(['healthy', 'unhealthy', 'healthy']);
    expect(send(1000, { down: [B] })[B]).toBeUndefined();
    expect(changes()).toEqual(['b:8080 healthy > unhealthy']);
  });

  it('tries an endpoint that was left out with a few calls, and uses it again after successes (PHR-02)', () => {
    const { clock, send, statuses, changes } = create();
    send(100, { down: [B] });
    clock.advance(30_000);
    expect(statuses()[1]).toBe('probing');
    // One failure is enough to leave it out again.
    expect(send(500, { down: [B] })[B]).toBe(1);
    expect(statuses()[1]).toBe('unhealthy');
    clock.advance(30_000);
    expect(statuses()[1]).toBe('unhealthy');
    clock.advance(30_000);
    send(200);
    expect(statuses()[1]).toBe('healthy');
    expect(changes()).toEqual([
      'b:8080 healthy > unhealthy',
      'b:8080 unhealthy > probing',
      'b:8080 probing > unhealthy',
      'b:8080 unhealthy > probing',
      'b:8080 probing > degraded',
      'b:8080 degraded > healthy',
    ]);
  });

  it('tries one call at a time at an endpoint that was left out, and never the second attempt of a call', () => {
    const { clock, pool, send } = create();
    send(100, { down: [B] });
    clock.advance(30_000);
    for (let call = 0; call < 500; call += 1) expect(pool.pick([A]).url).toBe(C);
    const urls = Array.from({ length: 500 }, () => pool.pick().url);
    expect(urls.filter((url) => url === B)).toHaveLength(1);
  });

  it('tries it with one call in twenty, so that many environments do not do so at once', () => {
    let tried = 0;
    for (let seed = 0; seed < 1000; seed += 1) {
      const { clock, pool, send } = create({}, seed);
      send(100, { down: [B] });
      clock.advance(30_000);
      expect(pool.endpoints[1]?.status).toBe('probing');
      if (pool.pick().url === B) tried += 1;
    }
    expect(tried).toBeGreaterThan(20);
    expect(tried).toBeLessThan(80);
  });

  it('is not told twice of one outage by calls that it was sent while all were down', () => {
    const { clock, pool, send, statuses } = create({ endpoints: [A, B], ejectionDurationMs: 10_000 });
    send(50, { down: [B] });
    send(50, { down: [A, B] });
    expect(statuses()).toEqual(['unhealthy', 'unhealthy']);
    const picks = Array.from({ length: 20 }, () => pool.pick());
    for (const { url, settle } of picks) if (url === A) settle({ durationMs: 10, failed: false });
    expect(statuses()).toEqual(['degraded', 'unhealthy']);
    for (const { url, settle } of picks) if (url === B) settle({ durationMs: 10, failed: true });
    clock.advance(10_000);
    expect(statuses()[1]).toBe('probing');
  });

  it('needs nothing to run while the environment is frozen (PX-03)', () => {
    const { clock, send, statuses } = create();
    send(100, { down: [B] });
    clock.advance(86_400_000);
    expect(statuses()).toEqual(['healthy', 'probing', 'healthy']);
    send(300);
    expect(statuses()).toEqual(['healthy', 'healthy', 'healthy']);
  });

  it('leaves out no more than the share that it may', () => {
    const { pool, send, statuses } = create({ maxEjectedShare: 0.4 });
    const used = send(1000, { down: [A, B] });
    expect(statuses()).toEqual(['unhealthy', 'unhealthy', 'healthy']);
    expect(pool.endpoints.map(({ status, url }) => (status === 'healthy' ? url : '')).filter(Boolean)).toEqual([C]);
    // One of the two is left out, the other one gets a tenth of its share.
    expect(Math.min(used[A]!, used[B]!)).toBeLessThanOrEqual(4);
    expect(Math.max(used[A]!, used[B]!)).toBeLessThan(150);
  });

  it('leaves out none with a share of 0', () => {
    const used = create({ maxEjectedShare: 0, balancing: 'round-robin' }).send(1000, { down: [B] });
    expect(used[B]).toBeGreaterThan(20);
  });

  it('sends calls to all when all are unhealthy, and says so once a minute (C-26)', () => {
    const { clock, send, sink, statuses } = create();
    const warnings = () => sink.ofType<ClientUnhealthyUsedEvent>('client.unhealthy_used');
    send(200, { down: [A, B, C] });
    expect(statuses()).toEqual(['unhealthy', 'unhealthy', 'unhealthy']);
    const used = send(1000, { down: [A, B, C] });
    for (const url of [A, B, C]) expect(used[url]).toBeGreaterThan(250);
    expect(warnings()).toEqual([{ type: 'client.unhealthy_used', name: 'orders', endpoint: expect.any(String), status: 'unhealthy', atMs: expect.any(Number) }]);
    clock.advance(60_000);
    send(10, { down: [A, B, C] });
    expect(warnings()).toHaveLength(2);
    send(100);
    expect(statuses()).toEqual(['healthy', 'healthy', 'healthy']);
  });

  it('leaves nobody out for longer because all are down, so that all come back soon', () => {
    const { clock, send, statuses } = create({ endpoints: [A, B] });
    send(30_000, { down: [A, B] });
    send(100);
    clock.advance(1000);
    expect(statuses()).toEqual(['healthy', 'healthy']);
  });

  it('goes on with a single endpoint whatever happens', () => {
    const { send, statuses } = create({ endpoints: [A] });
    expect(send(50, { down: [A] })).toEqual({ [A]: 50 });
    expect(statuses()).toEqual(['unhealthy']);
    send(2);
    expect(statuses()).toEqual(['degraded']);
  });

  it('counts no call that has ended, however often it is told so (PHR-03)', () => {
    const { pool } = create({ balancing: 'least-connections' });
    const open = Array.from({ length: 999 }, () => pool.pick());
    expect(pool.endpoints.map(({ inFlight }) => inFlight)).toEqual([333, 333, 333]);
    for (const [index, { settle }] of open.entries()) {
      const result = { durationMs: 5, failed: index % 7 === 0, abandoned: index % 3 === 0 };
      settle(result);
      settle(result);
    }
    expect(pool.endpoints.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });

  it('starts its round at a place of chance in each environment (PHR-08)', () => {
    const firsts: Record<string, number> = {};
    for (let seed = 0; seed < 3000; seed += 1) {
      const { url } = create({ balancing: 'round-robin' }, seed).pool.pick();
      firsts[url] = (firsts[url] ?? 0) + 1;
    }
    for (const url of [A, B, C]) expect(Math.abs(firsts[url]! - 1000)).toBeLessThan(100);
  });

  it('goes round evenly', () => {
    expect(create({ balancing: 'round-robin' }).send(300)).toEqual({ [A]: 100, [B]: 100, [C]: 100 });
  });

  it('uses what a call has tried only if there is nothing else', () => {
    const { pool } = create();
    for (let call = 0; call < 100; call += 1) expect(pool.pick([A, C]).url).toBe(B);
    expect([A, B, C]).toContain(pool.pick([A, B, C]).url);
  });

  it('learns nothing of its health from a call that was given up, only that it took at least that long', () => {
    const { clock, pool } = create({ endpoints: [A] });
    pool.pick().settle({ durationMs: 20, failed: false });
    clock.advance(1000);
    for (let call = 0; call < 5; call += 1) pool.pick().settle({ durationMs: 900, failed: true, abandoned: true });
    clock.advance(1000);
    pool.pick().settle({ durationMs: 1, failed: false, abandoned: true });
    expect(pool.endpoints).toEqual([{ url: A, status: 'healthy', score: 1, inFlight: 0, latencyMs: 900 }]);
  });

  it('learns from calls that were given up that it is slow again, though it was slower before', () => {
    const { clock, pool } = create({ endpoints: [A, B] });
    for (const avoid of [A, B]) pool.pick([avoid]).settle({ durationMs: avoid === A ? 500 : 20, failed: false });
    // What was known of it counts for nothing by now.
    clock.advance(120_000);
    pool.pick([A]).settle({ durationMs: 60, failed: false, abandoned: true });
    for (let call = 0; call < 100; call += 1) {
      const { url, settle } = pool.pick();
      settle({ durationMs: 0, failed: false, abandoned: true });
      expect(url).toBe(A);
    }
  });

  it('uses an endpoint again, of two, that was slow once, though calls come one after the other', () => {
    const { clock, pool, send } = create({ endpoints: [A, B] });
    send(10);
    pool.pick([A]).settle({ durationMs: 2000, failed: false });
    expect(send(100)[B]).toBeUndefined();
    clock.advance(90_000);
    const used = send(1000);
    for (const url of [A, B]) expect(used[url]).toBeGreaterThan(400);
  });

  it('does not take quick failures for speed', () => {
    const { clock, pool } = create({ endpoints: [A], unhealthyThreshold: 100 });
    pool.pick().settle({ durationMs: 1, failed: true });
    expect(pool.endpoints[0]?.latencyMs).toBeUndefined();
    pool.pick().settle({ durationMs: 50, failed: false });
    clock.advance(1000);
    for (let call = 0; call < 50; call += 1) pool.pick().settle({ durationMs: 1, failed: true });
    expect(pool.endpoints[0]?.latencyMs).toBe(50);
  });

  it('does not let calls from before an ejection decide about what comes after it', () => {
    const { clock, pool, send, statuses } = create({ endpoints: [A, B] });
    const late = Array.from({ length: 20 }, () => pool.pick()).filter(({ url }) => url === B);
    send(50, { down: [B] });
    expect(statuses()[1]).toBe('unhealthy');
    for (const { settle } of late) settle({ durationMs: 9, failed: false });
    clock.advance(30_000);
    expect(statuses()[1]).toBe('probing');
    for (let call = 0; call < 9; call += 1) late[0]!.settle({ durationMs: 9, failed: true });
    expect(statuses()[1]).toBe('probing');
  });

  it('leaves out an endpoint that fails much more often than the others, though never in a row', () => {
    const urls = [A, B, C, 'http://d', 'http://e'];
    const { pool, clock, statuses } = create({ endpoints: urls, balancing: 'round-robin' });
    let bad = 0;
    for (let call = 0; call < 4000; call += 1) {
      const { url, settle } = pool.pick();
      clock.advance(10);
      settle({ durationMs: 10, failed: url === B && (bad += 1) % 3 === 0 });
    }
    expect(statuses()).toEqual(['healthy', 'unhealthy', 'healthy', 'healthy', 'healthy']);
  });

  it('shows what it knows', () => {
    const { pool } = create({ endpoints: [{ url: A, weight: 2, zone: 'use1-az1' }] });
    expect(pool.endpoints).toEqual([{ url: A, weight: 2, zone: 'use1-az1', status: 'healthy', score: 1, inFlight: 0, latencyMs: undefined }]);
  });
});

describe('a list of endpoints that changes', () => {
  const list = (...urls: string[]): Endpoint[] => urls.map((url) => ({ url }));

  it('keeps what is known of those that stay, and forgets those that go', () => {
    const { pool, send, changes } = create();
    const open = pool.pick([B, C]);
    send(100, { down: [B] });
    pool.update([{ url: B, weight: 3 }, ...list(C, 'http://d')]);
    expect(pool.endpoints.map(({ url, weight, status }) => [url, weight, status])).toEqual([
      [B, 3, 'unhealthy'],
      [C, undefined, 'healthy'],
      ['http://d', undefined, 'healthy'],
    ]);
    expect(send(300)[A]).toBeUndefined();
    pool.update(list(C));
    open.settle({ durationMs: 1, failed: true });
    expect(changes()).toEqual(['b:8080 healthy > unhealthy']);
  });

  it('lets new ones in step by step, and the first ones at once', () => {
    const { pool, clock, send } = create({ balancing: 'weighted' });
    expect(send(300)[B]).toBeGreaterThan(80);
    pool.update(list(A, B, C, 'http://d'));
    expect(send(90)['http://d'] ?? 0).toBeLessThan(12);
    clock.advance(10_000);
    expect(send(400)['http://d']).toBeGreaterThan(80);
  });

  it('may be empty, and then there is nothing to pick', () => {
    const clock = new ManualClock();
    const pool = new EndpointPool('orders', ROUTING_DEFAULTS, [], { clock, sink: new RecordingSink(), random: new SeededRandom(1) });
    expect(() => pool.pick()).toThrow(NoEndpointError);
    expect(() => pool.pick()).toThrow('no endpoint of orders is known');
    pool.update(list(A));
    expect(pool.pick().url).toBe(A);
  });
});
