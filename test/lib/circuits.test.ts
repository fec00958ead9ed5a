import { Aws, CfnParameter, Duration, Fn, Lazy, Token, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ResilientFunction, type CircuitOptions } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { CONFIGURATION, INLINE, configurationOf, messageOf, newStack, onlyResource } from './support';

const ALL_OPTIONS = Object.keys(CONTRACT.configuration.circuit).join(', ');

/** Declares circuits as a caller without a compiler would. */
function declare(circuits: unknown, stack: Stack = newStack()): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: circuits as Record<string, CircuitOptions> });
}

/** The problems found, without the heading. */
function problemsOf(circuits: unknown): string[] {
  const [heading, ...problems] = messageOf(() => declare(circuits)).split('\n- ');
  expect(heading).toBe(`the configuration of Stack/Fn has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`);
  return problems;
}

const withOption = (option: string, value: unknown) => problemsOf({ payments: { [option]: value } });

describe('values of options', () => {
  test.each<[string, unknown, string]>([
    ['failureThreshold', 0, 'is 0: set a whole number from 1 to 1000'],
    ['failureThreshold', -1, 'is -1: set a whole number from 1 to 1000'],
    ['failureThreshold', 1001, 'is 1001: set a whole number from 1 to 1000'],
    ['failureThreshold', 1.5, 'is 1.5: set a whole number from 1 to 1000'],
    ['failureThreshold', NaN, 'is NaN: set a whole number from 1 to 1000'],
    ['failureThreshold', Infinity, 'is Infinity: set a whole number from 1 to 1000'],
    ['failureThreshold', '5', 'is "5": set a whole number from 1 to 1000'],
    ['failureThreshold', null, 'is null: set a whole number from 1 to 1000'],
    ['failureThreshold', [5], 'is an array: set a whole number from 1 to 1000'],
    ['failureThreshold', () => 5, 'is a function: set a whole number from 1 to 1000'],
    ['failureThreshold', Duration.seconds(5), 'is the duration 5 seconds: set a whole number from 1 to 1000'],
    ['failureThreshold', Aws.REGION, `is ${JSON.stringify(Aws.REGION)}: set a whole number from 1 to 1000`],
    ['failureRateThreshold', 0, 'is 0: set a number above 0 and up to 1'],
    ['failureRateThreshold', 1.01, 'is 1.01: set a number above 0 and up to 1'],
    ['failureRateThreshold', NaN, 'is NaN: set a number above 0 and up to 1'],
    ['halfOpenMaxCalls', 11, 'is 11: set a whole number from 1 to 10'],
    ['openDuration', Duration.millis(99), 'is 99 ms: set a whole number of milliseconds from 100 to 3600000'],
    ['openDuration', Duration.hours(2), 'is 7200000 ms: set a whole number of milliseconds from 100 to 3600000'],
    ['openDuration', Duration.millis(1000.5), 'is 1000.5 ms: set a whole number of milliseconds from 100 to 3600000'],
    ['openDuration', Duration.millis(NaN), 'is NaN ms: set a whole number of milliseconds from 100 to 3600000'],
    ['openDuration', 30, 'is 30: set a Duration of a whole number of milliseconds from 100 to 3600000'],
    ['openDuration', { amount: 1 }, 'is an object: set a Duration of a whole number of milliseconds from 100 to 3600000'],
    ['shared', 'false', 'is "false": set true or false'],
    ['enabled', 1, 'is 1: set true or false'],
  ])('%s: %p', (option, value, problem) => {
    expect(withOption(option, value)).toEqual([`circuits.payments.${option} ${problem}`]);
  });

  test('a long text is shown in part', () => {
    expect(withOption('enabled', 'x'.repeat(500))[0]).toHaveLength('circuits.payments.enabled is "": set true or false'.length + 83);
  });

  test('the bounds themselves are allowed', () => {
    for (const [name, rule] of Object.entries<Record<string, unknown>>(CONTRACT.configuration.circuit)) {
      if (rule['type'] === 'boolean') continue;
      const bounds = rule['type'] === 'duration' ? [rule['minimumMs'], rule['maximumMs']] : [rule['minimum'] ?? 1, rule['maximum']];
      for (const bound of bounds as number[]) {
        expect(() => declare({ payments: { [name]: rule['type'] === 'duration' ? Duration.millis(bound) : bound } })).not.toThrow();
      }
    }
  });

  test('a negative duration never comes into being', () => {
    expect(() => Duration.seconds(-1)).toThrow(/negative/);
  });

  test('an unknown option', () => {
    expect(withOption('openDurationMs', 5)).toEqual([`circuits.payments.openDurationMs is not an option: use one of ${ALL_OPTIONS}`]);
    expect(withOption('constructor', 5)).toEqual([`circuits.payments.constructor is not an option: use one of ${ALL_OPTIONS}`]);
  });

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [['x'], 'an array'],
  ])('options that are no object: %p', (options, shown) => {
    expect(problemsOf({ payments: options })).toEqual([`circuits.payments is ${shown}: set an object of options, {} for the defaults`]);
  });

  test.each<[unknown, string]>([
    ['payments', '"payments"'],
    [['payments'], 'an array'],
  ])('circuits that are no object: %p', (circuits, shown) => {
    expect(problemsOf(circuits)).toEqual([`circuits is ${shown}: set an object of options by circuit name`]);
  });
});

describe('names', () => {
  const rule = CONTRACT.configuration.name.rule;

  test.each(['', '1st', 'a.b', 'a/b', 'a:b', 'a#b', 'a b', 'a,b', 'ünï', '-a', '_a', 'a'.repeat(65)])('refused: %p', (name) => {
    expect(problemsOf({ [name]: {} })).toEqual([`circuits.${name} has the name ${JSON.stringify(name)}: use ${rule}`]);
  });

  test.each(['a', 'A', 'payments-v2_eu', 'constructor', 'toString', 'a'.repeat(64)])('allowed: %p', (name) => {
    const stack = newStack();
    declare({ [name]: {} }, stack);
    expect(configurationOf(stack)).toEqual({ version: CONTRACT.version, circuits: { [name]: {} } });
  });

  test('a token is refused', () => {
    expect(problemsOf({ [Aws.REGION]: {} })).toEqual(['circuits has a token for a name: use a name that is known at synthesis']);
  });

  test('names that differ only in letter case', () => {
    expect(problemsOf({ payments: {}, Payments: {} })).toEqual([
      'circuits.Payments differs from circuits.payments only in letter case: choose another name',
    ]);
    const fn = declare({ payments: {} });
    expect(messageOf(() => fn.addCircuit('PAYMENTS'))).toContain('circuits.PAYMENTS differs from circuits.payments only in letter case');
  });

  test('a name that addCircuit declares twice', () => {
    const fn = declare({ payments: {} }).addCircuit('search');
    for (const name of ['payments', 'search']) {
      expect(messageOf(() => fn.addCircuit(name))).toContain(`circuits.${name} is declared already: declare each circuit once`);
    }
  });

  test('addCircuit checks its options, and a refused circuit leaves no trace', () => {
    const stack = newStack();
    const fn = declare({ payments: {} }, stack);
    expect(messageOf(() => fn.addCircuit('search', { minimumCalls: 0 }))).toContain('circuits.search.minimumCalls is 0');
    expect(configurationOf(stack)).toEqual({ version: CONTRACT.version, circuits: { payments: {} } });
  });
});

describe('all of them', () => {
  test('every problem is reported at once', () => {
    const problems = problemsOf({
      'a b': {},
      payments: { failureThreshold: 0, openDuration: Duration.millis(1), typo: 1 },
      PAYMENTS: { shared: 'yes' },
    });
    expect(problems.map((problem) => problem.split(' ').slice(0, 1)[0])).toEqual([
      'circuits.a',
      'circuits.payments.failureThreshold',
      'circuits.payments.openDuration',
      'circuits.payments.typo',
      'circuits.PAYMENTS.shared',
      'circuits.PAYMENTS',
    ]);
  });

  test('more circuits than the contract allows', () => {
    const count = CONTRACT.configuration.maximumCircuits;
    const circuits = Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, {}]));
    const fn = declare(circuits);
    const problem = `circuits has ${count + 1} entries: declare at most ${count}`;
    expect(problemsOf({ ...circuits, extra: {} })).toEqual([problem]);
    expect(messageOf(() => fn.addCircuit('extra'))).toContain(problem);
  });

  const large = (options: CircuitOptions) =>
    Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`circuit-number-${index}-${'x'.repeat(45)}`, options]));

  test('a configuration that would crowd the environment is refused', () => {
    expect(problemsOf(large({ failureThreshold: 7 }))[0]).toMatch(
      /^the configuration takes \d{4} bytes: keep it to 3072, because all environment variables share 4 KB; /,
    );
  });

  test('a circuit that would make it too large leaves no trace', () => {
    const stack = newStack();
    const fn = declare(large({}), stack);
    const each = Object.keys(CONTRACT.configuration.circuit).filter((name) => /Duration$|Lease$|Interval$/.test(name));
    const ample = Object.fromEntries(each.map((name) => [name, Duration.millis(250_000)]));
    expect(messageOf(() => fn.addCircuit('a'.repeat(64), { ...ample, perTenant: true, perOperation: true }))).toContain('the configuration takes');
    expect(configurationOf(stack)).toEqual({ version: CONTRACT.version, circuits: large({}) });
  });

  test('with tokens its size is not known, so there is one warning instead', () => {
    const stack = newStack();
    const fn = declare(large({ failureThreshold: Token.asNumber(Fn.ref('AWS::NoValue')) }), stack);
    fn.addCircuit('another');
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('the configuration takes'));
    expect(warnings).toHaveLength(1);
  });
});

describe('tokens', () => {
  function renderedText(stack: Stack): unknown {
    const { Environment } = onlyResource(Template.fromStack(stack), 'AWS::Lambda::Function').Properties;
    return (Environment as { Variables: Record<string, unknown> }).Variables[CONFIGURATION];
  }

  test('numbers and durations from parameters reach the document as numbers', () => {
    const stack = newStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' });
    declare({ payments: { failureThreshold: number.valueAsNumber, openDuration: Duration.millis(number.valueAsNumber) } }, stack);
    expect(renderedText(stack)).toEqual({
      'Fn::Join': [
        '',
        ['{"version":1,"circuits":{"payments":{"failureThreshold":', { Ref: 'Number' }, ',"openDurationMs":', { Ref: 'Number' }, '}}}'],
      ],
    });
  });

  test('lazy values are filled in', () => {
    const stack = newStack();
    const enabled = Lazy.any({ produce: () => true });
    declare({ payments: { failureThreshold: Lazy.number({ produce: () => 9 }), enabled, minimumCalls: Lazy.any({ produce: () => 4 }) } }, stack);
    expect(renderedText(stack)).toBe('{"version":1,"circuits":{"payments":{"enabled":true,"failureThreshold":9,"minimumCalls":4}}}');
  });

  test('a duration token in another unit cannot become milliseconds', () => {
    expect(withOption('openDuration', Duration.seconds(Token.asNumber(Fn.ref('X'))))).toEqual([
      'circuits.payments.openDuration is a token in seconds: only Duration.millis() can hold a token here',
    ]);
  });
});
