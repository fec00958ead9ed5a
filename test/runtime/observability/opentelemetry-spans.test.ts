import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import type { ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { activeTraceFields, createOpenTelemetrySink, type OpenTelemetrySinkOptions } from '../../../runtime/src/observability/opentelemetry.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';

let spans: InMemorySpanExporter;
let provider: BasicTracerProvider;

beforeEach(() => {
  spans = new InMemorySpanExporter();
  provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});
afterEach(async () => {
  trace.disable();
  context.disable();
  await provider.shutdown();
});

/** The span that was active while a sink took events. */
function spanOf(events: readonly object[], options: OpenTelemetrySinkOptions = {}): ReadableSpan {
  const sink = createOpenTelemetrySink(options);
  trace.getTracer('test').startActiveSpan('request', (span) => {
    for (const event of events) sink.emit({ name: 'payments', atMs: 0, ...event } as ResilienceEvent);
    span.end();
  });
  const [finished] = spans.getFinishedSpans();
  if (finished === undefined) throw new Error('no span was recorded');
  return finished;
}

const eventsOf = (span: ReadableSpan) => span.events.map(({ name, attributes }) => [name, attributes]);

describe('the active span', () => {
  it.each([
    [{ type: 'circuit.refused', phase: 'open', retryAfterMs: 500, shared: true, tenant: 'acme', operation: 'pay' }, { 'resilience.phase': 'open', 'resilience.retry_after_ms': 500 }],
    [
      { type: 'circuit.state_changed', from: 'closed', to: 'open', generation: 3, shared: true, failures: 5 },
      { 'resilience.from': 'closed', 'resilience.to': 'open', 'resilience.generation': 3, 'resilience.shared': true },
    ],
    [{ type: 'circuit.fallback', phase: 'open' }, { 'resilience.phase': 'open' }],
    [{ type: 'limit.refused', limit: 10, remaining: 0, retryAfterMs: Infinity, resetAtMs: 1 }, { 'resilience.limit': 10, 'resilience.remaining': 0 }],
    [
      { type: 'bulkhead.refused', reason: 'wait_timeout', scope: 'tenant', waitMs: 5000, active: 10, retryAfterMs: 1000, tenant: 'acme' },
      { 'resilience.reason': 'wait_timeout', 'resilience.scope': 'tenant', 'resilience.wait_ms': 5000, 'resilience.retry_after_ms': 1000 },
    ],
    [
      { type: 'shedding.refused', reason: 'load', priority: 'low', strategy: 'adaptive', rate: 0.5, score: 1, retryAfterMs: 7000 },
      { 'resilience.reason': 'load', 'resilience.priority': 'low', 'resilience.rate': 0.5, 'resilience.retry_after_ms': 7000 },
    ],
    [{ type: 'throttle.refused', rate: 0.9, retryAfterMs: 1000 }, { 'resilience.rate': 0.9, 'resilience.retry_after_ms': 1000 }],
    [{ type: 'timeout.expired', limitMs: 200, ignored: false, priority: 'high', tenant: 'acme' }, { 'resilience.limit_ms': 200, 'resilience.ignored': false, 'resilience.priority': 'high' }],
    [{ type: 'timeout.refused', remainingMs: 3 }, { 'resilience.remaining_ms': 3 }],
    [
      { type: 'retry.scheduled', attempt: 1, maxAttempts: 3, delayMs: 80, errorType: 'ECONNRESET', durationMs: 5 },
      { 'resilience.attempt': 1, 'resilience.max_attempts': 3, 'resilience.delay_ms': 80, 'resilience.error_type': 'ECONNRESET' },
    ],
    [
      { type: 'retry.exhausted', attempts: 3, maxAttempts: 3, reason: 'attempts', totalDelayMs: 80, durationMs: 5, errorType: 'status_503' },
      { 'resilience.attempts': 3, 'resilience.max_attempts': 3, 'resilience.reason': 'attempts', 'resilience.error_type': 'status_503' },
    ],
    [{ type: 'client.fallback', kind: 'stale' }, { 'resilience.kind': 'stale' }],
    [{ type: 'client.unhealthy_used', endpoint: 'a.example', status: 'unhealthy' }, { 'resilience.endpoint': 'a.example', 'resilience.status': 'unhealthy' }],
    [
      { type: 'client.endpoint_changed', endpoint: 'a.example', from: 'healthy', to: 'unhealthy', score: 0.25 },
      { 'resilience.endpoint': 'a.example', 'resilience.from': 'healthy', 'resilience.to': 'unhealthy', 'resilience.score': 0.25 },
    ],
    [{ type: 'store.error', reason: 'timeout', error: new Error('secret') }, { 'resilience.reason': 'timeout' }],
    [
      { type: 'health.checked', status: 'unhealthy', durationMs: 5, failures: 2, required: true, reason: 'x'.repeat(500) },
      { 'resilience.status': 'unhealthy', 'resilience.duration_ms': 5, 'resilience.failures': 2, 'resilience.required': true, 'resilience.reason': 'x'.repeat(100) },
    ],
    [{ type: 'health.changed', from: 'healthy', to: 'unhealthy' }, { 'resilience.from': 'healthy', 'resilience.to': 'unhealthy' }],
    [{ type: 'health.answered', status: 'healthy', statusCode: 200, durationMs: 1 }, { 'resilience.status': 'healthy', 'resilience.status_code': 200 }],
  ])('is told of $type, in bounded attributes that name no tenant and quote no error (POB-11)', (event, attributes) => {
    expect(eventsOf(spanOf([event]))).toEqual([[event.type, { 'resilience.name': 'payments', ...attributes }]]);
  });

  it('is not told of what happens with every call', () => {
    const span = spanOf([{ type: 'circuit.success' }, { type: 'limit.admitted' }, { type: 'bulkhead.acquired' }, { type: 'shedding.admitted' }, { type: 'circuit.failure' }, { type: 'timeout.completed' }, { type: 'retry.attempt' }, { type: 'client.request' }, { type: 'toString' }]);
    expect(span.events).toEqual([]);
    expect(span.attributes).toEqual({});
  });

  it('has the end of the request as its attributes', () => {
    const completed = { type: 'request.completed', method: 'GET', route: '/orders/{id}', tenant: 'acme', statusCode: 500, result: 'error', errorType: 'TypeError', durationMs: 1, coldStart: true, active: 1 };
    const span = spanOf([completed]);
    expect(span.attributes).toEqual({ 'http.response.status_code': 500, 'http.route': '/orders/{id}', 'faas.coldstart': true, 'error.type': 'TypeError' });
    expect(span.events).toEqual([]);
  });

  it('has no error of a request that did not fail, and nothing that is not known', () => {
    expect(spanOf([{ type: 'request.completed', result: 'rejected', errorType: 'RateLimitedError' }]).attributes).toEqual({});
  });

  it('is left alone where spans are switched off', () => {
    expect(spanOf([{ type: 'circuit.refused', phase: 'open' }], { spans: false }).events).toEqual([]);
  });

  it('is that of the call that a real breaker refuses', async () => {
    const options = { name: 'payments', shared: false, failureThreshold: 1, minimumCalls: 1 };
    const parts = { clock: new ManualClock(), random: new SeededRandom(1), sink: createOpenTelemetrySink(), environment: {} };
    const breaker = createCircuitBreaker(options, parts);
    const call = (name: string) =>
      trace.getTracer('test').startActiveSpan(name, async (span) => {
        await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
        span.end();
      });
    await call('fails');
    await call('is refused');
    const told = spans.getFinishedSpans().map((span) => [span.name, span.events.map(({ name }) => name)]);
    expect(told).toEqual([['fails', ['circuit.state_changed']], ['is refused', ['circuit.refused']]]);
  });

  it('may be missing', () => {
    createOpenTelemetrySink().emit({ type: 'circuit.refused', name: 'payments', atMs: 0 });
    expect(spans.getFinishedSpans()).toEqual([]);
  });
});

describe('the fields of logs', () => {
  it('are the ids of the active span', () => {
    trace.getTracer('test').startActiveSpan('request', (span) => {
      const { traceId, spanId } = span.spanContext();
      expect(activeTraceFields()).toEqual({ trace_id: traceId, span_id: spanId });
    });
  });

  it('are ids that came from a caller, where this service records nothing itself', () => {
    const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 0 };
    context.with(trace.setSpanContext(ROOT_CONTEXT, caller), () => {
      expect(activeTraceFields()).toEqual({ trace_id: caller.traceId, span_id: caller.spanId });
    });
  });

  it('are none without a span, or with one that has no ids: they are never made up (POB-11)', () => {
    expect(activeTraceFields()).toEqual({});
    const nowhere = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
    context.with(trace.setSpanContext(ROOT_CONTEXT, nowhere), () => {
      expect(activeTraceFields()).toEqual({});
    });
  });
});
