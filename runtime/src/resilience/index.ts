export { createResilience } from './create.ts';
export { followRequest, type FollowRequestDependencies, type FollowRequestOptions } from './follow-request.ts';
export { resilience, type ResilienceMiddleware } from './middleware.ts';
export type { BulkheadOverrides, CircuitOverrides, DependencyOverrides, RateLimitOverrides, ResilienceDependencies, ResilienceOptions } from './options.ts';
export { RESILIENCE_PROFILES, type ResilienceProfile, type ResilienceProfileOptions } from './profiles.ts';
export { Resilience, type ResilienceStatistics } from './resilience.ts';
