import { describe, expect, it } from '@jest/globals';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { createRateLimiter } from '../../../runtime/src/rate-limit/create.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import type { RateLimitOptions } from '../../../runtime/src/rate-limit/options.ts';
import { compositeRateLimit, endpointRateLimit, ipRateLimit, tenantRateLimit, userRateLimit } from '../../../runtime/src/rate-limit/presets.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const CALL = { tenant: 'acme', user: 'ann', ip: '203.0.113.7', operation: 'GET /orders/{id}', method: 'GET', path: '/orders/7' } satisfies CallContext;
const OTHER = { tenant: 'globex', user: 'bob', ip: '203.0.113.8', operation: 'POST /orders', method: 'POST', path: '/orders' } satisfies CallContext;
type Dimension = keyof typeof CALL;

const PRESETS: [string, RateLimitOptions, readonly Dimension[]][] = [
  ['tenant', tenantRateLimit('tenants', 1, 60_000), ['tenant']],
  ['user', userRateLimit('users', 1, 60_000), ['user']],
  ['address', ipRateLimit('addresses', 1, 60_000), ['ip']],
  ['endpoint', endpointRateLimit('endpoints', 1, 60_000), ['operation']],
  ['composite', compositeRateLimit('composites', ['tenant', 'operation'], 1, 60_000), ['tenant', 'operation']],
];
const DIMENSIONS = Object.keys(CALL) as Dimension[];
const PAIRS = PRESETS.flatMap(([name, options, separated]) =>
  DIMENSIONS.map((dimension): [string, string, Dimension, RateLimitOptions] => [name, separated.includes(dimension) ? 'separates' : 'does not separate', dimension, options]),
);

function limiterOf(options: RateLimitOptions) {
  return createRateLimiter(options, { store: new MemoryRateLimitStore(), clock: new ManualClock(), random: new SeededRandom(1), sink: new RecordingSink(), environment: {} });
}

async function isAdmitted(limiter: ReturnType<typeof limiterOf>, call: CallContext): Promise<boolean> {
  return limiter.execute(() => true, call).catch(() => false);
}

describe('ready-made limits (RL-09)', () => {
  it.each(PAIRS)('%s %s callers by %s (PRL-03)', async (_name, verb, dimension, options) => {
    const limiter = limiterOf({ ...options, onLimited: undefined });
    await expect(isAdmitted(limiter, CALL)).resolves.toBe(true);
    await expect(isAdmitted(limiter, CALL)).resolves.toBe(false);
    await expect(isAdmitted(limiter, { ...CALL, [dimension]: OTHER[dimension] })).resolves.toBe(verb === 'separates');
  });

  it.each(PRESETS)('%s admits as many as it says', async (_name, options) => {
    const limiter = limiterOf({ ...options, strategy: 'fixed-window', limits: [{ limit: 3, periodMs: 60_000 }] });
    const results: boolean[] = [];
    for (let index = 0; index < 5; index += 1) results.push(await isAdmitted(limiter, CALL));
    expect(results).toEqual([true, true, true, false, false]);
  });

  it('take limit and period in this order', () => {
    expect(userRateLimit('users', 100, 60_000)).toEqual({ name: 'users', by: ['user'], limits: [{ limit: 100, periodMs: 60_000 }] });
  });

  it('share one limit among the unknown, which is that of nobody who has a name', async () => {
    const limiter = limiterOf(userRateLimit('users', 1, 60_000));
    await expect(isAdmitted(limiter, {})).resolves.toBe(true);
    await expect(isAdmitted(limiter, { ip: '203.0.113.7' })).resolves.toBe(false);
    for (const user of ['', 'null', 'undefined', 'unknown']) await expect(isAdmitted(limiter, { user })).resolves.toBe(true);
  });
});
