import { retryAfterSeconds } from '../core/errors.ts';
import { show } from '../core/option-schema.ts';
import type { LimitStatus } from './errors.ts';

/**
 * A way of telling callers how they stand. The drafts are those of draft-ietf-httpapi-ratelimit-headers, which use the same
 * fields differently; `x-ratelimit` is what most public interfaces send.
 */
export type LimitHeaderStyle = keyof typeof STYLES;

/** What answers tell about limits. */
export interface LimitHeaderOptions {
  /** Styles of the headers, at most one of the drafts; `none` for no headers but `Retry-After`. Default `draft-11` and `x-ratelimit`. */
  readonly headers?: LimitHeaderStyle | 'none' | readonly LimitHeaderStyle[] | undefined;
  /** What the names of the style `x-ratelimit` begin with. Default `X-RateLimit`. */
  readonly headerPrefix?: string | undefined;
}

/** What one limiter has said to a call. */
export interface LimitVerdict {
  /** Name of the limiter. */
  readonly name: string;
  readonly refused: boolean;
  /** Milliseconds until trying again may make sense; undefined if the call was admitted, or if waiting does not help. */
  readonly retryAfterMs: number | undefined;
  /** How the key stands to each of its limits, at least one. */
  readonly policies: readonly LimitStatus[];
}

interface Limit extends LimitStatus {
  readonly policy: string;
  readonly refused: boolean;
  /** Seconds until there is something to expect. */
  readonly seconds: number;
}

interface Telling {
  readonly limits: readonly Limit[];
  /** The limit that stands most in the way. */
  readonly nearest: Limit;
  readonly prefix: string;
}

const DEFAULT_STYLES = Object.freeze(['draft-11', 'x-ratelimit'] as const);
const DEFAULT_PREFIX = 'X-RateLimit';
const PREFIX = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/;

const STYLES = Object.freeze({
  'draft-11': ({ limits }: Telling) => ({
    'RateLimit-Policy': listOf(limits, ({ policy, limit, periodMs }) => `"${policy}";q=${limit};w=${wholeSeconds(periodMs)}`),
    RateLimit: listOf(limits, ({ policy, remaining, seconds }) => `"${policy}";r=${remaining};t=${seconds}`),
  }),
  'draft-7': ({ limits, nearest: { limit, remaining, seconds } }: Telling) => ({
    'RateLimit-Policy': policiesOf(limits),
    RateLimit: `limit=${limit}, remaining=${remaining}, reset=${seconds}`,
  }),
  'draft-6': ({ limits, nearest: { limit, remaining, seconds } }: Telling) => ({
    'RateLimit-Policy': policiesOf(limits),
    'RateLimit-Limit': `${limit}`,
    'RateLimit-Remaining': `${remaining}`,
    'RateLimit-Reset': `${seconds}`,
  }),
  'x-ratelimit': ({ nearest: { limit, remaining, resetAtMs }, prefix }: Telling) => ({
    [`${prefix}-Limit`]: `${limit}`,
    [`${prefix}-Remaining`]: `${remaining}`,
    [`${prefix}-Reset`]: `${wholeSeconds(resetAtMs)}`,
  }),
}) satisfies Readonly<Record<string, (telling: Telling) => Readonly<Record<string, string>>>>;

/**
 * The headers that tell what limiters have said to a call. Seconds are whole and rounded up; those of a limit in the way say
 * what `Retry-After` says. `x-ratelimit` gives its reset in epoch seconds, as the body of a refusal does.
 */
export function limitHeaders(
  verdicts: readonly LimitVerdict[],
  { headers = DEFAULT_STYLES, headerPrefix = DEFAULT_PREFIX }: LimitHeaderOptions,
  nowMs: number,
): Readonly<Record<string, string>> {
  const limits = verdicts.flatMap((verdict) => limitsOf(verdict, nowMs));
  const [nearest] = [...limits].sort(byNearness);
  if (nearest === undefined) return {};
  const telling = { limits, nearest, prefix: headerPrefix };
  return Object.assign({}, ...stylesOf(headers).map((style) => STYLES[style](telling))) as Record<string, string>;
}

/** Whether there is anything to tell. */
export function tellsLimits({ headers = DEFAULT_STYLES }: LimitHeaderOptions): boolean {
  return stylesOf(headers).length > 0;
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function limitHeaderProblems({ headers, headerPrefix }: Readonly<Record<keyof LimitHeaderOptions, unknown>>): string[] {
  const prefixed = headerPrefix === undefined || (typeof headerPrefix === 'string' && PREFIX.test(headerPrefix));
  return [
    ...styleProblems(headers),
    ...(prefixed ? [] : [`options.headerPrefix is ${show(headerPrefix)}: use 1 to 64 letters, digits or hyphens`]),
  ];
}

function styleProblems(headers: unknown): string[] {
  if (headers === undefined || headers === 'none') return [];
  const styles: readonly unknown[] = Array.isArray(headers) ? headers : [headers];
  const unknown = styles.filter((style) => typeof style !== 'string' || !Object.hasOwn(STYLES, style));
  if (unknown.length > 0) {
    return unknown.map((style) => `options.headers holds ${show(style)}: use ${Object.keys(STYLES).join(', ')}, or none alone`);
  }
  const drafts = styles.filter((style) => String(style).startsWith('draft-'));
  if (drafts.length < 2) return [];
  return [`options.headers holds ${drafts.join(' and ')}: keep one, because they use the same fields differently`];
}

function stylesOf(headers: LimitHeaderStyle | 'none' | readonly LimitHeaderStyle[]): readonly LimitHeaderStyle[] {
  if (headers === 'none') return [];
  return typeof headers === 'string' ? [headers] : headers;
}

function limitsOf({ name, refused, retryAfterMs, policies }: LimitVerdict, nowMs: number): Limit[] {
  return policies.map((status) => {
    const { periodMs, remaining, resetAtMs } = status;
    // Clients tell policies apart by their names.
    const policy = policies.length === 1 ? name : `${name}-${spanOf(periodMs)}`;
    const waits = refused && remaining <= 0;
    const seconds = (waits ? retryAfterSeconds(retryAfterMs) : undefined) ?? Math.max(0, wholeSeconds(resetAtMs - nowMs));
    return { ...status, remaining: Math.max(0, Math.floor(remaining)), policy, refused, seconds };
  });
}

function byNearness(one: Limit, other: Limit): number {
  return Number(other.refused) - Number(one.refused) || one.remaining - other.remaining || other.resetAtMs - one.resetAtMs;
}

function listOf(limits: readonly Limit[], item: (limit: Limit) => string): string {
  return limits.map(item).join(', ');
}

function policiesOf(limits: readonly Limit[]): string {
  return listOf(limits, ({ limit, periodMs }) => `${limit};w=${wholeSeconds(periodMs)}`);
}

function spanOf(periodMs: number): string {
  return periodMs % 1000 === 0 ? `${periodMs / 1000}s` : `${periodMs}ms`;
}

function wholeSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1000);
}
