import type { Credit, Demand, Marks, Rule, RuleStep } from './rule.ts';
import { scaledDown, scaledUp } from './whole-numbers.ts';

/**
 * The generic cell rate algorithm (ITU-T I.371; as a limiter: Brandur Leach, "Rate Limiting, Cells, and GCRA", 2015). One
 * number per key, the theoretical arrival time: up to when the tokens given out so far have been paid for by time. All times
 * here are whole microseconds of the epoch, so that limits far above one token per millisecond stay exact.
 */

const US_PER_MS = 1000;

/** What has gone back is counted up to here and then from 0 again: 142 years of a bucket's time. */
const CREDIT_RANGE_US = 2 ** 52;

/** The name under which a token bucket is stored. */
export function tatName({ periodMs }: Pick<Rule, 'periodMs'>): string {
  return `t${periodMs}`;
}

/** The name under which is stored how much of a token bucket's time has gone back; absent while nothing has. */
export function creditName({ periodMs }: Pick<Rule, 'periodMs'>): string {
  return `r${periodMs}`;
}

/**
 * From this price on a token costs whole microseconds, so that as many are there one by one as there are at once; it makes the
 * limit at most a thousandth smaller. Cheaper tokens share what rounding costs by those that are taken together.
 */
const WHOLE_PRICE_US = 1000;

function capacityUs({ capacity, limit, periodMs }: Rule): number {
  const price = Math.ceil((periodMs * US_PER_MS) / limit);
  return price >= WHOLE_PRICE_US ? capacity * price : scaledUp(capacity, periodMs * US_PER_MS, limit);
}

/**
 * What tokens cost, in microseconds: their part of the whole bucket, so that a full bucket gives exactly its capacity.
 * Rounded up, so that rounding never admits more.
 */
function costUs(rule: Rule, tokens: number, shards: number): number {
  return scaledUp(tokens * shards, capacityUs(rule), rule.capacity);
}

function latestUs(rule: Rule, nowUs: number): number {
  return Math.min(nowUs + capacityUs(rule), Number.MAX_SAFE_INTEGER);
}

interface Worth {
  /** In microseconds. */
  readonly worth: number;
  /** Whether it depends on what has gone back before. */
  readonly hinges: boolean;
}

/**
 * What giving tokens back is worth. Every token owns an interval of the bucket's time. The part of it that has passed has
 * refilled the bucket already, or would have made it overflow, so only the part that is still to come goes back. Whatever
 * else has gone back since may have come from before the interval and moved it forward by as much; therefore the bucket
 * stores how much has gone back altogether:
 *
 *     A, B and C of 5 ms each are out, ends 5, 10 and 15; A goes back at 0: B and C now own [0, 5] and [5, 10]
 *     at 5 B is worth nothing, for its time has passed, and C is worth 5
 *
 * What passes within the reserve has been counted on by those who took tokens from beyond it. So a return never mints.
 */
function worthOf(rule: Rule, marks: Marks, { reserveMs, returned }: Demand, nowUs: number): Worth {
  const [tat, credit] = [tatName(rule), creditName(rule)];
  let worth = 0;
  let hinges = false;
  for (const { tokens, shards, marks: taken, reserveMs: othersReserveMs = 0 } of returned) {
    const since = (marks[credit] ?? 0) - (taken[credit] ?? 0);
    const movedUs = (since < 0 ? since + CREDIT_RANGE_US : since) + worth;
    const countedOnUs = Math.ceil(Math.max(reserveMs, othersReserveMs) * US_PER_MS);
    const leftUs = (taken[tat] ?? 0) - countedOnUs - nowUs;
    hinges ||= leftUs > 0;
    worth += Math.max(0, Math.min(leftUs - movedUs, scaledDown(tokens * shards, capacityUs(rule), rule.capacity)));
  }
  return { worth, hinges };
}

/** The step that takes the tokens; undefined if they are not there. */
export function stepOfBucket(rule: Rule, marks: Marks, demand: Demand): RuleStep | undefined {
  const { tokens, shards, nowMs, reserveMs, marginMs } = demand;
  const tat = tatName(rule);
  const nowUs = Math.floor(nowMs * US_PER_MS);
  const earliest = nowUs + Math.ceil(reserveMs * US_PER_MS);
  const latest = latestUs(rule, nowUs);
  const cost = costUs(rule, tokens, shards);
  const known = marks[tat];
  if (known === undefined || known < earliest) {
    const at = Math.max(earliest + cost, Math.min(earliest + Math.ceil(marginMs * US_PER_MS) + cost, latest));
    return at <= latest ? { kind: 'start', tat, at, below: earliest } : undefined;
  }
  const { worth, hinges } = worthOf(rule, marks, demand, nowUs);
  const used = Math.min(worth, known - earliest);
  const by = cost - used;
  // Nothing is always there, also for a clock that lags behind: a mere return is never refused.
  if (tokens > 0 && known + by > latest) return undefined;
  const highest = tokens > 0 ? Math.min(latest - by, Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
  const step = { kind: 'advance', tat, by, from: earliest + used, to: used < worth ? known : highest } as const;
  return hinges ? { ...step, credit: creditOf(rule, marks, used) } : step;
}

function creditOf(rule: Rule, marks: Marks, used: number): Credit {
  const name = creditName(rule);
  const from = marks[name];
  return { name, from, to: used === 0 ? from : ((from ?? 0) + used) % CREDIT_RANGE_US };
}

/** Tokens that are there now. */
export function tokensInBucket(rule: Rule, marks: Marks, demand: Demand): number {
  const { nowMs, shards, reserveMs } = demand;
  const nowUs = Math.floor(nowMs * US_PER_MS);
  const earliest = nowUs + Math.ceil(reserveMs * US_PER_MS);
  const used = Math.max(earliest, (marks[tatName(rule)] ?? 0) - worthOf(rule, marks, demand, nowUs).worth);
  const free = latestUs(rule, nowUs) - used;
  return free < 0 ? 0 : scaledDown(free, rule.capacity, capacityUs(rule) * shards);
}

/** The first instant at which the tokens can be there: exact, for without returns by others the time stored only grows. */
export function bucketReadyAtMs(rule: Rule, marks: Marks, demand: Demand): number {
  const spare = capacityUs(rule) - costUs(rule, demand.tokens, demand.shards);
  if (spare < Math.ceil(demand.reserveMs * US_PER_MS)) return Infinity;
  const due = (marks[tatName(rule)] ?? 0) - spare;
  return Math.ceil(dueAfterReturns(rule, marks, demand, due) / US_PER_MS);
}

/**
 * The first instant, in microseconds, that lies no further before `due` than what goes back then is worth. While tokens in
 * hand lose their worth nothing is gained by waiting, so it is searched for: worth and time together never fall.
 */
function dueAfterReturns(rule: Rule, marks: Marks, demand: Demand, due: number): number {
  let low = due - worthOf(rule, marks, demand, -Number.MAX_SAFE_INTEGER).worth;
  let high = due;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (middle + worthOf(rule, marks, demand, middle).worth >= due) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How full of tokens taken the bucket is, in milliseconds of refilling: 0 is untouched. */
export function bucketBacklogMs(rule: Rule, marks: Marks, nowMs: number): number {
  return Math.max(0, (marks[tatName(rule)] ?? 0) / US_PER_MS - nowMs);
}

/** Marks in which no bucket is used further than that the tokens of a demand are there. */
export function atMostFor(rules: readonly Rule[], marks: Marks, { tokens, shards, nowMs }: Demand): Marks {
  const after: Record<string, number> = { ...marks };
  for (const rule of rules) {
    const tat = tatName(rule);
    const known = rule.strategy === 'token-bucket' ? marks[tat] : undefined;
    const highest = latestUs(rule, Math.floor(nowMs * US_PER_MS)) - costUs(rule, tokens, shards);
    if (known !== undefined) after[tat] = Math.min(known, highest);
  }
  return after;
}

/** Marks in which every bucket that was in use at an instant is as full of tokens taken as then. */
export function aged(marks: Marks, rules: readonly Rule[], seenAtMs: number, byMs: number): Marks {
  const after: Record<string, number> = { ...marks };
  for (const rule of rules) {
    const tat = tatName(rule);
    const known = rule.strategy === 'token-bucket' ? marks[tat] : undefined;
    if (known !== undefined && known > seenAtMs * US_PER_MS) after[tat] = known + Math.floor(byMs * US_PER_MS);
  }
  return after;
}
