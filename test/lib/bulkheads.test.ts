import { Aws, CfnParameter, Duration, Fn, Lazy, Token, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BulkheadEnforcement, BulkheadRefusal, BulkheadStoreFailure, ResilientFunction, type BulkheadOptions } from '../../lib';
import { BULKHEAD_PARTS } from '../../lib/private/bulkhead-problems';
import { CONTRACT } from '../../lib/private/contract';
import { CONFIGURATION, INLINE, configurationOf, messageOf, newStack, onlyResource } from './support';

const ALL_OPTIONS = [...BULKHEAD_PARTS, ...Object.keys(CONTRACT.configuration.bulkhead)].join(', ');

/** Declares bulkheads as a caller without a compiler would. */
function declare(bulkheads: unknown, stack: Stack = newStack()): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, bulkheads: bulkheads as Record<string, BulkheadOptions> });
}

/** The problems found, without the heading. */
function problemsOf(bulkheads: unknown): string[] {
  const [heading, ...problems] = messageOf(() => declare(bulkheads)).split('\n- ');
  expect(heading).toBe(`the configuration of Stack/Fn has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`);
  return problems;
}

const withOptions = (options: object) => problemsOf({ stock: options });

/** The text of the configuration as the template holds it. */
function renderedText(stack: Stack): unknown {
  const { Environment } = onlyResource(Template.fromStack(stack), 'AWS::Lambda::Function').Properties;
  return (Environment as { Variables: Record<string, unknown> }).Variables[CONFIGURATION];
}

describe('configuration', () => {
  test('holds what was declared and nothing else', () => {
    const stack = newStack();
    declare({ stock: {}, mails: { maxConcurrent: 3, perTenant: true, tenantLimits: { acme: 2 } } }, stack);
    expect(renderedText(stack)).toBe(
      '{"version":1,"bulkheads":{"stock":{},"mails":{"maxConcurrent":3,"perTenant":true,"tenantLimits":{"acme":2}}}}',
    );
  });

  test('holds circuits, rate limits and bulkheads side by side; they may have the same names', () => {
    const stack = newStack();
    const rateLimits = { api: { limits: [{ limit: 1, period: Duration.seconds(1) }] } };
    new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { api: {} }, rateLimits, bulkheads: { api: {} } });
    expect(configurationOf(stack)).toEqual({
      version: 1,
      circuits: { api: {} },
      limits: { api: { limits: [{ limit: 1, periodMs: 1000 }] } },
      bulkheads: { api: {} },
    });
  });

  test('renders every option of the contract, whatever the order in which they are written', () => {
    const stack = newStack();
    const all: BulkheadOptions = {
      enforcement: BulkheadEnforcement.RUNTIME,
      operationLimits: { 'GET /orders': 20 },
      tenantLimits: { acme: 5, 'a.b/c': 50 },
      maxKeys: 10,
      shards: 4,
      refusal: BulkheadRefusal.SERVICE_UNAVAILABLE,
      onStoreFailure: BulkheadStoreFailure.DENY,
      keepDuration: Duration.millis(0),
      leaseMargin: Duration.seconds(2),
      leaseDuration: Duration.seconds(90),
      latencyThreshold: Duration.seconds(1),
      minConcurrent: 2,
      adaptive: true,
      highPriorityThreshold: 5,
      priority: true,
      borrow: true,
      defaultOperationLimit: 4,
      perOperation: true,
      defaultTenantLimit: 3,
      perTenant: true,
      maxWait: Duration.seconds(1),
      queueSize: 0,
      maxConcurrent: 50,
      inbound: true,
      shared: false,
      enabled: true,
    };
    declare({ stock: all }, stack);
    const { stock } = (configurationOf(stack) as { bulkheads: { stock: Record<string, unknown> } }).bulkheads;
    const rules: [string, { type: string }][] = Object.entries(CONTRACT.configuration.bulkhead);
    const keys = rules.map(([name, { type }]) => (type === 'duration' ? `${name}Ms` : name));
    expect(Object.keys(stock)).toEqual([...keys, 'tenantLimits', 'operationLimits']);
    expect(stock).toMatchObject({
      tenantLimits: { acme: 5, 'a.b/c': 50 },
      operationLimits: { 'GET /orders': 20 },
      onStoreFailure: 'deny',
      refusal: 'service-unavailable',
      maxWaitMs: 1000,
      keepDurationMs: 0,
    });
  });

  test('leaves out options that are undefined', () => {
    const stack = newStack();
    declare({ stock: { tenantLimits: undefined, maxWait: undefined, enforcement: undefined } }, stack);
    expect(configurationOf(stack)).toEqual({ version: 1, bulkheads: { stock: {} } });
  });

  test('limits that are changed later change nothing', () => {
    const stack = newStack();
    const tenantLimits: Record<string, number> = { acme: 2 };
    declare({ stock: { perTenant: true, tenantLimits } }, stack);
    tenantLimits['other'] = 1;
    expect(configurationOf(stack)).toEqual({ version: 1, bulkheads: { stock: { perTenant: true, tenantLimits: { acme: 2 } } } });
  });
});

describe('values of options', () => {
  test.each<[string, unknown, string]>([
    ['maxConcurrent', 0, 'is 0: set a whole number from 1 to 100000'],
    ['queueSize', -1, 'is -1: set a whole number from 0 to 10000'],
    ['maxWait', 5000, 'is 5000: set a Duration of a whole number of milliseconds from 0 to 900000'],
    ['maxWaitMs', 5, `is not an option: use one of ${ALL_OPTIONS}`],
    ['refusal', 429, 'is 429: use one of too-many-requests, service-unavailable'],
    ['onStoreFailure', 'LOCAL', 'is "LOCAL": use one of local, allow, deny'],
    ['adaptive', 'yes', 'is "yes": set true or false'],
    ['shards', 65, 'is 65: set a whole number from 0 to 64'],
    ['enforcement', 'kernel', 'is "kernel": use one of runtime, reserved-concurrency, event-sources'],
    ['tenantLimits', [1], 'is an array: set an object of numbers of slots'],
    ['operationLimits', null, 'is null: set an object of numbers of slots'],
  ])('%s: %p', (option, value, problem) => {
    expect(withOptions({ [option]: value })).toEqual([`bulkheads.stock.${option} ${problem}`]);
  });

  test.each([undefined, true, []])('options that are no object: %p', (options) => {
    expect(problemsOf({ stock: options })).toEqual([expect.stringMatching(/^bulkheads\.stock is \S.*: set an object of options, \{\} for the defaults$/)]);
  });

  test('bulkheads that are no object', () => {
    expect(problemsOf(['stock'])).toEqual(['bulkheads is an array: set an object of options by bulkhead name']);
  });
});

describe('options that do not go together', () => {
  test.each([
    ['tenantLimits', 'perTenant'],
    ['operationLimits', 'perOperation'],
  ])('%s without %s, which nothing would look at', (limits, option) => {
    const problem = `bulkheads.stock.${limits} is set although ${option} is not: set ${option} to true, or leave the limits out`;
    expect(withOptions({ [limits]: { acme: 1 } })).toEqual([problem]);
    expect(withOptions({ [limits]: { acme: 1 }, [option]: false })).toEqual([problem]);
    expect(() => declare({ stock: { [limits]: {} } })).not.toThrow();
    expect(() => declare({ stock: { [limits]: { acme: 1 }, [option]: Lazy.any({ produce: () => true }) } })).not.toThrow();
  });

  test.each<[unknown, string]>([
    [0, '0'],
    [1.5, '1.5'],
    ['2', '"2"'],
    [11, '11'],
    [undefined, 'undefined'],
  ])('a limit of %p where there are 10 slots', (limit, shown) => {
    const problem = `is ${shown}: set a whole number from 1 to 10, of which there are slots`;
    expect(withOptions({ perTenant: true, tenantLimits: { acme: limit } })).toEqual([`bulkheads.stock.tenantLimits.acme ${problem}`]);
    expect(withOptions({ perOperation: true, operationLimits: { acme: limit } })).toEqual([`bulkheads.stock.operationLimits.acme ${problem}`]);
  });

  test('a limit is measured by the slots that are set', () => {
    expect(() => declare({ stock: { maxConcurrent: 11, perTenant: true, tenantLimits: { acme: 11 } } })).not.toThrow();
    expect(withOptions({ maxConcurrent: 3, perTenant: true, tenantLimits: { acme: 4 } })).toEqual([
      'bulkheads.stock.tenantLimits.acme is 4: set a whole number from 1 to 3, of which there are slots',
    ]);
  });

  test('more slots at least than there are at all', () => {
    expect(withOptions({ minConcurrent: 11 })).toEqual(['bulkheads.stock.minConcurrent is 11, more than maxConcurrent, which is 10: set at most 10']);
    expect(() => declare({ stock: { minConcurrent: 11, maxConcurrent: 11 } })).not.toThrow();
    expect(withOptions({ minConcurrent: NaN })).toEqual(['bulkheads.stock.minConcurrent is NaN: set a whole number from 1 to 100000']);
  });

  test('all of it at once', () => {
    const options = { maxConcurrent: 2, minConcurrent: 3, typo: 1, tenantLimits: { acme: 3 }, operationLimits: { export: 0 }, perOperation: true };
    expect(withOptions(options).map((problem) => problem.split(' ')[0])).toEqual([
      'bulkheads.stock.typo',
      'bulkheads.stock.tenantLimits.acme',
      'bulkheads.stock.tenantLimits',
      'bulkheads.stock.operationLimits.export',
      'bulkheads.stock.minConcurrent',
    ]);
  });
});

describe('names', () => {
  test('are those that circuits may have', () => {
    const rule = CONTRACT.configuration.name.rule;
    expect(problemsOf({ 'a b': {} })).toEqual([`bulkheads.a b has the name "a b": use ${rule}`]);
    expect(problemsOf({ stock: {}, STOCK: {} })).toEqual(['bulkheads.STOCK differs from bulkheads.stock only in letter case: choose another name']);
  });

  test('50 are allowed, 51 are not', () => {
    const bulkheads = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`b${index}`, {}]));
    const fn = declare(bulkheads);
    expect(problemsOf({ ...bulkheads, extra: {} })).toEqual(['bulkheads has 51 entries: declare at most 50']);
    expect(messageOf(() => fn.addBulkhead('extra'))).toContain('bulkheads has 51 entries: declare at most 50');
  });

  test('of tenants and operations are known at synthesis, and survive it', () => {
    expect(withOptions({ perTenant: true, tenantLimits: { [Aws.REGION]: 1 } })).toEqual([
      'bulkheads.stock.tenantLimits has a token for a name: use names that are known at synthesis',
    ]);
    expect(withOptions({ perTenant: true, tenantLimits: JSON.parse('{"__proto__":1}') as object })).toEqual([
      'bulkheads.stock.tenantLimits has the name "__proto__": choose another one, because templates lose that name',
    ]);
  });
});

describe('addBulkhead', () => {
  test('adds to the configuration', () => {
    const stack = newStack();
    const fn = new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} } });
    expect(fn.addBulkhead('stock').addBulkhead('mails', { maxConcurrent: 2 })).toBe(fn);
    expect(configurationOf(stack)).toEqual({ version: 1, circuits: { payments: {} }, bulkheads: { stock: {}, mails: { maxConcurrent: 2 } } });
    expect(fn.bulkheadNames).toEqual(['stock', 'mails']);
  });

  test('refuses what is declared already and what cannot be used, which leaves no trace', () => {
    const stack = newStack();
    const fn = declare({ stock: {} }, stack);
    expect(messageOf(() => fn.addBulkhead('stock'))).toContain('bulkheads.stock is declared already: declare each bulkhead once');
    expect(messageOf(() => fn.addBulkhead('other', { maxConcurrent: 0 }))).toContain('bulkheads.other.maxConcurrent is 0');
    expect(configurationOf(stack)).toEqual({ version: 1, bulkheads: { stock: {} } });
  });
});

describe('tokens', () => {
  test('numbers, durations and texts from parameters reach the document', () => {
    const stack = newStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const text = new CfnParameter(stack, 'Text').valueAsString;
    const options = { maxConcurrent: number, maxWait: Duration.millis(number), minConcurrent: 500, refusal: text, perTenant: true, tenantLimits: { acme: number } };
    declare({ stock: options }, stack);
    const join = (stack.resolve(renderedText(stack)) as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
    const rendered = join.map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`)).join('');
    expect(rendered).toBe(
      '{"version":1,"bulkheads":{"stock":{"maxConcurrent":<Number>,"maxWaitMs":<Number>,"perTenant":true,"minConcurrent":500,"refusal":"<Text>",' +
        '"tenantLimits":{"acme":<Number>}}}}',
    );
  });

  test.each<[string, unknown, string]>([
    ['tenantLimits', Lazy.any({ produce: () => ({}) }), 'is a token: set an object of numbers of slots'],
    ['enforcement', Token.asString(Fn.ref('X')), 'is a token: use one of runtime, reserved-concurrency, event-sources'],
  ])('what gives the template its shape has to be known at synthesis: %s', (option, value, problem) => {
    expect(withOptions({ [option]: value })).toEqual([`bulkheads.stock.${option} ${problem}`]);
  });
});
