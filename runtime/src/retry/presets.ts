import { CONTRACT } from '../contract/contract.ts';
import { RETRY_DEFAULTS, type DeclaredRetryOptions, type RetryOptions } from './options.ts';

const { basic: BASIC, database: DATABASE, transientErrors, slowServices } = CONTRACT.presets.retry;
const { strategy, initialDelayMs, multiplier, attemptTimeoutMs, totalTimeoutMs } = RETRY_DEFAULTS;

/** Sets of options for a kind of failure; spread one into the options. */
export const RETRY_PROFILES = Object.freeze({
  /** For failures that pass in a moment: tries often, and soon. */
  transientErrors: Object.freeze(transientErrors),
  /** For services that need time: tries seldom, and late. */
  slowServices: Object.freeze(slowServices),
}) satisfies Readonly<Record<string, DeclaredRetryOptions>>;

/** Exponential from 100 ms to 30 s, spread by a tenth; 30 s for an attempt and 5 min for all. */
export function basicRetry(name: string, maxAttempts = 3): RetryOptions {
  return { name, maxAttempts, strategy, initialDelayMs, multiplier, attemptTimeoutMs, totalTimeoutMs, ...BASIC };
}

/** The basic retry with the statuses of HTTP that pass by themselves, and those that never do. */
export function httpRetry(name: string, maxAttempts = 3): RetryOptions {
  return { ...basicRetry(name, maxAttempts), retryableStatuses: [429, 500, 502, 503, 504], nonRetryableStatuses: [400, 401, 403, 404, 422] };
}

/** The basic retry in the small steps of a database: 50 ms to 5 s, by a half each. */
export function databaseRetry(name: string, maxAttempts = 3): RetryOptions {
  return { ...basicRetry(name, maxAttempts), ...DATABASE };
}

/** The basic retry with waits of your own, see the option `backoff`. */
export function customRetry(name: string, maxAttempts: number, backoff: (attempt: number, lastDelayMs: number) => number): RetryOptions {
  return { ...basicRetry(name, maxAttempts), strategy: 'custom', backoff };
}
