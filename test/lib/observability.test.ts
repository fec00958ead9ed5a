import { Aws, CfnParameter, Duration, Lazy, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ReportLevel, ResilientFunction, type ObservabilityOptions, type ResilientFunctionProps } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { CONFIGURATION, INLINE, configurationOf, messageOf, newStack, onlyResource } from './support';

/** Declares as a caller without a compiler would. */
function declare(observability: unknown, more: Partial<ResilientFunctionProps> = {}, stack: Stack = newStack()): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, ...more, observability: observability as ObservabilityOptions });
}

/** The problems found, without the heading. */
const problemsOf = (observability: unknown) => messageOf(() => declare(observability)).split('\n- ').slice(1);

describe('the configuration', () => {
  test('renders every option of the contract, whatever the order in which they are written', () => {
    const { stack } = declare({
      gaugeInterval: Duration.seconds(30),
      maxDimensionValues: 10,
      maxBodyLogBytes: 64,
      logResponseBody: true,
      logRequestBody: true,
      sampleRate: 0.1,
      level: ReportLevel.DETAILED,
      tracing: true,
      metrics: false,
      logging: false,
    });
    const { observability } = configurationOf(stack) as { observability: Record<string, unknown> };
    const rules: [string, { type: string }][] = Object.entries(CONTRACT.configuration.observability);
    expect(Object.keys(observability)).toEqual(rules.map(([name, { type }]) => (type === 'duration' ? `${name}Ms` : name)));
    expect(observability).toMatchObject({ level: 'detailed', gaugeIntervalMs: 30_000, metrics: false });
  });

  test('holds observability after circuits and limits', () => {
    const rateLimits = { api: { limits: [{ limit: 1, period: Duration.seconds(1) }] } };
    const { stack } = declare({ level: ReportLevel.DETAILED }, { circuits: { payments: {} }, rateLimits });
    expect(Object.keys(configurationOf(stack) as object)).toEqual(['version', 'circuits', 'limits', 'observability']);
  });

  test('holds observability alone, without table or grant', () => {
    const fn = declare({ sampleRate: 0 });
    expect(configurationOf(fn.stack)).toEqual({ version: CONTRACT.version, observability: { sampleRate: 0 } });
    expect(fn.tables).toBeUndefined();
  });

  test.each([[undefined], [{}], [{ level: undefined }]])('is absent for %p', (observability) => {
    expect(configurationOf(declare(observability).stack)).toBeUndefined();
  });

  test('keeps observability when a circuit is added', () => {
    const fn = declare({ tracing: true }).addCircuit('payments');
    expect(configurationOf(fn.stack)).toEqual({ version: CONTRACT.version, circuits: { payments: {} }, observability: { tracing: true } });
  });

  test('takes tokens', () => {
    const stack = newStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const level = Lazy.string({ produce: () => 'detailed' });
    declare({ level, sampleRate: number, gaugeInterval: Duration.millis(number) }, {}, stack);
    const { Environment } = onlyResource(Template.fromStack(stack), 'AWS::Lambda::Function').Properties;
    const parts = [
      '{"version":1,"observability":{"level":"detailed","sampleRate":',
      { Ref: 'Number' },
      ',"gaugeIntervalMs":',
      { Ref: 'Number' },
      '}}',
    ];
    expect((Environment as { Variables: Record<string, unknown> }).Variables[CONFIGURATION]).toEqual({ 'Fn::Join': ['', parts] });
  });
});

describe('problems', () => {
  test.each<[string, unknown, string]>([
    ['logging', 'yes', 'is "yes": set true or false'],
    ['level', 'debug', 'is "debug": use one of essential, detailed'],
    ['sampleRate', 1.1, 'is 1.1: set a number from 0 to 1'],
    ['sampleRate', -0.1, 'is -0.1: set a number from 0 to 1'],
    ['maxBodyLogBytes', 63, 'is 63: set a whole number from 64 to 65536'],
    ['maxDimensionValues', 0, 'is 0: set a whole number from 1 to 1000'],
    ['gaugeInterval', Duration.millis(999), 'is 999 ms: set a whole number of milliseconds from 1000 to 3600000'],
    ['gaugeInterval', 60, 'is 60: set a Duration of a whole number of milliseconds from 1000 to 3600000'],
    ['gaugeIntervalMs', 60, `is not an option: use one of ${Object.keys(CONTRACT.configuration.observability).join(', ')}`],
  ])('%s: %p', (option, value, problem) => {
    expect(problemsOf({ [option]: value })).toEqual([`observability.${option} ${problem}`]);
  });

  test.each<[unknown, string]>([
    ['detailed', '"detailed"'],
    [null, 'null'],
    [[], 'an array'],
    [Lazy.any({ produce: () => ({}) }), 'a token'],
    [Aws.REGION, 'a token'],
  ])('options that are no object: %p', (observability, shown) => {
    expect(problemsOf(observability)).toEqual([`observability is ${shown}: set an object of options, or leave it out for the defaults`]);
  });

  test('are listed with those of circuits and rate limits', () => {
    const props = { ...INLINE, circuits: { a: { minimumCalls: 0 } }, rateLimits: { b: { limits: [] } }, observability: { sampleRate: 2 } };
    const problems = messageOf(() => new ResilientFunction(newStack(), 'Fn', props)).split('\n- ');
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['the', 'circuits.a.minimumCalls', 'rateLimits.b.limits', 'observability.sampleRate']);
  });
});
