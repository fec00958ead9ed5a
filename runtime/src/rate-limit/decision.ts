import type { LimitStatus } from './errors.ts';
import type { Marks, Rule } from './rule.ts';
import { tokensThere } from './state.ts';
import { bucketBacklogMs } from './token-bucket.ts';
import { windowEndsAtMs } from './window.ts';

/** What a limiter says to a call. */
export interface LimitDecision {
  readonly admitted: boolean;
  /** How the key stands to the limit that is nearest to being reached, as far as this environment knows. */
  readonly status: LimitStatus;
  /** The same for every limit of the key, the shortest period first. */
  readonly policies: readonly LimitStatus[];
  /** Milliseconds until the tokens can be there; undefined if the call was admitted, or if they never can be. */
  readonly retryAfterMs: number | undefined;
}

/** What a decision was made from. */
export interface KnownLimits {
  readonly rules: readonly Rule[];
  readonly marks: Marks;
  readonly shards: number;
  readonly nowMs: number;
  /** Tokens that this environment has in hand. */
  readonly inHand: number;
}

const UNLIMITED: LimitStatus = Object.freeze({ limit: Infinity, periodMs: 0, remaining: Infinity, resetAtMs: 0 });

/** A decision whose figures are worked out only where somebody looks at them. */
export class KnownDecision implements LimitDecision {
  readonly admitted: boolean;
  readonly retryAfterMs: number | undefined;
  readonly #known: KnownLimits;
  #policies: readonly LimitStatus[] | undefined;

  constructor(admitted: boolean, retryAfterMs: number | undefined, known: KnownLimits) {
    this.admitted = admitted;
    this.retryAfterMs = retryAfterMs;
    this.#known = known;
  }

  get status(): LimitStatus {
    return this.policies.reduce((nearest, each) => (each.remaining < nearest.remaining ? each : nearest), UNLIMITED);
  }

  get policies(): readonly LimitStatus[] {
    this.#policies ??= policiesOf(this.#known, this.admitted);
    return this.#policies;
  }

  /** The same key, but the call is let pass. */
  letPass(): KnownDecision {
    return new KnownDecision(true, undefined, this.#known);
  }
}

function policiesOf(known: KnownLimits, admitted: boolean): readonly LimitStatus[] {
  const policies = known.rules.map((rule) => statusOf(rule, known));
  if (admitted || policies.length === 0) return policies;
  // Whatever else is there, of the limit that refused there is not enough.
  const least = Math.min(...policies.map(({ remaining }) => remaining));
  const refusing = policies.findIndex(({ remaining }) => remaining === least);
  return policies.map((policy, index) => (index === refusing ? { ...policy, remaining: 0 } : policy));
}

function statusOf(rule: Rule, { marks, shards, nowMs, inHand }: KnownLimits): LimitStatus {
  const command = { rules: [rule], tokens: 0, nowMs, split: { shards, bornAtMs: 0 }, reserveMs: 0, marginMs: 0, returned: [] };
  // Each part holds its share of what is left.
  const there = tokensThere(command, marks) * shards + inHand;
  return {
    limit: rule.limit,
    periodMs: rule.periodMs,
    remaining: Math.min(there, rule.capacity),
    resetAtMs: rule.strategy === 'token-bucket' ? nowMs + bucketBacklogMs(rule, marks, nowMs) : windowEndsAtMs(rule, nowMs),
  };
}
