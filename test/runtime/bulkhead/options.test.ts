import { describe, expect, it } from '@jest/globals';
import { BULKHEAD_DEFAULTS, resolveBulkheadOptions, type BulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { OptionRule } from '../../../runtime/src/core/option-schema.ts';

const RULES: readonly (readonly [string, OptionRule])[] = Object.entries(CONTRACT.configuration.bulkhead);

/** Options as JavaScript might pass them; enough slots that no limit is above them. */
function options(values: Readonly<Record<string, unknown>> = {}): BulkheadOptions {
  return { name: 'payments', maxConcurrent: 100_000, ...values };
}

function problemsOf(given: unknown): readonly string[] {
  try {
    resolveBulkheadOptions(given as BulkheadOptions);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** The option of a rule, its default, the values just inside its bounds and those just outside. */
function boundsOf([name, rule]: readonly [string, OptionRule]) {
  if (rule.type === 'boolean') return { key: name, defaultValue: rule.default, inside: [true, false], outside: [0, 1, 'true'] };
  if (rule.type === 'choice') return { key: name, defaultValue: rule.default, inside: rule.values, outside: ['', 'deny!', 0, true] };
  const isDuration = rule.type === 'duration';
  const low = isDuration ? rule.minimumMs : (rule.minimum ?? Number.NaN);
  const high = isDuration ? rule.maximumMs : rule.maximum;
  return { key: isDuration ? `${name}Ms` : name, defaultValue: isDuration ? rule.defaultMs : rule.default, inside: [low, high], outside: [low - 1, high + 1, low + 0.5] };
}

const BOUNDS = RULES.map(boundsOf);
const DERIVED = ['defaultTenantLimit', 'defaultOperationLimit'];

describe('the options of a bulkhead', () => {
  it('are those of the contract, and every one has a default from it', () => {
    const expected = Object.fromEntries(BOUNDS.map(({ key, defaultValue }) => [key, defaultValue]));
    expect(BULKHEAD_DEFAULTS).toStrictEqual(expected);
    expect(resolveBulkheadOptions({ name: 'payments' })).toStrictEqual({
      name: 'payments', ...expected, defaultTenantLimit: 1, defaultOperationLimit: 2, tenantLimits: new Map(), operationLimits: new Map(),
    });
  });

  it('have the defaults that the documentation names', () => {
    expect(BULKHEAD_DEFAULTS).toStrictEqual({
      enabled: true, shared: true, inbound: false, maxConcurrent: 10, queueSize: 5, maxWaitMs: 5000,
      perTenant: false, defaultTenantLimit: 0, perOperation: false, defaultOperationLimit: 0, borrow: false,
      priority: false, highPriorityThreshold: 8, adaptive: false, minConcurrent: 1, latencyThresholdMs: 5000,
      leaseDurationMs: 60_000, leaseMarginMs: 1000, keepDurationMs: 1000, onStoreFailure: 'local', refusal: 'too-many-requests',
      shards: 0, maxKeys: 1000,
    });
  });

  for (const { key, defaultValue, inside, outside } of BOUNDS) {
    describe(key, () => {
      it.each<unknown>(inside)('may be %p (PX-14)', (value) => {
        const isDerived = DERIVED.includes(key) && value === 0;
        expect(resolveBulkheadOptions(options({ [key]: value }))).toMatchObject(isDerived ? {} : { [key]: value });
      });

      it.each<unknown>([...outside, null, 'many', Number.NaN, Number.POSITIVE_INFINITY, {}, [], () => 1, 1n])('must not be %p', (value) => {
        expect(problemsOf(options({ [key]: value }))[0]).toMatch(new RegExp(`^options\\.${key} is .*: (set|use)`));
      });

      it('takes its default for undefined alone (PX-14)', () => {
        const given: Record<string, unknown> = { name: 'payments', [key]: undefined };
        if (!DERIVED.includes(key)) expect(resolveBulkheadOptions(given as unknown as BulkheadOptions)).toMatchObject({ [key]: defaultValue });
        expect(problemsOf(given)).toEqual([]);
      });
    });
  }

  it('are refused where they are unknown, with those that are known (PX-13)', () => {
    expect(problemsOf(options({ maxConcurent: 5 }))).toEqual([expect.stringMatching(/^options\.maxConcurent is not an option: use one of name, tenantLimits, .*maxConcurrent/)]);
  });

  it('are refused with every problem at once', () => {
    const problems = problemsOf({ name: '1', maxConcurrent: 0, queueSize: -1, priorityOf: 'high', onRejected: 429, tenantLimits: { acme: 3 } });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'options.name', 'options.priorityOf', 'options.onRejected', 'options.maxConcurrent', 'options.queueSize', 'options.tenantLimits',
    ]);
  });

  it.each([undefined, null, 'payments', []])('are an object, and not %p', (given) => {
    expect(problemsOf(given)).toEqual([expect.stringMatching(/^options is .*: pass an object with a name$/)]);
  });
});

describe.each([
  { limits: 'tenantLimits', isOn: 'perTenant', derived: 'defaultTenantLimit', parts: 10 },
  { limits: 'operationLimits', isOn: 'perOperation', derived: 'defaultOperationLimit', parts: 5 },
] as const)('$limits', ({ limits, isOn, derived, parts }) => {
  const withLimits = (value: unknown, others: object = {}) => options({ maxConcurrent: 20, [isOn]: true, [limits]: value, ...others });

  it('are whole numbers up to maxConcurrent', () => {
    expect(resolveBulkheadOptions(withLimits({ acme: 1, other: 20 }))).toMatchObject({ [limits]: new Map([['acme', 1], ['other', 20]]) });
    for (const limit of [0, 21, 1.5, '5', null]) expect(problemsOf(withLimits({ acme: limit }))).toEqual([expect.stringContaining(`options.${limits}.acme is`)]);
  });

  it.each([5, 'acme', [], null])('are no %p', (value) => {
    expect(problemsOf(withLimits(value))).toHaveLength(1);
  });

  it('need the switch, or nobody would look at them (PX-13)', () => {
    expect(problemsOf(withLimits({ acme: 3 }, { [isOn]: false }))).toEqual([expect.stringContaining(`set ${isOn} to true`)]);
  });

  it.each([[1, 1], [4, 1], [100, 100 / parts], [99, Math.floor(99 / parts)]])('of those not named are derived from %d slots as %d (PBH-10)', (maxConcurrent, expected) => {
    expect(resolveBulkheadOptions(options({ maxConcurrent }))[derived]).toBe(expected);
  });

  it('of those not named are never above all slots (PBH-10)', () => {
    expect(resolveBulkheadOptions(options({ maxConcurrent: 5, [derived]: 50 }))[derived]).toBe(5);
  });
});

describe('minConcurrent', () => {
  it('is at most maxConcurrent', () => {
    expect(problemsOf(options({ maxConcurrent: 5, minConcurrent: 6 }))).toEqual([expect.stringContaining('options.minConcurrent is 6')]);
    expect(problemsOf(options({ maxConcurrent: 5, minConcurrent: 5 }))).toEqual([]);
  });
});
