import { uniform, type Random } from '../core/random.ts';

/** The options that an open period depends on. */
export interface OpenPeriodOptions {
  readonly openDurationMs: number;
  readonly openDurationGrowth: number;
  readonly maxOpenDurationMs: number;
}

/** Share of the open period that is added at random, so that circuits opened together do not probe together. */
const OPEN_JITTER = 0.1;

/** Environments that may call freely as soon as the circuit has closed; a larger fleet starts with the share they are of it. */
const UNRAMPED_ENVIRONMENTS = 10;
const LEAST_SHARE = 0.1;

/**
 * Length of an open period: it grows with every probe that fails, up to a cap.
 *
 * @param opens Times the circuit has opened already without closing in between.
 */
export function openPeriodMs(options: OpenPeriodOptions, opens: number, random: Random): number {
  const { openDurationMs, openDurationGrowth, maxOpenDurationMs } = options;
  // A cap below the first period would shorten it.
  const cap = Math.max(openDurationMs, maxOpenDurationMs);
  const periodMs = Math.min(cap, openDurationMs * openDurationGrowth ** opens);
  return periodMs * uniform(random, 1, 1 + OPEN_JITTER);
}

/**
 * Share of the calls that is admitted after the circuit has closed: it rises in a straight line, so that a dependency that
 * has just come back does not meet a whole fleet at once. The idea is Envoy's slow start.
 *
 * @param sinceMs Milliseconds since the circuit closed.
 */
export function admittedShare(sinceMs: number, active: number, rampDurationMs: number): number {
  // The instant of the close may be ahead of the own clock.
  if (Math.max(0, sinceMs) >= rampDurationMs || active <= UNRAMPED_ENVIRONMENTS) return 1;
  return Math.max(LEAST_SHARE, UNRAMPED_ENVIRONMENTS / active, sinceMs / rampDurationMs);
}
