import { describe, expect, it } from '@jest/globals';
import { nameProblem, schemaDefaults, schemaProblems, show, unknownOption, type OptionSchema, type OptionValues } from '../../../runtime/src/core/option-schema.ts';

const SCHEMA = {
  enabled: { type: 'boolean', default: false },
  count: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
  share: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 0.5 },
  factor: { type: 'number', minimum: 0, maximum: 2, default: 1 },
  mode: { type: 'choice', values: ['fast', 'safe'], default: 'safe' },
  wait: { type: 'duration', minimumMs: 100, maximumMs: 1000, defaultMs: 250 },
} as const satisfies OptionSchema;

const problemsOf = (options: Record<string, unknown>) => schemaProblems(SCHEMA, options, 'options', ['name']);

describe('defaults', () => {
  it('are those of the rules; durations carry their unit', () => {
    expect(schemaDefaults(SCHEMA)).toEqual({ enabled: false, count: 3, share: 0.5, factor: 1, mode: 'safe', waitMs: 250 });
    expect(Object.isFrozen(schemaDefaults(SCHEMA))).toBe(true);
  });
});

describe('the type of the values', () => {
  it('is that of the rules: a choice is one of its texts', () => {
    const values: OptionValues<typeof SCHEMA> = { enabled: true, count: 1, share: 1, factor: 1, mode: 'fast', waitMs: 100 };
    // @ts-expect-error a text that is not among the choices
    const other: OptionValues<typeof SCHEMA>['mode'] = 'other';
    expect(schemaProblems(SCHEMA, { ...values, mode: other }, 'options')).toHaveLength(1);
  });
});

describe('values that a rule allows', () => {
  it.each<[string, unknown]>([
    ['enabled', true],
    ['enabled', false],
    ['count', 1],
    ['count', 10],
    ['share', Number.MIN_VALUE],
    ['share', 1],
    ['factor', 0],
    ['factor', 0.1],
    ['factor', 2],
    ['mode', 'fast'],
    ['mode', 'safe'],
    ['waitMs', 100],
    ['waitMs', 1000],
  ])('%s: %p', (key, value) => {
    expect(problemsOf({ [key]: value })).toEqual([]);
  });

  it('undefined means "not set", for every kind', () => {
    expect(problemsOf({ enabled: undefined, count: undefined, share: undefined, mode: undefined, waitMs: undefined })).toEqual([]);
  });
});

describe('values that a rule refuses, with option, value and remedy', () => {
  const COUNT = 'set a whole number from 1 to 10';
  const SHARE = 'set a number above 0 and up to 1';
  const WAIT = 'set a whole number of milliseconds from 100 to 1000';
  it.each<[string, unknown, string]>([
    ['enabled', 1, 'options.enabled is 1: set true or false'],
    ['enabled', 'true', 'options.enabled is "true": set true or false'],
    ['enabled', null, 'options.enabled is null: set true or false'],
    ['count', 0, `options.count is 0: ${COUNT}`], // a zero is a value, not "use the default" (PX-14)
    ['count', 11, `options.count is 11: ${COUNT}`],
    ['count', 1.5, `options.count is 1.5: ${COUNT}`],
    ['count', NaN, `options.count is NaN: ${COUNT}`],
    ['count', '5', `options.count is "5": ${COUNT}`],
    ['count', 5n, `options.count is 5: ${COUNT}`],
    ['share', 0, `options.share is 0: ${SHARE}`],
    ['share', 1.0001, `options.share is 1.0001: ${SHARE}`],
    ['share', NaN, `options.share is NaN: ${SHARE}`],
    ['factor', -0.1, 'options.factor is -0.1: set a number from 0 to 2'],
    ['factor', Infinity, 'options.factor is Infinity: set a number from 0 to 2'],
    ['mode', 'other', 'options.mode is "other": use one of fast, safe'],
    ['mode', 'Fast', 'options.mode is "Fast": use one of fast, safe'],
    ['mode', '', 'options.mode is "": use one of fast, safe'],
    ['mode', 0, 'options.mode is 0: use one of fast, safe'],
    ['mode', null, 'options.mode is null: use one of fast, safe'],
    ['mode', ['fast'], 'options.mode is an array: use one of fast, safe'],
    ['waitMs', 99, `options.waitMs is 99: ${WAIT}`],
    ['waitMs', 1001, `options.waitMs is 1001: ${WAIT}`],
    ['waitMs', 100.5, `options.waitMs is 100.5: ${WAIT}`],
    ['waitMs', '100', `options.waitMs is "100": ${WAIT}`],
  ])('%s: %p', (key, value, problem) => {
    expect(problemsOf({ [key]: value })).toEqual([problem]);
  });

  it('all at once', () => {
    expect(problemsOf({ enabled: 1, count: 0, nope: 1 })).toHaveLength(3);
  });
});

describe('unknown options (PX-13)', () => {
  const KNOWN = 'name, enabled, count, share, factor, mode, waitMs';
  it.each(['nope', 'wait', 'Count', '__proto__', 'constructor'])('%s', (key) => {
    expect(problemsOf(JSON.parse(`{"${key}":1}`) as Record<string, unknown>)).toEqual([`options.${key} is not an option: use one of ${KNOWN}`]);
  });

  it('are problems also when they are undefined: a misspelt option is never meant', () => {
    expect(problemsOf({ nope: undefined })).toEqual([unknownOption('options', 'nope', KNOWN.split(', '))]);
  });
});

describe('names', () => {
  const RULE = { pattern: '^[a-z]{1,3}$', rule: '1 to 3 small letters' };
  it.each(['a', 'abc'])('%p is allowed', (name) => {
    expect(nameProblem(RULE, 'options.name', name)).toBeUndefined();
  });

  it.each<[unknown, string]>([['', '""'], ['abcd', '"abcd"'], ['ab\n', String.raw`"ab\n"`], [undefined, 'undefined'], [7, '7'], [['a'], 'an array']])('%p is not', (name, shown) => {
    expect(nameProblem(RULE, 'options.name', name)).toBe(`options.name is ${shown}: use 1 to 3 small letters`);
  });
});

describe('a value in a problem', () => {
  it.each<[string, unknown, string]>([
    ['short text', 'a"b', String.raw`"a\"b"`],
    ['an array', [1], 'an array'],
    ['an object', { secret: 1 }, 'an object'],
    ['a function', () => 1, 'a function'],
    ['null', null, 'null'],
    ['a symbol', Symbol('x'), 'Symbol(x)'],
  ])('%s', (_what, value, shown) => {
    expect(show(value)).toBe(shown);
  });

  it('is cut where it is long', () => {
    expect(show('x'.repeat(80))).toHaveLength(82);
    expect(show('x'.repeat(5000))).toBe(`"${'x'.repeat(80)}…"`);
  });
});
