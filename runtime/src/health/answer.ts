import { retryAfterSeconds } from '../core/errors.ts';
import type { HealthStatus } from './check.ts';
import { isoTime } from './iso-time.ts';
import type { ResolvedHealthOptions } from './options.ts';
import type { CheckReport, HealthReport } from './report.ts';

/** What is answered to a health request, for any kind of server. */
export interface HealthAnswer {
  /** 200; 503 if unhealthy, unknown or not ready; 403 and 404 for single checks. */
  readonly statusCode: number;
  readonly status: HealthStatus;
  readonly body: Readonly<Record<string, unknown>>;
  /** Milliseconds until asking again makes sense; absent where that is not known. */
  readonly retryAfterMs?: number;
}

/** What answers are made of besides the report. */
export interface AnswerSetting {
  readonly options: ResolvedHealthOptions;
  readonly startedAtMs: number;
  readonly uptimeMs: number;
}

/** The process answers: nothing else is asked. */
export function liveAnswer(nowMs: number, uptimeMs: number): HealthAnswer {
  return { statusCode: 200, status: 'healthy', body: { status: 'alive', timestamp: isoTime(nowMs), uptime_ms: uptimeMs } };
}

/** Whether this environment may be sent requests. */
export function readyAnswer({ status, ready, blockers, graceMs, atMs, summary }: HealthReport): HealthAnswer {
  const isWaiting = !ready && graceMs > 0;
  return {
    statusCode: ready ? 200 : 503,
    status,
    body: {
      status: ready ? 'ready' : 'not_ready',
      timestamp: isoTime(atMs),
      checks: summary.total,
      blocking: blockers,
      ...(isWaiting && { retry_after: retryAfterSeconds(graceMs) }),
    },
    ...(isWaiting && { retryAfterMs: graceMs }),
  };
}

/** Up or down. */
export function healthAnswer(report: HealthReport, setting: AnswerSetting): HealthAnswer {
  return { ...codeAndStatus(report.status, setting.options), body: commonBody(report, setting) };
}

/** Everything that is known, or what strangers may see of it. */
export function detailAnswer(report: HealthReport, setting: AnswerSetting, isAuthorized: boolean): HealthAnswer {
  const { options, uptimeMs } = setting;
  const body = { ...commonBody(report, setting), summary: report.summary };
  if (!isAuthorized) return { ...codeAndStatus(report.status, options), body };
  return {
    ...codeAndStatus(report.status, options),
    body: {
      ...body,
      checks: report.checks.map(checkBody),
      uptime_ms: uptimeMs,
      ...(options.version !== undefined && { version: options.version }),
      ...(options.environment !== undefined && { environment: options.environment }),
      ...(report.forced !== undefined && { forced: report.forced }),
    },
  };
}

/** What is known of one check. */
export function componentAnswer(report: CheckReport, setting: AnswerSetting): HealthAnswer {
  return { ...codeAndStatus(report.status, setting.options), body: checkBody(report) };
}

/** Single checks have names, which strangers are not told. */
export const FORBIDDEN: HealthAnswer = refusal(403, 'Forbidden', 'HEALTH_FORBIDDEN');

/** There is no such check. */
export const NO_SUCH_CHECK: HealthAnswer = refusal(404, 'Not Found', 'HEALTH_CHECK_UNKNOWN');

/** An answer in lines of text, for people and for probes that only look for a word. */
export function answerText({ body }: HealthAnswer): string {
  const { status, error, checks } = body;
  const lines = Array.isArray(checks) ? (checks as { name: string; status: string; message: string }[]) : [];
  return [String(status ?? error), ...lines.map((check) => `${check.name}: ${check.status} (${check.message})`), ''].join('\n');
}

function refusal(statusCode: number, error: string, code: string): HealthAnswer {
  return Object.freeze({ statusCode, status: 'unknown', body: Object.freeze({ error, message: error, code }) });
}

function codeAndStatus(status: HealthStatus, { failWhenDegraded }: ResolvedHealthOptions): Pick<HealthAnswer, 'statusCode' | 'status'> {
  const isFine = status === 'healthy' || (status === 'degraded' && !failWhenDegraded);
  return { statusCode: isFine ? 200 : 503, status };
}

function commonBody({ status, atMs }: HealthReport, { startedAtMs }: AnswerSetting) {
  return { status, timestamp: isoTime(atMs), duration_ms: atMs - startedAtMs };
}

function checkBody({ name, status, message, required, shared, failures, durationMs, checkedAtMs, details }: CheckReport) {
  return {
    name,
    status,
    message,
    required,
    shared,
    failures,
    ...(durationMs !== undefined && { duration_ms: durationMs }),
    ...(checkedAtMs !== undefined && { timestamp: isoTime(checkedAtMs) }),
    ...(details !== undefined && { details }),
  };
}
