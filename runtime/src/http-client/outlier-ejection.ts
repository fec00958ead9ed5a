import { uniform, type Random } from '../core/random.ts';

/** What calls have come to at one endpoint, in some time. */
export interface OutcomeCounts {
  readonly requests: number;
  readonly failures: number;
}

// As Envoy has them by default (outlier_detection.proto).
const MINIMUM_HOSTS = 5;
const MINIMUM_REQUESTS = 100;
const DEVIATIONS = 1.9;
const LONGEST_EJECTION_MS = 300_000;

/**
 * Least distance of an outlier to the mean: where all the others never fail, their deviation is nothing, and a single failure
 * would make an outlier.
 */
const LEAST_DISTANCE = 0.05;

/** Part of the time by which ejections of several environments are spread. */
const JITTER = 0.2;

/** Whether one more endpoint may be left out: at most the share of all, and at least one, unless the share is 0. */
export function mayEject(ejectedNow: number, endpoints: number, maxEjectedShare: number): boolean {
  return maxEjectedShare > 0 && ejectedNow < Math.max(1, Math.floor(maxEjectedShare * endpoints));
}

/** How long an endpoint is left out, in milliseconds: longer each time, up to 5 minutes, and a little less by chance. */
export function ejectionMs(durationMs: number, timesEjected: number, random: Random): number {
  const longestMs = Math.max(durationMs, LONGEST_EJECTION_MS);
  return Math.min(longestMs, durationMs * timesEjected) * uniform(random, 1 - JITTER, 1);
}

/**
 * The endpoints whose calls succeed much less often than those of the others. Only those with enough requests take part, and only
 * where there are enough of them; undefined as long as there are not.
 */
export function outliersOf<Counts extends OutcomeCounts>(all: readonly Counts[]): Counts[] | undefined {
  const judged = all.filter(({ requests }) => requests >= MINIMUM_REQUESTS);
  if (judged.length < MINIMUM_HOSTS) return undefined;
  const mean = judged.reduce((sum, each) => sum + successRate(each), 0) / judged.length;
  const variance = judged.reduce((sum, each) => sum + (successRate(each) - mean) ** 2, 0) / judged.length;
  const lowest = mean - Math.max(LEAST_DISTANCE, DEVIATIONS * Math.sqrt(variance));
  return judged.filter((each) => successRate(each) < lowest);
}

function successRate({ requests, failures }: OutcomeCounts): number {
  return (requests - failures) / requests;
}
