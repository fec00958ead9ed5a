import { Duration } from 'aws-cdk-lib';
import {
  BulkheadPresets,
  CircuitPresets,
  LoadSheddingPresets,
  RateLimitKeyPart,
  RateLimitPresets,
  ResilientFunction,
  RetryPresets,
  TimeoutPresets,
  type BulkheadOptions,
  type CircuitOptions,
  type LoadSheddingOptions,
  type RateLimitOptions,
  type ResilienceOptions,
} from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { INLINE, configurationOf, newStack } from './support';

const { circuit: PRESETS, bulkhead: BULKHEADS } = CONTRACT.presets;

/** What a stack says to the runtime that declares one circuit or one rate limit. */
function declared(circuits: Record<string, CircuitOptions>, rateLimits: Record<string, RateLimitOptions>): unknown {
  const stack = newStack();
  new ResilientFunction(stack, 'Fn', { ...INLINE, circuits, rateLimits });
  return configurationOf(stack);
}

describe('presets of circuits', () => {
  test.each([
    ['basic', CircuitPresets.basic(), PRESETS.basic],
    ['conservative', CircuitPresets.conservative(), PRESETS.conservative],
    ['aggressive', CircuitPresets.aggressive(), PRESETS.aggressive],
  ])('%s is what the contract says, as in the runtime', (_name, options, expected) => {
    expect(declared({ payments: options }, {})).toEqual({ version: 1, circuits: { payments: expected } });
  });

  test.each([CircuitPresets.basic, CircuitPresets.conservative, CircuitPresets.aggressive])('take what is to be different', (preset) => {
    const options = preset({ failureThreshold: 7, openDuration: Duration.seconds(5), perTenant: true });
    expect(declared({ payments: options }, {})).toMatchObject({ circuits: { payments: { failureThreshold: 7, openDurationMs: 5000, perTenant: true } } });
  });
});

describe('presets of rate limits', () => {
  const minute = Duration.minutes(1);

  test.each([
    ['perTenant', RateLimitPresets.perTenant(10, minute), ['tenant']],
    ['perUser', RateLimitPresets.perUser(10, minute), ['user']],
    ['perAddress', RateLimitPresets.perAddress(10, minute), ['ip']],
    ['perEndpoint', RateLimitPresets.perEndpoint(10, minute), ['operation']],
    ['per', RateLimitPresets.per([RateLimitKeyPart.TENANT, RateLimitKeyPart.USER], 10, minute), ['tenant', 'user']],
  ])('%s says who shares a limit', (_name, options, by) => {
    expect(declared({}, { api: options })).toEqual({ version: 1, limits: { api: { by, limits: [{ limit: 10, periodMs: 60_000 }] } } });
  });
});

/** What a stack says to the runtime that declares one bulkhead. */
function declaredBulkhead(options: BulkheadOptions): unknown {
  const stack = newStack();
  new ResilientFunction(stack, 'Fn', { ...INLINE, bulkheads: { payments: options } });
  return (configurationOf(stack) as { bulkheads: { payments: unknown } }).bulkheads.payments;
}

describe('presets of bulkheads', () => {
  test.each([
    ['basic', BulkheadPresets.basic(), BULKHEADS.basic],
    ['inbound', BulkheadPresets.inbound(), BULKHEADS.inbound],
    ['highThroughput', BulkheadPresets.highThroughput(), BULKHEADS.highThroughput],
    ['resourceConstrained', BulkheadPresets.resourceConstrained(), BULKHEADS.resourceConstrained],
    ['perTenant', BulkheadPresets.perTenant({ acme: 3 }), { ...BULKHEADS.basic, perTenant: true, tenantLimits: { acme: 3 } }],
    ['perOperation', BulkheadPresets.perOperation({ export: 1 }), { ...BULKHEADS.basic, perOperation: true, operationLimits: { export: 1 } }],
    ['priority', BulkheadPresets.priority(), { ...BULKHEADS.basic, priority: true }],
  ])('%s is what the contract says, as in the runtime', (_name, options, expected) => {
    expect(declaredBulkhead(options)).toEqual(expected);
  });

  const { basic, inbound, highThroughput, resourceConstrained, priority } = BulkheadPresets;

  test.each([basic, inbound, highThroughput, resourceConstrained, priority])('take what is to be different', (preset) => {
    const options = preset({ maxConcurrent: 7, maxWait: Duration.seconds(1), borrow: true });
    expect(declaredBulkhead(options)).toMatchObject({ maxConcurrent: 7, maxWaitMs: 1000, borrow: true });
  });

  test('of tenants and operations take it too, and need no limits of single ones', () => {
    expect(declaredBulkhead(BulkheadPresets.perTenant(undefined, { maxConcurrent: 7 }))).toMatchObject({ maxConcurrent: 7, perTenant: true });
    expect(declaredBulkhead(BulkheadPresets.perOperation(undefined, { maxConcurrent: 7 }))).toMatchObject({ maxConcurrent: 7, perOperation: true });
  });
});

describe('presets of load shedding', () => {
  const declaredShedding = (loadShedding: LoadSheddingOptions) => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, loadShedding });
    return (configurationOf(stack) as { loadShedding: unknown }).loadShedding;
  };

  test.each([
    ['basic', LoadSheddingPresets.basic(), {}],
    ['priority', LoadSheddingPresets.priority({ low: 0.5 }), { strategy: 'priority', priorityRateCaps: { low: 0.5 } }],
    ['adaptive', LoadSheddingPresets.adaptive(Duration.millis(200)), { strategy: 'adaptive', targetLatencyMs: 200 }],
  ])('%s is what the runtime calls by that name', (_name, options, expected) => {
    expect(declaredShedding(options)).toEqual(expected);
  });

  test('take what is to be different', () => {
    const options = { maxRate: 0.5 };
    const all = [LoadSheddingPresets.basic(options), LoadSheddingPresets.priority(undefined, options), LoadSheddingPresets.adaptive(Duration.seconds(1), options)];
    for (const each of all) expect(declaredShedding(each)).toMatchObject(options);
  });
});

/** What a stack says to the runtime. */
function document(options: ResilienceOptions): unknown {
  const stack = newStack();
  new ResilientFunction(stack, 'Fn', { ...INLINE, ...options });
  return configurationOf(stack);
}

describe('presets of the timeout', () => {
  const second = Duration.seconds(1);
  const { basic, perOperation, perTenant } = TimeoutPresets;

  test.each([
    ['basic', basic(second), { timeoutMs: 1000 }],
    ['perOperation', perOperation(second, { export: Duration.seconds(9) }), { timeoutMs: 1000, operationTimeoutsMs: { export: 9000 } }],
    ['perTenant', perTenant(second, { acme: Duration.seconds(9) }), { timeoutMs: 1000, tenantTimeoutsMs: { acme: 9000 } }],
  ])('%s says what it is called', (_name, requestTimeout, expected) => {
    expect(document({ requestTimeout })).toEqual({ version: 1, timeout: expected });
  });

  test('take what is to be different', () => {
    const different = { margin: second, maxTimeout: Duration.seconds(5) };
    for (const requestTimeout of [basic(second, different), perOperation(second, {}, different), perTenant(second, {}, different)]) {
      expect(document({ requestTimeout })).toMatchObject({ timeout: { timeoutMs: 1000, marginMs: 1000, maxTimeoutMs: 5000 } });
    }
  });
});

describe('presets of retries', () => {
  const BASIC = { maxDelayMs: 30_000, jitter: 'ratio', jitterRatio: 0.1 };

  test.each([
    ['basic', RetryPresets.basic(), BASIC],
    ['http', RetryPresets.http(), { ...BASIC, idempotentOnly: true }],
    ['database', RetryPresets.database(), { ...BASIC, initialDelayMs: 50, maxDelayMs: 5000, multiplier: 1.5 }],
    ['transientErrors', RetryPresets.transientErrors(), { maxAttempts: 5, initialDelayMs: 50, multiplier: 1.5 }],
    ['slowServices', RetryPresets.slowServices(), { maxAttempts: 3, initialDelayMs: 500, multiplier: 2, maxDelayMs: 10_000 }],
  ])('%s is what it is in the runtime, without the defaults', (_name, retry, expected) => {
    expect(document({ retry })).toEqual({ version: 1, retry: expected });
  });

  const { basic, http, database, transientErrors, slowServices } = RetryPresets;

  test.each([basic, http, database, transientErrors, slowServices])('take what is to be different, and suit a dependency', (preset) => {
    const retry = preset({ maxAttempts: 7, maxDelay: Duration.seconds(1) });
    const dependencies = { billing: { baseUrl: 'https://billing.example.com', retry } };
    expect(document({ dependencies })).toMatchObject({ dependencies: { billing: { retry: { maxAttempts: 7, maxDelayMs: 1000 } } } });
  });
});
