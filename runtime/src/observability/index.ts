export { createObservability, makeObservability, type ObservabilityDependencies } from './create.ts';
export type { ObservabilityEvent, ObservabilityFailedEvent, RequestCompletedEvent } from './events.ts';
export { observability, type ObservabilityMiddleware, type ObservabilityMiddlewareOptions, type ObservedRequestOptions } from './middleware.ts';
export {
  OBSERVABILITY_DEFAULTS,
  resolveObservabilityOptions,
  type DeclaredObservabilityOptions,
  type ObservabilityOptions,
  type ResolvedObservabilityOptions,
} from './options.ts';
export {
  Observability,
  type DescribedEnd,
  type ObservabilityParts,
  type ObservabilityStatistics,
  type ObservedRequest,
  type RequestDescription,
} from './policy.ts';
export { createPowertoolsSink, type MetricsLike, type PowertoolsSink, type PowertoolsSinkOptions, type SinkStatistics } from './powertools-sink.ts';
export type { LoggerLike, SegmentLike, StoredMetrics, TracerLike } from './powertools.ts';
export { redact, type RedactOptions } from './redact.ts';
export type { RequestEnd, RequestResult } from './request-result.ts';
export { sanitizeText } from './sanitize.ts';
