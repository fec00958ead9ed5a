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
 * What each endpoint is expected to take, in milliseconds. Without samples an average falls towards the best of all, so that a slow
 * endpoint is tried again, and not below it, so that it does not attract all calls when it is. One without any counts as the mean.
 */
export function expectedMs(ewmas: readonly (PeakEwma | undefined)[], nowMs: number): number[] {
  const known = ewmas.filter((ewma) => ewma !== undefined);
  const best = known.reduce((least, { valueMs }) => Math.min(least, valueMs), Infinity);
  const now = ewmas.map((ewma) => (ewma === undefined ? undefined : best + (ewma.valueMs - best) * decay(ewma, nowMs)));
  const mean = known.length === 0 ? UNKNOWN_MS : now.reduce<number>((sum, value) => sum + (value ?? 0), 0) / known.length;
  return now.map((value) => value ?? mean);
}

function decay({ atMs }: PeakEwma, nowMs: number): number {
  return Math.exp(-Math.max(0, nowMs - atMs) / DECAY_MS);
}
