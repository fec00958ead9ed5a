import { isRecord } from '../core/record.ts';
import type { Sleep } from '../core/sleep.ts';

/** What a check found. `degraded`: it works, but not as it should. */
export type CheckStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What is known of a check or of the whole; `unknown` if there is no result that is recent enough. */
export type HealthStatus = CheckStatus | 'unknown';

/** Why a check is not healthy: the only words that leave the function, whatever an error says. */
export type CheckReason = 'failed' | 'timeout' | 'threshold' | 'status' | 'circuit_open' | 'invalid';

/** Figures that a check found. Text is dropped, because errors hide in it. */
export type CheckDetails = Readonly<Record<string, number | boolean>>;

/** The result of one run of a check. */
export interface CheckResult {
  /** What was found. */
  readonly status: CheckStatus;
  /** Why it is not healthy. Default: `failed` if unhealthy, else none. */
  readonly reason?: CheckReason | undefined;
  /** Figures, shown to those who are authorised. Default: none. */
  readonly details?: CheckDetails | undefined;
}

/** What a check is given. */
export interface CheckRequest {
  /** Aborted when the time of the check is over or nobody waits for it any more: stop then. */
  readonly signal: AbortSignal;
  /** Memory of the function in megabytes, as far as the invocation or the environment says. */
  readonly memoryLimitMb: number | undefined;
}

/** What a check may answer: its result, its status alone, or whether it is healthy. Nothing at all is healthy: it did not throw. */
export type CheckAnswer = CheckResult | CheckStatus | boolean | undefined;

/** How a check counts, whatever it asks. */
export interface CheckOptions {
  /** Whether the function cannot work without it: unhealthy then makes the whole unhealthy, otherwise degraded. Default true, unless the check says otherwise. */
  readonly required?: boolean | undefined;
  /**
   * Whether all environments ask the same thing, so that it fails for all of them at once: then it does not make `/ready` fail,
   * unless `readiness` is `strict`. Default: false for your own, true for those of the library that ask something remote.
   */
  readonly shared?: boolean | undefined;
  /** Longest time of a run in milliseconds, 10 ms to 15 min. Default: `checkTimeoutMs` of the health. */
  readonly timeoutMs?: number | undefined;
}

/** Something to be asked for its health. */
export interface HealthCheck extends CheckOptions {
  /** Name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** Asks. What it throws makes it unhealthy, and is not told to callers. */
  readonly run: ((request: CheckRequest) => CheckAnswer | PromiseLike<CheckAnswer>) | ((request: CheckRequest) => PromiseLike<void>);
}

const STATUSES: readonly unknown[] = ['healthy', 'degraded', 'unhealthy'] satisfies CheckStatus[];
const REASONS: readonly unknown[] = ['failed', 'timeout', 'threshold', 'status', 'circuit_open', 'invalid'] satisfies CheckReason[];

/** The result of a check that took too long. */
export const TIMED_OUT: CheckResult = Object.freeze({ status: 'unhealthy', reason: 'timeout' });

/** The result of a check that threw. */
export const FAILED: CheckResult = Object.freeze({ status: 'unhealthy', reason: 'failed' });

const HEALTHY: CheckResult = Object.freeze({ status: 'healthy' });
const INVALID: CheckResult = Object.freeze({ status: 'unhealthy', reason: 'invalid' });

/** Runs a check to its result, whatever it does: throws, rejects, or answers with something that is no answer. */
export async function resultOf(check: HealthCheck, request: CheckRequest): Promise<CheckResult> {
  let answer: unknown;
  try {
    answer = await check.run(request);
  } catch {
    return FAILED;
  }
  try {
    return parseAnswer(answer);
  } catch {
    return INVALID;
  }
}

function parseAnswer(answer: unknown): CheckResult {
  if (answer === undefined || answer === true) return HEALTHY;
  if (answer === false) return FAILED;
  const { status, reason, details } = isRecord(answer) ? answer : { status: answer };
  if (!STATUSES.includes(status)) return INVALID;
  const why = reasonOf(status as CheckStatus, reason);
  const figures = figuresOf(details);
  return Object.freeze({
    status: status as CheckStatus,
    ...(why !== undefined && { reason: why }),
    ...(figures !== undefined && { details: figures }),
  });
}

function reasonOf(status: CheckStatus, reason: unknown): CheckReason | undefined {
  if (status === 'healthy') return undefined;
  if (REASONS.includes(reason)) return reason as CheckReason;
  return status === 'unhealthy' ? 'failed' : undefined;
}

/** A cap on what a check may add to a body. */
const MAXIMUM_FIGURES = 20;

function figuresOf(details: unknown): CheckDetails | undefined {
  if (!isRecord(details)) return undefined;
  const figures = Object.entries(details).filter(([, value]) => typeof value === 'boolean' || Number.isFinite(value));
  return figures.length === 0 ? undefined : Object.freeze(Object.fromEntries(figures.slice(0, MAXIMUM_FIGURES)) as CheckDetails);
}

/** What is needed to run checks within their time. */
export interface RunSources {
  readonly clock: { nowMs(): number };
  readonly sleep: Sleep;
}
