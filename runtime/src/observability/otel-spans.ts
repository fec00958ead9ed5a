import { isSpanContextValid, trace, type Attributes, type AttributeValue, type Span } from '@opentelemetry/api';
import type { ResilienceEvent } from '../core/events.ts';
import { shortText } from './otel-labels.ts';

/** What a span is told of an event: names and figures, never tenants and never the text of an error. */
const NOTABLE: Readonly<Record<string, readonly string[]>> = {
  'circuit.state_changed': ['from', 'to', 'generation', 'shared'],
  'circuit.refused': ['phase', 'retryAfterMs'],
  'circuit.fallback': ['phase'],
  'limit.refused': ['limit', 'remaining', 'retryAfterMs'],
  'bulkhead.refused': ['reason', 'scope', 'waitMs', 'retryAfterMs'],
  'shedding.refused': ['reason', 'priority', 'rate', 'retryAfterMs'],
  'throttle.refused': ['rate', 'retryAfterMs'],
  'timeout.expired': ['limitMs', 'ignored', 'priority'],
  'timeout.refused': ['remainingMs'],
  'retry.scheduled': ['attempt', 'maxAttempts', 'delayMs', 'errorType'],
  'retry.exhausted': ['attempts', 'maxAttempts', 'reason', 'errorType'],
  'client.fallback': ['kind'],
  'client.unhealthy_used': ['endpoint', 'status'],
  'client.endpoint_changed': ['endpoint', 'from', 'to', 'score'],
  'store.error': ['reason'],
  'health.checked': ['status', 'durationMs', 'failures', 'required', 'reason'],
  'health.changed': ['from', 'to'],
  'health.answered': ['status', 'statusCode'],
};

/** Tells the active span, where there is one: a notable event as an event of the span, the end of a request as its attributes. */
export function tellSpan(event: ResilienceEvent): void {
  const span = trace.getActiveSpan();
  if (span?.isRecording() !== true) return;
  const fields = event as ResilienceEvent & Readonly<Record<string, unknown>>;
  if (event.type === 'request.completed') span.setAttributes(requestAttributes(fields));
  else if (Object.hasOwn(NOTABLE, event.type)) addEvent(span, event.type, fields);
}

/**
 * The ids of the active span under the names that logs carry them by; empty where there is no span. They are never made up.
 */
export function activeTraceFields(): { readonly trace_id?: string; readonly span_id?: string } {
  const context = trace.getActiveSpan()?.spanContext();
  return context !== undefined && isSpanContextValid(context) ? { trace_id: context.traceId, span_id: context.spanId } : {};
}

function addEvent(span: Span, type: string, fields: Readonly<Record<string, unknown>>): void {
  const shown = ['name', ...(NOTABLE[type] ?? [])].map((field) => [`resilience.${snakeCase(field)}`, fields[field]] as const);
  span.addEvent(type, attributesOf(shown));
}

function requestAttributes({ statusCode, route, coldStart, result, errorType }: Readonly<Record<string, unknown>>): Attributes {
  return attributesOf([
    ['http.response.status_code', statusCode],
    ['http.route', route],
    ['faas.coldstart', coldStart],
    ['error.type', result === 'error' ? errorType : undefined],
  ]);
}

function attributesOf(entries: readonly (readonly [string, unknown])[]): Attributes {
  return Object.fromEntries(
    entries.flatMap(([key, value]): [string, AttributeValue][] => {
      if (typeof value === 'string') return [[key, shortText(value)]];
      return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) ? [[key, value]] : [];
    }),
  );
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
