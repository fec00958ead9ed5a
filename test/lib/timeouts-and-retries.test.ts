import { CfnParameter, Duration, Lazy, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  Resilience,
  ResilientFunction,
  RetryBudget,
  RetryJitter,
  RetryStrategy,
  TimeoutAnswer,
  TimeoutCalculator,
  type ResilientFunctionProps,
  type RetryOptions,
  type TimeoutOptions,
} from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { TIMEOUT_PARTS } from '../../lib/private/timeout-problems';
import { INLINE, configurationOf, messageOf, newStack } from './support';

const { timeout: TIMEOUT, retry: RETRY } = CONTRACT.configuration;

/** Declares as a caller without a compiler would. */
function declare(props: unknown, stack: Stack = newStack()): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, ...(props as ResilientFunctionProps) });
}

function problemsOf(props: unknown): string[] {
  return messageOf(() => declare(props)).split('\n- ').slice(1);
}

const keysOf = (rules: object) => Object.entries(rules).map(([name, { type }]: [string, { type: string }]) => (type === 'duration' ? `${name}Ms` : name));

describe('the configuration', () => {
  test('holds empty sections for the defaults, which switch them on, and no table', () => {
    const stack = newStack();
    const fn = declare({ requestTimeout: {}, retry: {} }, stack);
    expect(configurationOf(stack)).toEqual({ version: 1, timeout: {}, retry: {} });
    expect([fn.limitsTime, fn.retryNames]).toEqual([true, ['retry']]);
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
  });

  test('leaves the timeout of the function alone', () => {
    const stack = newStack();
    declare({ requestTimeout: { timeout: Duration.seconds(5) }, timeout: Duration.seconds(7) }, stack);
    expect(configurationOf(stack)).toEqual({ version: 1, timeout: { timeoutMs: 5000 } });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Timeout: 7 });
  });

  test('holds nothing where nothing is declared', () => {
    const stack = newStack();
    const fn = declare({ requestTimeout: undefined, retry: undefined }, stack);
    expect(configurationOf(stack)).toBeUndefined();
    expect([fn.limitsTime, fn.retryNames]).toEqual([false, []]);
  });

  test('says what is switched off, which then does nothing', () => {
    const stack = newStack();
    const fn = declare({ requestTimeout: { enabled: false }, retry: { enabled: false } }, stack);
    expect(configurationOf(stack)).toEqual({ version: 1, timeout: { enabled: false }, retry: { enabled: false } });
    expect([fn.limitsTime, fn.retryNames]).toEqual([false, []]);
  });

  test('counts what is known only at deployment as on', () => {
    const enabled = Lazy.any({ produce: () => false });
    const fn = declare({ requestTimeout: { enabled }, retry: { enabled } });
    expect([fn.limitsTime, fn.retryNames]).toEqual([true, ['retry']]);
  });

  test('is kept when something else is declared later', () => {
    const stack = newStack();
    declare({ requestTimeout: { margin: Duration.millis(100) }, retry: { maxAttempts: 2 } }, stack).addCircuit('payments');
    expect(configurationOf(stack)).toEqual({ version: 1, circuits: { payments: {} }, timeout: { marginMs: 100 }, retry: { maxAttempts: 2 } });
  });

  test('renders every option of the timeout, in the order of the contract', () => {
    const stack = newStack();
    const all: TimeoutOptions = {
      tenantTimeouts: { acme: Duration.seconds(2) },
      operationTimeouts: { 'GET /orders/{id}': Duration.millis(500) },
      trustDeadline: true,
      answer: TimeoutAnswer.REQUEST_TIMEOUT,
      grace: Duration.millis(50),
      margin: Duration.millis(200),
      maxTimeout: Duration.seconds(20),
      minTimeout: Duration.millis(10),
      calculator: TimeoutCalculator.PRIORITY,
      timeout: Duration.seconds(5),
      enabled: true,
    };
    declare({ requestTimeout: all }, stack);
    const { timeout } = configurationOf(stack) as { timeout: Record<string, unknown> };
    expect(Object.keys(timeout)).toEqual([...keysOf(TIMEOUT), 'operationTimeoutsMs', 'tenantTimeoutsMs']);
    expect(timeout).toMatchObject({
      calculator: 'priority',
      answer: 'request-timeout',
      operationTimeoutsMs: { 'GET /orders/{id}': 500 },
      tenantTimeoutsMs: { acme: 2000 },
    });
  });

  test('renders every option of retries, in the order of the contract', () => {
    const stack = newStack();
    const all: RetryOptions = {
      budgetRatio: 0.1,
      budgetRefill: 0.2,
      budgetTokens: 5,
      budget: RetryBudget.RATIO,
      idempotentOnly: false,
      totalTimeout: Duration.seconds(20),
      attemptTimeout: Duration.seconds(0),
      jitterRatio: 0.1,
      jitter: RetryJitter.RATIO,
      multiplier: 1.5,
      maxDelay: Duration.seconds(1),
      initialDelay: Duration.millis(20),
      strategy: RetryStrategy.LINEAR,
      maxAttempts: 4,
      enabled: true,
    };
    declare({ retry: all }, stack);
    const { retry } = configurationOf(stack) as { retry: Record<string, unknown> };
    expect(Object.keys(retry)).toEqual(keysOf(RETRY));
    expect(retry).toMatchObject({ strategy: 'linear', jitter: 'ratio', budget: 'ratio', attemptTimeoutMs: 0, initialDelayMs: 20 });
  });

  test('times that are changed later change nothing, and those that are undefined are left out', () => {
    const stack = newStack();
    const tenantTimeouts: Record<string, Duration | undefined> = { acme: Duration.seconds(1), other: undefined };
    declare({ requestTimeout: { tenantTimeouts, operationTimeouts: undefined } }, stack);
    tenantTimeouts['acme'] = Duration.seconds(9);
    expect(configurationOf(stack)).toEqual({ version: 1, timeout: { tenantTimeoutsMs: { acme: 1000 } } });
  });

  test('is that of a function that exists as well', () => {
    const stack = newStack();
    const target = new lambda.Function(stack, 'Plain', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X });
    const resilience = new Resilience(stack, 'Resilience', { target, requestTimeout: { timeout: Duration.seconds(2) }, retry: {} });
    expect([resilience.limitsTime, resilience.retryNames]).toEqual([true, ['retry']]);
    expect(configurationOf(stack)).toEqual({ version: 1, timeout: { timeoutMs: 2000 }, retry: {} });
  });
});

describe('values of options', () => {
  const allTimeouts = [...TIMEOUT_PARTS, ...Object.keys(TIMEOUT)].join(', ');

  test.each<[object, string]>([
    [{ timeout: 5000 }, 'timeout is 5000: set a Duration of a whole number of milliseconds from 1 to 900000'],
    [{ timeout: Duration.millis(0) }, 'timeout is 0 ms: set a whole number of milliseconds from 1 to 900000'],
    [{ timeoutMs: 5000 }, `timeoutMs is not an option: use one of ${allTimeouts}`],
    [{ calculator: 'dynamic' }, 'calculator is "dynamic": use one of fixed, adaptive, priority, load'],
    [{ answer: 408 }, 'answer is 408: use one of gateway-timeout, request-timeout'],
    [{ minTimeout: Duration.seconds(2), maxTimeout: Duration.seconds(1) }, 'minTimeout is 2000 ms, more than maxTimeout, which is 1000 ms: set at most 1000 ms'],
    [{ maxTimeout: Duration.millis(50) }, 'minTimeout is 100 ms, more than maxTimeout, which is 50 ms: set at most 50 ms'],
    [{ operationTimeouts: [1] }, 'operationTimeouts is an array: set an object of Durations by name'],
    [{ tenantTimeouts: Lazy.any({ produce: () => ({}) }) }, 'tenantTimeouts is a token: set an object of Durations by name'],
    [{ tenantTimeouts: { acme: 5 } }, 'tenantTimeouts.acme is 5: set a Duration of a whole number of milliseconds from 1 to 900000'],
    [{ tenantTimeouts: { '': Duration.seconds(1) } }, 'tenantTimeouts has a time for nobody: set a name'],
    [{ operationTimeouts: JSON.parse('{"__proto__":1}') as object }, 'operationTimeouts has the name "__proto__": choose another one, because templates lose that name'],
    [{ operationTimeouts: { [Lazy.string({ produce: () => 'x' })]: 1 } }, 'operationTimeouts has a token for a name: use names that are known at synthesis'],
  ])('of the timeout: %p', (options, problem) => {
    expect(problemsOf({ requestTimeout: options })).toEqual([`requestTimeout.${problem}`]);
  });

  test.each<[object, string]>([
    [{ maxAttempts: 0 }, 'maxAttempts is 0: set a whole number from 1 to 100'],
    [{ strategy: 'custom' }, 'strategy is "custom": use one of exponential, linear, fixed'],
    [{ jitter: true }, 'jitter is true: use one of full, equal, decorrelated, ratio, none'],
    [{ multiplier: 0.5 }, 'multiplier is 0.5: set a number from 1 to 10'],
    [{ onRetry: () => 0 }, `onRetry is not an option: use one of ${Object.keys(RETRY).join(', ')}`],
  ])('of retries: %p', (options, problem) => {
    expect(problemsOf({ retry: options })).toEqual([`retry.${problem}`]);
  });

  test.each<[unknown, string]>([
    [true, 'true'],
    [[], 'an array'],
    [null, 'null'],
    [Lazy.any({ produce: () => ({}) }), 'a token'],
  ])('no object: %p', (options, shown) => {
    expect(problemsOf({ requestTimeout: options, retry: options })).toEqual(
      ['requestTimeout', 'retry'].map((property) => `${property} is ${shown}: set an object of options, {} for the defaults`),
    );
  });

  test('all problems are in one error, with those of everything else', () => {
    const problems = problemsOf({
      circuits: { payments: { failureThreshold: 0 } },
      requestTimeout: { timeout: 1, tenantTimeouts: { acme: 1 } },
      retry: { maxAttempts: 0, budget: 1 },
      loadShedding: { maxRate: 2 },
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'circuits.payments.failureThreshold',
      'requestTimeout.timeout',
      'requestTimeout.tenantTimeouts.acme',
      'retry.maxAttempts',
      'retry.budget',
      'loadShedding.maxRate',
    ]);
  });

  test('may be tokens, which are not compared', () => {
    const stack = newStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const time = Duration.millis(number);
    const requestTimeout = { timeout: time, minTimeout: time, maxTimeout: Duration.millis(200), tenantTimeouts: { acme: time } };
    expect(() => declare({ requestTimeout, retry: { maxAttempts: number, maxDelay: time } }, stack)).not.toThrow();
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::Lambda::Function'))).toContain('\\"acme\\":');
  });
});

describe('times that are not below the timeout of the function', () => {
  const WARNING = 'Lambda ends an invocation after 10000 ms, and these are not below that: ';

  /** What is warned of where the function has ten seconds. */
  function warned(props: object, timeout = Duration.seconds(10)): string[] {
    const stack = newStack();
    declare({ ...props, timeout }, stack);
    return Annotations.fromStack(stack)
      .findWarning('/Stack/Fn', Match.anyValue())
      .map(({ entry }) => entry.data as string);
  }

  test('are named in one warning, wherever they are declared', () => {
    const requestTimeout = { timeout: Duration.seconds(10), operationTimeouts: { export: Duration.seconds(60), list: Duration.seconds(1) }, tenantTimeouts: { acme: Duration.seconds(11) } };
    const dependencies = { billing: { baseUrl: 'https://billing.example.com', timeout: Duration.seconds(12) } };
    const [warning, ...others] = warned({ requestTimeout, dependencies });
    expect(others).toEqual([]);
    expect(warning).toContain(
      `${WARNING}requestTimeout.timeout (10000 ms), requestTimeout.operationTimeouts.export (60000 ms), ` +
        'requestTimeout.tenantTimeouts.acme (11000 ms), dependencies.billing.timeout (12000 ms). Set less, or a longer timeout of the function',
    );
  });

  test.each<[string, object]>([
    ['what is below it', { requestTimeout: { timeout: Duration.millis(9999) } }],
    ['defaults, which the end of the invocation shortens', { requestTimeout: {}, dependencies: { billing: { baseUrl: 'https://billing.example.com' } } }],
    ['what is switched off', { requestTimeout: { enabled: false, timeout: Duration.seconds(60) } }],
    ['what is known only at deployment', { requestTimeout: { timeout: Duration.millis(Lazy.number({ produce: () => 99_999 })) } }],
  ])('are not %s', (_, props) => {
    expect(warned(props)).toEqual([]);
  });

  test('are none where the timeout of the function is known only at deployment', () => {
    const timeout = Duration.seconds(Lazy.number({ produce: () => 7 }));
    expect(warned({ requestTimeout: { timeout: Duration.seconds(60) } }, timeout)).toEqual([]);
  });

  test('are found although they are declared later', () => {
    const stack = newStack();
    declare({ timeout: Duration.seconds(10) }, stack).addDependency('billing', { baseUrl: 'https://billing.example.com', timeout: Duration.seconds(10) });
    Annotations.fromStack(stack).hasWarning('/Stack/Fn', Match.stringLikeRegexp('dependencies\\.billing\\.timeout \\(10000 ms\\)'));
  });
});
