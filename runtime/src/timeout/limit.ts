import { PRIORITIES, type CallContext, type Priority } from '../core/call-context.ts';
import type { ResolvedTimeoutOptions } from './options.ts';
import type { TimedCall, TimeoutLoad } from './timed-call.ts';

/** What is asked of the code while a limit is found; answers undefined where the code fails or has no answer. */
export interface AskedCode {
  readonly timeoutFor: (call: TimedCall) => number | undefined;
  readonly load: () => TimeoutLoad | undefined;
}

/** The limit of a call, or that there is too little time left for it. */
export type Verdict = { readonly isRefused: false; readonly limitMs: number } | { readonly isRefused: true; readonly remainingMs: number };

const METHOD_FACTORS: ReadonlyMap<string, number> = new Map([
  ['GET', 0.5],
  ['POST', 2],
  ['PUT', 2],
  ['DELETE', 3],
]);

const PRIORITY_FACTORS: Readonly<Record<Priority, number>> = Object.freeze({ critical: 5, high: 2, normal: 1, low: 0.5, background: 0.25 });

const MANY_QUERY_PARAMETERS = 5;
const QUERY_FACTOR = 2;
const LARGE_BODY_BYTES = 1024 * 1024;
const BODY_FACTOR = 3;

/** From where on each signal counts as load, and how much. */
const LOAD_SIGNALS = Object.freeze([
  { signal: 'cpu', above: 0.8, weight: 0.5 },
  { signal: 'memory', above: 0.8, weight: 0.3 },
  { signal: 'inFlight', above: 100, weight: 0.2 },
  { signal: 'errorRate', above: 0.1, weight: 0.4 },
] as const);

const LONGEST_SHRINK = 5;

/**
 * The limit of a call: what the code says, else that of its tenant, else that of its operation, else that for all, each of the
 * declared ones times what the calculator says; within its bounds, and always so that the margin of the deadline stays.
 */
export function limitFor(call: TimedCall, nowMs: number, options: ResolvedTimeoutOptions, asked: AskedCode): Verdict {
  const { minTimeoutMs, maxTimeoutMs, marginMs } = options;
  const said = asked.timeoutFor(call);
  const declaredMs = declaredFor(call, options);
  const wantedMs = said ?? declaredMs * factorOf(call, options, asked);
  // A limit that is declared shorter than the least one is meant: only what was computed is raised.
  const leastMs = said === undefined ? Math.min(minTimeoutMs, declaredMs) : minTimeoutMs;
  const limitMs = Math.round(Math.min(maxTimeoutMs, Math.max(leastMs, wantedMs)));
  if (call.deadlineMs === undefined) return { isRefused: false, limitMs };
  const remainingMs = Math.floor(call.deadlineMs - marginMs - nowMs);
  if (remainingMs < Math.min(leastMs, maxTimeoutMs)) return { isRefused: true, remainingMs };
  return { isRefused: false, limitMs: Math.min(limitMs, remainingMs) };
}

/** The limit that was declared for a call, before anything is computed. */
function declaredFor({ tenant, operation }: TimedCall, { tenantTimeoutsMs, operationTimeoutsMs, timeoutMs }: ResolvedTimeoutOptions): number {
  const ofTenant = tenant === undefined ? undefined : tenantTimeoutsMs.get(tenant);
  return ofTenant ?? (operation === undefined ? undefined : operationTimeoutsMs.get(operation)) ?? timeoutMs;
}

function factorOf(call: TimedCall, { calculator }: ResolvedTimeoutOptions, { load }: AskedCode): number {
  if (calculator === 'adaptive') return adaptiveFactor(call);
  if (calculator === 'priority') return PRIORITY_FACTORS[knownPriority(call)];
  if (calculator === 'load') return loadFactor(load() ?? {});
  return 1;
}

function adaptiveFactor({ method, queryParameters = 0, bodyBytes = 0 }: TimedCall): number {
  const ofMethod = METHOD_FACTORS.get(method?.toUpperCase() ?? '') ?? 1;
  const ofQuery = queryParameters > MANY_QUERY_PARAMETERS ? QUERY_FACTOR : 1;
  return ofMethod * ofQuery * (bodyBytes > LARGE_BODY_BYTES ? BODY_FACTOR : 1);
}

/** Never above 1: work that may take longer under load keeps the overload up. */
function loadFactor(load: TimeoutLoad): number {
  const weights = LOAD_SIGNALS.map(({ signal, above, weight }) => ((load[signal] ?? 0) > above ? weight : 0));
  return 1 / Math.min(LONGEST_SHRINK, weights.reduce<number>((sum, weight) => sum + weight, 1));
}

/** The priority of a call; callers without a compiler may pass anything. */
export function knownPriority({ priority }: CallContext): Priority {
  return priority !== undefined && Object.hasOwn(PRIORITIES, priority) ? priority : 'normal';
}
