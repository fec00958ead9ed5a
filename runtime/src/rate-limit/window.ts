import type { Demand, Marks, Returned, Rule, RuleStep, WindowNames } from './rule.ts';
import { scaledDown, scaledUp } from './whole-numbers.ts';

/**
 * Windows aligned to the epoch. A fixed window counts for itself; a sliding one adds the share of the window before that
 * still lies within the last period, rounded down, as Cloudflare described it ("How we built rate limiting capable of
 * scaling to millions of domains", 2017).
 */

/** The names under which a rule of windows is stored. */
export function windowNames({ periodMs }: Pick<Rule, 'periodMs'>): WindowNames {
  return { window: `w${periodMs}`, count: `c${periodMs}`, previous: `p${periodMs}` };
}

interface View {
  readonly names: WindowNames;
  /** Index of the window that it is now. */
  readonly window: number;
  /** For how long, from a whole period down, the window before still counts; 0 if it never does. */
  readonly leftMs: number;
  /** Tokens taken in this window, and in the one before as far as it counts at all. */
  readonly count: number;
  readonly previous: number;
  /** Index of the stored window. */
  readonly stored: number | undefined;
}

function view(rule: Rule, marks: Marks, nowMs: number): View {
  const names = windowNames(rule);
  const window = Math.floor(nowMs / rule.periodMs);
  const leftMs = rule.strategy === 'sliding-window' ? (window + 1) * rule.periodMs - Math.floor(nowMs) : 0;
  const stored = marks[names.window];
  const count = marks[names.count] ?? 0;
  if (stored === window) return { names, window, leftMs, count, previous: marks[names.previous] ?? 0, stored };
  return { names, window, leftMs, count: 0, previous: stored === window - 1 ? count : 0, stored };
}

/** What still counts of the window before. */
function carried({ periodMs }: Rule, { previous, leftMs }: View): number {
  return scaledDown(previous, leftMs, periodMs);
}

/** Tokens that go back: only those of this very window. */
function returnedTokens({ names, window, stored }: View, returned: readonly Returned[]): number {
  if (stored !== window) return 0;
  return returned.reduce((sum, { tokens, shards, marks }) => sum + (marks[names.window] === window ? tokens * shards : 0), 0);
}

/** The step that takes the tokens; undefined if they are not there, or if the clock lags behind the window stored. */
export function stepOfWindow(rule: Rule, marks: Marks, demand: Demand): RuleStep | undefined {
  const seen = view(rule, marks, demand.nowMs);
  const { names, window, leftMs, previous, stored } = seen;
  if (stored === window) return countStep(rule, seen, demand);
  const units = demand.tokens * demand.shards;
  if (units > rule.limit || (stored !== undefined && stored > window)) return undefined;
  if (stored === window - 1 && leftMs > 0) {
    const most = Math.min(scaledUp(rule.limit - units + 1, rule.periodMs, leftMs) - 1, Number.MAX_SAFE_INTEGER);
    return previous <= most ? { kind: 'roll', names, count: units, window, most } : undefined;
  }
  return { kind: 'open', names, count: units, window, before: leftMs > 0 ? window - 1 : window };
}

function countStep(rule: Rule, seen: View, { tokens, shards, returned }: Demand): RuleStep | undefined {
  const { names, window, count, previous } = seen;
  const back = returnedTokens(seen, returned);
  const add = tokens * shards - Math.min(count, back);
  // Nothing is always there: a mere return is never refused.
  const highest = tokens > 0 ? rule.limit - add - carried(rule, seen) : Number.MAX_SAFE_INTEGER;
  if (count > highest) return undefined;
  // Where more goes back than is counted, how much depends on the count itself.
  const [least, most] = count < back ? [count, count] : [back, highest];
  return { kind: 'count', names, add, window, least, most, mostPrevious: previous };
}

/** Tokens that are there now. */
export function tokensInWindow(rule: Rule, marks: Marks, demand: Demand): number {
  const seen = view(rule, marks, demand.nowMs);
  if (seen.stored !== undefined && seen.stored > seen.window) return 0;
  const free = rule.limit - carried(rule, seen) - Math.max(0, seen.count - returnedTokens(seen, demand.returned));
  return Math.max(0, Math.floor(free / demand.shards));
}

/** The first instant at which the tokens can be there; one that has passed if they are there now. */
export function windowReadyAtMs(rule: Rule, marks: Marks, demand: Demand): number {
  const units = demand.tokens * demand.shards;
  if (units > rule.limit) return Infinity;
  // A clock that lags behind the window stored gets nothing until it has caught up.
  const stored = marks[windowNames(rule).window] ?? 0;
  const seen = view(rule, marks, Math.max(demand.nowMs, stored * rule.periodMs));
  const room = rule.limit - units - Math.max(0, seen.count - returnedTokens(seen, demand.returned));
  if (room >= 0) return fadedAtMs(rule, seen.window, seen.previous, room);
  // In the next window these tokens count as taken in the window before, where nothing goes back.
  return fadedAtMs(rule, seen.window + 1, seen.count, rule.limit - units);
}

/** The instant in a window from which no more than `room` of the window before counts. */
function fadedAtMs({ periodMs, strategy }: Rule, window: number, previous: number, room: number): number {
  const startMs = window * periodMs;
  if (strategy === 'fixed-window' || previous <= room) return startMs;
  return startMs + periodMs - scaledUp(room + 1, periodMs, previous) + 1;
}

/** When the window that it is now ends. */
export function windowEndsAtMs({ periodMs }: Pick<Rule, 'periodMs'>, nowMs: number): number {
  return (Math.floor(nowMs / periodMs) + 1) * periodMs;
}
