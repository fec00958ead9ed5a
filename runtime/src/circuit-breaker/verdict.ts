import { callsWithin, distinctWithin, fleetSize, type Counters, type FleetSize } from './evidence.ts';

/** The options that a verdict depends on. */
export interface VerdictOptions {
  readonly failureRateThreshold: number;
  readonly minimumCalls: number;
}

/** Look-backs at which the fleet's failure rate is judged: an outage shows in the short ones, a brown-out in the long ones. */
const LOOK_BACKS_MS = [250, 500, 1000, 2000, 10_000] as const;

const MINIMUM_FAILURES = 5;

/**
 * Chance that is accepted of taking a fleet at seven tenths of the threshold for one above it, per look: the bound of
 * Chernoff on the tail of a binomial distribution. The fewer the calls, the clearer they have to speak.
 */
const FALSE_ALARM = 1e-4;
const HARMLESS_SHARE = 0.7;

/** Below this many environments a quorum is few heads, and the fleet's rate has to agree at least in part. */
const SMALL_FLEET = 30;
const AGREEING_SHARE = 0.75;

/** Environments that may write at once while they fail; in larger fleets a share of them speaks for all. */
const SPEAKERS = 150;

/** Whether the dependency is failing for the fleet, and not only for a few of its environments. */
export function isFailingForFleet(counters: Counters, nowMs: number, sinceMs: number, options: VerdictOptions): boolean {
  const size = fleetSize(counters, nowMs);
  const scene = { counters, nowMs, sinceMs, size };
  const votes = distinctWithin(counters, 'v', nowMs, sinceMs);
  if (votes >= quorum(size.active, options.failureRateThreshold) && agrees(scene, options)) return true;
  const suspects = distinctWithin(counters, 'd', nowMs, sinceMs);
  if (suspects < Math.min(2, size.active)) return false;
  return failureShares(scene).some((look) => isClear(look, options));
}

/** What the opening of a circuit rests on. */
export interface OpeningEvidence {
  /** Failed calls; a slow one counts as the part of a failure that its weight says. */
  readonly failures: number;
  /** Their share of the calls, 0 to 1. */
  readonly failureRate: number;
}

/**
 * What the fleet's failures look like to somebody who is told that the circuit opened: in the longest look-back in which their
 * share reaches the threshold, or else in the one where it is highest. Over all of the last ten seconds an outage that was
 * found at once would look like nothing.
 */
export function fleetEvidence(counters: Counters, nowMs: number, sinceMs: number, failureRateThreshold: number): OpeningEvidence {
  const looks = LOOK_BACKS_MS.map((lookBackMs): OpeningEvidence => {
    const { calls, failures } = callsWithin(counters, lookBackMs, nowMs, sinceMs);
    return evidenceOf(calls, failures);
  });
  const highest = Math.max(...looks.map(({ failureRate }) => failureRate));
  const reached = Math.min(failureRateThreshold, highest);
  return looks.findLast(({ failureRate }) => failureRate >= reached) ?? evidenceOf(0, 0);
}

/** Failures, and their share of the calls. */
export function evidenceOf(calls: number, failures: number): OpeningEvidence {
  // A slow call may weigh more than a failure.
  return { failures, failureRate: calls === 0 ? 0 : Math.min(1, failures / calls) };
}

/** Whether the fleet's rate does not speak against a vote: in a small fleet a quorum may come about by chance. */
function agrees(scene: Scene, { failureRateThreshold }: VerdictOptions): boolean {
  const { active, callsPerMs } = scene.size;
  if (active === 1 || active >= SMALL_FLEET || callsPerMs === undefined) return true;
  return failureShares(scene).some(({ share }) => share >= failureRateThreshold * AGREEING_SHARE);
}

/** Environments that have to vote: the threshold share of those that may, and never a single one of several. */
export function quorum(active: number, failureRateThreshold: number): number {
  return Math.max(Math.min(2, active), Math.ceil(failureRateThreshold * active * speakingShare(active)));
}

/** Share of the environments that report failures at once. The item can take about 1,000 writes a second in all. */
export function speakingShare(active: number): number {
  return Math.min(1, SPEAKERS / active);
}

/** Share of failed calls in the last ten seconds, over all calls that the fleet should have made. */
export function longFailureShare(counters: Counters, nowMs: number, sinceMs: number): number {
  return failureShare({ counters, nowMs, sinceMs, size: fleetSize(counters, nowMs) }, 10_000).share;
}

/** Share of failed calls in the last two seconds. */
export function shortFailureShare(counters: Counters, nowMs: number, sinceMs: number): number {
  return failureShare({ counters, nowMs, sinceMs, size: fleetSize(counters, nowMs) }, 2000).share;
}

interface Look {
  readonly calls: number;
  readonly failures: number;
  readonly share: number;
}

/** What a look is taken at. */
interface Scene {
  readonly counters: Counters;
  readonly nowMs: number;
  readonly sinceMs: number;
  readonly size: FleetSize;
}

function failureShares(scene: Scene): Look[] {
  return LOOK_BACKS_MS.map((lookBackMs) => failureShare(scene, lookBackMs));
}

/**
 * Failures over the calls that should have been made: those reported, or what the fleet's rate of calls makes us expect,
 * whichever are more. Without that, three bad environments of fifty look like a total outage, for they report first. While
 * the rate is not known, nothing can be said.
 */
function failureShare({ counters, nowMs, sinceMs, size }: Scene, lookBackMs: number): Look {
  const { calls, failures, coveredMs } = callsWithin(counters, lookBackMs, nowMs, sinceMs);
  if (size.callsPerMs === undefined) return { calls, failures, share: 0 };
  const expected = size.callsPerMs * coveredMs * speakingShare(size.active);
  const counted = Math.max(calls, expected);
  return { calls: counted, failures, share: counted === 0 ? 0 : failures / counted };
}

function isClear({ calls, failures, share }: Look, { failureRateThreshold, minimumCalls }: VerdictOptions): boolean {
  if (calls < minimumCalls || failures < MINIMUM_FAILURES || share < failureRateThreshold) return false;
  return calls * divergence(share, failureRateThreshold * HARMLESS_SHARE) >= -Math.log(FALSE_ALARM);
}

/** Kullback-Leibler divergence of two coins. */
function divergence(p: number, q: number): number {
  const heads = p * Math.log(p / q);
  return p >= 1 ? heads : heads + (1 - p) * Math.log((1 - p) / (1 - q));
}
