export { type CircuitOptions } from './circuit-options';
export { type LimitRule } from './limit-rule';
export { RateLimitKeyPart, RateLimitStoreFailure, RateLimitStrategy } from './rate-limit-enums';
export { type RateLimitOptions } from './rate-limit-options';
export { ResilienceTables, type IResilienceTables, type ResilienceTableNames, type ResilienceTablesProps } from './resilience-tables';
export { ResilienceTablesGrants, type ResilienceTablesGrantsProps } from './resilience-tables-grants';
export { ResilientFunction, type ResilientFunctionProps } from './resilient-function';
