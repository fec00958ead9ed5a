import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { ABANDONED, type Outcome } from '../../../runtime/src/core/outcome.ts';
import { RateLimitedError } from '../../../runtime/src/rate-limit/errors.ts';
import type { LimitNearEvent } from '../../../runtime/src/rate-limit/events.ts';
import { abandon, admitted, ask, isPermit, LimiterFleet, settled, steadily } from './limiter-fleet.ts';

const SUCCESS: Outcome = { kind: 'success', value: undefined };
const FAILURE: Outcome = { kind: 'failure', error: new Error('down') };

/** Makes ten calls that end in some way. Returns how many more are admitted, all at once. */
async function leftAfter(fleet: LimiterFleet, outcome: Outcome): Promise<number> {
  const limiter = fleet.environment();
  for (let call = 0; call < 10; call += 1) {
    const answer = await ask(limiter);
    if (isPermit(answer)) await answer.settle(outcome);
  }
  const answers = await Promise.all(Array.from({ length: 20 }, async () => ask(limiter)));
  return answers.filter(isPermit).length;
}

describe('a rate limiter', () => {
  it.each([1, 10, 100, 500, 1000])('admits exactly the burst out of idleness, in one environment: %p', async (limit) => {
    const fleet = new LimiterFleet({ limits: [{ limit, periodMs: 1000 }] });
    await expect(admitted(fleet.environment(), limit * 2)).resolves.toBe(limit);
  });

  it('admits exactly the burst out of idleness, in many environments at once (PRL-01)', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 100, periodMs: 1000 }] });
    const counts = await Promise.all(fleet.environments(30).map((limiter) => admitted(limiter, 10)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  it('finds all of the burst after a pause, also where leases were held before', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 100, periodMs: 1000 }] });
    const environments = fleet.environments(3);
    await steadily(fleet, environments, 50, 4000);
    fleet.clock.advance(2500);
    await expect(admitted(environments[0]!, 200)).resolves.toBe(100);
  });

  it.each(['fixed-window', 'sliding-window'] as const)('admits exactly the limit of a %s', async (strategy) => {
    const fleet = new LimiterFleet({ strategy });
    const counts = await Promise.all(fleet.environments(5).map((limiter) => admitted(limiter, 10)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);
  });

  it('has the burst that was set, and refills it steadily', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 10, periodMs: 1000, burst: 3 }] });
    const limiter = fleet.environment();
    await expect(admitted(limiter, 10)).resolves.toBe(3);
    fleet.clock.advance(100);
    await expect(admitted(limiter, 10)).resolves.toBe(1);
    fleet.clock.advance(10_000);
    await expect(admitted(limiter, 10)).resolves.toBe(3);
  });

  it('decides without the store while tokens are in hand', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 1000, periodMs: 1000 }] });
    const limiter = fleet.environment();
    await steadily(fleet, [limiter], 20, 2000);
    const before = fleet.store.requests;
    let permit = ask(limiter);
    // The lease may just be used up: then the next one is asked for.
    if (permit instanceof Promise) await permit;
    permit = ask(limiter);
    expect(permit).not.toBeInstanceOf(Promise);
    expect(isPermit(permit)).toBe(true);
    expect(fleet.store.requests - before).toBeLessThanOrEqual(1);
    const writes = fleet.store.requests;
    await steadily(fleet, [limiter], 20, 10_000);
    expect(fleet.store.requests - writes).toBeLessThan(500 / 10);
  });

  it('refuses without the store while no token can be there, to the millisecond', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    await admitted(limiter, 10);
    const before = fleet.store.requests;
    const refused = ask(limiter);
    expect(refused).toMatchObject({ name: 'RateLimitedError', code: 'RATE_LIMITED', statusCode: 429, limitName: 'api', retryAfterMs: 100 });
    fleet.clock.advance(99);
    expect(ask(limiter)).toMatchObject({ retryAfterMs: 1 });
    expect(fleet.store.requests).toBe(before);
    fleet.clock.advance(1);
    await expect(admitted(limiter, 2)).resolves.toBe(1);
    expect(fleet.store.requests).toBe(before + 1);
  });

  it('looks at a denial again after a minute: an operator may have freed the key', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 1, periodMs: 3_600_000 }] });
    const [one, other] = [fleet.environment(), fleet.environment()];
    await admitted(one, 2);
    await other.reset('api').catch(() => undefined);
    fleet.clock.advance(59_999);
    const before = fleet.store.requests;
    await expect(admitted(one, 1)).resolves.toBe(0);
    expect(fleet.store.requests).toBe(before);
    fleet.clock.advance(1);
    await admitted(one, 1);
    expect(fleet.store.requests).toBe(before + 1);
  });

  it('asks once for all calls that come while the first is on its way, and once more for fewer where they are too many', async () => {
    for (const [limit, writes, passed] of [[100, 2, 50], [20, 3, 20]] as const) {
      const fleet = new LimiterFleet({ limits: [{ limit, periodMs: 1000 }] });
      const limiter = fleet.environment();
      const answers = await Promise.all(Array.from({ length: 50 }, async () => ask(limiter)));
      expect(answers.filter(isPermit)).toHaveLength(passed);
      expect(fleet.store.takes).toHaveLength(writes);
    }
  });

  it('asks for the next tokens before they are missed: the end of a call waits for them', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 1000, periodMs: 1000 }] });
    const limiter = fleet.environment();
    await steadily(fleet, [limiter], 20, 3000);
    let asking = 0;
    for (let call = 0; call < 200; call += 1) {
      const answer = ask(limiter);
      expect(answer).not.toBeInstanceOf(Promise);
      if (isPermit(answer)) {
        const settling = answer.settle(SUCCESS);
        if (settling instanceof Promise) asking += 1;
        await settling;
      }
      fleet.clock.advance(20);
    }
    expect(asking).toBeGreaterThan(0);
  });
});

describe('the cost of a call', () => {
  it('is what it says, else what costOf says', async () => {
    await expect(admitted(new LimiterFleet().environment(), 10, { cost: 3 })).resolves.toBe(3);
    await expect(admitted(new LimiterFleet({ costOf: () => 5 }).environment(), 10, { cost: 3 })).resolves.toBe(2);
  });

  it('may be nothing: the call passes without the store', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    await admitted(limiter, 10);
    const before = fleet.store.requests;
    await expect(admitted(limiter, 5, { cost: 0 })).resolves.toBe(5);
    expect(fleet.store.requests).toBe(before);
  });

  it('above all that a limit ever gives is refused at once, with no time to come back at', async () => {
    const fleet = new LimiterFleet();
    const refused = ask(fleet.environment(), { cost: 11 });
    expect(refused).toBeInstanceOf(RateLimitedError);
    expect((refused as RateLimitedError).retryAfterMs).toBeUndefined();
    expect(fleet.store.requests).toBe(0);
  });

  it.each([-1, 0.5, Number.NaN, Infinity])('cannot be %p', async (cost) => {
    const limiter = new LimiterFleet().environment();
    expect(() => ask(limiter, { cost })).toThrow(ConfigurationError);
    expect(() => limiter.consume('key', cost)).toThrow('return a whole number from 0');
    await expect(limiter.refund('key', cost)).rejects.toThrow(ConfigurationError);
  });
});

describe('tokens of a call that shall not count', () => {
  it('serve the next call where it was given up', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    for (let call = 0; call < 50; call += 1) await expect(abandon(limiter)).resolves.toBe(true);
    await expect(admitted(limiter, 20)).resolves.toBe(10);
  });

  it('go back once, however often the end is told', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 2, periodMs: 60_000 }] });
    const limiter = fleet.environment();
    const permit = await ask(limiter);
    if (isPermit(permit)) for (let time = 0; time < 3; time += 1) await permit.settle(ABANDONED);
    await expect(admitted(limiter, 10)).resolves.toBe(2);
  });

  it('are those of the calls that skipSuccessful and skipFailed name, and of no others', async () => {
    await expect(leftAfter(new LimiterFleet({ skipSuccessful: true }), SUCCESS)).resolves.toBe(10);
    await expect(leftAfter(new LimiterFleet({ skipSuccessful: true }), FAILURE)).resolves.toBe(0);
    await expect(leftAfter(new LimiterFleet({ skipFailed: true }), FAILURE)).resolves.toBe(10);
    await expect(leftAfter(new LimiterFleet({ skipFailed: true }), SUCCESS)).resolves.toBe(0);
    const answered = (statusCode: number) => ({ kind: 'success', value: { statusCode } }) as const;
    await expect(leftAfter(new LimiterFleet({ skipSuccessful: true }), answered(399))).resolves.toBe(10);
    await expect(leftAfter(new LimiterFleet({ skipSuccessful: true }), answered(401))).resolves.toBe(0);
    await expect(leftAfter(new LimiterFleet({ skipFailed: true }), answered(401))).resolves.toBe(10);
  });

  it('do not land in a later window (PRL-14)', async () => {
    const fleet = new LimiterFleet({ strategy: 'fixed-window' });
    const limiter = fleet.environment();
    const permits = [];
    for (let call = 0; call < 10; call += 1) permits.push(await ask(limiter));
    fleet.clock.advance(1000);
    await admitted(limiter, 5);
    for (const permit of permits) if (isPermit(permit)) await permit.settle(ABANDONED);
    await expect(admitted(limiter, 20)).resolves.toBe(5);
  });

  it('go back within their window, also from another environment', async () => {
    const fleet = new LimiterFleet({ strategy: 'fixed-window' });
    const [one, other] = [fleet.environment(), fleet.environment()];
    await abandon(one);
    await one.giveBack();
    await expect(admitted(other, 20)).resolves.toBe(10);
  });
});

describe('a dry run', () => {
  it('lets every call pass, and counts and reports what it would have refused', async () => {
    const fleet = new LimiterFleet({ dryRun: true });
    const limiter = fleet.environment();
    await expect(admitted(limiter, 15)).resolves.toBe(15);
    expect(limiter.statistics).toMatchObject({ total: 15, admitted: 10, refused: 5 });
    expect(fleet.sink.events.filter(({ type }) => type === 'limit.would_refuse')).toHaveLength(5);
    expect(fleet.sink.events.filter(({ type }) => type === 'limit.refused')).toHaveLength(0);
  });
});

describe('calls that are not limited', () => {
  it('are those that skip names', async () => {
    const fleet = new LimiterFleet({ skip: ({ path }) => path === '/health' });
    const limiter = fleet.environment();
    await expect(admitted(limiter, 50, { path: '/health' })).resolves.toBe(50);
    expect(fleet.store.requests).toBe(0);
    await expect(admitted(limiter, 50, { path: '/' })).resolves.toBe(10);
  });

  it('are all where the limit is switched off', async () => {
    const fleet = new LimiterFleet({ enabled: false });
    await expect(admitted(fleet.environment(), 50)).resolves.toBe(50);
    expect(fleet.environment().consume('key', 100)).toMatchObject({ admitted: true });
    expect(fleet.store.requests).toBe(0);
  });
});

describe('a limit that is nearly used up', () => {
  it('is reported at the share that was set, once a period and environment', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 100, periodMs: 1000, burst: 10 }], warnAt: 0.8 });
    const limiter = fleet.environment();
    const near = () => fleet.sink.ofType<LimitNearEvent>('limit.near');
    await admitted(limiter, 7);
    expect(near()).toHaveLength(0);
    await admitted(limiter, 1);
    expect(near()).toMatchObject([{ key: 'api', limit: 100, remaining: 2 }]);
    await admitted(limiter, 2);
    expect(near()).toHaveLength(1);
    fleet.clock.advance(1000);
    await admitted(limiter, 10);
    expect(near()).toHaveLength(2);
  });

  it('is not reported unless that was asked for', async () => {
    const fleet = new LimiterFleet();
    await admitted(fleet.environment(), 20);
    expect(fleet.sink.ofType('limit.near')).toHaveLength(0);
  });
});

describe('waiting for a token', () => {
  it('takes as long as the token does, and no longer', async () => {
    const fleet = new LimiterFleet({ maxWaitMs: 1000 });
    const limiter = fleet.environment();
    await admitted(limiter, 10);
    await expect(admitted(limiter, 1)).resolves.toBe(1);
    expect(fleet.sleeps).toStrictEqual([100]);
  });

  it('is not begun where the token comes too late for the limit of it, or for the deadline', async () => {
    const fleet = new LimiterFleet({ maxWaitMs: 99 });
    const limiter = fleet.environment();
    await admitted(limiter, 10);
    await expect(ask(limiter)).resolves.toBeInstanceOf(RateLimitedError);
    const patient = new LimiterFleet({ maxWaitMs: 10_000 });
    const other = patient.environment();
    await admitted(other, 10);
    await expect(ask(other, { deadlineMs: patient.clock.nowMs() + 99 })).resolves.toBeInstanceOf(RateLimitedError);
    await expect(ask(other, { signal: AbortSignal.abort() })).resolves.toBeInstanceOf(RateLimitedError);
    expect([...fleet.sleeps, ...patient.sleeps]).toStrictEqual([]);
    await expect(admitted(other, 1, { deadlineMs: patient.clock.nowMs() + 100 })).resolves.toBe(1);
  });
});

describe('executing an operation', () => {
  it('runs it within the limit, and not beyond', async () => {
    const limiter = new LimiterFleet({ limits: [{ limit: 1, periodMs: 1000 }] }).environment();
    await expect(limiter.execute(() => 'value')).resolves.toBe('value');
    let ran = false;
    await expect(limiter.execute(() => (ran = true))).rejects.toBeInstanceOf(RateLimitedError);
    expect(ran).toBe(false);
  });

  it('is answered by onLimited where the limit is reached, and by nothing else where it fails', async () => {
    const onLimited = (error: RateLimitedError) => `come back in ${error.retryAfterMs}`;
    const limiter = new LimiterFleet({ limits: [{ limit: 2, periodMs: 1000 }], onLimited }).environment();
    await expect(limiter.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await limiter.execute(() => 'value');
    await expect(limiter.execute(() => 'value')).resolves.toBe('come back in 500');
  });

  it('gives back the token of an operation that another policy refused', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 1, periodMs: 60_000 }] });
    const limiter = fleet.environment();
    const inner = new RateLimitedError('inner', { limit: 1, periodMs: 1, remaining: 0, resetAtMs: 0 }, 1);
    for (let call = 0; call < 5; call += 1) await expect(limiter.execute(() => Promise.reject(inner))).rejects.toBe(inner);
    await expect(limiter.execute(() => 'value')).resolves.toBe('value');
  });
});

describe('the statistics', () => {
  it('are those of this environment (RL-20)', async () => {
    const fleet = new LimiterFleet({ by: ['tenant'] });
    const [limiter, other] = [fleet.environment(), fleet.environment()];
    await admitted(limiter, 12, { tenant: 'a' });
    await admitted(limiter, 3, { tenant: 'b' });
    expect(limiter.statistics).toStrictEqual({ total: 15, admitted: 13, refused: 2, degraded: 0, keys: 2 });
    expect(other.statistics.total).toBe(0);
  });

  it('show that keys are never remembered beyond their maximum', async () => {
    const fleet = new LimiterFleet({ by: ['tenant'], maxKeys: 5 });
    const limiter = fleet.environment();
    for (let tenant = 0; tenant < 50; tenant += 1) await admitted(limiter, 1, { tenant: `t${tenant}` });
    expect(limiter.statistics.keys).toBe(5);
    await settled();
  });
});
