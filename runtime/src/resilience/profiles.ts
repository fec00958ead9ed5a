import type { HealthOptions } from '../health/index.ts';
import type { DeclaredObservabilityOptions } from '../observability/index.ts';

/** A stage of delivery. */
export type ResilienceProfile = 'development' | 'staging' | 'production';

/** What a profile sets where neither the stack nor the code does. */
export interface ResilienceProfileOptions {
  /** Of the observability. `tracing` counts only where a Tracer is given. */
  readonly observability: DeclaredObservabilityOptions;
  /** Of the health. */
  readonly health: Pick<HealthOptions, 'environment' | 'readiness' | 'unhealthyThreshold'>;
}

/**
 * Options by stage. They leave circuits and limits alone: how early a circuit opens is a question of how critical its
 * dependency is, not of the stage, and what is tried out must be what is delivered.
 */
export const RESILIENCE_PROFILES: Readonly<Record<ResilienceProfile, ResilienceProfileOptions>> = Object.freeze({
  // Everything is seen, bodies included, and the first failure of a check shows.
  development: {
    observability: { level: 'detailed', sampleRate: 1, logRequestBody: true, logResponseBody: true, tracing: true },
    health: { environment: 'development', unhealthyThreshold: 1, readiness: 'strict' },
  },
  // All figures, but lines of a tenth of the requests, as under load; nothing of what people sent.
  staging: {
    observability: { level: 'detailed', sampleRate: 0.1, tracing: true },
    health: { environment: 'staging', readiness: 'strict' },
  },
  // What alarms need. Where somebody asks for details, lines of a hundredth. A dependency that is down for all keeps all in service.
  production: {
    observability: { level: 'essential', sampleRate: 0.01 },
    health: { environment: 'production', readiness: 'fail-open' },
  },
});

/** What is set where no profile is chosen: nothing. */
export const NO_PROFILE: ResilienceProfileOptions = Object.freeze({ observability: {}, health: {} });
