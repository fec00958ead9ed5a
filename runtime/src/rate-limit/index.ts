export { ruleNames } from './change.ts';
export { createRateLimiter, type RateLimiterDependencies } from './create.ts';
export type { LimitDecision } from './decision.ts';
export { partFromItem } from './dynamodb-expressions.ts';
export { DynamoDbRateLimitStore } from './dynamodb-store.ts';
export { RateLimitedError, type LimitStatus } from './errors.ts';
export type {
  LimitAdmittedEvent,
  LimitCallbackFailedEvent,
  LimitChangedEvent,
  LimitDegradedEvent,
  LimitNearEvent,
  LimitRefusedEvent,
  LimitSplitEvent,
  RateLimitEvent,
} from './events.ts';
export type { LimitHeaderOptions, LimitHeaderStyle } from './headers.ts';
export { limitKey } from './key.ts';
export { MemoryRateLimitStore } from './memory-store.ts';
export {
  rateLimit,
  rateLimitRecords,
  type RateLimitMiddlewareOptions,
  type RateLimitRequestOptions,
  type RecordLimitOptions,
} from './middleware.ts';
export {
  RATE_LIMIT_DEFAULTS,
  resolveRateLimitOptions,
  type DeclaredRateLimitOptions,
  type KeyPartName,
  type LimitRule,
  type LimitsResolver,
  type RateLimitOptions,
  type ResolvedRateLimitOptions,
} from './options.ts';
export { RateLimiter, type LimiterDependencies, type LimitKey, type LimitPermit } from './policy.ts';
export { compositeRateLimit, endpointRateLimit, ipRateLimit, tenantRateLimit, userRateLimit } from './presets.ts';
export type { BatchRecord } from './records.ts';
export type { RateLimitStatistics } from './reporter.ts';
export { NO_MARKS, type Marks, type RateLimitStrategy, type Returned, type Rule } from './rule.ts';
export { grown, MARK, sown, splitOf, type Split, type TakeCommand, type TakeDecision, type TakeOutcome } from './state.ts';
export type { KeyChange, KeyPart, RateLimitStore } from './store.ts';
export { bucketBacklogMs } from './token-bucket.ts';
export { windowNames } from './window.ts';
