import { LEASE_HOLD_MS, leaseReserveMs } from './lease.ts';
import { NO_MARKS, type Marks, type Rule } from './rule.ts';
import { isLeased } from './state.ts';
import { bucketBacklogMs } from './token-bucket.ts';
import { windowEndsAtMs } from './window.ts';

/** How many tokens to ask for, and for how long. */
export interface LeasePlan {
  readonly tokens: number;
  /** For how long the tokens can be spent; 0: by the calls that wait alone. */
  readonly termMs: number;
  readonly reserveMs: number;
  readonly marginMs: number;
  /** How much later than it is asked for the lease begins: it is meant for calls to come. */
  readonly aheadMs: number;
}

/** What leases of a key have in common. */
export interface LeaseTerms {
  /** Longest term; 0 where no lease is possible. */
  readonly termMs: number;
  /** What is kept of every bucket for tokens in hand. */
  readonly reserveMs: number;
}

/** What is known when a lease is planned. */
export interface LeaseSituation {
  readonly nowMs: number;
  /** The key as last seen, and as it probably is by now. */
  readonly marks: Marks;
  readonly shards: number;
  /** Tokens that calls are waiting for; none if it is asked ahead. */
  readonly waiting: number;
  /** Tokens per millisecond that this environment wants, and for how long it has. */
  readonly ratePerMs: number;
  readonly lastsMs: number;
  /** Most tokens to ask for, as earlier answers suggest. */
  readonly size: number;
  /** Whether this environment has held leases of late. */
  readonly leasing: boolean;
}

/** A term may be this many times what it takes to fill the bucket: with half of it in reserve, 0.4 of the burst is left. */
const TERM_PER_CAPACITY = 1.15;

/**
 * How much of what is wanted in a term is asked for: some more where there is enough, because demand varies and what expires
 * is missed by nobody; less where others want the same tokens, and what expires is lost to them.
 */
const ASKED_SHARE = { alone: 1.15, contended: 0.6 };
/** A bucket is contended that is used up to this share. */
const CONTENDED_FROM = 0.9;

/** Fewer tokens are not worth a lease. */
const SMALLEST_LEASE = 4;

/** A reserve is set aside only where it leaves this many tokens ... */
const LEFT_BESIDE_RESERVE = 16;
/** ... by demand that has lasted ... */
export const LASTING_MS = 200;
/** ... and that uses no more of the bucket than this. */
const FULL_ENOUGH = 0.25;

/** How much more than the reserve is set aside at once, as a share of what fills the bucket. */
const MARGIN = 0.04;

/** A lease that is asked for ahead begins when the next call is expected, at most this much later. */
export const LONGEST_AHEAD_MS = 100;

/** Largest part of what is left that one environment takes ahead at once. */
const LARGEST_PART = 0.5;

/** What leases of a key have in common: the same for every environment, because all keep to one reserve. */
export function leaseTerms(rules: readonly Rule[], longestMs: number): LeaseTerms {
  const buckets = rules.filter(isBucket);
  const termMs = Math.min(longestMs, ...buckets.map((rule) => TERM_PER_CAPACITY * capacityMs(rule)));
  if (termMs <= LEASE_HOLD_MS) return { termMs: 0, reserveMs: 0 };
  return { termMs, reserveMs: buckets.length === 0 ? 0 : leaseReserveMs(termMs) };
}

/**
 * Plans what to ask the store for: the tokens of the calls that wait, and where it pays and hurts nobody, those of the demand
 * to come. Tokens in hand count against the burst, so a lease takes its tokens from beyond a reserve. While the bucket is
 * used that far anyway, the reserve costs nothing; setting it aside takes from the burst, which is done only for demand that
 * has lasted without emptying the bucket: a burst out of idleness finds all of it.
 */
export function planLease(rules: readonly Rule[], terms: LeaseTerms, situation: LeaseSituation): LeasePlan {
  const { nowMs, marks, waiting, ratePerMs, size, shards } = situation;
  const alone = { tokens: waiting, termMs: 0, reserveMs: 0, marginMs: 0, aheadMs: 0 };
  const termMs = Math.min(terms.termMs, ...rules.map((rule) => (isBucket(rule) ? Infinity : windowEndsAtMs(rule, nowMs) - nowMs)));
  const wanted = ratePerMs * termMs;
  if (termMs <= LEASE_HOLD_MS || wanted < SMALLEST_LEASE) return alone;
  const buckets = rules.filter(isBucket);
  const contended = buckets.some((rule) => bucketBacklogMs(rule, marks, nowMs) > CONTENDED_FROM * capacityMs(rule));
  const share = contended ? ASKED_SHARE.contended : ASKED_SHARE.alone;
  // What is left of a contended bucket is known to nobody: there the answers to earlier requests are all there is to go by.
  const left = Math.min(...rules.map((rule) => leftTokens(rule, terms, contended ? { ...situation, marks: NO_MARKS } : situation)));
  const tokens = Math.floor(Math.min(Math.max(share * wanted, waiting), (LARGEST_PART * left) / shards, size));
  if (tokens <= waiting || !buckets.every((rule) => mayReserve(rule, terms, situation))) return alone;
  const marginMs = buckets.length === 0 ? 0 : MARGIN * Math.min(...buckets.map(capacityMs));
  const aheadMs = waiting > 0 || !contended ? 0 : Math.min(1 / ratePerMs, LONGEST_AHEAD_MS);
  return { tokens, termMs, reserveMs: terms.reserveMs + aheadMs, marginMs, aheadMs };
}

/** Tokens of a rule that can be taken ahead, as far as is known; of windows their limit. */
function leftTokens(rule: Rule, { reserveMs }: LeaseTerms, { marks, nowMs }: LeaseSituation): number {
  if (!isBucket(rule)) return rule.limit;
  const usedMs = Math.max(reserveMs, bucketBacklogMs(rule, marks, nowMs));
  return ((capacityMs(rule) - usedMs) * rule.limit) / rule.periodMs;
}

function mayReserve(rule: Rule, { reserveMs }: LeaseTerms, { marks, nowMs, lastsMs, leasing }: LeaseSituation): boolean {
  const backlogMs = bucketBacklogMs(rule, marks, nowMs);
  if (backlogMs >= reserveMs || isLeased(marks, nowMs)) return true;
  const fullMs = capacityMs(rule);
  if (((fullMs - reserveMs) * rule.limit) / rule.periodMs < LEFT_BESIDE_RESERVE) return false;
  return lastsMs >= LASTING_MS && (leasing || backlogMs <= FULL_ENOUGH * fullMs);
}

function isBucket({ strategy }: Rule): boolean {
  return strategy === 'token-bucket';
}

function capacityMs({ capacity, periodMs, limit }: Rule): number {
  return (capacity * periodMs) / limit;
}
