import { describe, expect, it } from '@jest/globals';
import { resolveRetryOptions } from '../../../runtime/src/retry/options.ts';
import { basicRetry, customRetry, databaseRetry, httpRetry, RETRY_PROFILES } from '../../../runtime/src/retry/presets.ts';

const BASIC = {
  strategy: 'exponential', initialDelayMs: 100, maxDelayMs: 30_000, multiplier: 2, jitter: 'ratio', jitterRatio: 0.1, attemptTimeoutMs: 30_000, totalTimeoutMs: 300_000,
};

describe('presets', () => {
  it('the basic one and the one for HTTP, which adds both lists of statuses (RT-18, C-09)', () => {
    expect(resolveRetryOptions(basicRetry('payments', 4))).toMatchObject({ name: 'payments', maxAttempts: 4, ...BASIC });
    expect(basicRetry('payments').maxAttempts).toBe(3);
    expect(httpRetry('payments', 5)).toMatchObject({ maxAttempts: 5, ...BASIC, retryableStatuses: [429, 500, 502, 503, 504], nonRetryableStatuses: [400, 401, 403, 404, 422] });
  });

  it('the one for databases, and one with waits of your own (RT-19)', () => {
    expect(resolveRetryOptions(databaseRetry('orders', 2))).toMatchObject({ maxAttempts: 2, ...BASIC, initialDelayMs: 50, maxDelayMs: 5000, multiplier: 1.5 });
    const backoff = (): number => 7;
    expect(resolveRetryOptions(customRetry('orders', 2, backoff))).toMatchObject({ ...BASIC, strategy: 'custom', backoff });
  });

  it.each([
    ['transient errors (RT-20)', RETRY_PROFILES.transientErrors, { maxAttempts: 5, initialDelayMs: 50, multiplier: 1.5 }],
    ['slow services (RT-21)', RETRY_PROFILES.slowServices, { maxAttempts: 3, initialDelayMs: 500, multiplier: 2, maxDelayMs: 10_000 }],
  ])('the profile for %s', (_name, profile, expected) => {
    expect(resolveRetryOptions({ name: 'payments', ...profile })).toMatchObject(expected);
  });
});
