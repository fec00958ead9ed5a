export type { BackoffStrategy, Jitter } from './backoff.ts';
export { RetryBudget, RetryBudgets, type BudgetKind, type BudgetOptions } from './budget.ts';
export type { ErrorKind } from './classify.ts';
export { createRetry, type RetryDependencies } from './create.ts';
export { AttemptTimedOutError, RetryExhaustedError, type ExhaustedDetails, type ExhaustedReason } from './errors.ts';
export type {
  RetryAttemptEvent,
  RetryCallbackFailedEvent,
  RetryCompletedEvent,
  RetryEvent,
  RetryExhaustedEvent,
  RetryGivenUpEvent,
  RetryScheduledEvent,
  RetrySucceededEvent,
} from './events.ts';
export { retry, type RetryMiddlewareOptions, type RetryRequestOptions } from './middleware.ts';
export {
  RETRY_DEFAULTS,
  resolveRetryOptions,
  type DeclaredRetryOptions,
  type ResolvedRetryOptions,
  type RetryableCall,
  type RetryOptions,
} from './options.ts';
export { Retry, type RetrySources } from './policy.ts';
export { basicRetry, customRetry, databaseRetry, httpRetry, RETRY_PROFILES } from './presets.ts';
export type { AttemptCall, AttemptOperation } from './series.ts';
export type { RetryStatistics } from './snapshot.ts';
