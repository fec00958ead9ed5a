import { bucketBacklogMs, MARK, splitOf, windowNames, type Marks, type Rule } from '../rate-limit/index.ts';
import { nameOfKey, type LimitKeyName } from './limit-key.ts';
import { effectiveParts, storedRules } from './limit-parts.ts';

/** How much of one limit of a key is used. */
export type RuleReport =
  /** Until all tokens are back; 0 if none is taken. */
  | { readonly counts: 'token-bucket'; readonly periodMs: number; readonly refilledInMs: number }
  /** Tokens taken in the window that it is now, and in the one before. */
  | { readonly counts: 'window'; readonly periodMs: number; readonly taken: number; readonly takenBefore: number };

/** A key as `list` shows it. What is not known is null, so that JSON has every field. */
export interface LimitReport extends LimitKeyName {
  /** The text of the key; its SHA-256 where keys are hashed. */
  readonly key: string;
  /** Parts into which it is split. */
  readonly shards: number;
  /** Until when it gets no tokens; null if it is not blocked. */
  readonly blockedUntilMs: number | null;
  /** Parts that are blocked. */
  readonly blockedShards: number;
  readonly rules: readonly RuleReport[];
}

/** A key as `show` shows it. */
export interface LimitDetails extends LimitReport {
  /** When it was split first; null if it is whole. */
  readonly splitSinceMs: number | null;
  /** Until when environments may have tokens in hand; null if none has. */
  readonly leasedUntilMs: number | null;
  /** Grants since there is an item, and the tokens in them; some may have been given back. */
  readonly grants: number;
  readonly taken: number;
  /** What is stored, by part. */
  readonly stored: readonly Marks[];
}

/**
 * What `list` shows of a key.
 *
 * @param stored What is stored by part, the key itself first.
 */
export function reportOf(key: string, stored: readonly Marks[], nowMs: number): LimitReport {
  const parts = effectiveParts(stored);
  const blocks = instantsAhead(parts, MARK.blockedUntilMs, nowMs);
  return {
    ...nameOfKey(key),
    key,
    shards: parts.length,
    blockedUntilMs: blocks.length === 0 ? null : Math.max(...blocks),
    blockedShards: blocks.length,
    rules: storedRules(Object.assign({}, ...parts) as Marks).map((rule) => ruleReport(rule, parts, nowMs)),
  };
}

/** What `show` shows of a key. */
export function detailsOf(key: string, stored: readonly Marks[], nowMs: number): LimitDetails {
  const parts = effectiveParts(stored);
  const leases = instantsAhead(parts, MARK.leasedUntilMs, nowMs);
  const { shards, bornAtMs } = splitOf(parts[0] ?? {});
  return {
    ...reportOf(key, stored, nowMs),
    splitSinceMs: shards === 1 ? null : bornAtMs,
    leasedUntilMs: leases.length === 0 ? null : Math.max(...leases),
    grants: sumOf(parts, MARK.grants),
    taken: sumOf(parts, MARK.taken),
    stored,
  };
}

function ruleReport(rule: Rule, parts: readonly Marks[], nowMs: number): RuleReport {
  const { strategy, periodMs } = rule;
  if (strategy === 'token-bucket') {
    return { counts: strategy, periodMs, refilledInMs: Math.ceil(Math.max(...parts.map((marks) => bucketBacklogMs(rule, marks, nowMs)))) };
  }
  const counted = parts.map((marks) => takenIn(periodMs, marks, nowMs));
  // A token costs a part as many times what it costs the whole as there are parts.
  const whole = (index: 0 | 1) => Math.ceil(counted.reduce((sum, each) => sum + each[index], 0) / parts.length);
  return { counts: 'window', periodMs, taken: whole(0), takenBefore: whole(1) };
}

/** What a part has counted in the window that it is now, and in the one before. */
function takenIn(periodMs: number, marks: Marks, nowMs: number): readonly [number, number] {
  const names = windowNames({ periodMs });
  const stored = marks[names.window] ?? 0;
  const ago = Math.floor(nowMs / periodMs) - stored;
  const count = marks[names.count] ?? 0;
  // A clock that lags behind the window stored sees it all the same.
  if (ago <= 0) return [count, marks[names.previous] ?? 0];
  return [0, ago === 1 ? count : 0];
}

function instantsAhead(parts: readonly Marks[], name: string, nowMs: number): number[] {
  return parts.map((marks) => marks[name] ?? 0).filter((untilMs) => untilMs > nowMs);
}

function sumOf(parts: readonly Marks[], name: string): number {
  return parts.reduce((sum, marks) => sum + (marks[name] ?? 0), 0);
}
