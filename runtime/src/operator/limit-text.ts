import { keyText, partsText } from './limit-key.ts';
import type { LimitDetails, LimitReport, RuleReport } from './limit-report.ts';
import { aboutText, durationText, headedColumns, instant, labelledLines, NOTHING, printable } from './text.ts';

const LABELS = ['limit', 'key', 'parts', 'blocked until (UTC)', 'taken'];

/** Keys as a table for people. */
export function listText(keys: readonly LimitReport[]): string {
  if (keys.length === 0) return 'no keys: a key has an item once tokens of it have been taken\n';
  return headedColumns(LABELS, keys.map((key) => [...cells(key), key.rules.map((rule) => ruleText(rule)).join('; ') || NOTHING]));
}

/** One key with all that is known of it, for people. */
export function detailsText(key: LimitDetails): string {
  const { rules, leasedUntilMs, splitSinceMs, grants, taken } = key;
  return labelledLines(LABELS, [...cells(key), `${taken} so far, in ${grants} grants`], [
    ...rules.map((rule) => [kindText(rule), useText(rule)]),
    ['in hand until (UTC)', instant(leasedUntilMs)],
    ['split since (UTC)', instant(splitSinceMs)],
  ]);
}

/** A rule that something is stored for, and how much of it is used. */
export function ruleText(rule: RuleReport): string {
  return `${kindText(rule)}: ${useText(rule)}`;
}

/** What kind of rule it is. */
export function kindText({ counts, periodMs }: Pick<RuleReport, 'counts' | 'periodMs'>): string {
  return `${counts === 'token-bucket' ? 'bucket' : 'window'} of ${durationText(periodMs)}`;
}

/** A key as people read it, in a line of its own. */
export function printableKey(key: string): string {
  return printable(keyText(key));
}

function useText(rule: RuleReport): string {
  if (rule.counts === 'token-bucket') return rule.refilledInMs === 0 ? 'nothing taken' : `refilled in ${aboutText(rule.refilledInMs)}`;
  const now = rule.taken === 0 ? 'nothing taken' : `${rule.taken} taken`;
  return rule.takenBefore === 0 ? now : `${now}, ${rule.takenBefore} in the one before`;
}

function cells({ name, parts, key, shards, blockedUntilMs, blockedShards }: LimitReport): string[] {
  const some = blockedShards > 0 && blockedShards < shards ? ` (${blockedShards} of ${shards} parts)` : '';
  return [name ?? NOTHING, printable(partsText(parts, key)) || NOTHING, String(shards), instant(blockedUntilMs) + some];
}
