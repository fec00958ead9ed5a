import { describe, expect, it } from '@jest/globals';
import { BULKHEAD_DEFAULTS, resolveBulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import { CIRCUIT_BREAKER_DEFAULTS, createCircuitBreaker, resolveCircuitBreakerOptions } from '../../../runtime/src/circuit-breaker/index.ts';
import { readConfiguration } from '../../../runtime/src/config/configuration.ts';
import { readOverrides } from '../../../runtime/src/config/overrides.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { HEALTH_DEFAULTS, resolveHealthOptions } from '../../../runtime/src/health/index.ts';
import { RETRY_DEFAULTS, resolveRetryOptions } from '../../../runtime/src/retry/index.ts';

const VARIABLE = CONTRACT.environment.configuration.name;
const ALL = Object.values(CONTRACT.overrides);
const NUMERIC = ALL.filter((rule) => rule.type !== 'boolean');
const DEFAULTS: Readonly<Record<string, object>> = { circuits: CIRCUIT_BREAKER_DEFAULTS, bulkheads: BULKHEAD_DEFAULTS, retry: RETRY_DEFAULTS, health: HEALTH_DEFAULTS };
const RESOLVE = {
  circuits: (options: object) => resolveCircuitBreakerOptions({ name: 'payments', ...options }),
  bulkheads: (options: object) => resolveBulkheadOptions({ name: 'payments', ...options }),
  retry: (options: object) => resolveRetryOptions(options),
  health: (options: object) => resolveHealthOptions(options),
};

function problemsOf(environment: Readonly<Record<string, string>>): { problems: readonly string[]; message: string } {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  return { problems: [], message: '' };
}

describe('variables that change what is deployed (PR-03)', () => {
  it('are those of the origin, with times in seconds', () => {
    const environment = {
      CIRCUIT_BREAKER_ENABLED: 'false',
      CIRCUIT_BREAKER_FAILURE_THRESHOLD: '7',
      CIRCUIT_BREAKER_TIMEOUT: '90',
      BULKHEAD_ENABLED: 'false',
      BULKHEAD_MAX_CONCURRENT: '25',
      RETRY_ENABLED: 'false',
      RETRY_MAX_ATTEMPTS: '4',
      RETRY_INITIAL_DELAY: '0.25',
      HEALTH_CHECK_ENABLED: 'true',
      HEALTH_CHECK_INTERVAL: '2.5',
    };
    expect(Object.keys(environment)).toEqual(ALL.map(({ name }) => name));
    expect(readOverrides(environment)).toEqual({
      overrides: {
        circuits: { enabled: false, failureThreshold: 7, openDurationMs: 90_000 },
        bulkheads: { enabled: false, maxConcurrent: 25 },
        retry: { enabled: false, maxAttempts: 4, initialDelayMs: 250 },
        health: { enabled: true, intervalMs: 2500 },
      },
      problems: [],
      bad: [],
    });
  });

  it.each(ALL)('$name changes an option that exists', ({ section, option }) => {
    expect(DEFAULTS[section]).toHaveProperty(option);
  });

  it.each(NUMERIC)('$name has the bounds of its option', ({ name, section, option, type, minimum, maximum }) => {
    const valueOf = (text: string) => (readOverrides({ [name]: text }).overrides[section] as Record<string, number>)[option]!;
    const [lowest, highest] = [valueOf(String(minimum)), valueOf(String(maximum))];
    const accepts = (value: number) => {
      try {
        RESOLVE[section]({ [option]: value });
        return true;
      } catch {
        return false;
      }
    };
    const step = type === 'seconds' ? 1000 : 1;
    expect([lowest - step, lowest, highest, highest + step].map(accepts)).toEqual([false, true, true, false]);
  });

  it('go over what the stack declares, for every circuit', () => {
    const document = JSON.stringify({ version: 1, circuits: { payments: { failureThreshold: 3, minimumCalls: 20 }, stock: {} } });
    const { circuits, overrides } = readConfiguration({ [VARIABLE]: document, CIRCUIT_BREAKER_FAILURE_THRESHOLD: '7' });
    expect(circuits).toEqual({ payments: { failureThreshold: 7, minimumCalls: 20 }, stock: { failureThreshold: 7 } });
    expect(overrides).toEqual({ circuits: { failureThreshold: 7 }, bulkheads: {}, retry: {}, health: {} });
  });

  it('go over what the stack declares, for every bulkhead, and lower the limits within it as well', () => {
    const stock = { maxConcurrent: 20, minConcurrent: 5, perTenant: true, tenantLimits: { acme: 8, small: 2 } };
    const document = JSON.stringify({ version: 1, bulkheads: { stock, payments: { queueSize: 0 } } });
    const { bulkheads } = readConfiguration({ [VARIABLE]: document, BULKHEAD_MAX_CONCURRENT: '3' });
    expect(bulkheads).toEqual({
      stock: { ...stock, maxConcurrent: 3, minConcurrent: 3, tenantLimits: { acme: 3, small: 2 } },
      payments: { queueSize: 0, maxConcurrent: 3 },
    });
    expect(() => RESOLVE.bulkheads(bulkheads!['stock']!)).not.toThrow();
  });

  it('go over what the stack declares, for the retry and for every dependency that has retries', () => {
    const dependencies = { payments: {}, mail: { retry: { maxAttempts: 2, multiplier: 3 } }, stock: { retry: false } };
    const environment = { [VARIABLE]: JSON.stringify({ version: 1, retry: { maxAttempts: 2, multiplier: 3 }, dependencies }), RETRY_MAX_ATTEMPTS: '4' };
    expect(readConfiguration(environment)).toMatchObject({
      retry: { maxAttempts: 4, multiplier: 3 },
      dependencies: { ...dependencies, payments: { retry: { maxAttempts: 4 } }, mail: { retry: { maxAttempts: 4, multiplier: 3 } } },
    });
    expect(readConfiguration(environment).dependencies).toMatchObject({ stock: { retry: false } });
  });

  it('declare nothing that the stack does not', () => {
    expect(readConfiguration({ [VARIABLE]: '{"version":1}', RETRY_ENABLED: 'true' })).toMatchObject({ retry: undefined, dependencies: {} });
  });

  it('go under what the code sets', () => {
    const environment = {
      [VARIABLE]: JSON.stringify({ version: 1, circuits: { payments: { shared: false, failureThreshold: 3 } } }),
      CIRCUIT_BREAKER_FAILURE_THRESHOLD: '7',
      CIRCUIT_BREAKER_TIMEOUT: '5',
    };
    const created: unknown[] = [];
    createCircuitBreaker({ name: 'payments', failureThreshold: 2 }, { environment, sink: { emit: (event) => void created.push(event) } });
    expect(created).toEqual([expect.objectContaining({ type: 'circuit.created', failureThreshold: 2, openDurationMs: 5000 })]);
  });

  it('switch circuits off, which then need no table', () => {
    const environment = { [VARIABLE]: '{"version":1,"circuits":{"payments":{}}}', CIRCUIT_BREAKER_ENABLED: 'false' };
    expect(createCircuitBreaker({ name: 'payments' }, { environment }).snapshot().phase).toBe('closed');
  });

  it('are not set if they are empty', () => {
    const environment = Object.fromEntries(ALL.map(({ name }) => [name, '']));
    expect(readOverrides(environment)).toEqual({ overrides: { circuits: {}, bulkheads: {}, retry: {}, health: {} }, problems: [], bad: [] });
  });
});

describe('a variable that cannot be used', () => {
  it.each([
    ['CIRCUIT_BREAKER_ENABLED', 'TRUE', 'set true or false'],
    ['CIRCUIT_BREAKER_ENABLED', '1', 'set true or false'],
    ['CIRCUIT_BREAKER_ENABLED', 'no', 'set true or false'],
    ['CIRCUIT_BREAKER_ENABLED', ' true', 'set true or false'],
    ['CIRCUIT_BREAKER_FAILURE_THRESHOLD', '0', 'set a whole number from 1 to 1000'],
    ['CIRCUIT_BREAKER_FAILURE_THRESHOLD', '1001', 'set a whole number from 1 to 1000'],
    ['CIRCUIT_BREAKER_FAILURE_THRESHOLD', '2.5', 'set a whole number from 1 to 1000'],
    ['CIRCUIT_BREAKER_FAILURE_THRESHOLD', '5 ', 'set a whole number from 1 to 1000'],
    ['CIRCUIT_BREAKER_FAILURE_THRESHOLD', '-5', 'set a whole number from 1 to 1000'],
    ['CIRCUIT_BREAKER_FAILURE_THRESHOLD', '0x5', 'set a whole number from 1 to 1000'],
    ['CIRCUIT_BREAKER_FAILURE_THRESHOLD', '1e2', 'set a whole number from 1 to 1000'],
    ['CIRCUIT_BREAKER_TIMEOUT', '60s', 'set a number of seconds from 0.1 to 3600'],
    ['CIRCUIT_BREAKER_TIMEOUT', '60000', 'set a number of seconds from 0.1 to 3600'],
    ['CIRCUIT_BREAKER_TIMEOUT', '0.05', 'set a number of seconds from 0.1 to 3600'],
    ['CIRCUIT_BREAKER_TIMEOUT', '1.00001', 'set a number of seconds from 0.1 to 3600'],
    ['CIRCUIT_BREAKER_TIMEOUT', 'Infinity', 'set a number of seconds from 0.1 to 3600'],
    ['BULKHEAD_ENABLED', 'yes', 'set true or false'],
    ['BULKHEAD_MAX_CONCURRENT', '0', 'set a whole number from 1 to 100000'],
    ['RETRY_ENABLED', 'yes', 'set true or false'],
    ['RETRY_MAX_ATTEMPTS', '0', 'set a whole number from 1 to 100'],
    ['RETRY_INITIAL_DELAY', '901', 'set a number of seconds from 0 to 900'],
    ['HEALTH_CHECK_ENABLED', 'off', 'set true or false'],
    ['HEALTH_CHECK_INTERVAL', 'PT10S', 'set a number of seconds from 0 to 3600'],
  ])('%s: %p', (name, text, remedy) => {
    const { problems, message } = problemsOf({ [name]: text });
    expect(problems).toEqual([`${name} is ${JSON.stringify(text)}: ${remedy}`]);
    expect(message).toContain(`the environment variable ${name} cannot be used`);
  });

  it('is told with all other problems at once', () => {
    const { problems, message } = problemsOf({
      [VARIABLE]: '{"version":1,"circuits":{"payments":{"minimumCalls":0}}}',
      CIRCUIT_BREAKER_TIMEOUT: 'long',
      HEALTH_CHECK_ENABLED: 'maybe',
    });
    expect(problems).toEqual([
      'circuits.payments.minimumCalls is 0: set a whole number from 1 to 100000',
      'CIRCUIT_BREAKER_TIMEOUT is "long": set a number of seconds from 0.1 to 3600',
      'HEALTH_CHECK_ENABLED is "maybe": set true or false',
    ]);
    expect(message).toContain(`the environment variables ${VARIABLE}, CIRCUIT_BREAKER_TIMEOUT, HEALTH_CHECK_ENABLED cannot be used`);
  });

  it('is told beside a document that is none', () => {
    expect(problemsOf({ [VARIABLE]: '{', CIRCUIT_BREAKER_ENABLED: 'x' }).problems).toHaveLength(2);
  });
});
