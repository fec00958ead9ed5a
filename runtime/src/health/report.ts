import type { CheckDetails, CheckReason, HealthStatus } from './check.ts';
import type { ForcedStatus, ResolvedHealthOptions } from './options.ts';
import { ageMs, blockers, overallStatus } from './state.ts';
import type { WatchedCheck } from './watched-check.ts';

/** What is known of one check. */
export interface CheckReport {
  readonly name: string;
  readonly status: HealthStatus;
  /** The status in words, from a fixed set: no error speaks here. */
  readonly message: string;
  readonly required: boolean;
  readonly shared: boolean;
  /** Failures in a row. */
  readonly failures: number;
  /** How long the latest run took; absent before the first. */
  readonly durationMs?: number;
  /** When the latest run ended, in epoch milliseconds; absent before the first. */
  readonly checkedAtMs?: number;
  /** Figures that the latest run found. */
  readonly details?: CheckDetails;
}

/** How many checks there are of each status. */
export type HealthSummary = Readonly<Record<HealthStatus | 'total', number>>;

/** What is known of the health of this environment at one instant. */
export interface HealthReport {
  readonly status: HealthStatus;
  /** Whether this environment may be sent requests. */
  readonly ready: boolean;
  /** Checks that speak against readiness. */
  readonly blockers: number;
  /** What an operator has put in the place of what the checks say. */
  readonly forced: ForcedStatus | undefined;
  /** Milliseconds until the grace period ends; 0 if there is none. */
  readonly graceMs: number;
  readonly atMs: number;
  readonly checks: readonly CheckReport[];
  readonly summary: HealthSummary;
}

/** What a report is made of. */
export interface ReportInput {
  readonly checks: readonly WatchedCheck[];
  readonly options: ResolvedHealthOptions;
  readonly forced: ForcedStatus | undefined;
  readonly graceMs: number;
  /** Instant to which the age of results is judged: a result is not too old because others took their time. */
  readonly askedAtMs: number;
  readonly atMs: number;
}

const REASONS: Readonly<Record<CheckReason, string>> = {
  failed: 'failed',
  timeout: 'did not answer in time',
  threshold: 'is above its threshold',
  status: 'answered with a status that is none of success',
  circuit_open: 'has a circuit that is not closed',
  invalid: 'gave no valid answer',
};

/** Makes a report. */
export function reportOf({ checks, options, forced, graceMs, askedAtMs, atMs }: ReportInput): HealthReport {
  // Results that are refreshed less often than they may be stale are not too old in between.
  const maxAgeMs = Math.max(options.maxStaleMs, options.intervalMs);
  const reports = checks.map((watched) => checkReport(watched, ageMs(watched.state, askedAtMs) > maxAgeMs));
  const blocking = blockers(reports, options.readiness).length;
  return Object.freeze({
    status: forced ?? overallStatus(reports),
    ready: forced === undefined ? blocking === 0 && graceMs === 0 : forced === 'healthy',
    blockers: blocking,
    forced,
    graceMs,
    atMs,
    checks: Object.freeze(reports),
    summary: summaryOf(reports),
  });
}

function checkReport({ check, required, shared, state }: WatchedCheck, isTooOld: boolean): CheckReport {
  const { latest, failures } = state;
  const status = isTooOld ? 'unknown' : state.status;
  const { details } = latest?.result ?? {};
  return Object.freeze({
    name: check.name,
    status,
    message: messageOf(status, latest?.result.reason),
    required,
    shared,
    failures,
    ...(latest !== undefined && { durationMs: latest.durationMs, checkedAtMs: latest.atMs }),
    ...(details !== undefined && { details }),
  });
}

function messageOf(status: HealthStatus, reason: CheckReason | undefined): string {
  if (status === 'healthy') return 'works';
  if (status === 'unknown') return 'is not known';
  if (reason !== undefined) return REASONS[reason];
  return status === 'unhealthy' ? 'works again, but not for long enough' : 'works, but not as it should';
}

function summaryOf(reports: readonly CheckReport[]): HealthSummary {
  const summary = { total: reports.length, healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 };
  for (const { status } of reports) summary[status] += 1;
  return Object.freeze(summary);
}
