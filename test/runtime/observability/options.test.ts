import { Tracer } from '@aws-lambda-powertools/tracer';
import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { OptionRule } from '../../../runtime/src/core/option-schema.ts';
import {
  createObservability,
  observability,
  OBSERVABILITY_DEFAULTS,
  resolveObservabilityOptions,
  type ObservabilityOptions,
  type ObservedRequestOptions,
} from '../../../runtime/src/observability/index.ts';

const RULES: readonly (readonly [string, OptionRule])[] = Object.entries(CONTRACT.configuration.observability);

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

const problems = (given: unknown) => problemsOf(() => resolveObservabilityOptions(given as ObservabilityOptions));

/** The option of a rule, its default, the values just inside its bounds and those just outside. */
function boundsOf([name, rule]: readonly [string, OptionRule]) {
  if (rule.type === 'boolean') return { key: name, defaultValue: rule.default, inside: [true, false], outside: [0, 1, 'true', null] };
  if (rule.type === 'choice') return { key: name, defaultValue: rule.default, inside: rule.values, outside: ['', 'all', 0, true, null] };
  const isDuration = rule.type === 'duration';
  const low = isDuration ? rule.minimumMs : (rule.minimum ?? Number.NaN);
  const high = isDuration ? rule.maximumMs : rule.maximum;
  const outside = rule.type === 'number' ? [low - 0.001, high + 0.001] : [low - 1, high + 1, low + 0.5];
  return { key: isDuration ? `${name}Ms` : name, defaultValue: isDuration ? rule.defaultMs : rule.default, inside: [low, high], outside: [...outside, Number.NaN, '1', null] };
}

const BOUNDS = RULES.map(boundsOf);

describe('the options of the observability', () => {
  it('are those of the contract, and every one has a default from it', () => {
    const expected = Object.fromEntries(BOUNDS.map(({ key, defaultValue }) => [key, defaultValue]));
    expect(OBSERVABILITY_DEFAULTS).toStrictEqual(expected);
    expect(resolveObservabilityOptions()).toStrictEqual({ ...expected, sinks: [], redactPaths: [] });
  });

  it('have the defaults that the documentation names (OB-02, OB-04, OB-05)', () => {
    expect(OBSERVABILITY_DEFAULTS).toStrictEqual({
      logging: true,
      metrics: true,
      tracing: false,
      level: 'essential',
      sampleRate: 1,
      logRequestBody: false,
      logResponseBody: false,
      maxBodyLogBytes: 1024,
      maxDimensionValues: 50,
      gaugeIntervalMs: 60_000,
    });
  });

  it.each(BOUNDS)('$key takes what is within its bounds and refuses the rest', ({ key, inside, outside }) => {
    for (const value of inside) expect(resolveObservabilityOptions({ [key]: value })).toMatchObject({ [key]: value });
    for (const value of outside) {
      const [problem, ...more] = problems({ [key]: value });
      expect(problem).toContain(`options.${key} is `);
      expect(more).toEqual([]);
    }
  });

  it('take a default for undefined only', () => {
    const unset = Object.fromEntries([...BOUNDS.map(({ key }) => key), 'service', 'sinks', 'redactPaths', 'traceFields', 'defaultDimensions'].map((key) => [key, undefined]));
    expect(resolveObservabilityOptions(unset)).toEqual(resolveObservabilityOptions());
  });

  it('are refused with every problem at once, each with the remedy', () => {
    const found = problems({ loging: true, sampleRate: 2, service: '', sinks: [{}], redactPaths: 'a', traceFields: {}, defaultDimensions: [] });
    expect(found).toEqual([
      'options.service is "": use 1 to 250 printable ASCII characters',
      expect.stringMatching(/loging.*logging/),
      expect.stringMatching(/^options\.sampleRate is 2: .*0.*1/),
      expect.stringMatching(/^options\.defaultDimensions is .*: set an object of names and values$/),
      'options.sinks[0] is an object: pass sinks with an emit function',
      expect.stringMatching(/^options\.redactPaths is .*: set a list of paths/),
      'options.traceFields is an object: pass a function',
    ]);
  });

  it.each([[null], ['essential'], [[]], [1]])('have to be an object, and not %j', (given) => {
    expect(problems(given)).toEqual([expect.stringMatching(/^options is .*: pass an object$/)]);
    expect(problemsOf(() => createObservability(given as never))).toEqual([expect.stringMatching(/: pass an object$/)]);
    expect(problemsOf(() => observability(given as never))).toEqual([expect.stringMatching(/: pass an object$/)]);
  });

  it.each([
    ['service', 'is taken by the contract', 'prod'],
    ['circuit', 'is taken by the contract', 'prod'],
    ['Requests', 'is the name of a metric', 'prod'],
    ['_aws', 'would replace what makes a line a metric', 'prod'],
    [':stage', 'begins with a colon', 'prod'],
    ['stäge', 'is not ASCII', 'prod'],
    ['', 'is empty', 'prod'],
    ['x'.repeat(251), 'is too long', 'prod'],
    ['stage', 'has an empty value', ''],
    ['stage', 'has a blank value', '  '],
    ['stage', 'has a value that is too long', 'x'.repeat(251)],
    ['stage', 'has a value that is no text', 1],
  ])('defaultDimensions refuse %j, which %s', (name, _, value) => {
    expect(problems({ defaultDimensions: { [name]: value } })).toEqual([expect.stringContaining(`options.defaultDimensions.${name} is `)]);
  });

  it('defaultDimensions take 20 of them', () => {
    const dimensions = (count: number) => ({ defaultDimensions: Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}`, 'v'])) });
    expect(problems(dimensions(20))).toEqual([]);
    expect(problems(dimensions(21))).toEqual(['options.defaultDimensions has 21 entries: set at most 20']);
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(resolveObservabilityOptions())).toBe(true);
  });
});

describe('tracing', () => {
  it('is refused without a tracer, together with what else is wrong', () => {
    const found = problemsOf(() => observability({ tracing: true, level: 'all' as never, operationOf: 'x' as never, identity: { tenant: {} as never } }));
    expect(found).toEqual([
      expect.stringContaining('options.identity.tenant is '),
      'options.operationOf is "x": pass a function',
      expect.stringContaining('options.level is "all"'),
      expect.stringMatching(/options\.tracing is true, but there is no tracer: pass .*Tracer/),
    ]);
    expect(problemsOf(() => createObservability({ tracing: true }))).toHaveLength(1);
  });

  it('is taken with one', () => {
    expect(problemsOf(() => observability({ tracing: true }, { tracer: new Tracer({ captureHTTPsRequests: false }), environment: {} }))).toEqual([]);
  });
});

describe('the options beside a ready observability', () => {
  it('are those that describe requests, and no others', () => {
    const ready = createObservability({ logging: false, metrics: false });
    expect(problemsOf(() => observability(ready, { operationOf: () => 'x', correlationIdOf: () => 'y', identity: {} }))).toEqual([]);
    const given = { operationOf: 1, level: 'detailed' } as unknown as ObservedRequestOptions;
    expect(problemsOf(() => observability(ready, given))).toEqual(['options.operationOf is 1: pass a function', expect.stringMatching(/level.*identity, operationOf, correlationIdOf/)]);
    expect(problemsOf(() => observability(ready, null as never))).toHaveLength(1);
  });
});
