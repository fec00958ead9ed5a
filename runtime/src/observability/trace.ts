import type { ResilienceEvent } from '../core/events.ts';
import type { RequestCompletedEvent } from './events.ts';
import type { SegmentLike, TracerLike } from './powertools.ts';

/** A request that is being traced. */
export interface RequestTrace {
  /** Writes down how the request ended and closes its subsegment. */
  close(completed: RequestCompletedEvent | undefined): void;
}

/** Events that a trace shows, and the annotation by which such traces are found. */
const ANNOTATIONS: Readonly<Record<string, string>> = {
  'circuit.refused': 'CircuitRefused',
  'circuit.fallback': 'CircuitFallback',
  'circuit.state_changed': 'CircuitChanged',
  'limit.refused': 'RateLimited',
  'limit.degraded': 'RateLimitDegraded',
  'bulkhead.refused': 'BulkheadFull',
  'bulkhead.degraded': 'BulkheadDegraded',
  'shedding.refused': 'RequestShed',
  'throttle.refused': 'CallThrottled',
  'timeout.expired': 'TimedOut',
  'timeout.refused': 'NoTimeLeft',
  'retry.scheduled': 'Retried',
  'retry.exhausted': 'RetryExhausted',
  'client.fallback': 'ClientFallback',
  'client.unhealthy_used': 'UnhealthyEndpointUsed',
  'store.error': 'StateTableFailed',
};

/** Notes an event in the trace of the request that it happened in. */
export function annotateEvent(tracer: TracerLike, event: ResilienceEvent): void {
  const key = ANNOTATIONS[event.type];
  if (key !== undefined) tracer.putAnnotation(key, event.name);
}

/**
 * Opens the subsegment of a request, as Powertools' own middleware does: Lambda's segment itself takes no annotations. Undefined
 * where there is nothing to trace.
 */
export function openTrace(tracer: TracerLike, name: string): RequestTrace | undefined {
  const parent = tracer.isTracingEnabled() ? (tracer.getSegment() as SegmentLike | undefined) : undefined;
  if (parent === undefined) return undefined;
  const own = parent.addNewSubsegment(`## ${name}`);
  const trace: RequestTrace = { close: (completed) => closeTrace(tracer, own, parent, completed) };
  try {
    tracer.setSegment(own as never);
    tracer.annotateColdStart();
    tracer.addServiceNameAnnotation();
  } catch (error) {
    trace.close(undefined);
    throw error;
  }
  return trace;
}

function closeTrace(tracer: TracerLike, own: SegmentLike, parent: SegmentLike, completed: RequestCompletedEvent | undefined): void {
  const current = tracer.getSegment() as SegmentLike | undefined;
  // What was opened within and not closed must not be taken for this one.
  tracer.setSegment(own as never);
  try {
    if (completed !== undefined) describe(tracer, own, completed);
  } finally {
    try {
      closeWithin(own);
      own.close();
    } finally {
      // Somebody further out may have ended the request before, and the next one may have begun.
      tracer.setSegment((isWithin(own, current) ? parent : current) as never);
    }
  }
}

/** Closes what was left open: the SDK does not send a segment before all that was opened in it is closed. */
function closeWithin(segment: SegmentLike): void {
  for (const child of [...(segment.subsegments ?? [])]) {
    closeWithin(child);
    if (!child.isClosed()) child.close();
  }
}

function isWithin(segment: SegmentLike, found: SegmentLike | undefined): boolean {
  let outer = found;
  while (outer !== undefined && outer !== segment) outer = outer.parent;
  return found === undefined || outer === segment;
}

function describe(tracer: TracerLike, segment: SegmentLike, event: RequestCompletedEvent): void {
  const { method, route, operation, tenant, statusCode, durationMs, responseBytes, errorType, error, result } = event;
  tracer.putAnnotation('Error', result === 'error');
  if (statusCode !== undefined) tracer.putAnnotation('StatusCode', statusCode);
  if (operation !== undefined) tracer.putAnnotation('Operation', operation);
  if (tenant !== undefined) tracer.putAnnotation('Tenant', tenant);
  tracer.putMetadata('request', { method, route, operation });
  tracer.putMetadata('timing', { durationMs });
  tracer.putMetadata('response', { statusCode, bytes: responseBytes });
  if (result === 'rejected') segment.addErrorFlag();
  if (result !== 'error') return;
  tracer.putMetadata('errorType', errorType);
  if (error instanceof Error) tracer.addErrorAsMetadata(error);
  segment.addFaultFlag();
}
