import { uniform, type Random } from '../core/random.ts';

/** How the wait grows from attempt to attempt; `custom`, in code only, asks `backoff`. */
export type BackoffStrategy = 'exponential' | 'linear' | 'fixed' | 'custom';

/** How waits are spread, so that callers do not come back together. */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'ratio' | 'none';

/** The options that say how long to wait. */
export interface BackoffOptions {
  readonly strategy: BackoffStrategy;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly multiplier: number;
  readonly jitter: Jitter;
  readonly jitterRatio: number;
}

/** What an attempt is known by when the wait after it is worked out. */
export interface FailedAttempt {
  /** Number of the attempt that failed; the first is 1. */
  readonly attempt: number;
  /** The wait before it, in milliseconds; 0 for the first. */
  readonly lastDelayMs: number;
  /** What `backoff` says, for the strategy `custom`; what is no time is as if the strategy were exponential. */
  readonly customMs?: number | undefined;
}

/**
 * The wait after an attempt that failed, in whole milliseconds: never negative, never above `maxDelayMs`, whatever the strategy,
 * the jitter and the number of the attempt.
 *
 * Full and equal jitter: AWS Architecture Blog, "Exponential Backoff And Jitter". Decorrelated: from the same place,
 * `U(initial, 3 * last)`; it grows by itself, so that `strategy` says nothing then.
 */
export function delayAfter(failed: FailedAttempt, options: BackoffOptions, random: Random): number {
  const { maxDelayMs } = options;
  // The ceiling comes before the jitter, because what grows may be infinite, and after it, because what is spread may be above.
  const baseMs = Math.min(maxDelayMs, growth(failed, options));
  return Math.max(0, Math.min(maxDelayMs, Math.floor(spread(baseMs, failed, options, random))));
}

function growth({ attempt, customMs }: FailedAttempt, { strategy, initialDelayMs, multiplier }: BackoffOptions): number {
  if (strategy === 'fixed') return initialDelayMs;
  if (strategy === 'linear') return initialDelayMs * attempt;
  if (strategy === 'custom' && isTime(customMs)) return customMs;
  // Nothing times infinity is not a number.
  return initialDelayMs === 0 ? 0 : initialDelayMs * multiplier ** (attempt - 1);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function spread(baseMs: number, { lastDelayMs }: FailedAttempt, options: BackoffOptions, random: Random): number {
  const { jitter, jitterRatio, initialDelayMs } = options;
  switch (jitter) {
    case 'none':
      return baseMs;
    case 'full':
      return uniform(random, 0, baseMs);
    case 'equal':
      return uniform(random, baseMs / 2, baseMs);
    case 'ratio':
      return uniform(random, baseMs * (1 - jitterRatio), baseMs * (1 + jitterRatio));
    case 'decorrelated':
      return uniform(random, initialDelayMs, Math.max(initialDelayMs, 3 * Math.max(lastDelayMs, initialDelayMs)));
  }
}

/** By how much a wait that a server asks for is made longer at most, so that those it has sent away do not come back together. */
const HINT_SPREAD = 0.1;

/**
 * The wait after an attempt whose answer said how long to stay away: at least so long, and a little more.
 *
 * @param delayMs What back-off says.
 * @param hintMs What the server asks for.
 * @param jitter With `none` it is waited no longer than asked.
 */
export function delayFor(delayMs: number, hintMs: number, jitter: Jitter, random: Random): number {
  const spreadMs = jitter === 'none' ? hintMs : Math.ceil(uniform(random, hintMs, hintMs * (1 + HINT_SPREAD)));
  return Math.max(delayMs, spreadMs);
}
