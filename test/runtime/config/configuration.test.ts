import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from '../../../runtime/src/config/configuration.ts';
import { processEnvironment } from '../../../runtime/src/config/process-environment.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';

const VARIABLE = CONTRACT.environment.configuration.name;
const TABLE = CONTRACT.environment.circuitTable.name;
const LIMIT_TABLE = CONTRACT.environment.rateLimitTable.name;
const BULKHEAD_TABLE = CONTRACT.environment.bulkheadTable.name;
const NO_OVERRIDES = { circuits: {}, bulkheads: {}, retry: {}, health: {} };
const NAME_RULE = CONTRACT.configuration.name.rule;

const read = (document: unknown) => readConfiguration({ [VARIABLE]: typeof document === 'string' ? document : JSON.stringify(document) });
const readCircuits = (circuits: unknown) => read({ version: 1, circuits });
const readLimits = (limits: unknown) => read({ version: 1, limits });

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
const limitProblemsOf = (limits: unknown) => errorOf(() => readLimits(limits)).problems;

const NOTHING = {
  circuitTable: undefined,
  rateLimitTable: undefined,
  bulkheadTable: undefined,
  loadShedding: undefined,
  timeout: undefined,
  retry: undefined,
  observability: undefined,
  overrides: NO_OVERRIDES,
};

describe('what the stack says', () => {
  it('is read: circuits, rate limits, bulkheads and dependencies by name, load shedding, the timeout, the retry, the observability, and the tables', () => {
    const circuits = { payments: { failureThreshold: 3, openDurationMs: 30_000 }, 'stock-2': {} };
    const limits = { api: { limits: [{ limit: 100, periodMs: 60_000 }], by: ['tenant'] }, payments: {} };
    const observability = { level: 'detailed', sampleRate: 0.1, gaugeIntervalMs: 30_000 };
    const bulkheads = { stock: { maxConcurrent: 20, perTenant: true, tenantLimits: { acme: 20 } }, payments: {} };
    const loadShedding = { strategy: 'priority', priorityRateCaps: { high: 0.5 }, retryAfterMs: 2000 };
    const timeout = { timeoutMs: 5000, calculator: 'priority', operationTimeoutsMs: { 'GET /orders': 300 } };
    const retry = { maxAttempts: 2, initialDelayMs: 20 };
    const dependencies = { payments: { baseUrl: 'https://payments.example', attemptTimeoutMs: 900, circuit: 'payments', bulkhead: false, retry } };
    const single = { loadShedding, timeout, retry, observability };
    const document = JSON.stringify({ version: 1, circuits, limits, bulkheads, dependencies, ...single });
    const tables = { circuitTable: 'circuits-table', rateLimitTable: 'limits-table', bulkheadTable: 'bulkheads-table' };
    const variables = { [TABLE]: tables.circuitTable, [LIMIT_TABLE]: tables.rateLimitTable, [BULKHEAD_TABLE]: tables.bulkheadTable };
    expect(readConfiguration({ [VARIABLE]: document, ...variables })).toEqual({
      ...tables,
      ...{ circuits, rateLimits: limits, bulkheads, dependencies, ...single, overrides: NO_OVERRIDES },
    });
  });

  it.each([['absent', {}], ['empty', { [VARIABLE]: '', [TABLE]: '', [LIMIT_TABLE]: '', [BULKHEAD_TABLE]: '' }]])('may be %s: then there is no configuration', (_what, environment) => {
    expect(readConfiguration(environment)).toStrictEqual({ ...NOTHING, circuits: undefined, rateLimits: undefined, bulkheads: undefined, dependencies: undefined });
  });

  it('may declare nothing, which is not the same as no configuration', () => {
    expect(read({ version: 1 })).toStrictEqual({ ...NOTHING, circuits: {}, rateLimits: {}, bulkheads: {}, dependencies: {} });
  });

  it.each(['circuits', 'limits', 'bulkheads'])('may declare %s only', (key) => {
    const { circuits, rateLimits, bulkheads, loadShedding } = read({ version: 1, [key]: { api: {} } });
    expect({ circuits, limits: rateLimits, bulkheads }).toEqual({ circuits: {}, limits: {}, bulkheads: {}, [key]: { api: {} } });
    expect(loadShedding).toBeUndefined();
  });

  it('is left without defaults, so that code can tell what was declared', () => {
    expect(readCircuits({ payments: {} }).circuits).toEqual({ payments: {} });
  });

  it('is checked once, however many policies read it, and anew when it has changed', () => {
    const limits = (limit: number) => ({ api: { limits: [{ limit, periodMs: 1000 }] } });
    const first = readLimits(limits(1)).rateLimits;
    expect(readLimits(limits(1)).rateLimits).toBe(first);
    expect(readLimits(limits(2)).rateLimits).toEqual(limits(2));
    expect(readLimits(limits(1)).rateLimits).toEqual(limits(1));
    expect(readConfiguration({}).rateLimits).toBeUndefined();
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
    expect(errorOf(() => read(text)).problems).toEqual([`the value is ${shown}: an object with "version", "circuits" and "limits" is needed`]);
  });

  it.each([[undefined, 'undefined'], [2, '2'], ['1', '"1"']])('version %p', (version, shown) => {
    expect(errorOf(() => read({ version })).problems).toEqual([
      `${VARIABLE}.version is ${shown}: this runtime reads version 1; use the same release of resilient-lambda and resilient-lambda-runtime`,
    ]);
  });

  it('unknown keys (PX-13)', () => {
    expect(errorOf(() => read({ version: 1, circuit: {}, rateLimits: {} })).problems).toEqual([
      `${VARIABLE}.circuit is not an option: use one of version, circuits, limits, bulkheads, loadShedding, timeout, retry, dependencies, observability`,
      `${VARIABLE}.rateLimits is not an option: use one of version, circuits, limits, bulkheads, loadShedding, timeout, retry, dependencies, observability`,
    ]);
  });

  it.each([[null, 'null'], [[], 'an array'], ['x', '"x"']])('circuits %p', (circuits, shown) => {
    expect(problemsOf(circuits)).toEqual([`circuits is ${shown}: set an object of options by name`]);
    expect(limitProblemsOf(circuits)).toEqual([`limits is ${shown}: set an object of options by name`]);
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

describe('a rate limit that cannot be used', () => {
  const RULE = { limit: 100, periodMs: 60_000 };
  const KEY_PARTS = 'tenant, user, ip, operation, method, path';

  it.each<[string, unknown, string]>([
    ['no object', null, ' is null: set an object of options'],
    ['a strategy that does not exist', { strategy: 'gcra' }, '.strategy is "gcra": use one of token-bucket, sliding-window, fixed-window'],
    ['a duration out of range', { maxWaitMs: -1 }, '.maxWaitMs is -1: set a whole number of milliseconds from 0 to 900000'],
    ['parts that cannot be split in two', { maxShards: 12 }, '.maxShards is 12: set a power of two, because parts are split in two'],
    ['no list of limits', { limits: RULE }, '.limits is an object: set a list of { limit, periodMs }'],
    ['null for the limits', { limits: null }, '.limits is null: set a list of { limit, periodMs }'],
    ['no limit', { limits: [] }, '.limits has 0 entries: set 1 to 4 limits'],
    ['a limit of nothing', { limits: [{ ...RULE, limit: 0 }] }, '.limits[0].limit is 0: set a whole number from 1 to 1000000000'],
    ['a limit without a period', { limits: [{ limit: 1 }] }, '.limits[0].periodMs is missing: set a number'],
    ['the same period twice', { limits: [RULE, { ...RULE, limit: 5 }] }, '.limits[1].periodMs is 60000, like that of another limit: keep the smaller one'],
    ['a window with a burst', { strategy: 'fixed-window', limits: [{ ...RULE, burst: 5 }] }, '.limits[0].burst is 5: leave it out, a fixed-window has no burst'],
    ['limits of a tenant', { tenantLimits: { acme: [{ ...RULE, period: 1 }] } }, '.tenantLimits.acme[0].period is not an option: use one of limit, periodMs, burst'],
    ['limits of a user', { userLimits: { ann: [5] } }, '.userLimits.ann[0] is 5: set { limit, periodMs }'],
    ['limits of users that are no object', { userLimits: [] }, '.userLimits is an array: set an object of lists of limits'],
    ['a key that is no list', { by: 'tenant' }, `.by is "tenant": set a list of ${KEY_PARTS}`],
    ['a key of something unknown', { by: ['ip', 'country'] }, `.by holds "country": list each of ${KEY_PARTS} at most once`],
    ['a key of something twice', { by: ['ip', 'ip'] }, `.by holds "ip": list each of ${KEY_PARTS} at most once`],
  ])('%s', (_what, options, problem) => {
    expect(limitProblemsOf({ api: options })).toEqual([`limits.api${problem}`]);
  });

  it('an unknown option, with those that exist (PX-13)', () => {
    expect(limitProblemsOf({ api: { maxWait: 5 } })).toEqual([
      expect.stringMatching(/^limits\.api\.maxWait is not an option: use one of limits, tenantLimits, userLimits, by, enabled, shared, .*maxWaitMs/),
    ]);
  });

  it.each(['a b', '1a', '__proto__'])('the name %p', (name) => {
    expect(errorOf(() => read(`{"version":1,"limits":{${JSON.stringify(name)}:{}}}`)).problems).toEqual([
      `limits.${name} is ${JSON.stringify(name)}: use ${NAME_RULE}`,
    ]);
  });

  it('50 rate limits are allowed, 51 are not', () => {
    const limits = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, {}]));
    expect(Object.keys(readLimits(limits(50)).rateLimits ?? {})).toHaveLength(50);
    expect(limitProblemsOf(limits(51))).toEqual(['limits has 51 entries: declare at most 50']);
  });
});

describe('a bulkhead that cannot be used', () => {
  it.each<[string, unknown, string]>([
    ['no object', null, ' is null: set an object of options'],
    ['a size out of range', { maxConcurrent: 0 }, '.maxConcurrent is 0: set a whole number from 1 to 100000'],
    ['a refusal that does not exist', { refusal: '429' }, '.refusal is "429": use one of too-many-requests, service-unavailable'],
    ['limits of tenants that are no object', { tenantLimits: [] }, '.tenantLimits is an array: set an object of numbers of slots'],
    ['more for a tenant than there is', { perTenant: true, tenantLimits: { acme: 11 } }, '.tenantLimits.acme is 11: set a whole number from 1 to 10, of which there are slots'],
    ['limits of operations that nothing looks at', { operationLimits: { charge: 1 } }, '.operationLimits is set although perOperation is not: set perOperation to true, or leave the limits out'],
    ['more at least than at most', { maxConcurrent: 2, minConcurrent: 3 }, '.minConcurrent is 3, more than maxConcurrent, which is 2: set at most 2'],
  ])('%s', (_what, options, problem) => {
    expect(errorOf(() => read({ version: 1, bulkheads: { stock: options } })).problems).toEqual([`bulkheads.stock${problem}`]);
  });

  it('an unknown option, with those that exist (PX-13)', () => {
    expect(errorOf(() => read({ version: 1, bulkheads: { stock: { maxWait: 5 } } })).problems).toEqual([
      expect.stringMatching(/^bulkheads\.stock\.maxWait is not an option: use one of tenantLimits, operationLimits, enabled, shared, .*maxWaitMs/),
    ]);
  });

  it('50 bulkheads are allowed, 51 are not', () => {
    const bulkheads = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`b${index}`, {}]));
    expect(Object.keys(read({ version: 1, bulkheads: bulkheads(50) }).bulkheads ?? {})).toHaveLength(50);
    expect(errorOf(() => read({ version: 1, bulkheads: bulkheads(51) })).problems).toEqual(['bulkheads has 51 entries: declare at most 50']);
  });
});

describe('load shedding that cannot be used', () => {
  it.each<[string, unknown, string]>([
    ['no object', 'on', ' is "on": set an object of options'],
    ['a strategy that needs code', { strategy: 'custom' }, '.strategy is "custom": use one of adaptive, random, priority, circuit'],
    ['a threshold at its open end', { cpuThreshold: 0 }, '.cpuThreshold is 0: set a number above 0 and up to 1'],
    ['caps that are no object', { priorityRateCaps: 0.5 }, '.priorityRateCaps is 0.5: set an object of shares from 0 to 1 by priority'],
    ['a cap of no priority', { priorityRateCaps: { urgent: 0 } }, '.priorityRateCaps.urgent is not a priority: use one of critical, high, normal, low, background'],
    ['a cap out of range', { priorityRateCaps: { low: 2 } }, '.priorityRateCaps.low is 2: set a number from 0 to 1'],
    ['more at least than at most', { minRate: 0.95 }, '.minRate is 0.95, more than maxRate, which is 0.9: set at most 0.9'],
  ])('%s', (_what, options, problem) => {
    expect(errorOf(() => read({ version: 1, loadShedding: options })).problems).toEqual([`loadShedding${problem}`]);
  });

  it('an unknown option, with those that exist (PX-13)', () => {
    expect(errorOf(() => read({ version: 1, loadShedding: { targetLatency: 5 } })).problems).toEqual([
      expect.stringMatching(/^loadShedding\.targetLatency is not an option: use one of priorityRateCaps, enabled, strategy, .*targetLatencyMs/),
    ]);
  });
});

describe('a timeout or a retry that cannot be used', () => {
  it.each<[string, unknown, string]>([
    ['timeout', null, 'timeout is null: set an object of options'],
    ['timeout', { timeoutMs: 0 }, 'timeout.timeoutMs is 0: set a whole number of milliseconds from 1 to 900000'],
    ['timeout', { tenantTimeoutsMs: { acme: -1 } }, 'timeout.tenantTimeoutsMs["acme"] is -1: set a whole number of milliseconds from 1 to 900000'],
    ['timeout', { minTimeoutMs: 2000, maxTimeoutMs: 1000 }, 'timeout.minTimeoutMs is 2000, more than maxTimeoutMs, which is 1000: set at most 1000'],
    ['retry', [], 'retry is an array: set an object of options'],
    ['retry', { maxAttempts: 0 }, 'retry.maxAttempts is 0: set a whole number from 1 to 100'],
    ['retry', { strategy: 'custom' }, 'retry.strategy is "custom": use one of exponential, linear, fixed'],
  ])('%s %j', (key, options, problem) => {
    expect(errorOf(() => read({ version: 1, [key]: options })).problems).toEqual([problem]);
  });

  it.each(['timeout', 'retry'])('%s with an unknown option, with those that exist (PX-13)', (key) => {
    const { problems } = errorOf(() => read({ version: 1, [key]: { attempts: 3 } }));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${key}.attempts is not an option: use one of .*enabled`))]);
  });
});

describe('a dependency that cannot be used', () => {
  const problemsWith = (payments: unknown, more: object = {}) => errorOf(() => read({ version: 1, dependencies: { payments }, ...more })).problems;
  const ADDRESS = 'set an http or https address without credentials, query and fragment';

  it.each<[unknown, string]>([
    [null, ' is null: set an object of options'],
    [{ baseUrl: 5 }, `.baseUrl is no address: ${ADDRESS}`],
    [{ baseUrl: 'payments.example' }, `.baseUrl is no address: ${ADDRESS}`],
    [{ baseUrl: 'ftp://payments.example' }, `.baseUrl has parts that a base address cannot have: ${ADDRESS}`],
    [{ baseUrl: 'https://payments.example/?a' }, `.baseUrl has parts that a base address cannot have: ${ADDRESS}`],
    [{ endpoints: [] }, '.endpoints is an array: set a list of at least one address'],
    [{ endpoints: ['https://a.example', 'https://a.example'] }, '.endpoints[1] is there before: set each address once'],
    [{ endpoints: ['https://a.example', 7] }, `.endpoints[1] is no address: ${ADDRESS}`],
    [{ endpoints: Array.from({ length: 21 }, (_, index) => `https://${index}.example`) }, '.endpoints has 21 addresses: set at most 20'],
    [{ timeoutMs: 0 }, '.timeoutMs is 0: set a whole number of milliseconds from 1 to 900000'],
    [{ retry: 3 }, '.retry is 3: set an object of options, or false'],
    [{ retry: { maxAttempts: 0 } }, '.retry.maxAttempts is 0: set a whole number from 1 to 100'],
    [{ circuit: 5 }, '.circuit is 5: set a declared name, or false'],
    [{ circuit: 'payments' }, '.circuit is "payments", which the document does not declare: declare it, or leave it out'],
    [{ bulkhead: 'payments' }, '.bulkhead is "payments", which the document does not declare: declare it, or leave it out'],
    [{ bulkhead: 'stock' }, '.bulkhead is "stock": set the name of the dependency, "payments", or false'],
  ])('%j', (options, problem) => {
    expect(problemsWith(options)).toEqual([`dependencies.payments${problem}`]);
  });

  it('shows no password of an address', () => {
    const problems = problemsWith({ baseUrl: 'https://me:hunter2@payments.example' });
    expect(problems).toEqual([`dependencies.payments.baseUrl has parts that a base address cannot have: ${ADDRESS}`]);
  });

  it('has one address or several', () => {
    const both = { baseUrl: 'https://a.example', endpoints: ['https://b.example'] };
    expect(problemsWith(both)).toEqual(['dependencies.payments.baseUrl and dependencies.payments.endpoints are both set: leave one of them out']);
  });

  it('has its times in one place only: not those of its retries', () => {
    expect(problemsWith({ retry: { totalTimeoutMs: 5 } })).toEqual([expect.stringMatching(/^dependencies\.payments\.retry\.totalTimeoutMs is not an option: /)]);
  });

  it('has an unknown option, with those that exist (PX-13)', () => {
    expect(problemsWith({ url: 'x' })).toEqual([expect.stringMatching(/^dependencies\.payments\.url is not an option: use one of baseUrl, endpoints, .*timeoutMs/)]);
  });

  it('50 dependencies are allowed, 51 are not', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`api-${index}`, {}]));
    expect(Object.keys(read({ version: 1, dependencies: many(50) }).dependencies ?? {})).toHaveLength(50);
    expect(errorOf(() => read({ version: 1, dependencies: many(51) })).problems).toEqual(['dependencies has 51 entries: declare at most 50']);
  });
});

describe('an observability that cannot be used', () => {
  it.each<[string, unknown, string]>([
    ['no object', [], 'observability is an array: set an object of options'],
    ['a level that does not exist', { level: 'verbose' }, 'observability.level is "verbose": use one of essential, detailed'],
    ['a rate above its range', { sampleRate: 2 }, 'observability.sampleRate is 2: set a number from 0 to 1'],
    ['a duration below its range', { gaugeIntervalMs: 1 }, 'observability.gaugeIntervalMs is 1: set a whole number of milliseconds from 1000 to 3600000'],
  ])('%s', (_what, observability, problem) => {
    expect(errorOf(() => read({ version: 1, observability })).problems).toEqual([problem]);
  });

  it('an unknown option, with those that exist (PX-13)', () => {
    expect(errorOf(() => read({ version: 1, observability: { gaugeInterval: 1 } })).problems).toEqual([
      expect.stringMatching(/^observability\.gaugeInterval is not an option: use one of logging, metrics, .*gaugeIntervalMs$/),
    ]);
  });
});

describe('several problems', () => {
  it('are all in one error', () => {
    const document = { version: 3, extra: 1, circuits: { 'a#b': { nope: 1 }, payments: { failureThreshold: 0, shared: 1 }, stock: 5 }, limits: { api: { by: 1, limits: 2 } } };
    const { problems, message } = errorOf(() => read(document));
    expect(problems).toHaveLength(9);
    for (const part of [`${VARIABLE}.extra`, `${VARIABLE}.version`, 'circuits.a#b is', 'circuits.a#b.nope', 'payments.failureThreshold', 'payments.shared', 'circuits.stock', 'limits.api.limits', 'limits.api.by']) {
      expect(message).toContain(part);
    }
  });
});
