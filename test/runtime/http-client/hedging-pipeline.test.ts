import { describe, expect, it } from '@jest/globals';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { createEndpointPool } from '../../../runtime/src/http-client/endpoint-pool.ts';
import { hedge } from '../../../runtime/src/http-client/hedging.ts';
import { createDependency } from '../../../runtime/src/http-client/resilient.ts';
import { World } from '../health/fixture.ts';

const [FAST, SLOW] = ['http://fast', 'http://slow'];

describe('a hedge within the policies of a dependency', () => {
  it('leaves no slot and no call behind, and no failure for the requests that have lost', async () => {
    const world = new World();
    const { clock, sink, sleep, dependencies } = world;
    const sources = { clock, sink, random: dependencies.random };
    const policy = hedge({ name: 'orders', hedgeAfterQuantile: 0.9 }, { clock, sink, sleep });
    const pool = createEndpointPool({ name: 'orders', endpoints: [FAST, SLOW], balancing: 'round-robin' }, sources);
    const dependency = createDependency(
      { name: 'orders', retry: false, circuit: { failureThreshold: 1 }, bulkhead: { maxConcurrent: 2, queueSize: 0 } },
      { ...sources, sleep, hedge: policy, environment: {} },
    );
    let isSlow = false;
    const attempt = async (tried: string[], { signal }: CallContext): Promise<string> => {
      const { url, settle } = pool.pick(tried);
      tried.push(url);
      const startedAtMs = clock.nowMs();
      const timer = new AbortController();
      try {
        await new Promise<void>((resolve, reject) => {
          void sleep(isSlow && url === SLOW ? 2000 : 20, timer.signal).then(resolve);
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        });
        return url;
      } finally {
        timer.abort();
        settle({ durationMs: clock.nowMs() - startedAtMs, failed: false, abandoned: signal?.aborted === true });
      }
    };
    const call = () => {
      const tried: string[] = [];
      return world.finish(dependency.execute((given) => attempt(tried, given), { method: 'GET' }));
    };
    for (let count = 0; count < 40; count += 1) await call();
    isSlow = true;
    for (let count = 0; count < 4; count += 1) {
      const { value, tookMs } = await call();
      expect(value).toBe(FAST);
      expect(tookMs).toBeLessThan(50);
    }
    expect(policy.statistics.won).toBeGreaterThan(1);
    expect(pool.endpoints.map(({ inFlight, status }) => [inFlight, status])).toEqual([
      [0, 'healthy'],
      [0, 'healthy'],
    ]);
    expect(dependency.parts.circuit?.snapshot()).toMatchObject({ phase: 'closed' });
    expect(dependency.statistics).toMatchObject({ calls: 44, succeeded: 44, inFlight: 0 });
    expect(sink.events.filter(({ type }) => type === 'circuit.failure')).toEqual([]);
    expect(world.sleeping).toBe(0);
  });
});
