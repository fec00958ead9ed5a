export { createTimeout, type TimeoutDependencies } from './create.ts';
export { NoTimeLeftError, TimedOutError, type PassedLimit, type TimeoutAnswer } from './errors.ts';
export type {
  TimeoutCallbackFailedEvent,
  TimeoutCompletedEvent,
  TimeoutEvent,
  TimeoutExpiredEvent,
  TimeoutLateEvent,
  TimeoutRefusedEvent,
} from './events.ts';
export type { TimedCall, TimeoutLoad } from './timed-call.ts';
export { timeout, type TimeoutMiddleware, type TimeoutMiddlewareOptions, type TimeoutRequestOptions } from './middleware.ts';
export {
  TIMEOUT_DEFAULTS,
  resolveTimeoutOptions,
  type DeclaredTimeoutOptions,
  type ResolvedTimeoutOptions,
  type TimeoutCalculator,
  type TimeoutOptions,
} from './options.ts';
export { Timeout, type AsOpenAnswer, type OpenAnswer, type TimeoutSources } from './policy.ts';
export { basicTimeout, dynamicTimeout, operationTimeout, tenantTimeout } from './presets.ts';
export type { TimeoutStatistics } from './snapshot.ts';
