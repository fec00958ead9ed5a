import type { Marks, Returned } from './rule.ts';

/** For how long all tokens of a lease can be spent, whatever its term: time for the answer to arrive. */
export const LEASE_HOLD_MS = 50;

/** The part of a lease's term for which, on average, its tokens can be spent; the reserve that the burst keeps for them. */
export function leaseReserveMs(termMs: number): number {
  return termMs <= LEASE_HOLD_MS ? termMs : LEASE_HOLD_MS + (termMs - LEASE_HOLD_MS) / 2;
}

/** Tokens that can go back, and the part of the key that they were taken from: they mean nothing to the others. */
export interface Unspent extends Returned {
  readonly part: number;
}

/** What was granted. */
export interface Grant {
  readonly tokens: number;
  /** When it was asked for: all of its times count from then, by the clock of this environment. */
  readonly askedAtMs: number;
  readonly termMs: number;
  readonly shards: number;
  /** The part of the key that gave the tokens. */
  readonly part: number;
  /** What is kept of every bucket for tokens in hand: what passes within it does not go back. */
  readonly reserveMs: number;
  /** What was stored right after. */
  readonly marks: Marks;
}

/**
 * Tokens in hand. They expire one by one, evenly over the term, so that on average they last for half of it: tokens in hand
 * count against the burst, and this is what lets half of the term do where all of it would be needed if they expired
 * together. Token i of k (from 0) can be spent until `hold + i * (term - hold) / k`.
 */
export class Lease {
  readonly #grant: Grant;
  #spent = 0;
  /** Tokens that are spent or have expired: the next one to be spent. */
  #next = 0;

  constructor(grant: Grant) {
    this.#grant = grant;
  }

  /** Tokens that can be spent at an instant. */
  available(nowMs: number): number {
    const { tokens, askedAtMs, termMs } = this.#grant;
    const ageMs = nowMs - askedAtMs;
    if (ageMs <= LEASE_HOLD_MS && ageMs <= termMs) return tokens - this.#next;
    if (ageMs >= termMs) return 0;
    const expired = Math.ceil(((ageMs - LEASE_HOLD_MS) * tokens) / (termMs - LEASE_HOLD_MS));
    return Math.max(0, tokens - Math.max(expired, this.#next));
  }

  /** Spends tokens that are available. */
  spend(tokens: number, nowMs: number): void {
    this.#next = this.#grant.tokens - this.available(nowMs) + tokens;
    this.#spent += tokens;
  }

  /** Spends tokens for calls that have waited for this grant: they were admitted when it was asked for. */
  spendAtOnce(tokens: number): void {
    this.#next += tokens;
    this.#spent += tokens;
  }

  /** Takes back tokens of a call that shall not count; they expire as if they had never been spent. */
  takeBack(tokens: number): void {
    this.#spent -= tokens;
    this.#next -= tokens;
  }

  /** What can go back to the store; undefined if everything was spent. */
  get unspent(): Unspent | undefined {
    const { tokens, shards, part, marks, reserveMs } = this.#grant;
    return this.#spent < tokens ? { tokens: tokens - this.#spent, shards, part, marks, reserveMs } : undefined;
  }
}
