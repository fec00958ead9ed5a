import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import { INSTRUMENTS as GROUPS } from '../../../runtime/src/contract/instruments.ts';
import type { EventSink, ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import { createOpenTelemetrySink, type OpenTelemetrySinkOptions } from '../../../runtime/src/observability/opentelemetry.ts';
import { createRateLimiter, MemoryRateLimitStore, type RateLimitStore } from '../../../runtime/src/rate-limit/index.ts';
import { ManualClock, MemoryCircuitStore, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { callDependencies, runOutOfTime, tryAgain } from './calls.ts';
import { fillBulkheads, shedLoad } from './loads.ts';
import { prometheus, valueOf, type Prometheus, type Scraped } from './prometheus.ts';

interface Instrument {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly unit?: 's' | 'By';
  readonly buckets?: readonly number[];
}

const INSTRUMENTS: readonly Instrument[] = Object.values(GROUPS).flatMap((group) => Object.values(group) as Instrument[]);

let sdk: Prometheus;

beforeEach(() => {
  sdk = prometheus();
});
afterEach(() => sdk.shutdown());

const sinkOf = (options: OpenTelemetrySinkOptions = {}) => createOpenTelemetrySink({ meter: sdk.provider.getMeter('test'), ...options });

/** Scrapes what a sink makes of events. */
async function scraped(events: readonly object[], options: OpenTelemetrySinkOptions = {}): Promise<Scraped> {
  const sink = sinkOf(options);
  for (const event of events) sink.emit({ name: 'payments', atMs: 0, ...event } as ResilienceEvent);
  return sdk.scrape();
}

/** Takes a real breaker through all of its phases: closed, open, half-open, open again, half-open, closed. */
async function liveThroughAnOutage(sink: EventSink, fallback?: () => unknown): Promise<void> {
  const clock = new ManualClock();
  const options = { name: 'payments', failureThreshold: 2, successThreshold: 1, openDurationMs: 1000, fallback };
  const store = new MemoryCircuitStore({ shared: true });
  const breaker = createCircuitBreaker(options, { store, clock, random: new SeededRandom(1), sink, environment: {} });
  const answer = (up: boolean) => {
    clock.advance(20);
    return up ? 'ok' : Promise.reject(new Error('down'));
  };
  for (const [up, afterMs] of [[true, 0], [false, 0], [false, 0], [true, 0], [false, 2000], [true, 4000], [true, 100]] as const) {
    clock.advance(afterMs);
    await breaker.execute(() => answer(up)).catch(() => undefined);
  }
}

/** Takes real limiters through everything that they report: a limit used up, a dry run, a warning, a split, a failing store. */
async function useUpALimit(sink: EventSink): Promise<void> {
  const clock = new ManualClock();
  const random = new SeededRandom(1);
  const store = new MemoryRateLimitStore();
  const limits = [{ limit: 2, periodMs: 60_000 }];
  const limiter = (options: object, kept: RateLimitStore = store) =>
    createRateLimiter({ name: 'api', limits, warnAt: 0.5, ...options }, { store: kept, clock, random, sink, environment: {} });
  for (const options of [{}, { dryRun: true }]) {
    const used = limiter(options);
    for (let calls = 0; calls < 3; calls += 1) await used.execute(() => 'ok').catch(() => undefined);
  }
  const overloaded: RateLimitStore = {
    shared: true,
    take: () => Promise.reject(new StoreUnavailableError('throttled')),
    read: (at) => store.read(at),
    change: (at, change, request) => store.change(at, change, request),
    grow: (at, known, from, to) => store.grow(at, known, from, to),
    sow: (at, marks) => store.sow(at, marks),
  };
  const turnedAway = limiter({ onStoreFailure: 'allow', limits: [{ limit: 100, periodMs: 60_000 }] }, overloaded);
  for (let calls = 0; calls < 200; calls += 1) await turnedAway.consume([]);
}

const completed = (more: object = {}) => ({
  type: 'request.completed',
  name: 'checkout',
  method: 'GET',
  route: '/orders/{id}',
  operation: 'getOrder',
  tenant: 'acme',
  statusCode: 200,
  result: 'success',
  durationMs: 30,
  coldStart: false,
  active: 1,
  ...more,
});
const checked = (more: object = {}) => ({ type: 'health.checked', name: 'orders-db', status: 'healthy', durationMs: 3, failures: 0, required: true, ...more });
const became = (to: string) => ({ type: 'health.changed', name: 'orders-db', from: 'unknown', to });
const answered = (more: object = {}) => ({ type: 'health.answered', name: 'ready', status: 'healthy', statusCode: 200, durationMs: 4, ...more });
const success = (more: object = {}) => ({ type: 'circuit.success', phase: 'closed', durationMs: 20, shared: false, ...more });
const changed = (to: string, more: object = {}) => ({ type: 'circuit.state_changed', from: 'closed', to, generation: 1, shared: false, ...more });

describe('what Prometheus reads', () => {
  it('are the metrics of the contract, all of them and no others, with its kinds and labels (POB-09)', async () => {
    const sink = sinkOf();
    await liveThroughAnOutage(sink, () => 'instead');
    await useUpALimit(sink);
    const setting = { clock: new ManualClock(), random: new SeededRandom(1), sink, environment: {} };
    await fillBulkheads(setting);
    await shedLoad(setting);
    await runOutOfTime(setting);
    await tryAgain(setting);
    await callDependencies(setting);
    const failures = [{ type: 'observability.failed', name: 'body' }, { type: 'store.error', name: 'circuits', reason: 'timeout' }];
    const { kinds, samples } = await scraped([completed({ responseBytes: 512 }), completed({ result: 'error', errorType: 'TypeError' }), checked(), became('healthy'), answered(), ...failures]);
    expect(kinds).toEqual(Object.fromEntries(INSTRUMENTS.map(({ name, kind }) => [name, kind])));
    for (const { name, labels } of INSTRUMENTS) {
      const own = samples.filter((sample) => sample.name.replace(/_(bucket|sum|count)$/, '') === name);
      const seen = new Set(own.flatMap((sample) => Object.keys(sample.labels)).filter((label) => label !== 'le'));
      expect([name, [...seen].sort()]).toEqual([name, [...labels].sort()]);
    }
  });

  it.each(INSTRUMENTS.filter(({ kind }) => kind === 'histogram'))('$name has the buckets of the contract', async ({ name, buckets }) => {
    const { samples } = await scraped([
      ...[completed({ responseBytes: 512 }), checked(), answered(), success()],
      ...[timed('completed', { durationMs: 1 }), retried('attempt', { attempt: 1, durationMs: 1 }), retried('completed', { attempts: 1, totalDelayMs: 1, durationMs: 1 })],
      ...[called('request', { attempts: 1, durationMs: 1 }), called('attempt', { durationMs: 1 })],
      ...[slot('acquired'), slot('refused'), slot('completed', { durationMs: 1 }), shedding('completed', { durationMs: 1 })],
    ]);
    const edges = samples.filter((sample) => sample.name === `${name}_bucket`).map(({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity')));
    expect(edges).toEqual([...(buckets ?? []), Infinity]);
  });

  it('has names that other exporters leave alone too: those of counters and the unit are at their end', () => {
    const endings = { s: '_seconds', By: '_bytes' };
    for (const { name, kind, unit } of INSTRUMENTS) {
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(unit === undefined || name.endsWith(endings[unit])).toBe(true);
      expect(unit === undefined).toBe(!/_(seconds|bytes)$/.test(name));
    }
  });

  it('has no label that is empty, which Prometheus takes for absent', async () => {
    const bare = [completed({ method: undefined, route: '', operation: undefined, tenant: undefined, statusCode: undefined }), success({ phase: undefined })];
    const { samples } = await scraped([...bare, { type: 'store.error', name: '' }]);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.flatMap(({ labels }) => Object.values(labels)).filter((value) => value === '')).toEqual([]);
    expect(valueOf({ samples, kinds: {} }, 'requests_total')).toBe(1);
    expect(samples.find(({ name }) => name === 'requests_total')?.labels).toEqual({ method: 'none', path: 'none', tenant_id: 'none', operation: 'none', status: 'none', status_class: 'none' });
  });
});

describe('a circuit', () => {
  it('counts its calls and transitions, and shows its state and how long calls took, through an outage', async () => {
    const sink = sinkOf();
    await liveThroughAnOutage(sink, () => 'instead');
    const seen = await sdk.scrape();
    const call = (state: string, result: string) => valueOf(seen, 'circuit_breaker_requests_total', { breaker_name: 'payments', state, result });
    const transition = (from: string, to: string) => valueOf(seen, 'circuit_breaker_transitions_total', { service: 'payments', from_state: from, to_state: to });
    expect([call('closed', 'success'), call('closed', 'failure'), call('open', 'rejected')]).toEqual([2, 2, 1]);
    expect([call('half_open', 'failure'), call('half_open', 'success')]).toEqual([1, 1]);
    expect([transition('closed', 'open'), transition('open', 'half_open'), transition('half_open', 'open'), transition('half_open', 'closed')]).toEqual([1, 2, 1, 1]);
    expect(['failures', 'successes', 'rejected'].map((what) => valueOf(seen, `circuit_breaker_${what}_total`, { service: 'payments' }))).toEqual([3, 3, 1]);
    expect(valueOf(seen, 'circuit_breaker_fallback_total', { breaker_name: 'payments', state: 'open', action: 'fallback' })).toBe(1);
    expect(valueOf(seen, 'circuit_breaker_state', { service: 'payments' })).toBe(0);
    expect(valueOf(seen, 'circuit_breaker_request_duration_seconds_sum', { state: 'half_open', result: 'failure' })).toBeCloseTo(0.02);
  });

  it('counts in the shared variants as well where the fleet shares it, unless told not to', async () => {
    await liveThroughAnOutage(sinkOf());
    const seen = await sdk.scrape();
    for (const what of ['state', 'failures_total', 'successes_total', 'rejected_total', 'transitions_total']) {
      const [shared, plain] = ['distributed_circuit_breaker', 'circuit_breaker'].map((prefix) => seen.samples.filter(({ name }) => name === `${prefix}_${what}`));
      expect(shared?.map(({ labels, value }) => [labels, value])).toEqual(plain?.map(({ labels, value }) => [labels, value]));
      expect(shared).not.toEqual([]);
    }
  });

  it.each([['is not shared', { shared: false }, {}], ['may not count there', { shared: true }, { sharedVariants: false }]])('has no shared variants where it %s', async (_why, event, options) => {
    const { kinds } = await scraped([success(event), changed('open', event)], options);
    expect(Object.keys(kinds).sort()).toEqual(['circuit_breaker_request_duration_seconds', 'circuit_breaker_requests_total', 'circuit_breaker_state', 'circuit_breaker_successes_total', 'circuit_breaker_transitions_total']);
  });

  it.each([['closed', 0], ['open', 1], ['half_open', 2]])('that is %s shows as %d, also to those that did not make the change', async (phase, state) => {
    const seen = await scraped([{ type: 'circuit.refused', phase, retryAfterMs: 1, shared: true, atMs: 1 }]);
    expect(valueOf(seen, 'circuit_breaker_state', { service: 'payments' })).toBe(state);
  });

  it('does not go back to a state that a call saw before the change', async () => {
    const seen = await scraped([changed('open', { atMs: 100 }), success({ atMs: 150, durationMs: 120 }), success({ atMs: 100, durationMs: 0 })]);
    expect(valueOf(seen, 'circuit_breaker_state')).toBe(1);
    expect(valueOf(await scraped([success({ atMs: 300, durationMs: 50 })]), 'circuit_breaker_state')).toBe(0);
  });

  it('whose state is not known shows none', async () => {
    const { kinds } = await scraped([success({ phase: undefined }), changed('unheard of')]);
    expect(kinds).not.toHaveProperty('circuit_breaker_state');
  });

  it('was not called by its creation', async () => {
    expect((await scraped([{ type: 'circuit.created', failureThreshold: 5, openDurationMs: 1, shared: true }])).samples).toEqual([]);
  });
});

describe('a rate limit', () => {
  it('counts what it decided, and what it warned of', async () => {
    const recording = new RecordingSink();
    await useUpALimit(recording);
    const seen = await scraped(recording.events);
    const results = { admitted: 'limit.admitted', refused: 'limit.refused', would_refuse: 'limit.would_refuse' };
    for (const [result, type] of Object.entries(results)) {
      expect(valueOf(seen, 'rate_limit_requests_total', { limit: 'api', result })).toBe(recording.ofType(type).length);
    }
    for (const [name, type] of [['near', 'limit.near'], ['degraded', 'limit.degraded'], ['splits', 'limit.split']] as const) {
      expect(valueOf(seen, `rate_limit_${name}_total`, { limit: 'api' })).toBe(recording.ofType(type).length);
    }
  });
});

const slot = (kind: string, more: object = {}) => ({ type: `bulkhead.${kind}`, waitMs: 20, active: 4, capacity: 10, queued: 2, priority: 'normal', tenant: 'acme', ...more });
const shedding = (kind: string, more: object = {}) => ({ type: `shedding.${kind}`, name: 'load-shedding', strategy: 'adaptive', priority: 'low', ...more });

describe('a bulkhead', () => {
  it('shows its size, how full it is and who waits, as last seen (POB-05)', async () => {
    const seen = await scraped([slot('acquired'), slot('completed', { active: 5, queued: undefined, durationMs: 100, failed: false })]);
    const values = ['capacity', 'current_usage'].map((what) => valueOf(seen, `bulkhead_${what}`, { service: 'payments' }));
    expect([...values, valueOf(seen, 'bulkhead_utilization', { bulkhead_name: 'payments' }), valueOf(seen, 'bulkhead_queued', { bulkhead_name: 'payments' })]).toEqual([10, 5, 0.5, 2]);
  });

  it('counts who got a slot and who did not and why, and how long both waited', async () => {
    const refused = slot('refused', { waitMs: 5000, reason: 'wait_timeout', scope: 'tenant' });
    const seen = await scraped([slot('acquired'), slot('acquired', { waitMs: 0 }), refused]);
    expect(valueOf(seen, 'bulkhead_acquisitions_total', { bulkhead_name: 'payments', result: 'acquired' })).toBe(2);
    expect(valueOf(seen, 'bulkhead_rejections_total', { bulkhead_name: 'payments', result: 'rejected', reason: 'wait_timeout', scope: 'tenant' })).toBe(1);
    expect(valueOf(seen, 'bulkhead_rejected_total', { service: 'payments' })).toBe(1);
    const waits = ['bulkhead_wait_seconds', 'bulkhead_wait_time_seconds', 'bulkhead_rejection_wait_time_seconds'].map((name) => valueOf(seen, `${name}_sum`));
    expect(waits).toEqual([expect.closeTo(5.02), expect.closeTo(0.02), 5]);
  });

  it('counts calls that ended by how they ended, and the time that they held their slot', async () => {
    const ended = (failed: boolean) => slot('completed', { durationMs: 100, failed });
    const seen = await scraped([ended(false), ended(false), ended(true)]);
    const completions = (result: string) => valueOf(seen, 'bulkhead_completions_total', { bulkhead_name: 'payments', result });
    expect([completions('success'), completions('failure')]).toEqual([2, 1]);
    expect(valueOf(seen, 'bulkhead_execution_duration_seconds_sum', { bulkhead_name: 'payments' })).toBeCloseTo(0.3);
    expect(valueOf(seen, 'bulkhead_completion_wait_time_seconds_sum', { bulkhead_name: 'payments' })).toBeCloseTo(0.06);
  });

  it('counts slots that came back by themselves one by one, and what it did without its table', async () => {
    const seen = await scraped([slot('reclaimed', { leases: 3 }), slot('degraded', { decision: 'local' }), slot('resized', { from: 10, to: 9 })]);
    expect(['reclaimed', 'degraded', 'resized'].map((what) => valueOf(seen, `bulkhead_${what}_total`, { bulkhead_name: 'payments' }))).toEqual([3, 1, 1]);
  });

  it('names no tenant (POB-01)', async () => {
    const { samples } = await scraped(['acquired', 'refused', 'completed'].map((kind) => slot(kind)), { tenantLabel: true });
    expect(JSON.stringify(samples)).not.toContain('acme');
  });
});

describe('load shedding', () => {
  it('counts requests by strategy, priority and what became of them', async () => {
    const seen = await scraped([shedding('admitted', { active: 1 }), shedding('refused'), shedding('refused', { priority: 'background' }), shedding('would_refuse')]);
    const requests = (result: string, priority: string) => valueOf(seen, 'load_shedding_requests_total', { load_shedding_name: 'load-shedding', strategy: 'adaptive', result, priority });
    expect([requests('admitted', 'low'), requests('shed', 'low'), requests('shed', 'background'), requests('would_shed', 'low')]).toEqual([1, 1, 1, 1]);
  });

  it('shows its rate, its load and what is in flight, and how long admitted requests took by how they ended (PLS-12)', async () => {
    const ended = (failed: boolean) => shedding('completed', { durationMs: 50, failed, active: 2 });
    const seen = await scraped([shedding('rate', { rate: 0.3, score: 1.2 }), ended(true), ended(false), ended(false)]);
    const labels = { load_shedding_name: 'load-shedding', strategy: 'adaptive' };
    expect(['rate', 'score', 'active_requests'].map((what) => valueOf(seen, `load_shedding_${what}`, labels))).toEqual([0.3, 1.2, 2]);
    expect(valueOf(seen, 'load_shedding_latency_seconds_sum', { ...labels, result: 'success', priority: 'low' })).toBeCloseTo(0.1);
    expect(valueOf(seen, 'load_shedding_latency_seconds_sum', { ...labels, result: 'failure', priority: 'low' })).toBeCloseTo(0.05);
  });
});

describe('the throttle of a dependency', () => {
  it('counts the calls that it sent and those that it held back', async () => {
    const seen = await scraped([{ type: 'throttle.admitted', rate: 0 }, { type: 'throttle.refused', rate: 0.5 }, { type: 'throttle.refused', rate: 0.5 }]);
    expect(['admitted', 'refused'].map((result) => valueOf(seen, 'adaptive_throttle_requests_total', { throttle: 'payments', result }))).toEqual([1, 2]);
  });
});

const timed = (kind: string, more: object = {}) => ({ type: `timeout.${kind}`, name: 'timeout', limitMs: 2000, operation: 'GET /orders', tenant: 'acme', ...more });
const retried = (kind: string, more: object = {}) => ({ type: `retry.${kind}`, ...more });
const called = (kind: string, more: object = {}) => ({ type: `client.${kind}`, method: 'GET', status: '200', ...more });

describe('a timeout', () => {
  it('counts what became of calls, and shows how much of their time they used', async () => {
    const seen = await scraped([timed('completed', { durationMs: 500 }), timed('expired', { ignored: true, priority: 'normal' }), timed('refused', { remainingMs: 3 })]);
    const labels = (result: string) => ({ timeout_name: 'timeout', result, operation: 'GET /orders' });
    expect(['in_time', 'expired', 'refused'].map((result) => valueOf(seen, 'timeout_requests_total', labels(result)))).toEqual([1, 1, 1]);
    expect(['in_time', 'expired'].map((result) => valueOf(seen, 'timeout_ratio', labels(result)))).toEqual([0.25, 1]);
    expect(valueOf(seen, 'timeout_configured_seconds_sum', labels('in_time'))).toBe(2);
    expect(valueOf(seen, 'timeout_duration_seconds_sum', labels('in_time'))).toBe(0.5);
    expect(valueOf(seen, 'timeout_ignored_total', { timeout_name: 'timeout', operation: 'GET /orders' })).toBe(1);
  });

  it('counts results that came too late, by what they were, and names no tenant (POB-01)', async () => {
    const seen = await scraped([timed('late', { durationMs: 5000, outcome: 'error' }), timed('expired', { ignored: false })], { tenantLabel: true });
    expect(valueOf(seen, 'timeout_late_total', { timeout_name: 'timeout', result: 'error' })).toBe(1);
    expect(JSON.stringify(seen.samples)).not.toContain('acme');
  });
});

describe('a retry', () => {
  it('counts attempts by their number, and what they came to', async () => {
    const failed = (attempt: number) => retried('attempt', { attempt, durationMs: 100, result: 'failure', errorType: 'ECONNRESET' });
    const events = [failed(1), failed(2), retried('attempt', { attempt: 3, durationMs: 50, result: 'success' }), retried('succeeded', { attempts: 3 })];
    const seen = await scraped([...events, failed(10), failed(11), retried('exhausted', { attempts: 11 })]);
    const attempts = (attempt: string) => valueOf(seen, 'resilience_retry_attempts_total', { service: 'payments', attempt });
    expect(['1', '2', '3', '10+'].map(attempts)).toEqual([1, 1, 1, 2]);
    expect(valueOf(seen, 'retry_attempts_total', { retry_name: 'payments', result: 'failure', attempt: '2', error_type: 'ECONNRESET' })).toBe(1);
    expect(valueOf(seen, 'retry_attempt_duration_seconds_sum', { retry_name: 'payments', result: 'success', attempt: '3' })).toBeCloseTo(0.05);
    expect(valueOf(seen, 'resilience_retry_successes_total', { service: 'payments', attempt: '3' })).toBe(1);
    expect(valueOf(seen, 'resilience_retry_exhausted_total', { service: 'payments' })).toBe(1);
  });

  it('shows how long calls took with all their attempts and waits, and waits only of those that waited', async () => {
    const done = (result: string, attempts: number, totalDelayMs: number) => retried('completed', { result, attempts, totalDelayMs, durationMs: 1000 });
    const seen = await scraped([done('success', 1, 0), done('success', 2, 100), done('exhausted', 3, 300)]);
    const of = (name: string, result: string) => valueOf(seen, name, { retry_name: 'payments', result });
    expect([of('retry_requests_total', 'success'), of('retry_requests_total', 'exhausted')]).toEqual([2, 1]);
    expect([of('retry_total_duration_seconds_sum', 'success'), of('retry_total_delay_seconds_sum', 'success'), of('retry_total_delay_seconds_count', 'success')]).toEqual([2, expect.closeTo(0.1), 1]);
    expect([of('retry_attempts_count_sum', 'success'), of('retry_attempts_count_count', 'success')]).toEqual([3, 2]);
  });
});

describe('a client', () => {
  it('counts calls by method and status, and times them with and without their retries', async () => {
    const seen = await scraped([
      ...[called('attempt', { status: '503', durationMs: 50, endpoint: 'a.example' }), called('attempt', { durationMs: 20, endpoint: 'b.example' })],
      ...[called('request', { durationMs: 200, attempts: 2 }), called('request', { status: 'error', durationMs: 1, attempts: 0 })],
    ]);
    const labels = (status: string) => ({ service: 'payments', method: 'GET', status });
    expect(['200', 'error'].map((status) => valueOf(seen, 'resilience_http_requests_total', labels(status)))).toEqual([1, 1]);
    expect(valueOf(seen, 'resilience_http_request_duration_seconds_sum', labels('200'))).toBeCloseTo(0.2);
    expect(valueOf(seen, 'resilience_http_attempt_duration_seconds_sum', labels('503'))).toBeCloseTo(0.05);
    expect([valueOf(seen, 'service_client_requests_total'), valueOf(seen, 'service_client_errors_total', { service: 'payments', error: 'error' })]).toEqual([2, 1]);
    expect([valueOf(seen, 'service_client_duration_seconds_count'), valueOf(seen, 'load_balancer_requests_total', { service: 'payments', endpoint: 'a.example', status: '503' })]).toEqual([1, 1]);
  });

  it('counts what answered instead, second requests, and what is known of endpoints', async () => {
    const changed = { ...called('endpoint_changed', { endpoint: 'a.example', from: 'healthy', to: 'unhealthy', score: 0.25 }) };
    const seen = await scraped([called('fallback', { kind: 'stale' }), called('hedged', { won: true }), changed, called('unhealthy_used', { endpoint: 'a.example', status: 'unhealthy' }), called('discovery_failed', { error: new Error('x') })]);
    const found = await scraped([called('created', { from: 'address' }), called('endpoints_found', { endpoints: 3, added: 1, removed: 0 })]);
    const service = 'payments';
    expect(valueOf(seen, 'service_client_fallbacks_total', { service, kind: 'stale' })).toBe(1);
    expect(valueOf(seen, 'service_client_hedged_total', { service, result: 'second' })).toBe(1);
    expect(valueOf(seen, 'load_balancer_endpoint_changes_total', { service, endpoint: 'a.example', from_status: 'healthy', to_status: 'unhealthy' })).toBe(1);
    expect(valueOf(seen, 'load_balancer_endpoint_score', { service, endpoint: 'a.example' })).toBe(0.25);
    expect(valueOf(found, 'service_instances', { service })).toBe(3);
    expect([valueOf(seen, 'load_balancer_unhealthy_used_total'), valueOf(seen, 'service_discovery_errors_total')]).toEqual([1, 1]);
  });
});

describe('a request', () => {
  it('is counted by route and status, and its time is in seconds', async () => {
    const seen = await scraped([completed({ responseBytes: 2000 }), completed({ durationMs: 70 })]);
    const labels = { method: 'GET', path: '/orders/{id}', operation: 'getOrder', tenant_id: 'none', status: '200', status_class: '2xx' };
    expect(valueOf(seen, 'requests_total', labels)).toBe(2);
    expect(valueOf(seen, 'requests_duration_seconds_sum', labels)).toBeCloseTo(0.1);
    expect(valueOf(seen, 'response_size_bytes_count', labels)).toBe(1);
    expect(valueOf(seen, 'response_size_bytes_sum', labels)).toBe(2000);
    expect(valueOf(seen, 'operation_total', { operation: 'getOrder', tenant_id: 'none' })).toBe(2);
  });

  it('that failed is one request and one error, by the name of what failed it (POB-08)', async () => {
    const failed = { result: 'error', statusCode: 503 };
    const seen = await scraped([completed({ ...failed, errorType: 'TypeError' }), completed({ ...failed, errorType: 'status_503' }), completed(failed)]);
    const errors = seen.samples.filter(({ name }) => name === 'requests_errors_total');
    expect(errors.map(({ labels, value }) => [labels['error_type'], value])).toEqual([['TypeError', 1], ['status_503', 1], ['none', 1]]);
    expect(valueOf(seen, 'operation_errors_total')).toBe(3);
    expect(valueOf(seen, 'requests_total', { status: '503', status_class: '5xx' })).toBe(3);
  });

  it('that was refused is counted, but it is no error and its time is left out', async () => {
    const seen = await scraped([completed({ result: 'rejected', statusCode: 429, durationMs: 1 })]);
    expect(valueOf(seen, 'requests_total', { status: '429', status_class: '4xx' })).toBe(1);
    expect(Object.keys(seen.kinds).sort()).toEqual(['operation_total', 'requests_active', 'requests_total']);
  });

  it('without an operation counts as such, so that operations add up to all requests', async () => {
    const seen = await scraped([completed(), completed({ operation: undefined })]);
    expect(valueOf(seen, 'operation_total', { operation: 'getOrder' })).toBe(1);
    expect(valueOf(seen, 'operation_total', { operation: 'none' })).toBe(1);
  });

  it('that nobody has seen end is counted without a time', async () => {
    const { kinds } = await scraped([completed({ durationMs: undefined })]);
    expect(kinds).toHaveProperty('requests_total');
    expect(kinds).not.toHaveProperty('requests_duration_seconds');
  });

  it('shows how many are in flight now, never the steps up and down (POB-05)', async () => {
    const seen = await scraped([completed({ active: 3 }), completed({ active: 2 })]);
    expect(valueOf(seen, 'requests_active')).toBe(2);
  });

  it('names its tenant only when asked to (POB-01)', async () => {
    const seen = await scraped([completed()], { tenantLabel: true });
    expect(valueOf(seen, 'requests_total', { tenant_id: 'acme' })).toBe(1);
    expect(valueOf(seen, 'operation_total', { tenant_id: 'acme' })).toBe(1);
  });
});

describe('health', () => {
  it('counts the runs of a check by what they found, and their time', async () => {
    const seen = await scraped([checked(), checked(), checked({ status: 'unhealthy', durationMs: 500 })]);
    expect(valueOf(seen, 'distributed_health_check_total', { service: 'orders-db', status: 'healthy' })).toBe(2);
    expect(valueOf(seen, 'distributed_health_check_total', { service: 'orders-db', status: 'unhealthy' })).toBe(1);
    expect(valueOf(seen, 'distributed_health_check_duration_seconds_sum', { service: 'orders-db' })).toBeCloseTo(0.506);
  });

  it.each([['healthy', 1], ['degraded', 0.5], ['unhealthy', 0]])('shows a dependency that is %s as %d', async (status, value) => {
    expect(valueOf(await scraped([became(status)]), 'distributed_health_status', { service: 'orders-db' })).toBe(value);
  });

  it('shows what counts of a dependency, which is not what each run finds', async () => {
    const seen = await scraped([checked(), became('healthy'), checked({ status: 'unhealthy' })]);
    expect(valueOf(seen, 'distributed_health_status', { service: 'orders-db' })).toBe(1);
  });

  it('counts the answers of an endpoint, and their time', async () => {
    const seen = await scraped([answered(), answered({ status: 'unhealthy', statusCode: 503 })]);
    expect(valueOf(seen, 'health_checks_total', { endpoint: 'ready', status: 'unhealthy' })).toBe(1);
    expect(valueOf(seen, 'health_checks_duration_seconds_sum', { endpoint: 'ready', status: 'healthy' })).toBeCloseTo(0.004);
  });
});

describe('what goes wrong', () => {
  it('in a table is counted by reason, and elsewhere by part', async () => {
    const seen = await scraped([
      { type: 'store.error', name: 'circuits', reason: 'timeout', error: new Error('secret') },
      { type: 'observability.failed', name: 'extractor', error: new Error('secret') },
    ]);
    expect(valueOf(seen, 'state_store_errors_total', { table: 'circuits', reason: 'timeout' })).toBe(1);
    expect(valueOf(seen, 'observability_errors_total', { part: 'extractor' })).toBe(1);
  });

  it.each([['a type that nobody knows', { type: 'unheard.of' }], ['a type that objects have', { type: 'constructor' }], ['no figures', completed({ durationMs: NaN, active: undefined })], ['a time below zero', completed({ durationMs: -5, active: undefined })]])('in an event with %s leaves out what it does not say', async (_what, event) => {
    const { kinds } = await scraped([event]);
    expect(Object.keys(kinds).filter((name) => !/^(requests|operation)_total$/.test(name))).toEqual([]);
  });
});
