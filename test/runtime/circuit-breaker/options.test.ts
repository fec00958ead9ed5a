import { describe, expect, it } from '@jest/globals';
import {
  CIRCUIT_BREAKER_DEFAULTS,
  resolveCircuitBreakerOptions,
  type CircuitBreakerOptions,
} from '../../../runtime/src/circuit-breaker/options.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { OptionRule } from '../../../runtime/src/core/option-schema.ts';

/** The options of a circuit breaker are switches and quantities: it has no choice among texts. */
type CircuitRule = Exclude<OptionRule, { readonly type: 'choice' }>;

const RULES: readonly (readonly [string, CircuitRule])[] = Object.entries(CONTRACT.configuration.circuit);

/** Options as JavaScript might pass them. */
function options(values: Readonly<Record<string, unknown>> = {}): CircuitBreakerOptions {
  return { name: 'payments', ...values };
}

function problemsOf(given: unknown): readonly string[] {
  try {
    resolveCircuitBreakerOptions(given as CircuitBreakerOptions);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** The option of a rule, its default, the values just inside its bounds and those just outside. */
function boundsOf([name, rule]: readonly [string, CircuitRule]) {
  switch (rule.type) {
    case 'boolean':
      return { key: name, defaultValue: rule.default, inside: [true, false], outside: [0, 1, 'true'] };
    case 'duration': {
      const { minimumMs: low, maximumMs: high } = rule;
      return { key: `${name}Ms`, defaultValue: rule.defaultMs, inside: [low, high], outside: [low - 1, high + 1, low + 0.5, -low].filter((value) => value !== 0 || low > 0) };
    }
    case 'integer': {
      const { minimum: low = Number.NaN, maximum: high } = rule;
      return { key: name, defaultValue: rule.default, inside: [low, high], outside: [low - 1, high + 1, low + 0.5, -low].filter((value) => value !== 0 || low > 0) };
    }
    case 'number': {
      const { minimum, exclusiveMinimum, maximum: high } = rule;
      const least = minimum ?? exclusiveMinimum! + Number.EPSILON;
      const inside = [least, high, (least + high) / 2];
      return { key: name, defaultValue: rule.default, inside, outside: [exclusiveMinimum ?? least - 0.001, least - 0.1, high + 0.001, -high] };
    }
  }
}

const BOUNDS = RULES.map(boundsOf);

describe('the options of a circuit breaker', () => {
  it('are those of the contract, and every one has a default from it', () => {
    const expected = Object.fromEntries(BOUNDS.map(({ key, defaultValue }) => [key, defaultValue]));
    expect(CIRCUIT_BREAKER_DEFAULTS).toStrictEqual(expected);
    expect(resolveCircuitBreakerOptions(options())).toStrictEqual({ name: 'payments', ...expected });
  });

  it('have the defaults that the documentation names', () => {
    expect(CIRCUIT_BREAKER_DEFAULTS).toStrictEqual({
      enabled: true,
      shared: true,
      inbound: false,
      perTenant: false,
      perOperation: false,
      maxKeys: 1000,
      failureThreshold: 5,
      failureRateThreshold: 0.5,
      minimumCalls: 10,
      slowCallDurationMs: 0,
      slowCallRateThreshold: 1,
      windowDurationMs: 10_000,
      windowSize: 0,
      adaptive: false,
      openDurationMs: 60_000,
      openDurationGrowth: 1.5,
      maxOpenDurationMs: 300_000,
      halfOpenMaxCalls: 3,
      successThreshold: 3,
      halfOpenMaxDurationMs: 60_000,
      rampDurationMs: 5_000,
      probeLeaseMs: 30_000,
      syncIntervalMs: 10_000,
    });
  });

  for (const { key, defaultValue, inside, outside } of BOUNDS) {
    describe(key, () => {
      it.each<unknown>(inside)('may be %p', (value) => {
        expect(resolveCircuitBreakerOptions(options({ [key]: value }))).toMatchObject({ [key]: value });
      });

      it.each<unknown>(outside)('must not be %p', (value) => {
        expect(problemsOf(options({ [key]: value }))).toStrictEqual([expect.stringContaining(`options.${key} is `)]);
      });

      it.each<unknown>([null, 'many', Number.NaN, Number.POSITIVE_INFINITY, {}, [], () => 1, 1n, new Date(0)])(
        'must not be of another kind: %p',
        (value) => {
          expect(problemsOf(options({ [key]: value }))).toStrictEqual([expect.stringMatching(new RegExp(`^options\\.${key} is .*: set `))]);
        },
      );

      it('takes its default where it is undefined', () => {
        expect(resolveCircuitBreakerOptions(options({ [key]: undefined }))).toHaveProperty(key, defaultValue);
      });
    });
  }

  it('never take a zero for a default (PX-14)', () => {
    const meaningful: string[] = BOUNDS.filter(({ inside }) => (inside as readonly number[]).includes(0)).map(({ key }) => key);
    expect(meaningful).toStrictEqual(['slowCallDurationMs', 'windowSize', 'rampDurationMs']);
    for (const { key } of BOUNDS) {
      if (meaningful.includes(key)) expect(resolveCircuitBreakerOptions(options({ [key]: 0 }))).toHaveProperty(key, 0);
      else expect(problemsOf(options({ [key]: 0 }))).toStrictEqual([expect.stringContaining(`options.${key} is 0:`)]);
    }
  });

  it('can switch the circuit off, which false does and undefined does not', () => {
    expect(resolveCircuitBreakerOptions(options({ enabled: false })).enabled).toBe(false);
    expect(resolveCircuitBreakerOptions(options({ enabled: undefined })).enabled).toBe(true);
  });

  it('name every unknown key and those that exist (PX-13)', () => {
    const problems = problemsOf(options({ treshold: 5, windowDuration: 5000 }));
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^options\.treshold is not an option: use one of name, shouldTrip, .*failureThreshold/);
    expect(problems[1]).toContain('options.windowDuration is not an option');
  });

  it('know no key from the prototype of objects', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(problemsOf(options({ [key]: 1 }))).toStrictEqual([expect.stringContaining(`options.${key} is not an option`)]);
    }
  });

  it.each(['a', 'payments', 'Payments_v2-eu', `a${'b'.repeat(63)}`])('may name the circuit %p', (name) => {
    expect(resolveCircuitBreakerOptions({ name })).toHaveProperty('name', name);
  });

  it.each(['', '1st', '-a', '_a', 'a b', 'a#b', 'ä', 'a\n', `a${'b'.repeat(64)}`, undefined, null, 7, {}])('must not name it %p', (name) => {
    expect(problemsOf({ name })).toStrictEqual([expect.stringContaining('options.name is ')]);
  });

  it('take functions for the callbacks and nothing else', () => {
    for (const key of ['shouldTrip', 'fallback', 'onStateChange']) {
      const callback = () => true;
      expect(resolveCircuitBreakerOptions(options({ [key]: callback }))).toHaveProperty(key, callback);
      expect(problemsOf(options({ [key]: undefined }))).toStrictEqual([]);
      for (const value of [null, 'x', {}, true]) {
        expect(problemsOf(options({ [key]: value }))).toStrictEqual([expect.stringMatching(new RegExp(`^options\\.${key} is .*: pass a function`))]);
      }
    }
  });

  it('are refused with all problems in one message', () => {
    const bad = { name: '', fallback: 1, failureThreshold: -1, openDurationMs: -60_000, treshold: 5 };
    const resolve = () => resolveCircuitBreakerOptions(bad as unknown as CircuitBreakerOptions);
    expect(problemsOf(bad)).toHaveLength(5);
    expect(resolve).toThrow(ConfigurationError);
    for (const key of Object.keys(bad)) expect(resolve).toThrow(`options.${key}`);
  });

  it.each([undefined, null, 'payments', 5])('must be an object, not %p', (given) => {
    expect(problemsOf(given)).toStrictEqual([expect.stringContaining('pass an object with a name')]);
  });

  it('cannot be changed once resolved, and what was passed is left alone', () => {
    const given = options({ failureThreshold: 7 });
    const resolved = resolveCircuitBreakerOptions(given);
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(given).toStrictEqual({ name: 'payments', failureThreshold: 7 });
  });
});
