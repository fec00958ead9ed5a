export { shedBatch, type BatchAgeOptions, type FreshBatch } from './batch.ts';
export { createAdaptiveThrottle, createLoadShedder, type LoadSheddingDependencies } from './create.ts';
export { LoadShedError, ThrottledError, type ShedReason } from './errors.ts';
export { ageOf } from './event-age.ts';
export type {
  LoadSheddingEvent,
  SheddingAdmittedEvent,
  SheddingCallbackFailedEvent,
  SheddingChangedEvent,
  SheddingCompletedEvent,
  SheddingRateEvent,
  SheddingRefusedEvent,
  ThrottleEvent,
} from './events.ts';
export { loadShedding, type LoadSheddingMiddlewareOptions, type LoadSheddingRequestOptions } from './middleware.ts';
export {
  LOAD_SHEDDING_DEFAULTS,
  resolveLoadSheddingOptions,
  type DeclaredLoadSheddingOptions,
  type LoadSheddingOptions,
  type ResolvedLoadSheddingOptions,
  type SheddingStrategy,
  type SignalWeights,
} from './options.ts';
export { LoadShedder, type LoadShedderDependencies, type SheddableCall } from './policy.ts';
export { adaptiveLoadShedding, basicLoadShedding, customLoadShedding, priorityLoadShedding } from './presets.ts';
export type { LoadProbe } from './probe.ts';
export type { LoadSheddingStatistics, LoadSnapshot, SignalName } from './snapshot.ts';
export { THROTTLE_DEFAULTS, resolveThrottleOptions, type ResolvedThrottleOptions, type ThrottleOptions } from './throttle-options.ts';
export { AdaptiveThrottle, type ThrottleDependencies, type ThrottleStatistics } from './throttle.ts';
export type { CreateHistogram, LatencyHistogram } from './traffic-window.ts';
export type { LoadSources } from './watch.ts';
