import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from '../../../runtime/src/config/configuration.ts';
import { processEnvironment } from '../../../runtime/src/config/process-environment.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';

const VARIABLE = CONTRACT.environment.configuration.name;
const TABLE = CONTRACT.environment.circuitTable.name;
const NAME_RULE = CONTRACT.configuration.name.rule;

const read = (document: unknown) => readConfiguration({ [VARIABLE]: typeof document === 'string' ? document : JSON.stringify(document) });
const readCircuits = (circuits: unknown) => read({ version: 1, circuits });

function errorOf(action: () => unknown): ConfigurationError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const problemsOf = (circuits: unknown) => errorOf(() => readCircuits(circuits)).problems;

describe('what the stack says', () => {
  it('is read: circuits by name and the table', () => {
    const circuits = { payments: { failureThreshold: 3, openDurationMs: 30_000 }, 'stock-2': {} };
    expect(readConfiguration({ [VARIABLE]: JSON.stringify({ version: 1, circuits }), [TABLE]: 'circuits-table' })).toEqual({ circuits, circuitTable: 'circuits-table' });
  });

  it.each([['absent', {}], ['empty', { [VARIABLE]: '', [TABLE]: '' }]])('may be %s: then there is no configuration', (_what, environment) => {
    expect(readConfiguration(environment)).toEqual({ circuits: undefined, circuitTable: undefined });
  });

  it('may declare no circuits, which is not the same as no configuration', () => {
    expect(read({ version: 1 })).toEqual({ circuits: {}, circuitTable: undefined });
  });

  it('is left without defaults, so that code can tell what was declared', () => {
    expect(readCircuits({ payments: {} }).circuits).toEqual({ payments: {} });
  });

  it('comes from the environment of the process', () => {
    expect(processEnvironment()).toBe(process.env);
  });
});

describe('a document that cannot be used', () => {
  it('malformed JSON', () => {
    const error = errorOf(() => read('{"version":1,'));
    expect(error.message).toContain(`the environment variable ${VARIABLE} cannot be used`);
    expect(error.problems).toEqual([expect.stringMatching(/^the value is not JSON \(.+\): let ResilientFunction write it$/)]);
    expect(error.cause).toMatchObject({ name: 'SyntaxError' });
  });

  it.each([['null', 'null'], ['an array', '[]'], ['"x"', '"x"'], ['5', '5']])('not an object but %s', (shown, text) => {
    expect(errorOf(() => read(text)).problems).toEqual([`the value is ${shown}: an object with "version" and "circuits" is needed`]);
  });

  it.each([[undefined, 'undefined'], [2, '2'], ['1', '"1"']])('version %p', (version, shown) => {
    expect(errorOf(() => read({ version })).problems).toEqual([
      `${VARIABLE}.version is ${shown}: this runtime reads version 1; use the same release of resilient-lambda and resilient-lambda-runtime`,
    ]);
  });

  it('unknown keys (PX-13)', () => {
    expect(errorOf(() => read({ version: 1, circuit: {}, limits: {} })).problems).toEqual([
      `${VARIABLE}.circuit is not an option: use one of version, circuits`,
      `${VARIABLE}.limits is not an option: use one of version, circuits`,
    ]);
  });

  it.each([[null, 'null'], [[], 'an array'], ['x', '"x"']])('circuits %p', (circuits, shown) => {
    expect(problemsOf(circuits)).toEqual([`circuits is ${shown}: set an object of options by name`]);
  });
});

describe('a circuit that cannot be used', () => {
  it.each([[null, 'null'], [[], 'an array'], [true, 'true']])('options %p', (options, shown) => {
    expect(problemsOf({ payments: options })).toEqual([`circuits.payments is ${shown}: set an object of options`]);
  });

  it.each([
    ['an unknown option', { openDuration: 1000 }, /^circuits\.payments\.openDuration is not an option: use one of enabled, shared, .*openDurationMs/],
    ['an ill-typed option', { shared: 'yes' }, /^circuits\.payments\.shared is "yes": set true or false$/],
    ['null for an option', { minimumCalls: null }, /^circuits\.payments\.minimumCalls is null: set a whole number from 1 to 100000$/],
    ['a negative option', { failureThreshold: -1 }, /^circuits\.payments\.failureThreshold is -1: set a whole number from 1 to 1000$/],
    ['an option below its range', { openDurationMs: 99 }, /^circuits\.payments\.openDurationMs is 99: set a whole number of milliseconds from 100 to 3600000$/],
    ['an option above its range', { halfOpenMaxCalls: 11 }, /^circuits\.payments\.halfOpenMaxCalls is 11: set a whole number from 1 to 10$/],
    ['an option at its open end', { failureRateThreshold: 0 }, /^circuits\.payments\.failureRateThreshold is 0: set a number above 0 and up to 1$/],
  ])('%s', (_what, options, problem) => {
    expect(problemsOf({ payments: options })).toEqual([expect.stringMatching(problem)]);
  });

  it.each(['', 'a#b', 'a b', 'a.b', 'a/b', 'a%b', '1a', '-a', 'ä', '__proto__', 'a\n'])('the name %p', (name) => {
    expect(errorOf(() => read(`{"version":1,"circuits":{${JSON.stringify(name)}:{}}}`)).problems).toEqual([
      `circuits.${name} is ${JSON.stringify(name)}: use ${NAME_RULE}`,
    ]);
  });

  it('a name of 64 characters is allowed, one of 65 is not', () => {
    expect(Object.keys(readCircuits({ ['a'.repeat(64)]: {} }).circuits ?? {})).toHaveLength(1);
    expect(problemsOf({ ['a'.repeat(65)]: {} })).toHaveLength(1);
  });

  it('50 circuits are allowed, 51 are not (PCB-08)', () => {
    const circuits = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, {}]));
    expect(Object.keys(readCircuits(circuits(50)).circuits ?? {})).toHaveLength(50);
    expect(problemsOf(circuits(51))).toEqual(['circuits has 51 entries: declare at most 50']);
  });
});

describe('several problems', () => {
  it('are all in one error', () => {
    const document = { version: 3, extra: 1, circuits: { 'a#b': { nope: 1 }, payments: { failureThreshold: 0, shared: 1 }, stock: 5 } };
    const { problems, message } = errorOf(() => read(document));
    expect(problems).toHaveLength(7);
    for (const part of [`${VARIABLE}.extra`, `${VARIABLE}.version`, 'circuits.a#b is', 'circuits.a#b.nope', 'payments.failureThreshold', 'payments.shared', 'circuits.stock']) {
      expect(message).toContain(part);
    }
  });
});
