import { describe, expect, it } from '@jest/globals';
import type { LimitChangedEvent, LimitNearEvent, LimitRefusedEvent } from '../../../runtime/src/rate-limit/events.ts';
import { rateLimit } from '../../../runtime/src/rate-limit/middleware.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { invoke } from '../middy/gates.ts';
import { admitted, ask, isPermit, LimiterFleet } from './limiter-fleet.ts';

const requestOf = (path: string) => ({ version: '2.0', rawPath: path, requestContext: { http: { method: 'GET', path } } });

describe('requests that skip names by their path (RL-16)', () => {
  it('are not limited, and take nothing from those that are', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 1, periodMs: 60_000 }], skip: ({ path }) => path === '/health' || path === '/metrics' });
    const handler = middy().use(rateLimit(fleet.environment())).handler(async () => ({ statusCode: 200 }));
    const statusOf = async (path: string) => ((await invoke(handler, requestOf(path))) as { statusCode: number }).statusCode;
    const statuses: number[] = [];
    for (const path of ['/health', '/metrics', '/orders', '/orders', '/health']) statuses.push(await statusOf(path));
    expect(statuses).toEqual([200, 200, 200, 429, 200]);
  });
});

describe('a soft budget (RL-19)', () => {
  it('warns before anybody is refused, and tells what an operator changed', async () => {
    const fleet = new LimiterFleet({ warnAt: 0.8, maxLeaseMs: 0 });
    const limiter = fleet.environment();
    await expect(admitted(limiter, 8)).resolves.toBe(8);
    const nowMs = fleet.clock.nowMs();
    expect(fleet.sink.ofType<LimitNearEvent>('limit.near')).toMatchObject([{ name: 'api', key: 'api', limit: 10, remaining: 2, resetAtMs: nowMs + 800 }]);
    expect(fleet.sink.ofType('limit.refused')).toHaveLength(0);
    await limiter.block('acme', 5000);
    await limiter.unblock('acme');
    await limiter.reset('acme');
    const changes = fleet.sink.ofType<LimitChangedEvent>('limit.changed').map(({ key, change, atMs }) => ({ key, change, atMs }));
    expect(changes).toEqual(['block', 'unblock', 'reset'].map((change) => ({ key: '["api","acme"]', change, atMs: nowMs })));
  });
});

describe('a refusal on record (LO-12)', () => {
  it('has the limit, what remains and the reset', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    await admitted(limiter, 10);
    expect(isPermit(await ask(limiter))).toBe(false);
    const resetAtMs = fleet.clock.nowMs() + 1000;
    expect(fleet.sink.ofType<LimitRefusedEvent>('limit.refused')).toMatchObject([{ name: 'api', retryAfterMs: 100, limit: 10, remaining: 0, resetAtMs }]);
  });
});

describe('statistics (PRL-08)', () => {
  it('are counted without a request to the store', async () => {
    const fleet = new LimiterFleet({ strategy: 'fixed-window', maxLeaseMs: 0 });
    const limiter = fleet.environment();
    await admitted(limiter, 15);
    const { requests } = fleet.store;
    // A write for each call that was admitted, and at most one to learn that the limit is reached.
    expect(requests).toBeLessThanOrEqual(11);
    expect(limiter.statistics).toEqual({ total: 15, admitted: 10, refused: 5, degraded: 0, keys: 1 });
    expect(fleet.store.requests).toBe(requests);
  });
});
