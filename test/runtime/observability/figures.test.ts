import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { addFigures } from '../../../runtime/src/observability/figures.ts';
import { MetricSums } from '../../../runtime/src/observability/metric-sums.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

/** What events add up to, by the dimension and its value. */
function figuresOf(...events: readonly ({ readonly type: string } & Partial<ResilienceEvent> & Readonly<Record<string, unknown>>)[]) {
  const sums = new MetricSums({ level: 'detailed', maxDimensionValues: 1000 }, new SeededRandom(1));
  for (const event of events) addFigures({ name: 'payments', atMs: 0, ...event }, sums);
  const figures: Record<string, Record<string, readonly number[]>> = {};
  for (const { dimension, name, values } of sums.take()) {
    figures[dimension === undefined ? 'all' : `${dimension} ${name}`] = Object.fromEntries([...values].map(([metric, all]) => [metric.name, all]));
  }
  return figures;
}

const request = (parts: object) => ({ type: 'request.completed', name: 'checkout', result: 'success', durationMs: 20, coldStart: false, active: 1, operation: 'GET /orders', ...parts });

describe('events of a circuit', () => {
  it.each([
    ['circuit.state_changed', { to: 'open' }, { CircuitOpened: [1] }],
    ['circuit.state_changed', { to: 'half_open' }, { CircuitHalfOpened: [1] }],
    ['circuit.state_changed', { to: 'closed' }, { CircuitClosed: [1] }],
    ['circuit.success', { durationMs: 20 }, { CircuitSuccesses: [1], CircuitCallDuration: [20] }],
    ['circuit.failure', { durationMs: 30 }, { CircuitFailures: [1], CircuitCallDuration: [30] }],
    ['circuit.refused', {}, { CircuitRefused: [1] }],
    ['circuit.fallback', {}, { CircuitFallbacks: [1] }],
  ])('%s %j count as %j', (type, fields, figures) => {
    expect(figuresOf({ type, ...fields })).toEqual({ 'circuit payments': figures });
  });
});

describe('events of a limit and of a table', () => {
  it.each([
    ['limit.admitted', 'limit', 'RateLimitAdmitted'],
    ['limit.refused', 'limit', 'RateLimitRefused'],
    ['limit.would_refuse', 'limit', 'RateLimitWouldRefuse'],
    ['limit.near', 'limit', 'RateLimitNear'],
    ['limit.degraded', 'limit', 'RateLimitDegraded'],
    ['limit.split', 'limit', 'RateLimitSplit'],
    ['store.error', 'table', 'StoreErrors'],
  ])('%s is counted under the %s as %s', (type, dimension, name) => {
    expect(figuresOf({ type }, { type })).toEqual({ [`${dimension} payments`]: { [name]: [2] } });
  });
});

describe('events of a bulkhead', () => {
  it.each([
    ['acquired', { waitMs: 0 }, { BulkheadAcquired: [1] }],
    ['acquired', { waitMs: 30 }, { BulkheadAcquired: [1], BulkheadWaitDuration: [30] }],
    ['refused', { waitMs: 0, reason: 'queue_full' }, { BulkheadRefused: [1] }],
    ['refused', { waitMs: 5000, reason: 'wait_timeout' }, { BulkheadRefused: [1], BulkheadWaitDuration: [5000] }],
    ['completed', { durationMs: 20, waitMs: 30 }, { BulkheadCompleted: [1], BulkheadCallDuration: [20] }],
    ['reclaimed', { leases: 3 }, { BulkheadReclaimed: [3] }],
    ['degraded', { decision: 'local' }, { BulkheadDegraded: [1] }],
    ['resized', { from: 10, to: 9 }, { BulkheadResized: [1] }],
  ])('%s %j count as %j: the wait once, and only of calls that waited', (kind, fields, figures) => {
    expect(figuresOf({ type: `bulkhead.${kind}`, ...fields })).toEqual({ 'bulkhead payments': figures });
  });
});

describe('events of load shedding', () => {
  it('count what was shed in all and by priority, and in a dry run only in all', () => {
    const shed = (priority: string) => ({ type: 'shedding.refused', name: 'load-shedding', priority });
    expect(figuresOf(shed('low'), shed('low'), shed('normal'), { ...shed('low'), type: 'shedding.would_refuse' })).toEqual({
      all: { RequestsShed: [3], RequestsWouldShed: [1] },
      'priority low': { RequestsShedByPriority: [2] },
      'priority normal': { RequestsShedByPriority: [1] },
    });
  });
});

describe('events of a timeout', () => {
  it.each([
    ['completed', { limitMs: 200, durationMs: 5 }, { TimeoutLimit: [200] }],
    ['expired', { limitMs: 200, ignored: false }, { TimeoutExpired: [1], TimeoutLimit: [200] }],
    ['expired', { limitMs: 200, ignored: true }, { TimeoutExpired: [1], TimeoutIgnored: [1], TimeoutLimit: [200] }],
    ['refused', { remainingMs: 3 }, { TimeoutRefused: [1] }],
    ['late', { outcome: 'value', durationMs: 900 }, { TimeoutLate: [1] }],
  ])('%s %j count as %j', (kind, fields, figures) => {
    expect(figuresOf({ type: `timeout.${kind}`, ...fields })).toEqual({ all: figures });
  });
});

describe('events of a retry', () => {
  it.each([
    ['attempt', { attempt: 2, result: 'failure' }, { RetryAttempts: [1] }],
    ['scheduled', { attempt: 1, delayMs: 80 }, { RetryDelay: [80] }],
    ['succeeded', { attempts: 2 }, { RetrySucceeded: [1] }],
    ['exhausted', { attempts: 3 }, { RetryExhausted: [1] }],
  ])('%s %j count as %j', (kind, fields, figures) => {
    expect(figuresOf({ type: `retry.${kind}`, ...fields })).toEqual({ 'retry payments': figures });
  });
});

describe('events of a client', () => {
  it.each([
    ['request', { status: '200', attempts: 2, durationMs: 30 }, { ClientRequests: [1], ClientLatency: [30] }],
    ['request', { status: '503', attempts: 3, durationMs: 30 }, { ClientRequests: [1], ClientErrors: [1], ClientLatency: [30] }],
    ['request', { status: '404', attempts: 1, durationMs: 30 }, { ClientRequests: [1], ClientLatency: [30] }],
    ['request', { status: 'error', attempts: 0, durationMs: 0 }, { ClientRequests: [1], ClientErrors: [1] }],
    ['attempt', { status: '200', durationMs: 7 }, { ClientAttemptLatency: [7] }],
    ['hedged', { won: false }, { ClientHedged: [1] }],
    ['fallback', { kind: 'stale' }, { ClientFallbacks: [1] }],
    ['unhealthy_used', { endpoint: 'a' }, { ClientUnhealthyUsed: [1] }],
    ['endpoint_changed', { from: 'healthy', to: 'unhealthy' }, { ClientEndpointsEjected: [1] }],
  ])('%s %j count as %j: a call that was refused is an error without a latency', (kind, fields, figures) => {
    expect(figuresOf({ type: `client.${kind}`, ...fields })).toEqual({ 'dependency payments': figures });
  });
});

describe('events of health', () => {
  it.each([
    ['healthy', { HealthChecks: [1], HealthCheckDuration: [5] }],
    ['degraded', { HealthChecks: [1], HealthCheckDuration: [5] }],
    ['unhealthy', { HealthChecks: [1], HealthCheckFailures: [1], HealthCheckDuration: [5] }],
  ])('a check that found %s counts as %j: what works, though not as it should, has not failed', (status, figures) => {
    expect(figuresOf({ type: 'health.checked', status, durationMs: 5 })).toEqual({ 'check payments': figures });
  });

  it.each([
    [200, { HealthAnswers: [1], HealthAnswerDuration: [5] }],
    [403, { HealthAnswers: [1], HealthAnswerDuration: [5] }],
    [503, { HealthAnswers: [1], HealthAnswersNotOk: [1], HealthAnswerDuration: [5] }],
  ])('an answer of %d counts as %j', (statusCode, figures) => {
    expect(figuresOf({ type: 'health.answered', name: 'ready', statusCode, durationMs: 5 })).toEqual({ 'endpoint ready': figures });
  });
});

describe('a request', () => {
  it('that went well is counted with its latency', () => {
    expect(figuresOf(request({ responseBytes: 7, active: 3, coldStart: true }))).toEqual({
      all: { Requests: [1], RequestLatency: [20], ActiveRequests: [3], ResponseSize: [7], ColdStarts: [1] },
      'operation GET /orders': { OperationRequests: [1], OperationLatency: [20] },
    });
  });

  it('that failed with 500 is one error, and one of its kind (POB-08)', () => {
    expect(figuresOf(request({ result: 'error', statusCode: 500, errorType: 'status_500' }))).toEqual({
      all: { Requests: [1], RequestErrors: [1], RequestLatency: [20], ActiveRequests: [1] },
      'operation GET /orders': { OperationRequests: [1], OperationLatency: [20], OperationErrors: [1] },
      'errorType status_500': { ErrorsByType: [1] },
    });
  });

  it('that was refused is no error, and stays out of the latency', () => {
    expect(figuresOf(request({ result: 'rejected', statusCode: 429, durationMs: 1 }))).toEqual({
      all: { Requests: [1], RequestsRejected: [1], ActiveRequests: [1] },
      'operation GET /orders': { OperationRequests: [1] },
    });
  });

  it('that nobody saw end has no latency', () => {
    expect(figuresOf(request({ durationMs: undefined }))).toEqual({
      all: { Requests: [1], ActiveRequests: [1] },
      'operation GET /orders': { OperationRequests: [1] },
    });
  });

  it('without an operation or a kind of error has dimensions all the same (POB-01)', () => {
    expect(Object.keys(figuresOf(request({ operation: undefined, result: 'error' })))).toEqual(['all', 'operation none', 'errorType unknown']);
  });

  it('shows in no dimension what its error says, nor its path, tenant or user (POB-01, POB-11)', () => {
    const secrets = { error: new Error('card 4711 of user-42 refused'), path: '/orders/4711', tenant: 'acme', user: 'user-42', route: 'GET /orders' };
    const figures = figuresOf(request({ ...secrets, result: 'error', errorType: 'PaymentError' }));
    expect(Object.keys(figures)).toEqual(['all', 'operation GET /orders', 'errorType PaymentError']);
    expect(JSON.stringify(figures)).not.toMatch(/4711|acme|user-42/);
  });
});

describe('parts of the observability that fail', () => {
  it('are counted together', () => {
    expect(figuresOf({ type: 'observability.failed', name: 'sink' }, { type: 'observability.failed', name: 'callback' })).toEqual({ all: { ObservabilityErrors: [2] } });
  });
});

describe('events that nothing is counted of', () => {
  it.each([
    ['circuit.created', {}],
    ['limit.changed', {}],
    ['bulkhead.created', { maxConcurrent: 10 }],
    ['shedding.admitted', { priority: 'normal' }],
    ['shedding.completed', { priority: 'normal', durationMs: 5 }],
    ['throttle.refused', { rate: 0.5 }],
    ['retry.attempt', { attempt: 1 }],
    ['retry.completed', { attempts: 1 }],
    ['client.attempt', { status: 'cancelled', durationMs: 5 }],
    ['client.endpoint_changed', { to: 'healthy' }],
    ['health.changed', { to: 'unhealthy' }],
    ['circuit.state_changed', { to: 'ajar' }],
    ['circuit.state_changed', { to: 'constructor' }],
    ['circuit.state_changed', {}],
    ['constructor', {}],
    ['__proto__', {}],
    ['', {}],
  ])('are %j %j', (type, fields) => {
    expect(figuresOf({ type, ...fields })).toEqual({});
  });
});

const REQUEST = fc.record({
  result: fc.constantFrom('success', 'error', 'rejected'),
  operation: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
  errorType: fc.option(fc.constantFrom('TypeError', 'status_503'), { nil: undefined }),
  durationMs: fc.option(fc.nat(1000), { nil: undefined }),
});

describe('sums of requests', () => {
  it('agree: every request is counted once in all, once by operation, and every error once by its kind (POB-08)', () => {
    fc.assert(
      fc.property(fc.array(REQUEST, { minLength: 1, maxLength: 50 }), (requests) => {
        const figures = figuresOf(...requests.map(request));
        const sum = (name: string) => Object.values(figures).reduce((total, values) => total + (values[name]?.[0] ?? 0), 0);
        const [all, errors, rejected] = ['Requests', 'RequestErrors', 'RequestsRejected'].map(sum) as [number, number, number];
        expect(all).toBe(requests.length);
        expect(errors).toBe(requests.filter(({ result }) => result === 'error').length);
        expect(rejected).toBe(requests.filter(({ result }) => result === 'rejected').length);
        expect([sum('OperationRequests'), sum('OperationErrors'), sum('ErrorsByType')]).toEqual([all, errors, errors]);
      }),
    );
  });
});
