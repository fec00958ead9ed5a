/** A peak EWMA of the latency of an endpoint: a higher sample counts at once, lower ones as time passes. */
export interface PeakEwma {
  readonly valueMs: number;
  readonly atMs: number;
}

/** Time in which a latency is forgotten to 1/e (Finagle's peak EWMA). */
const DECAY_MS = 10_000;

/** Answers that are faster than this are equally fast. */
const SHORTEST_MS = 1;

/** What an endpoint costs of which nobody knows anything, where nobody knows anything of the others either. */
const UNKNOWN_MS = 1;

/** The average with one more sample. */
export function withSample(ewma: PeakEwma | undefined, sampleMs: number, nowMs: number): PeakEwma {
  const sample = Math.max(SHORTEST_MS, sampleMs);
  if (ewma === undefined || sample >= ewma.valueMs) return { valueMs: sample, atMs: nowMs };
  const kept = decay(ewma, nowMs);
  return { valueMs: ewma.valueMs * kept + sample * (1 - kept), atMs: nowMs };
}

/**
 * The average when all that is known of a call is that it took at least so long, which is news only above what is expected now: a
 * failure may be quick without being a reason to come back.
 *
 * @param bestMs See `bestMs`.
 */
export function withLowerBound(ewma: PeakEwma | undefined, leastMs: number, bestMs: number, nowMs: number): PeakEwma | undefined {
  return ewma !== undefined && leastMs > towards(bestMs, ewma, nowMs) ? { valueMs: leastMs, atMs: nowMs } : ewma;
}

/** The best of all averages; Infinity as long as there are none. */
export function bestMs(ewmas: readonly (PeakEwma | undefined)[]): number {
  return ewmas.reduce((least, ewma) => Math.min(least, ewma?.valueMs ?? Infinity), Infinity);
}

/**
 * What each endpoint is expected to take, in milliseconds. Without samples an average falls towards the best of all, so that a slow
 * endpoint is tried again, and not below it, so that it does not attract all calls when it is. One without any counts as the mean.
 */
export function expectedMs(ewmas: readonly (PeakEwma | undefined)[], nowMs: number): number[] {
  const best = bestMs(ewmas);
  const now = ewmas.map((ewma) => (ewma === undefined ? undefined : towards(best, ewma, nowMs)));
  const known = now.filter((value) => value !== undefined);
  const mean = known.length === 0 ? UNKNOWN_MS : known.reduce((sum, value) => sum + value, 0) / known.length;
  return now.map((value) => value ?? mean);
}

function towards(best: number, ewma: PeakEwma, nowMs: number): number {
  return best + (ewma.valueMs - best) * decay(ewma, nowMs);
}

function decay({ atMs }: PeakEwma, nowMs: number): number {
  return Math.exp(-Math.max(0, nowMs - atMs) / DECAY_MS);
}
