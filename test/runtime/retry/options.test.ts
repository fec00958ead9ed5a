import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { RETRY_DEFAULTS, resolveRetryOptions, type RetryOptions } from '../../../runtime/src/retry/options.ts';

function problemsOf(options: unknown): readonly string[] {
  try {
    resolveRetryOptions(options as RetryOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the options of a retry', () => {
  it('have the defaults of the contract and the lists of statuses (RT-05, RT-13, RT-14, C-07, C-08, C-09)', () => {
    expect(RETRY_DEFAULTS).toEqual({
      name: 'retry', enabled: true, maxAttempts: 3, strategy: 'exponential', initialDelayMs: 100, maxDelayMs: 5000, multiplier: 2, jitter: 'full', jitterRatio: 0.5,
      attemptTimeoutMs: 30_000, totalTimeoutMs: 300_000, idempotentOnly: true, budget: 'tokens', budgetTokens: 10, budgetRefill: 0.1, budgetRatio: 0.2,
      retryableStatuses: [429, 500, 502, 503, 504], nonRetryableStatuses: [400, 401, 403, 404, 422], retryOn: [], neverRetryOn: [], onExhausted: 'return',
    });
    expect(resolveRetryOptions()).toEqual(RETRY_DEFAULTS);
  });

  it('take a default for undefined only: zeros, false and empty lists are values (PX-14)', () => {
    const given = { initialDelayMs: 0, maxDelayMs: 0, jitterRatio: 0, attemptTimeoutMs: 0, totalTimeoutMs: 0, budgetRefill: 0, budgetRatio: 0, enabled: false, idempotentOnly: false, retryableStatuses: [], nonRetryableStatuses: [] };
    expect(resolveRetryOptions(given)).toMatchObject(given);
    expect(resolveRetryOptions({ maxAttempts: undefined, retryOn: undefined }).maxAttempts).toBe(3);
  });

  it('let a status that is asked for win over the default that forbids it, but not over what is given (PX-13)', () => {
    expect(resolveRetryOptions({ retryableStatuses: [404, 503] }).nonRetryableStatuses).toEqual([400, 401, 403, 422]);
    expect(problemsOf({ retryableStatuses: [404], nonRetryableStatuses: [404] })).toEqual([
      'options.retryableStatuses and options.nonRetryableStatuses both hold 404: leave it out of one of them',
    ]);
  });

  it.each(Object.entries(CONTRACT.configuration.retry).filter(([, rule]) => 'maximum' in rule || 'maximumMs' in rule))('keep %s within its bounds', (name, rule) => {
    const [low, high, key] = 'maximumMs' in rule ? [rule.minimumMs, rule.maximumMs, `${name}Ms`] : 'maximum' in rule ? [rule.minimum, rule.maximum, name] : [0, 0, ''];
    expect(problemsOf({ [key]: low })).toEqual([]);
    expect(problemsOf({ [key]: high })).toEqual([]);
    for (const beyond of [low - 1, high + 1, NaN, '1']) expect(problemsOf({ [key]: beyond })).toHaveLength(1);
  });

  it('name every problem at once, each with the value and the remedy', () => {
    expect(
      problemsOf({
        name: '1', maxAttempts: 0, strategy: 'wild', jitter: 'some', onRetry: 5, retryableStatuses: [99, '503'], nonRetryableStatuses: 400,
        retryOn: ['', 7], neverRetryOn: 'Error', onExhausted: 'crash', retries: 3,
      }),
    ).toEqual([
      expect.stringContaining('options.name is "1"'),
      'options.onRetry is 5: pass a function',
      'options.strategy is "wild": use one of exponential, linear, fixed, custom',
      'options.retryableStatuses holds 99: use whole numbers from 100 to 599',
      'options.retryableStatuses holds "503": use whole numbers from 100 to 599',
      'options.nonRetryableStatuses is 400: pass a list of statuses such as [502, 503]',
      'options.retryOn holds "": use classes, names or codes of errors',
      'options.retryOn holds 7: use classes, names or codes of errors',
      'options.neverRetryOn is "Error": pass a list of classes, names or codes of errors',
      'options.onExhausted is "crash": use one of return, throw',
      'options.maxAttempts is 0: set a whole number from 1 to 100',
      'options.jitter is "some": use one of full, equal, decorrelated, ratio, none',
      expect.stringContaining('options.retries is not an option: use one of name, strategy'),
    ]);
  });

  it.each([
    [null, 'options is null: pass an object'],
    [{ strategy: 'custom' }, 'options.backoff is missing: the strategy custom asks it'],
    [{ backoff: () => 1 }, "options.backoff is only asked by the strategy custom: set strategy to 'custom', or leave it out"],
    [{ strategy: 'custom', backoff: () => 1, jitter: 'decorrelated' }, 'options.jitter is "decorrelated", which asks no backoff: use one of full, equal, ratio, none'],
    [{ retryOn: [TypeError], neverRetryOn: [TypeError] }, 'options.retryOn and options.neverRetryOn both hold TypeError: leave it out of one of them'],
  ])('refuse %j', (options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
  });
});
