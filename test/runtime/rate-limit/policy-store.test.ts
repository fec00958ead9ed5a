import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import type { RateLimitedError } from '../../../runtime/src/rate-limit/errors.ts';
import { admitted, ask, isPermit, LimiterFleet, settled, steadily } from './limiter-fleet.ts';

const STRATEGIES = ['token-bucket', 'sliding-window', 'fixed-window'] as const;

describe.each(STRATEGIES)('without its store a %s (PRL-10)', (strategy) => {
  it('lets every call pass where it was told to allow', async () => {
    const fleet = new LimiterFleet({ strategy, onStoreFailure: 'allow' });
    fleet.store.breakDown();
    const limiter = fleet.environment();
    await expect(admitted(limiter, 50)).resolves.toBe(50);
    expect(limiter.statistics).toStrictEqual({ total: 50, admitted: 50, refused: 0, degraded: 50, keys: 1 });
    expect(fleet.sink.events.filter(({ type }) => type === 'limit.degraded')).toHaveLength(50);
  });

  it('refuses every call where it was told to deny, with a second to come back in', async () => {
    const fleet = new LimiterFleet({ strategy, onStoreFailure: 'deny' });
    fleet.store.breakDown();
    const limiter = fleet.environment();
    await expect(admitted(limiter, 50)).resolves.toBe(0);
    expect(((await ask(limiter)) as RateLimitedError).retryAfterMs).toBe(1000);
  });

  it('admits a tenth of the limit by itself while it knows nothing of the fleet', async () => {
    const fleet = new LimiterFleet({ strategy, limits: [{ limit: 100, periodMs: 1000 }] });
    fleet.store.breakDown();
    const count = await steadily(fleet, [fleet.environment()], 5, 10_000);
    expect(count).toBeGreaterThanOrEqual(90);
    expect(count).toBeLessThanOrEqual(120);
  });

  it('admits about the share of the limit that it had before', async () => {
    const fleet = new LimiterFleet({ strategy, limits: [{ limit: 100, periodMs: 1000 }] });
    const environments = fleet.environments(4);
    await steadily(fleet, environments, 60, 20_000);
    fleet.store.breakDown();
    const count = await steadily(fleet, environments, 5, 10_000);
    expect(count).toBeGreaterThan(700);
    expect(count).toBeLessThan(1400);
  });

  it('answers every call, and every one that comes while others wait', async () => {
    for (const onStoreFailure of ['allow', 'deny', 'local'] as const) {
      const fleet = new LimiterFleet({ strategy, onStoreFailure });
      const release = fleet.store.hold();
      fleet.store.losesAnswers = true;
      fleet.store.breakDown('timeout');
      const limiter = fleet.environment();
      const asking = Array.from({ length: 30 }, async () => ask(limiter));
      release();
      const answers = await Promise.all(asking);
      expect(answers).toHaveLength(30);
      expect(answers.filter(isPermit).length === 30).toBe(onStoreFailure === 'allow');
    }
  });

  it('is back as soon as the store is, and what was counted is still counted (PRL-02)', async () => {
    const fleet = new LimiterFleet({ strategy, onStoreFailure: 'allow', maxLeaseMs: 0 });
    const limiter = fleet.environment();
    await admitted(limiter, 6);
    fleet.store.breakDown();
    await admitted(limiter, 5);
    await limiter.peek('api');
    fleet.store.recover();
    await expect(admitted(limiter, 10)).resolves.toBe(4);
    await expect(admitted(fleet.environment(), 10)).resolves.toBe(0);
  });
});

describe('a request to the store', () => {
  it('whose answer is lost costs its tokens, and gives none back twice', async () => {
    const fleet = new LimiterFleet({ onStoreFailure: 'deny' });
    const limiter = fleet.environment();
    fleet.store.losesAnswers = true;
    fleet.store.breakDown('timeout');
    await expect(admitted(limiter, 4)).resolves.toBe(0);
    fleet.store.recover();
    await expect(admitted(limiter, 20)).resolves.toBe(6);
  });

  it('has the deadline of the call, and of several calls the latest', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    const deadlineMs = fleet.clock.nowMs() + 1000;
    const release = fleet.store.hold();
    const asking = [{ deadlineMs }, { deadlineMs: deadlineMs + 5000 }, { deadlineMs }].map(async (call) => ask(limiter, call));
    release();
    await Promise.all(asking);
    await settled();
    await Promise.all([{ deadlineMs }, {}, { deadlineMs }].map(async (call) => ask(limiter, call)));
    expect(fleet.store.takes.map(({ request }) => request.deadlineMs)).toStrictEqual([deadlineMs, deadlineMs + 5000, deadlineMs, undefined]);
  });

  it('that fails with something unexpected is a store that does not answer', async () => {
    const fleet = new LimiterFleet({ onStoreFailure: 'allow' });
    fleet.store.failure = new TypeError('broken');
    await expect(admitted(fleet.environment(), 3)).resolves.toBe(3);
  });

  it('that a look at a key needs may fail: it is answered from what is known', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    await limiter.consume('key', 4);
    fleet.store.breakDown();
    await expect(limiter.peek('key')).resolves.toMatchObject({ admitted: true, status: { remaining: 6 } });
  });

  it('that a block or a reset needs must not fail in silence; a refund may', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    fleet.store.breakDown();
    await expect(limiter.block('key', 1000)).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(limiter.reset('key')).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(limiter.unblock('key')).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(limiter.refund('key')).resolves.toBeUndefined();
    await expect(limiter.giveBack()).resolves.toBeUndefined();
  });
});
