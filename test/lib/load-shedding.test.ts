import { CfnParameter, Duration, Fn, Lazy, Token, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LoadSheddingStrategy, Resilience, ResilientFunction, type LoadSheddingOptions } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { INLINE, configurationOf, messageOf, newStack } from './support';

const { loadShedding: SCHEMA, priorities: PRIORITIES } = CONTRACT.configuration;
const ALL_OPTIONS = ['priorityRateCaps', ...Object.keys(SCHEMA)].join(', ');

/** Sheds load as a caller without a compiler would. */
function shed(loadShedding: unknown, stack: Stack = newStack()): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, loadShedding: loadShedding as LoadSheddingOptions });
}

function problemsOf(loadShedding: unknown): string[] {
  return messageOf(() => shed(loadShedding)).split('\n- ').slice(1);
}

describe('configuration', () => {
  test('holds an empty section for the defaults, which switch it on', () => {
    const stack = newStack();
    const fn = shed({}, stack);
    expect(configurationOf(stack)).toEqual({ version: 1, loadShedding: {} });
    expect(fn.shedsLoad).toBe(true);
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
  });

  test('holds nothing where nothing is declared', () => {
    const stack = newStack();
    const fn = shed(undefined, stack);
    expect(configurationOf(stack)).toBeUndefined();
    expect(fn.shedsLoad).toBe(false);
  });

  test('is kept when something else is declared later', () => {
    const stack = newStack();
    shed({ maxRate: 0.5 }, stack).addCircuit('payments');
    expect(configurationOf(stack)).toEqual({ version: 1, circuits: { payments: {} }, loadShedding: { maxRate: 0.5 } });
  });

  test('that is switched off is said to the runtime, and sheds nothing', () => {
    const stack = newStack();
    const fn = shed({ enabled: false }, stack);
    expect(configurationOf(stack)).toEqual({ version: 1, loadShedding: { enabled: false } });
    expect(fn.shedsLoad).toBe(false);
  });

  test('renders every option of the contract, in its order', () => {
    const stack = newStack();
    const all: LoadSheddingOptions = {
      priorityRateCaps: { critical: 0, low: 0.5 },
      dryRun: true,
      retryAfter: Duration.seconds(2),
      maxEventAge: Duration.minutes(1),
      samplingRate: 0.5,
      metricsWindow: Duration.seconds(10),
      sampleInterval: Duration.millis(500),
      hysteresis: 0.2,
      maxRate: 0.8,
      minRate: 0.1,
      adaptationRate: 0.2,
      targetLatency: Duration.millis(200),
      maxInFlight: 50,
      errorRateThreshold: 0.2,
      latencyThreshold: Duration.seconds(1),
      eventLoopThreshold: 0.8,
      memoryThreshold: 0.8,
      cpuThreshold: 0.7,
      strategy: LoadSheddingStrategy.PRIORITY,
      enabled: true,
    };
    shed(all, stack);
    const { loadShedding } = configurationOf(stack) as { loadShedding: Record<string, unknown> };
    const rules: [string, { type: string }][] = Object.entries(SCHEMA);
    const keys = rules.map(([name, { type }]) => (type === 'duration' ? `${name}Ms` : name));
    expect(Object.keys(loadShedding)).toEqual([...keys, 'priorityRateCaps']);
    expect(loadShedding).toMatchObject({ strategy: 'priority', targetLatencyMs: 200, priorityRateCaps: { critical: 0, low: 0.5 } });
  });

  test('a function that exists sheds load as well', () => {
    const stack = newStack();
    const target = new lambda.Function(stack, 'Plain', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X });
    expect(new Resilience(stack, 'Resilience', { target, loadShedding: { maxInFlight: 10 } }).shedsLoad).toBe(true);
    expect(configurationOf(stack)).toEqual({ version: 1, loadShedding: { maxInFlight: 10 } });
  });

  test('whether it sheds that is known only at deployment counts as yes', () => {
    expect(shed({ enabled: Lazy.any({ produce: () => false }) }).shedsLoad).toBe(true);
  });
});

describe('values of options', () => {
  test.each<[object, string]>([
    [{ strategy: 'custom' }, 'strategy is "custom": use one of adaptive, random, priority, circuit'],
    [{ cpuThreshold: 0 }, 'cpuThreshold is 0: set a number above 0 and up to 1'],
    [{ hysteresis: 1 }, 'hysteresis is 1: set a number from 0 to 0.9'],
    [{ targetLatency: 100 }, 'targetLatency is 100: set a Duration of a whole number of milliseconds from 0 to 900000'],
    [{ targetLatencyMs: 100 }, `targetLatencyMs is not an option: use one of ${ALL_OPTIONS}`],
    [{ minRate: 0.95 }, 'minRate is 0.95, more than maxRate, which is 0.9: set at most 0.9'],
    [{ minRate: 0.6, maxRate: 0.5 }, 'minRate is 0.6, more than maxRate, which is 0.5: set at most 0.5'],
    [{ priorityRateCaps: 0.5 }, 'priorityRateCaps is 0.5: set an object of shares from 0 to 1 by priority'],
    [{ priorityRateCaps: { urgent: 0.5 } }, `priorityRateCaps.urgent is not a priority: use one of ${PRIORITIES.join(', ')}`],
    [{ priorityRateCaps: { low: 1.5 } }, 'priorityRateCaps.low is 1.5: set a number from 0 to 1'],
    [{ priorityRateCaps: { low: null } }, 'priorityRateCaps.low is null: set a number from 0 to 1'],
  ])('%p', (options, problem) => {
    expect(problemsOf(options)).toEqual([`loadShedding.${problem}`]);
  });

  test.each<[unknown, string]>([
    [true, 'true'],
    [[], 'an array'],
    [null, 'null'],
    [Lazy.any({ produce: () => ({}) }), 'a token'],
  ])('no object: %p', (options, shown) => {
    expect(problemsOf(options)).toEqual([`loadShedding is ${shown}: set an object of options, {} for the defaults`]);
  });

  test('all problems are in one error, with those of everything else', () => {
    const make = () =>
      new ResilientFunction(newStack(), 'Fn', {
        ...INLINE,
        circuits: { payments: { failureThreshold: 0 } },
        bulkheads: { stock: { maxConcurrent: 0 } },
        loadShedding: { maxRate: 2, priorityRateCaps: { low: -1 } },
      });
    const [heading, ...problems] = messageOf(make).split('\n- ');
    expect(heading).toBe('the configuration of Stack/Fn has 4 problems:');
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'circuits.payments.failureThreshold',
      'bulkheads.stock.maxConcurrent',
      'loadShedding.maxRate',
      'loadShedding.priorityRateCaps.low',
    ]);
  });
});

describe('tokens', () => {
  test('pass as values', () => {
    const stack = newStack();
    const share = new CfnParameter(stack, 'Share', { type: 'Number' }).valueAsNumber;
    expect(() => shed({ minRate: share, maxRate: share, cpuThreshold: share, priorityRateCaps: { low: share } }, stack)).not.toThrow();
  });

  test('are refused as names', () => {
    expect(problemsOf({ priorityRateCaps: { [Token.asString(Fn.ref('X'))]: 1 } })).toEqual([
      'loadShedding.priorityRateCaps has a token for a name: use names that are known at synthesis',
    ]);
  });
});
