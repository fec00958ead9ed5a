import { Aws, CfnParameter, Duration, Fn, Lazy, Token, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  BulkheadEnforcement,
  BulkheadPresets,
  CircuitPresets,
  DependencyBalancing,
  DependencyProfile,
  ResilientFunction,
  RetryPresets,
  type DependencyOptions,
  type ResilientFunctionProps,
} from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { DEPENDENCY_ADDRESSES, DEPENDENCY_POLICIES } from '../../lib/private/dependency-problems';
import { BULKHEAD_TABLE, CIRCUIT_TABLE, CONFIGURATION, INLINE, configurationOf, messageOf, newStack, onlyResource } from './support';

const { dependency: SCHEMA, maximumDependencies: MAXIMUM, maximumEndpoints: MOST_ENDPOINTS } = CONTRACT.configuration;
const MANY = Array.from({ length: MOST_ENDPOINTS + 1 }, (_, index) => `https://h${index}`);
const ALL_OPTIONS = [...DEPENDENCY_ADDRESSES, ...DEPENDENCY_POLICIES, ...Object.keys(SCHEMA)].join(', ');
const URL_WANTED = 'set an http or https address without credentials, query and fragment';
const baseUrl = 'https://billing.example.com/v1';

/** Declares dependencies as a caller without a compiler would. */
function declare(dependencies: unknown, stack: Stack = newStack(), props: ResilientFunctionProps = {}): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, ...props, dependencies: dependencies as Record<string, DependencyOptions> });
}

function problemsOf(dependencies: unknown, props: ResilientFunctionProps = {}): string[] {
  return messageOf(() => declare(dependencies, newStack(), props)).split('\n- ').slice(1);
}

const withOptions = (options: object) => problemsOf({ billing: { baseUrl, ...options } });

/** What the document says of a dependency. */
function documentOf(options: DependencyOptions, props: ResilientFunctionProps = {}): Record<string, unknown> {
  const stack = newStack();
  declare({ billing: options }, stack, props);
  return configurationOf(stack) as Record<string, unknown>;
}

const { CRITICAL, NON_CRITICAL, HIGH_VOLUME } = DependencyProfile;

describe('the configuration', () => {
  test('declares circuit and bulkhead under the name of the dependency, which names them', () => {
    expect(documentOf({ baseUrl })).toEqual({
      version: 1,
      circuits: { billing: {} },
      bulkheads: { billing: { shared: false } },
      dependencies: { billing: { baseUrl, circuit: 'billing', bulkhead: 'billing' } },
    });
  });

  test('makes a table for the circuit, and none for slots that nobody has asked to share', () => {
    const stack = newStack();
    declare({ billing: { baseUrl } }, stack);
    const { Environment } = onlyResource(Template.fromStack(stack), 'AWS::Lambda::Function').Properties;
    const { Variables } = Environment as { Variables: object };
    expect(Object.keys(Variables)).toEqual(expect.arrayContaining([CONFIGURATION, CIRCUIT_TABLE]));
    expect(Object.keys(Variables)).not.toContain(BULKHEAD_TABLE);
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 1);
  });

  test('has the options of the policies that are set, presets included, and the slots are then those of the fleet', () => {
    const policies = { retry: RetryPresets.transientErrors(), circuit: CircuitPresets.aggressive(), bulkhead: BulkheadPresets.resourceConstrained() };
    const stack = newStack();
    declare({ billing: { baseUrl, ...policies } }, stack);
    expect(configurationOf(stack)).toMatchObject({
      circuits: { billing: CONTRACT.presets.circuit.aggressive },
      bulkheads: { billing: CONTRACT.presets.bulkhead.resourceConstrained },
      dependencies: { billing: { retry: { maxAttempts: 5, initialDelayMs: 50, multiplier: 1.5 }, circuit: 'billing', bulkhead: 'billing' } },
    });
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 2);
  });

  test.each([
    [undefined, undefined, 'billing', 'billing'],
    [CRITICAL, undefined, 'billing', 'billing'],
    [NON_CRITICAL, false, 'billing', false],
    [HIGH_VOLUME, false, false, 'billing'],
  ])('leaves out what the profile %s has not', (profile, retry, circuit, bulkhead) => {
    const document = documentOf({ baseUrl, ...(profile && { profile }) });
    expect((document['dependencies'] as Record<string, object>)['billing']).toEqual({ baseUrl, retry, circuit, bulkhead });
    expect([document['circuits'] !== undefined, document['bulkheads'] !== undefined]).toEqual([circuit !== false, bulkhead !== false]);
  });

  test.each([NON_CRITICAL, HIGH_VOLUME])('has what is set whatever the profile %s says', (profile) => {
    expect(documentOf({ baseUrl, profile, retry: {}, circuit: {}, bulkhead: {} })).toEqual({
      version: 1,
      circuits: { billing: {} },
      bulkheads: { billing: {} },
      dependencies: { billing: { baseUrl, retry: {}, circuit: 'billing', bulkhead: 'billing' } },
    });
  });

  test('takes the circuit and the bulkhead of the name that are declared already', () => {
    const circuits = { billing: { failureThreshold: 9 } };
    const bulkheads = { billing: { maxConcurrent: 3 } };
    expect(documentOf({ baseUrl }, { circuits, bulkheads })).toMatchObject({ circuits, bulkheads, dependencies: { billing: { circuit: 'billing', bulkhead: 'billing' } } });
  });

  test('renders every option of the contract, whatever the order in which they are written', () => {
    const all: DependencyOptions = {
      bulkhead: { maxConcurrent: 5 },
      circuit: { failureThreshold: 3 },
      retry: { maxAttempts: 2 },
      profile: CRITICAL,
      staleIfError: Duration.minutes(5),
      propagateDeadline: false,
      slowStart: Duration.seconds(5),
      maxEjectedShare: 0.3,
      ejectionDuration: Duration.seconds(10),
      healthyThreshold: 3,
      unhealthyThreshold: 5,
      hedgeAfterQuantile: 0.95,
      balancing: DependencyBalancing.LEAST_CONNECTIONS,
      maxResponseBytes: 1000,
      attemptTimeout: Duration.seconds(2),
      timeout: Duration.seconds(5),
      endpoints: ['https://a.example.com', 'https://b.example.com'],
    };
    const { billing } = documentOf(all)['dependencies'] as { billing: Record<string, unknown> };
    const rules: [string, { type: string }][] = Object.entries(SCHEMA);
    const keys = rules.map(([name, { type }]) => (type === 'duration' ? `${name}Ms` : name));
    expect(Object.keys(billing)).toEqual(['endpoints', ...keys, 'retry', 'circuit', 'bulkhead']);
    expect(billing).toMatchObject({ endpoints: all.endpoints, balancing: 'least-connections', timeoutMs: 5000, retry: { maxAttempts: 2 } });
  });

  test('does not change with lists that are changed later', () => {
    const stack = newStack();
    const endpoints = ['https://a.example.com'];
    declare({ billing: { endpoints } }, stack);
    endpoints.push('https://b.example.com');
    expect(configurationOf(stack)).toMatchObject({ dependencies: { billing: { endpoints: ['https://a.example.com'] } } });
  });
});

describe('names', () => {
  test('are those of dependencies, circuits, bulkheads and retries', () => {
    const fn = declare({
      billing: { baseUrl },
      mails: { baseUrl, profile: NON_CRITICAL },
      search: { baseUrl, profile: HIGH_VOLUME, retry: {} },
      stock: { baseUrl, retry: { enabled: false } },
    });
    expect(fn.dependencyNames).toEqual(['billing', 'mails', 'search', 'stock']);
    expect(fn.circuitNames).toEqual(['billing', 'mails', 'stock']);
    expect(fn.bulkheadNames).toEqual(['billing', 'search', 'stock']);
    expect(fn.retryNames).toEqual(['billing', 'search']);
    expect(fn.limitsTime).toBe(false);
  });

  test('are those that circuits may have', () => {
    const { rule } = CONTRACT.configuration.name;
    expect(problemsOf({ 'a b': { baseUrl, profile: NON_CRITICAL } })).toEqual([`dependencies.a b has the name "a b": use ${rule}`]);
    expect(problemsOf({ [Aws.REGION]: { baseUrl, profile: NON_CRITICAL } })).toEqual([
      'dependencies has a token for a name: use a name that is known at synthesis',
    ]);
  });

  test('differ in more than letter case, from those of circuits and bulkheads as well', () => {
    expect(problemsOf({ billing: { baseUrl } }, { circuits: { Billing: {} }, bulkheads: { BILLING: {} } })).toEqual([
      'circuits.billing differs from circuits.Billing only in letter case: choose another name',
      'bulkheads.billing differs from bulkheads.BILLING only in letter case: choose another name',
    ]);
  });

  test('of circuits and bulkheads are declared in one place', () => {
    const problems = problemsOf({ billing: { baseUrl, circuit: {}, bulkhead: {} } }, { circuits: { billing: {} }, bulkheads: { billing: {} } });
    expect(problems).toEqual([
      'circuits.billing is declared already: declare each circuit once',
      'bulkheads.billing is declared already: declare each bulkhead once',
    ]);
    const fn = declare({ billing: { baseUrl } });
    expect(messageOf(() => fn.addCircuit('billing'))).toContain('circuits.billing is declared already: declare each circuit once');
  });

  test('are not those of a bulkhead that Lambda keeps, which knows nothing of calls', () => {
    const bulkheads = { billing: { maxConcurrent: 5, enforcement: BulkheadEnforcement.RESERVED_CONCURRENCY } };
    expect(problemsOf({ billing: { baseUrl } }, { bulkheads })).toEqual(['bulkheads.billing is declared already: declare each bulkhead once']);
    expect(() => declare({ billing: { baseUrl, profile: NON_CRITICAL } }, newStack(), { bulkheads })).not.toThrow();
  });

  test(`are ${MAXIMUM} at most`, () => {
    const count = (many: number) => Object.fromEntries(Array.from({ length: many }, (_, index) => [`d${index}`, { baseUrl: 'http://a', profile: HIGH_VOLUME }]));
    expect(() => declare(count(MAXIMUM), newStack(), { dynamicConfig: {} })).not.toThrow();
    expect(problemsOf(count(MAXIMUM + 1))).toEqual([
      `bulkheads has ${MAXIMUM + 1} entries: declare at most ${MAXIMUM}`,
      `dependencies has ${MAXIMUM + 1} entries: declare at most ${MAXIMUM}`,
    ]);
  });
});

describe('where a dependency is', () => {
  test('has to be said, in one way', () => {
    expect(problemsOf({ billing: {} })).toEqual(['dependencies.billing.baseUrl is missing: set baseUrl, endpoints or cloudMap']);
    expect(withOptions({ endpoints: ['https://a.example.com'] })).toEqual([
      'dependencies.billing.baseUrl and dependencies.billing.endpoints are both set: leave one of them out',
    ]);
  });

  test.each<[unknown, string]>([
    [5, 'is no address'],
    ['', 'is no address'],
    ['billing.example.com', 'is no address'],
    ['/v1', 'is no address'],
    ['ftp://billing.example.com', 'has parts that a base address cannot have'],
    ['https://me:secret@billing.example.com', 'has parts that a base address cannot have'],
    ['https://billing.example.com/?key=secret', 'has parts that a base address cannot have'],
    ['https://billing.example.com/?', 'has parts that a base address cannot have'],
    ['https://billing.example.com/#top', 'has parts that a base address cannot have'],
  ])('is an address without more in it, which no problem shows (%p)', (url, problem) => {
    expect(problemsOf({ billing: { baseUrl: url } })).toEqual([`dependencies.billing.baseUrl ${problem}: ${URL_WANTED}`]);
    expect(problemsOf({ billing: { endpoints: [baseUrl, url] } })).toEqual([`dependencies.billing.endpoints[1] ${problem}: ${URL_WANTED}`]);
  });

  test.each(['http://10.0.0.1:8080', 'https://billing.example.com', 'https://billing.example.com/v1/', 'HTTPS://billing.example.com'])('may be %s', (url) => {
    expect(() => declare({ billing: { baseUrl: url } })).not.toThrow();
  });

  test.each<[unknown, string]>([
    ['https://a.example.com', ' is "https://a.example.com": set a list of addresses'],
    [[], ' is an empty list: set at least one address'],
    [['https://a', 'https://a'], '[1] is there already: list each address once'],
    [MANY, ` has ${MANY.length} addresses: set at most ${MOST_ENDPOINTS}`],
    [Fn.split(',', Fn.ref('X')), ' is a token: set a list of addresses'],
  ])('is a list of addresses: %p', (endpoints, problem) => {
    expect(problemsOf({ billing: { endpoints } })).toEqual([`dependencies.billing.endpoints${problem}`]);
  });
});

describe('values of options', () => {
  test.each<[object, string]>([
    [{ timeout: 5 }, 'timeout is 5: set a Duration of a whole number of milliseconds from 1 to 900000'],
    [{ timeoutMs: 5 }, `timeoutMs is not an option: use one of ${ALL_OPTIONS}`],
    [{ balancing: 'random' }, 'balancing is "random": use one of peak-ewma, least-connections, round-robin, weighted, local-first'],
    [{ hedgeAfterQuantile: 1 }, 'hedgeAfterQuantile is 1: set a number from 0 to 0.999'],
    [{ profile: 'CRITICAL' }, 'profile is "CRITICAL": use one of critical, non-critical, high-volume'],
    [{ profile: Token.asString(Fn.ref('X')) }, 'profile is a token: use one of critical, non-critical, high-volume'],
    [{ attemptTimeout: Duration.seconds(31) }, 'attemptTimeout is 31000 ms, more than timeout, which is 30000 ms: set at most 30000 ms'],
    [
      { timeout: Duration.seconds(1), attemptTimeout: Duration.seconds(2) },
      'attemptTimeout is 2000 ms, more than timeout, which is 1000 ms: set at most 1000 ms',
    ],
    [{ retry: true }, 'retry is true: set an object of options, {} for the defaults'],
    [{ circuit: Lazy.any({ produce: () => ({}) }) }, 'circuit is a token: set an object of options, {} for the defaults'],
    [{ bulkhead: [] }, 'bulkhead is an array: set an object of options, {} for the defaults'],
    [{ retry: { maxAttempts: 0 } }, 'retry.maxAttempts is 0: set a whole number from 1 to 100'],
    [{ retry: { attemptTimeout: Duration.seconds(1) } }, 'retry.attemptTimeout is not an option here: set attemptTimeout of the dependency itself'],
    [{ retry: { totalTimeout: Duration.seconds(1) } }, 'retry.totalTimeout is not an option here: set timeout of the dependency itself'],
    [{ circuit: { failureThreshold: 0 } }, 'circuit.failureThreshold is 0: set a whole number from 1 to 1000'],
    [{ circuit: { inbound: true } }, 'circuit.inbound is true: leave it out, because it is around calls to the dependency'],
    [{ bulkhead: { minConcurrent: 11 } }, 'bulkhead.minConcurrent is 11, more than maxConcurrent, which is 10: set at most 10'],
    [{ bulkhead: { inbound: true } }, 'bulkhead.inbound is true: leave it out, because it is around calls to the dependency'],
    [
      { bulkhead: { maxConcurrent: 5, enforcement: BulkheadEnforcement.RESERVED_CONCURRENCY } },
      'bulkhead.enforcement is "reserved-concurrency": leave it out, because Lambda knows nothing of calls to a dependency',
    ],
  ])('%p', (options, problem) => {
    expect(withOptions(options)).toEqual([`dependencies.billing.${problem}`]);
  });

  test('an attempt may take as long as the call, and longer by default', () => {
    expect(() => declare({ billing: { baseUrl, timeout: Duration.seconds(2), attemptTimeout: Duration.seconds(2) } })).not.toThrow();
    expect(() => declare({ billing: { baseUrl, timeout: Duration.seconds(2) } })).not.toThrow();
  });

  test.each([undefined, true, []])('options that are no object: %p', (options) => {
    expect(problemsOf({ billing: options })).toEqual([
      expect.stringMatching(/^dependencies\.billing is \S.*: set an object of options with baseUrl, endpoints or cloudMap$/),
    ]);
  });

  test('dependencies that are no object', () => {
    expect(problemsOf(['billing'])).toEqual(['dependencies is an array: set an object of options by dependency name']);
  });

  test('all of it at once', () => {
    const options = { typo: 1, attemptTimeout: Duration.minutes(1), profile: 1, retry: { maxAttempts: 0, totalTimeout: Duration.seconds(1) }, circuit: { typo: 1 }, bulkhead: 5 };
    expect(problemsOf({ billing: options, 'a b': 5 }).map((problem) => problem.split(' is ')[0])).toEqual([
      'dependencies.billing.typo',
      'dependencies.billing.baseUrl',
      'dependencies.billing.attemptTimeout',
      'dependencies.billing.profile',
      'dependencies.billing.retry.maxAttempts',
      'dependencies.billing.retry.totalTimeout',
      'dependencies.billing.circuit.typo',
      'dependencies.billing.bulkhead',
      expect.stringMatching(/^dependencies\.a b has the name/),
      'dependencies.a b',
    ]);
  });
});

describe('addDependency', () => {
  test('adds to the configuration', () => {
    const stack = newStack();
    const fn = declare({ billing: { baseUrl, profile: NON_CRITICAL } }, stack);
    expect(fn.addDependency('mails', { endpoints: ['https://a.example.com'], profile: HIGH_VOLUME }).addDependency('stock', { baseUrl })).toBe(fn);
    expect(fn.dependencyNames).toEqual(['billing', 'mails', 'stock']);
    expect(configurationOf(stack)).toMatchObject({ circuits: { billing: {}, stock: {} }, bulkheads: { mails: { shared: false }, stock: { shared: false } } });
  });

  test('refuses what is declared already and what cannot be used, which leaves no trace', () => {
    const stack = newStack();
    const fn = declare({ billing: { baseUrl, profile: NON_CRITICAL } }, stack);
    const before = configurationOf(stack);
    expect(messageOf(() => fn.addDependency('billing', { baseUrl }))).toContain('dependencies.billing is declared already: declare each dependency once');
    expect(messageOf(() => fn.addDependency('mails', { baseUrl: 'mails' }))).toContain('dependencies.mails.baseUrl is no address');
    expect(configurationOf(stack)).toEqual(before);
    expect([fn.dependencyNames, fn.circuitNames]).toEqual([['billing'], ['billing']]);
  });
});

describe('tokens', () => {
  test('in addresses and values reach the document', () => {
    const stack = newStack();
    const text = new CfnParameter(stack, 'Text').valueAsString;
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const times = { timeout: Duration.millis(number), attemptTimeout: Duration.seconds(60) };
    declare({ billing: { baseUrl: `https://${text}/v1`, profile: HIGH_VOLUME, ...times }, mails: { endpoints: [text, `http://${text}`], profile: HIGH_VOLUME } }, stack);
    const { Environment } = onlyResource(Template.fromStack(stack), 'AWS::Lambda::Function').Properties;
    const rendered = stack.resolve((Environment as { Variables: Record<string, unknown> }).Variables[CONFIGURATION]) as { 'Fn::Join': [string, unknown[]] };
    const shown = rendered['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`)).join('');
    expect(shown).toContain('"billing":{"baseUrl":"https://<Text>/v1","timeoutMs":<Number>,"attemptTimeoutMs":60000,"retry":false');
    expect(shown).toContain('"mails":{"endpoints":["<Text>","http://<Text>"],');
  });
});
