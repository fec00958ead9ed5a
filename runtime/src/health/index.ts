export type { HealthAnswer } from './answer.ts';
export type {
  CheckAnswer,
  CheckDetails,
  CheckOptions,
  CheckReason,
  CheckRequest,
  CheckResult,
  CheckStatus,
  HealthCheck,
  HealthStatus,
} from './check.ts';
export { circuitCheck, type CircuitLike } from './circuit-check.ts';
export type { HealthCors } from './cors.ts';
export { createHealth, type HealthDependencies } from './create.ts';
export { customCheck, databaseCheck } from './database-check.ts';
export { dynamoDbTableCheck, type DynamoDbTableCheckOptions } from './dynamodb-table-check.ts';
export { HEALTH_PATHS, type HealthPaths } from './endpoints.ts';
export type {
  HealthAnsweredEvent,
  HealthCallbackFailedEvent,
  HealthChangedEvent,
  HealthCheckedEvent,
  HealthEndpoint,
  HealthEvent,
} from './events.ts';
export { httpCheck, type HttpCheckOptions } from './http-check.ts';
export { memoryCheck, type MemoryCheckOptions } from './memory-check.ts';
export { healthCheck, type HealthCheckOptions, type HealthMiddleware, type HealthRequestOptions } from './middleware.ts';
export { observabilityCheck, type ObservabilityCheckOptions, type PipelineLike } from './observability-check.ts';
export { HEALTH_DEFAULTS, resolveHealthOptions, type ForcedStatus, type HealthOptions, type ResolvedHealthOptions } from './options.ts';
export { Health, type HealthAsk, type HealthProbe, type HealthSources } from './policy.ts';
export type { CheckReport, HealthReport, HealthSummary } from './report.ts';
export type { HealthStatistics } from './reporter.ts';
