import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { OptionRule } from '../../../runtime/src/core/option-schema.ts';
import { RATE_LIMIT_DEFAULTS, resolveRateLimitOptions, type RateLimitOptions } from '../../../runtime/src/rate-limit/options.ts';

const RULES: readonly (readonly [string, OptionRule])[] = Object.entries(CONTRACT.configuration.rateLimit);
const LIMITS = [{ limit: 10, periodMs: 1000 }];

/** Options as JavaScript might pass them. */
function options(values: Readonly<Record<string, unknown>> = {}): RateLimitOptions {
  return { name: 'api', limits: LIMITS, ...values };
}

function problemsOf(given: unknown): readonly string[] {
  try {
    resolveRateLimitOptions(given as RateLimitOptions);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** The option of a rule, its default, the values just inside its bounds and those just outside. */
function boundsOf([name, rule]: readonly [string, OptionRule]) {
  if (rule.type === 'boolean') return { key: name, defaultValue: rule.default, inside: [true, false], outside: [0, 1, 'true'] };
  if (rule.type === 'choice') return { key: name, defaultValue: rule.default, inside: rule.values, outside: ['', 'token', 0, true] };
  const isDuration = rule.type === 'duration';
  const low = isDuration ? rule.minimumMs : (rule.minimum ?? Number.NaN);
  const high = isDuration ? rule.maximumMs : rule.maximum;
  const outside = rule.type === 'number' ? [low - 0.001, high + 0.001] : [low - 1, high + 1, low + 0.5];
  return { key: isDuration ? `${name}Ms` : name, defaultValue: isDuration ? rule.defaultMs : rule.default, inside: [low, high], outside };
}

const BOUNDS = RULES.map(boundsOf);

describe('the options of a rate limiter', () => {
  it('are those of the contract, and every one has a default from it', () => {
    const expected = Object.fromEntries(BOUNDS.map(({ key, defaultValue }) => [key, defaultValue]));
    expect(RATE_LIMIT_DEFAULTS).toStrictEqual(expected);
    expect(resolveRateLimitOptions(options())).toStrictEqual({
      name: 'api',
      ...expected,
      by: [],
      rules: [{ strategy: 'token-bucket', limit: 10, periodMs: 1000, capacity: 10 }],
      tenantRules: new Map(),
      userRules: new Map(),
    });
  });

  it('have the defaults that the documentation names', () => {
    expect(RATE_LIMIT_DEFAULTS).toStrictEqual({
      enabled: true,
      shared: true,
      inbound: true,
      strategy: 'token-bucket',
      hashKeys: false,
      onStoreFailure: 'local',
      dryRun: false,
      skipSuccessful: false,
      skipFailed: false,
      warnAt: 0,
      maxLeaseMs: 2000,
      maxWaitMs: 0,
      clockSkewMs: 1,
      maxKeys: 5000,
      maxShards: 32,
    });
  });

  for (const { key, defaultValue, inside, outside } of BOUNDS) {
    describe(key, () => {
      it.each<unknown>(inside)('may be %p', (value) => {
        expect(resolveRateLimitOptions(options({ [key]: value }))).toMatchObject({ [key]: value });
      });

      it.each<unknown>([...outside, null, 'many', Number.NaN, Number.POSITIVE_INFINITY, {}, [], () => 1, 1n])('must not be %p', (value) => {
        expect(problemsOf(options({ [key]: value }))[0]).toMatch(new RegExp(`^options\\.${key} is .*: (set|use)`));
      });

      it('takes its default where it is undefined', () => {
        expect(resolveRateLimitOptions(options({ [key]: undefined }))).toHaveProperty(key, defaultValue);
      });
    });
  }

  it('know no strategy but those that there are: none is taken for another (PRL-05)', () => {
    for (const strategy of ['token_bucket', 'leaky-bucket', 'multi-window', 'fixed', 'adaptive']) {
      expect(problemsOf(options({ strategy }))).toStrictEqual([`options.strategy is "${strategy}": use one of token-bucket, sliding-window, fixed-window`]);
    }
  });

  it('have periods in milliseconds that are what they say, whatever the strategy (PRL-05)', () => {
    for (const strategy of ['token-bucket', 'sliding-window', 'fixed-window'] as const) {
      const { rules } = resolveRateLimitOptions(options({ strategy, limits: [{ limit: 100, periodMs: 60_000 }] }));
      expect(rules).toStrictEqual([{ strategy, limit: 100, periodMs: 60_000, capacity: 100 }]);
    }
    for (const alias of ['window', 'windowMs', 'period', 'Window', 'limit']) {
      expect(problemsOf(options({ [alias]: 60_000 }))).toStrictEqual([expect.stringContaining(`options.${alias} is not an option: use one of name, limits`)]);
      if (alias !== 'limit') expect(problemsOf(options({ limits: [{ ...LIMITS[0], [alias]: 1 }] }))).toStrictEqual([expect.stringContaining(`options.limits[0].${alias} is not an option`)]);
    }
  });

  it('know no key from the prototype of objects', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(problemsOf(options({ [key]: 1 }))).toStrictEqual([expect.stringContaining(`options.${key} is not an option`)]);
    }
  });

  it.each(['a', 'api', 'Api_v2-eu', `a${'b'.repeat(63)}`])('may name the limit %p', (name) => {
    expect(resolveRateLimitOptions(options({ name }))).toHaveProperty('name', name);
  });

  it.each(['', '1st', '-a', 'a b', 'a#b', '["a"]', 'ä', 'a\n', `a${'b'.repeat(64)}`, undefined, null, 7, {}])('must not name it %p', (name) => {
    expect(problemsOf(options({ name }))).toStrictEqual([expect.stringContaining('options.name is ')]);
  });

  it('take functions for the callbacks and nothing else', () => {
    for (const key of ['keyOf', 'limitsOf', 'skip', 'costOf', 'onLimited']) {
      const callback = () => undefined;
      expect(resolveRateLimitOptions(options({ [key]: callback }))).toHaveProperty(key, callback);
      expect(problemsOf(options({ [key]: undefined }))).toStrictEqual([]);
      for (const value of [null, 'x', {}, true]) {
        expect(problemsOf(options({ [key]: value }))).toStrictEqual([expect.stringMatching(new RegExp(`^options\\.${key} is .*: pass a function`))]);
      }
    }
  });

  it('are refused with all problems in one message', () => {
    const bad = { name: '', limits: [], keyOf: 1, maxLeaseMs: -1, strategy: 'leaky', treshold: 5, by: ['planet'], maxShards: 3 };
    expect(problemsOf(bad)).toHaveLength(8);
    for (const key of Object.keys(bad)) expect(() => resolveRateLimitOptions(bad as unknown as RateLimitOptions)).toThrow(`options.${key}`);
  });

  it.each([undefined, null, 'api', 5])('must be an object, not %p', (given) => {
    expect(problemsOf(given)).toStrictEqual([expect.stringContaining('pass an object with a name and limits')]);
  });

  it('cannot be changed once resolved, and what was passed is left alone', () => {
    const given = options({ limits: [{ limit: 1, periodMs: 2000 }, { limit: 1, periodMs: 1000 }] });
    const resolved = resolveRateLimitOptions(given);
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(Object.isFrozen(resolved.rules)).toBe(true);
    expect(given.limits?.map(({ periodMs }) => periodMs)).toStrictEqual([2000, 1000]);
  });
});

describe('the limits', () => {
  it('are sorted by their periods, the shortest first', () => {
    const limits = [3000, 1000, 2000].map((periodMs) => ({ limit: 5, periodMs }));
    expect(resolveRateLimitOptions(options({ limits })).rules.map(({ periodMs }) => periodMs)).toStrictEqual([1000, 2000, 3000]);
  });

  it('of buckets hold a burst, less what clocks may disagree on, and at least one token', () => {
    const capacity = (burst: number | undefined, clockSkewMs: number) =>
      resolveRateLimitOptions(options({ limits: [{ limit: 5000, periodMs: 1000, burst }], clockSkewMs })).rules[0]?.capacity;
    expect(capacity(undefined, 0)).toBe(5000);
    expect(capacity(undefined, 1)).toBe(4995);
    expect(capacity(100, 10)).toBe(50);
    expect(capacity(3, 1000)).toBe(1);
  });

  it('of tenants and users are their own', () => {
    const resolved = resolveRateLimitOptions(options({ tenantLimits: { acme: [{ limit: 7, periodMs: 1000 }] }, userLimits: { ada: [{ limit: 8, periodMs: 1000 }] } }));
    expect(resolved.tenantRules.get('acme')).toMatchObject([{ limit: 7 }]);
    expect(resolved.userRules.get('ada')).toMatchObject([{ limit: 8 }]);
    expect(resolved.tenantRules.get('constructor')).toBeUndefined();
  });

  it('must be there, unless they are looked up', () => {
    expect(problemsOf({ name: 'api' })).toStrictEqual(['options.limits is missing: set at least one { limit, periodMs }']);
    expect(problemsOf({ name: 'api', limitsOf: () => undefined })).toStrictEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['no list', {}, 'options.limits is an object: set a list'],
    ['empty', [], 'options.limits has 0 entries: set 1 to 4'],
    ['more than four', [1, 2, 3, 4, 5].map((periodMs) => ({ limit: 1, periodMs })), 'options.limits has 5 entries: set 1 to 4'],
    ['a number', [100], 'options.limits[0] is 100: set { limit, periodMs }'],
    ['without a limit', [{ periodMs: 1 }], 'options.limits[0].limit is missing'],
    ['without a period', [{ limit: 1 }], 'options.limits[0].periodMs is missing'],
    ['of zero tokens', [{ limit: 0, periodMs: 1 }], 'options.limits[0].limit is 0: set a whole number from 1'],
    ['of a broken period', [{ limit: 1, periodMs: 0.5 }], 'options.limits[0].periodMs is 0.5: set a whole number of milliseconds from 1 to 2678400000'],
    ['of a burst of nothing', [{ limit: 1, periodMs: 1, burst: 0 }], 'options.limits[0].burst is 0'],
    ['of one period twice', [...LIMITS, { limit: 2, periodMs: 1000 }], 'options.limits[1].periodMs is 1000, like that of another limit'],
  ])('cannot be %s', (_title, limits, problem) => {
    expect(problemsOf(options({ limits }))).toStrictEqual([expect.stringContaining(problem)]);
    expect(problemsOf(options({ tenantLimits: { acme: limits } }))).toStrictEqual([expect.stringContaining(problem.replace('options.limits', 'options.tenantLimits.acme'))]);
    expect(problemsOf(options({ userLimits: { ada: limits } }))).toStrictEqual([expect.stringContaining(problem.replace('options.limits', 'options.userLimits.ada'))]);
  });

  it('of windows have no burst', () => {
    const limits = [{ limit: 10, periodMs: 1000, burst: 20 }];
    expect(problemsOf(options({ limits, strategy: 'fixed-window' }))).toStrictEqual(['options.limits[0].burst is 20: leave it out, a fixed-window has no burst']);
    expect(problemsOf(options({ limits, strategy: 'token-bucket' }))).toStrictEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['tenantLimits', [], 'options.tenantLimits'],
    ['userLimits', 5, 'options.userLimits is 5: set an object'],
    ['by', 'tenant', 'options.by is "tenant": set a list'],
    ['by', ['tenant', 'tenant'], 'options.by holds "tenant": list each'],
    ['by', ['planet'], 'options.by holds "planet"'],
    ['maxShards', 24, 'options.maxShards is 24: set a power of two'],
  ])('cannot have %s %p', (key, value, problem) => {
    const problems = problemsOf(options({ [key]: value }));
    if (problem === 'options.tenantLimits') expect(problems.length).toBeLessThanOrEqual(1);
    else expect(problems).toStrictEqual([expect.stringContaining(problem)]);
  });
});
