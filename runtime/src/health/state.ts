import type { CheckResult, HealthStatus } from './check.ts';

/** A run of a check that has ended. */
export interface FinishedRun {
  readonly result: CheckResult;
  /** When it ended, in epoch milliseconds. */
  readonly atMs: number;
  readonly durationMs: number;
}

/** What is known of a check. Never changed, only replaced. */
export interface CheckState {
  /** The status that counts. */
  readonly status: HealthStatus;
  /** Failures in a row. */
  readonly failures: number;
  /** Runs in a row that did not fail. */
  readonly successes: number;
  /** The latest run; undefined before the first. */
  readonly latest: FinishedRun | undefined;
}

/** Results in a row that change what counts. */
export interface Thresholds {
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}

/** A check that has not run yet. */
export const UNCHECKED: CheckState = Object.freeze({ status: 'unknown', failures: 0, successes: 0, latest: undefined });

/** What is known after a run. The first run decides by itself: nothing is known in favour of what it contradicts. */
export function afterRun(state: CheckState, run: FinishedRun, thresholds: Thresholds): CheckState {
  const failed = run.result.status === 'unhealthy';
  const failures = failed ? state.failures + 1 : 0;
  const successes = failed ? 0 : state.successes + 1;
  return Object.freeze({ status: nextStatus(state.status, run.result, { failures, successes }, thresholds), failures, successes, latest: run });
}

function nextStatus(
  current: HealthStatus,
  { status: found }: CheckResult,
  { failures, successes }: Pick<CheckState, 'failures' | 'successes'>,
  { unhealthyThreshold, healthyThreshold }: Thresholds,
): HealthStatus {
  if (current === 'unknown') return found;
  if (found === 'unhealthy') return failures >= unhealthyThreshold ? found : current;
  return current === 'unhealthy' && successes < healthyThreshold ? current : found;
}

/** Milliseconds since the latest run ended; infinite if there was none. */
export function ageMs({ latest }: CheckState, nowMs: number): number {
  return latest === undefined ? Infinity : nowMs - latest.atMs;
}

/** Whether nothing speaks against what counts: the latest run found what counts, and that is good. */
export function isSettled({ status, failures }: CheckState): boolean {
  return failures === 0 && (status === 'healthy' || status === 'degraded');
}

/** A check as it weighs in the whole. */
export interface Weighed {
  readonly status: HealthStatus;
  readonly required: boolean;
  readonly shared: boolean;
}

/** The status of the whole: what is required decides it, anything else can only degrade it. */
export function overallStatus(checks: readonly Weighed[]): HealthStatus {
  const required = checks.filter((check) => check.required).map(({ status }) => status);
  if (required.includes('unhealthy')) return 'unhealthy';
  if (required.includes('unknown')) return 'unknown';
  return checks.every(({ status }) => status === 'healthy') ? 'healthy' : 'degraded';
}

/** Checks that speak against sending requests to this environment. */
export function blockers<Check extends Weighed>(checks: readonly Check[], readiness: 'fail-open' | 'strict'): Check[] {
  return checks.filter(({ status, required, shared }) => {
    const counts = required && (readiness === 'strict' || !shared);
    return counts && (status === 'unhealthy' || status === 'unknown');
  });
}
