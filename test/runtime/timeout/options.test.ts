import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { OptionRule } from '../../../runtime/src/core/option-schema.ts';
import { resolveTimeoutOptions, TIMEOUT_DEFAULTS, type TimeoutOptions } from '../../../runtime/src/timeout/options.ts';
import { basicTimeout, dynamicTimeout, operationTimeout, tenantTimeout } from '../../../runtime/src/timeout/presets.ts';

const RULES: readonly (readonly [string, OptionRule])[] = Object.entries(CONTRACT.configuration.timeout);

function problemsOf(given: unknown): readonly string[] {
  try {
    resolveTimeoutOptions(given as TimeoutOptions);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** The option of a rule, the values just inside its bounds and those just outside. */
function boundsOf([name, rule]: readonly [string, OptionRule]) {
  if (rule.type === 'boolean') return { key: name, inside: [true, false], outside: [0, 1, 'true'] };
  if (rule.type === 'choice') return { key: name, inside: rule.values, outside: ['', 'Fixed', 0, true] };
  if (rule.type !== 'duration') throw new Error(`no test knows ${rule.type}`);
  return { key: `${name}Ms`, inside: [rule.minimumMs, rule.maximumMs], outside: [rule.minimumMs - 1, rule.maximumMs + 1, rule.minimumMs + 0.5] };
}

describe('the options of a timeout', () => {
  it('have the defaults that the documentation names', () => {
    expect(TIMEOUT_DEFAULTS).toStrictEqual({
      name: 'timeout', enabled: true, timeoutMs: 30_000, calculator: 'fixed', minTimeoutMs: 100, maxTimeoutMs: 900_000, marginMs: 500, graceMs: 0,
      answer: 'gateway-timeout', trustDeadline: false,
    });
    expect(resolveTimeoutOptions()).toStrictEqual({ ...TIMEOUT_DEFAULTS, operationTimeoutsMs: new Map(), tenantTimeoutsMs: new Map() });
  });

  for (const { key, inside, outside } of RULES.map(boundsOf)) {
    describe(key, () => {
      // Bounds of one option may need another one to move with them, and a calculator something to look at.
      const others = { minTimeoutMs: 1, load: () => undefined };
      it.each<unknown>(inside)('may be %p (PX-14)', (value) => {
        const room = key === 'minTimeoutMs' ? { maxTimeoutMs: 900_000 } : {};
        expect(resolveTimeoutOptions({ ...others, ...room, [key]: value })).toMatchObject({ [key]: value });
      });

      it.each<unknown>([...outside, null, 'many', Number.NaN, Number.POSITIVE_INFINITY, {}, []])('must not be %p', (value) => {
        expect(problemsOf({ ...others, [key]: value })[0]).toMatch(new RegExp(`^options\\.${key} is .*: (set|use)`));
      });

      it('takes its default for undefined alone (PX-14)', () => {
        expect(resolveTimeoutOptions({ [key]: undefined })).toMatchObject({ [key]: TIMEOUT_DEFAULTS[key as keyof typeof TIMEOUT_DEFAULTS] });
      });
    });
  }

  it('are refused with every problem at once, each with its remedy (PX-13)', () => {
    const problems = problemsOf({
      name: '1', timeoutMs: 0, timeoutMS: 5, timeoutFor: 5, load: 'high', onTimeout: {}, minTimeoutMs: 500, maxTimeoutMs: 100, operationTimeoutsMs: { 'GET /': 0, '': 5 }, tenantTimeoutsMs: [],
    });
    expect(problems).toEqual([
      expect.stringMatching(/^options\.name is "1": use /),
      'options.timeoutFor is 5: pass a function',
      'options.load is "high": pass a function',
      'options.onTimeout is an object: pass a function',
      'options.timeoutMs is 0: set a whole number of milliseconds from 1 to 900000',
      expect.stringMatching(/^options\.timeoutMS is not an option: use one of name, operationTimeoutsMs, tenantTimeoutsMs, timeoutFor, load, onTimeout, enabled, timeoutMs/),
      'options.operationTimeoutsMs["GET /"] is 0: set a whole number of milliseconds from 1 to 900000',
      'options.operationTimeoutsMs has a limit for nobody: set a name',
      'options.tenantTimeoutsMs is an array: set an object of milliseconds by name',
      'options.minTimeoutMs is 500, more than maxTimeoutMs, which is 100: set at most 100',
    ]);
  });

  it.each([[null], [5], ['x'], [[]]])('must not be %p', (given) => {
    expect(problemsOf(given)).toEqual([expect.stringMatching(/^options is .*: pass an object$/)]);
  });

  it('must say what the load is where the limit follows it (PTO-05)', () => {
    expect(problemsOf({ calculator: 'load' })).toEqual(['options.calculator is "load", but nobody says what the load is: pass load, for example () => shedder.statistics']);
    expect(problemsOf({ calculator: 'load', load: () => ({}) })).toEqual([]);
    expect(problemsOf({ calculator: 'load', enabled: false })).toEqual([]);
  });
});

describe('the presets (TO-14, TO-15)', () => {
  const timeoutFor = () => 5;
  it.each([
    ['basic', basicTimeout('api', 5000), {}],
    ['operation', operationTimeout('api', 5000, { 'GET /': 1000 }), { operationTimeoutsMs: new Map([['GET /', 1000]]) }],
    ['tenant', tenantTimeout('api', 5000, { acme: 9000 }), { tenantTimeoutsMs: new Map([['acme', 9000]]) }],
    ['dynamic', dynamicTimeout('api', 5000, timeoutFor), { timeoutFor }],
  ])('%s is what its name says, and else the default; answers with 504 (PTO-03)', (_, preset, own) => {
    expect(resolveTimeoutOptions(preset)).toStrictEqual({ ...resolveTimeoutOptions(), name: 'api', timeoutMs: 5000, answer: 'gateway-timeout', ...own });
  });
});
