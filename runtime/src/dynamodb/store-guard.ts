/**
 * Stops asking a failing store for a while, so that an outage of the store costs one timeout per pause and not one per
 * request. Pure: the caller keeps the state.
 */
export interface StoreGuard {
  /** Failures since the last answer. */
  readonly failures: number;
  /** Instant from which the store may be asked again. */
  readonly pausedUntilMs: number;
}

/** A store that answers. */
export const STORE_ANSWERS: StoreGuard = Object.freeze({ failures: 0, pausedUntilMs: 0 });

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Whether the store may be asked now. */
export function mayAsk(guard: StoreGuard, nowMs: number): boolean {
  return nowMs >= guard.pausedUntilMs;
}

/**
 * The guard after one more failure: 0.5 s, doubled each time, at most 30 s, of which a random half is left out so that the
 * environments of a fleet do not come back together.
 *
 * @param chance A random number in [0, 1).
 */
export function afterFailure(guard: StoreGuard, nowMs: number, chance: number): StoreGuard {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(guard.failures, 16));
  return { failures: guard.failures + 1, pausedUntilMs: nowMs + pauseMs * (0.5 + chance / 2) };
}
