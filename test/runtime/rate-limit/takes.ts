import * as fc from 'fast-check';
import type { Marks, RateLimitStrategy, Returned, Rule } from '../../../runtime/src/rate-limit/rule.ts';
import { WHOLE, type Split, type TakeCommand } from '../../../runtime/src/rate-limit/state.ts';

/** First instant of every run: the begin of a window for every period that divides a day. */
export const START_MS = 1_767_225_600_000;

/** A rule of a token bucket. */
export function bucket(limit: number, periodMs: number, capacity = limit): Rule {
  return { strategy: 'token-bucket', limit, periodMs, capacity };
}

/** A rule of windows. */
export function windows(strategy: Exclude<RateLimitStrategy, 'token-bucket'>, limit: number, periodMs: number): Rule {
  return { strategy, limit, periodMs, capacity: limit };
}

/** What may be set of a command. */
export interface CommandParts {
  readonly nowMs?: number;
  readonly split?: Split;
  readonly reserveMs?: number;
  readonly marginMs?: number;
  readonly returned?: readonly Returned[];
}

/** A command to take tokens; at the start, of a whole key, unless told otherwise. */
export function command(rules: Rule | readonly Rule[], tokens: number, parts: CommandParts = {}): TakeCommand {
  return {
    rules: Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule],
    tokens,
    nowMs: START_MS,
    split: WHOLE,
    reserveMs: 0,
    marginMs: 0,
    returned: [],
    ...parts,
  };
}

/** Tokens of a grant that go back. */
export function unspent(tokens: number, marks: Marks, reserveMs?: number): Returned {
  return { tokens, shards: 1, marks, ...(reserveMs !== undefined && { reserveMs }) };
}

/** One step of a run; what it is about is chosen when it is its turn. */
export interface Step {
  readonly afterMs: number;
  readonly tokens: number;
  /** Whether the tokens are spent at once, or held as a lease that may go back. */
  readonly held: boolean;
  /** How many of the leases that are out go back with this take, and which; a share of their tokens. */
  readonly returns: readonly { readonly pick: number; readonly share: number }[];
  /** By a refund, rather than with the take. */
  readonly refunds: boolean;
  /** When the tokens are spent, as a share of the reserve. */
  readonly delay: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(6) }, fc.nat(60)),
  tokens: fc.oneof({ weight: 2, arbitrary: fc.nat(4) }, fc.nat(20)),
  held: fc.boolean(),
  returns: fc.array(fc.record({ pick: fc.nat(20), share: fc.constantFrom(1, 1, 0.5, 0.3) }), { maxLength: 3 }),
  refunds: fc.boolean(),
  delay: fc.constantFrom(1, 1, 0.5, 0),
});

/** Runs of up to `length` steps. */
export function runsOf(length: number): fc.Arbitrary<Step[]> {
  return fc.array(STEP, { minLength: 2, maxLength: length, size: 'max' });
}

/** Token buckets of few tokens and short periods, and those of which a token is worth less than a microsecond. */
export const BUCKETS: fc.Arbitrary<Rule> = fc
  .oneof(
    { weight: 3, arbitrary: fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 })) },
    fc.tuple(fc.integer({ min: 300, max: 5000 }), fc.integer({ min: 1, max: 3 })),
  )
  .chain(([limit, periodMs]) => fc.integer({ min: 1, max: 25 }).map((capacity) => bucket(limit, periodMs, capacity)));

/** Windows of few tokens and short periods. */
export function windowRules(strategy: Exclude<RateLimitStrategy, 'token-bucket'>): fc.Arbitrary<Rule> {
  return fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }))
    .map(([limit, periodMs]) => windows(strategy, limit, periodMs));
}
