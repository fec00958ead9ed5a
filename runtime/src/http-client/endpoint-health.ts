/**
 * What is known of an endpoint: `degraded` has failed often lately and gets fewer calls; `unhealthy` is avoided where that is
 * possible; `probing` has been avoided for long enough, and a few calls find out how it is.
 */
export type EndpointStatus = 'healthy' | 'degraded' | 'unhealthy' | 'probing';

/** Health of one endpoint, as the calls of this environment have found it. */
export interface EndpointHealth {
  /** From failures in a row, or as an outlier, until successes in a row. */
  readonly isUnhealthy: boolean;
  /** Whether it is left out; only an unhealthy one can be. */
  readonly isEjected: boolean;
  /** Until when it gets no call while it is left out, in epoch milliseconds; from then on it is probed. */
  readonly ejectedUntilMs: number;
  /** How often it was left out lately: the time grows with it. */
  readonly ejections: number;
  readonly failuresInRow: number;
  readonly successesInRow: number;
  /** 0 to 1. */
  readonly score: number;
  /** Since when it is used, after it was away or unhealthy. */
  readonly sinceMs: number;
  /** Grows when it becomes unhealthy, is left out or recovers: what began before says nothing about it any more. */
  readonly generation: number;
}

/** When an endpoint is judged otherwise than before. */
export interface HealthThresholds {
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly ejectionDurationMs: number;
}

// The steps of the origin's score.
const SCORE_PER_SUCCESS = 0.2;
const SCORE_PER_FAILURE = 0.25;
const HEALTHY_SCORE = 0.5;

/** Least part of its share that an endpoint has while it is used (`min_weight_percent` of Envoy's slow start). */
const LEAST_FACTOR = 0.1;

/** The health of an endpoint of which nothing is known: healthy. */
export function newHealth(sinceMs: number): EndpointHealth {
  return {
    isUnhealthy: false,
    isEjected: false,
    ejectedUntilMs: -Infinity,
    ejections: 0,
    failuresInRow: 0,
    successesInRow: 0,
    score: 1,
    sinceMs,
    generation: 0,
  };
}

/** The health after a call that brought an answer. Successes in a row alone end a bad time, never the score. */
export function afterSuccess(health: EndpointHealth, { healthyThreshold }: HealthThresholds, nowMs: number): EndpointHealth {
  const successesInRow = health.successesInRow + 1;
  const next = { ...health, successesInRow, failuresInRow: 0, score: Math.min(1, health.score + SCORE_PER_SUCCESS) };
  if (!health.isUnhealthy || successesInRow < healthyThreshold) return next;
  return { ...next, isUnhealthy: false, isEjected: false, sinceMs: nowMs, generation: health.generation + 1 };
}

/** The health after a call that failed. */
export function afterFailure(health: EndpointHealth, thresholds: HealthThresholds, nowMs: number): EndpointHealth {
  const failuresInRow = health.failuresInRow + 1;
  const next = { ...health, failuresInRow, successesInRow: 0, score: Math.max(0, health.score - SCORE_PER_FAILURE) };
  return failuresInRow >= thresholds.unhealthyThreshold ? turnedUnhealthy(next, thresholds, nowMs) : next;
}

/** The health of an endpoint that is found to be worse than the others. Good times have made up for earlier bad ones. */
export function turnedUnhealthy(health: EndpointHealth, { ejectionDurationMs }: HealthThresholds, nowMs: number): EndpointHealth {
  if (health.isUnhealthy) return health;
  const forgiven = Math.floor((nowMs - health.sinceMs) / ejectionDurationMs);
  const ejections = Math.max(0, health.ejections - forgiven);
  return { ...health, isUnhealthy: true, successesInRow: 0, ejections, generation: health.generation + 1 };
}

/** The health of an unhealthy endpoint that is left out from now on. */
export function ejected(health: EndpointHealth, ejectedUntilMs: number): EndpointHealth {
  return { ...health, isEjected: true, ejectedUntilMs, ejections: health.ejections + 1, successesInRow: 0, generation: health.generation + 1 };
}

/** Whether an endpoint that was left out may be probed. */
export function isProbing(health: EndpointHealth, nowMs: number): boolean {
  return health.isEjected && nowMs >= health.ejectedUntilMs;
}

/** The health in one word. */
export function statusOf(health: EndpointHealth, nowMs: number): EndpointStatus {
  if (isProbing(health, nowMs)) return 'probing';
  if (health.isUnhealthy) return 'unhealthy';
  return health.score < HEALTHY_SCORE ? 'degraded' : 'healthy';
}

/**
 * The part of its share that an endpoint gets, 0.1 to 1: its score, and for some time after it has come back a part that grows
 * with that time (Envoy's slow start, with aggression 1).
 */
export function shareFactor(health: EndpointHealth, slowStartMs: number, nowMs: number): number {
  return Math.max(LEAST_FACTOR, health.score * grownShare(health, slowStartMs, nowMs));
}

/** That part without its score, as it depends on time alone. */
export function grownShare({ sinceMs }: EndpointHealth, slowStartMs: number, nowMs: number): number {
  return slowStartMs === 0 ? 1 : Math.max(LEAST_FACTOR, Math.min(1, Math.max(1000, nowMs - sinceMs) / slowStartMs));
}
