/** How many slots there are now, and since when there are no more. */
export interface AdaptiveLimit {
  readonly limit: number;
  /** When it was last lowered, in epoch milliseconds; -Infinity if it never was. */
  readonly loweredAtMs: number;
}

/** The bounds of an adaptive limit. */
export interface AdaptiveBounds {
  readonly minConcurrent: number;
  readonly maxConcurrent: number;
  readonly latencyThresholdMs: number;
}

/** A call that came to an end. */
export interface AdaptiveSample {
  readonly durationMs: number;
  readonly failed: boolean;
  /** Slots in use while it ended, its own included. */
  readonly active: number;
  readonly nowMs: number;
}

const DECREASE = 0.9;

/** Shortest time between two decreases. */
const DECREASE_PERIOD_MS = 1000;

/**
 * The limit after a call: additive increase, multiplicative decrease. A call that failed or took longer than the threshold
 * lowers it by a tenth; any other one raises it by one, but only while at least half of the slots are in use, or it would creep
 * up without anybody needing it.
 *
 * One cause lowers it once: what was on its way at the last decrease tells of the time before it, and failures that come in a
 * bunch are one. So there is at most one decrease in a second, and slow calls lower it at most once per threshold.
 */
export function adaptedLimit(before: AdaptiveLimit, sample: AdaptiveSample, bounds: AdaptiveBounds): AdaptiveLimit {
  const { durationMs, failed, active, nowMs } = sample;
  if (!failed && durationMs <= bounds.latencyThresholdMs) return raised(before, active, bounds);
  const isFresh = nowMs - durationMs >= before.loweredAtMs && nowMs - before.loweredAtMs >= DECREASE_PERIOD_MS;
  const limit = clamp(Math.floor(before.limit * DECREASE), bounds);
  return !isFresh || limit === before.limit ? before : { limit, loweredAtMs: nowMs };
}

function raised(before: AdaptiveLimit, active: number, bounds: AdaptiveBounds): AdaptiveLimit {
  if (2 * active < before.limit) return before;
  const limit = clamp(before.limit + 1, bounds);
  return limit === before.limit ? before : { ...before, limit };
}

function clamp(limit: number, { minConcurrent, maxConcurrent }: AdaptiveBounds): number {
  return Math.min(Math.max(limit, minConcurrent), maxConcurrent);
}
