import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { LimitRule, LimitsResolver } from '../../../runtime/src/rate-limit/options.ts';
import { abandon, admitted, ask, isPermit, LimiterFleet } from './limiter-fleet.ts';

const of = (limit: number): readonly LimitRule[] => [{ limit, periodMs: 1000 }];

describe('the keys of a limiter', () => {
  it.each(['tenant', 'user', 'ip', 'operation', 'method', 'path'] as const)('tell calls apart by their %s and by nothing else (PRL-03)', async (part) => {
    const limiter = new LimiterFleet({ by: [part] }).environment();
    await expect(admitted(limiter, 20, { [part]: 'a' })).resolves.toBe(10);
    await expect(admitted(limiter, 20, { [part]: 'b' })).resolves.toBe(10);
    const others = { tenant: 'x', user: 'x', ip: 'x', operation: 'x', method: 'x', path: 'x' };
    await expect(admitted(limiter, 20, { ...others, [part]: 'a' })).resolves.toBe(0);
  });

  it('are what keyOf says where it is given', async () => {
    const limiter = new LimiterFleet({ keyOf: ({ user = '' }) => user.toLowerCase() }).environment();
    await expect(admitted(limiter, 20, { user: 'Ada' })).resolves.toBe(10);
    await expect(admitted(limiter, 20, { user: 'ADA' })).resolves.toBe(0);
    const composite = new LimiterFleet({ keyOf: ({ user = '', tenant = '' }) => [tenant, user] }).environment();
    await expect(admitted(composite, 20, { user: 'b', tenant: 'a' })).resolves.toBe(10);
    await expect(admitted(composite, 20, { user: '', tenant: 'ab' })).resolves.toBe(10);
  });
});

describe('the limits of a key', () => {
  it('are those of its user, else of its tenant, else of all', async () => {
    const limiter = new LimiterFleet({ by: ['tenant', 'user'], tenantLimits: { acme: of(4) }, userLimits: { ada: of(5) } }).environment();
    await expect(admitted(limiter, 20, { tenant: 'acme', user: 'ada' })).resolves.toBe(5);
    await expect(admitted(limiter, 20, { tenant: 'acme', user: 'bob' })).resolves.toBe(4);
    await expect(admitted(limiter, 20, { tenant: 'other', user: 'bob' })).resolves.toBe(10);
    await expect(admitted(limiter, 20, { tenant: 'constructor' })).resolves.toBe(10);
  });

  it('all give a token or none does (PRL-12)', async () => {
    const limiter = new LimiterFleet({ limits: [{ limit: 2, periodMs: 1000 }, { limit: 100, periodMs: 60_000 }] }).environment();
    await admitted(limiter, 50);
    const { policies } = await limiter.peek('api').then(() => limiter.consume([], 0));
    expect(policies).toStrictEqual([]);
    const refused = ask(limiter);
    expect(refused).toMatchObject({ policies: [{ limit: 2, remaining: 0 }, { limit: 100, remaining: 98 }] });
  });

  it('can be looked up, at once or later, and are remembered for a minute', async () => {
    for (const isLate of [false, true]) {
      let looked = 0;
      let limit = 2;
      const limitsOf: LimitsResolver = () => {
        looked += 1;
        return isLate ? Promise.resolve(of(limit)) : of(limit);
      };
      const fleet = new LimiterFleet({ limits: undefined, limitsOf });
      const limiter = fleet.environment();
      await expect(admitted(limiter, 20)).resolves.toBe(2);
      limit = 8;
      fleet.clock.advance(59_999);
      await expect(admitted(limiter, 20)).resolves.toBe(2);
      expect(looked).toBe(1);
      fleet.clock.advance(1000);
      await expect(admitted(limiter, 20)).resolves.toBe(8);
      expect(looked).toBe(2);
    }
  });

  it('are looked up once for calls that come together', async () => {
    let looked = 0;
    const limitsOf = () => {
      looked += 1;
      return Promise.resolve(of(4));
    };
    const limiter = new LimiterFleet({ limitsOf }).environment();
    const answers = await Promise.all(Array.from({ length: 20 }, async () => ask(limiter)));
    expect(looked).toBe(1);
    expect(answers.filter(isPermit)).toHaveLength(4);
  });

  it.each<[string, LimitsResolver]>([
    ['throws', () => { throw new Error('down'); }],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['finds limits that cannot work', () => [{ limit: 0, periodMs: 1000 }]],
    ['finds something else later', () => Promise.resolve('many' as unknown as readonly LimitRule[])],
  ])('are those of the configuration where the look-up %s, which is reported', async (_title, limitsOf) => {
    const fleet = new LimiterFleet({ limitsOf });
    const limiter = fleet.environment();
    await expect(admitted(limiter, 20)).resolves.toBe(10);
    expect(fleet.sink.ofType('limit.callback_failed')).toHaveLength(1);
    fleet.clock.advance(10_000);
    await admitted(limiter, 1);
    expect(fleet.sink.ofType('limit.callback_failed')).toHaveLength(2);
  });

  it('are those of the configuration where the look-up leaves it to them; with none at all nothing is limited', async () => {
    await expect(admitted(new LimiterFleet({ limitsOf: () => undefined }).environment(), 20)).resolves.toBe(10);
    const unlimited = new LimiterFleet({ limits: undefined, limitsOf: () => undefined });
    await expect(admitted(unlimited.environment(), 20)).resolves.toBe(20);
  });
});

describe('consuming tokens of a key', () => {
  it('says what came of it and throws nothing', async () => {
    const limiter = new LimiterFleet().environment();
    expect(await limiter.consume('key', 10)).toMatchObject({ admitted: true, retryAfterMs: undefined, status: { limit: 10, remaining: 0 } });
    expect(limiter.consume('key', 4)).toMatchObject({ admitted: false, retryAfterMs: 400, status: { remaining: 0 } });
    expect(await limiter.consume(['key', 'other'], 4)).toMatchObject({ admitted: true, status: { remaining: 6 } });
    expect(limiter.statistics).toMatchObject({ total: 3, admitted: 2, refused: 1 });
  });
});

describe('a look at a key', () => {
  it('takes nothing, and shows what others took', async () => {
    const fleet = new LimiterFleet();
    const [one, other] = [fleet.environment(), fleet.environment()];
    await one.consume('key', 4);
    await expect(other.peek('key')).resolves.toMatchObject({ admitted: true, status: { remaining: 6, resetAtMs: fleet.clock.nowMs() + 400 } });
    await expect(other.peek('key')).resolves.toMatchObject({ status: { remaining: 6 } });
  });
});

describe('a refund', () => {
  it('lets as many tokens be taken again, and is reported', async () => {
    const fleet = new LimiterFleet({ maxLeaseMs: 0 });
    const limiter = fleet.environment();
    await limiter.consume('key', 10);
    await limiter.refund('key', 3);
    expect(await limiter.consume('key', 4)).toMatchObject({ admitted: false });
    expect(await limiter.consume('key', 3)).toMatchObject({ admitted: true });
    expect(fleet.sink.ofType('limit.changed')).toMatchObject([{ key: '["api","key"]', change: 'refund' }]);
  });
});

describe('a reset', () => {
  it('lets the limits start anew, for this environment at once', async () => {
    const fleet = new LimiterFleet();
    const limiter = fleet.environment();
    await limiter.consume('key', 10);
    await limiter.reset('key');
    expect(await limiter.consume('key', 10)).toMatchObject({ admitted: true });
    expect(fleet.sink.ofType('limit.changed')).toMatchObject([{ change: 'reset' }]);
  });
});

describe('a block', () => {
  it('ends by itself', async () => {
    const fleet = new LimiterFleet();
    const [one, other] = [fleet.environment(), fleet.environment()];
    await one.block('key', 5000);
    expect(one.consume('key')).toMatchObject({ admitted: false, retryAfterMs: 5000 });
    expect(await other.consume('key')).toMatchObject({ admitted: false, retryAfterMs: 5000 });
    fleet.clock.advance(4999);
    expect(other.consume('key')).toMatchObject({ admitted: false, retryAfterMs: 1 });
    fleet.clock.advance(1);
    expect(await other.consume('key')).toMatchObject({ admitted: true });
  });

  it('can be ended, which others learn within a minute', async () => {
    const fleet = new LimiterFleet();
    const [one, other] = [fleet.environment(), fleet.environment()];
    await one.block('key', 3_600_000);
    await other.consume('key');
    await one.unblock('key');
    expect(await one.consume('key')).toMatchObject({ admitted: true });
    expect(other.consume('key')).toMatchObject({ admitted: false });
    fleet.clock.advance(60_000);
    expect(await other.consume('key')).toMatchObject({ admitted: true });
  });

  it('is not undone by a reset of the limits', async () => {
    const limiter = new LimiterFleet().environment();
    await limiter.block('key', 5000);
    await limiter.reset('key');
    expect(limiter.consume('key')).toMatchObject({ admitted: false });
  });

  it.each([0, -1, Number.NaN, Infinity, 0.5])('cannot last %p', async (durationMs) => {
    await expect(new LimiterFleet().environment().block('key', durationMs)).rejects.toThrow(ConfigurationError);
  });
});

describe('giving tokens back at the end', () => {
  it('lets others have what was not spent', async () => {
    const fleet = new LimiterFleet({ limits: [{ limit: 10, periodMs: 60_000 }], maxLeaseMs: 0 });
    const [one, other] = [fleet.environment(), fleet.environment()];
    for (let call = 0; call < 2; call += 1) await admitted(one, 1);
    await abandon(one);
    await one.giveBack();
    await expect(admitted(other, 20)).resolves.toBe(8);
    const before = fleet.store.requests;
    await one.giveBack();
    expect(fleet.store.requests).toBe(before);
  });
});
