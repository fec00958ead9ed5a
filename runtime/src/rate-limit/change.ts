import type { Marks, Returned, Rule, RuleStep } from './rule.ts';
import { applyStep, MARK, SEED_PREFIX } from './state.ts';
import type { KeyChange } from './store.ts';
import { creditName, stepOfBucket, tatName } from './token-bucket.ts';
import { stepOfWindow, windowNames } from './window.ts';

/** The names under which a block is stored: of the part itself, and of a part that will yet be made of it. */
export const BLOCK_NAMES: readonly string[] = [MARK.blockedUntilMs, SEED_PREFIX + MARK.blockedUntilMs];

/** The names that a reset removes: those of the rules, also for parts that will yet be made. */
export function resetNames(rules: readonly Rule[]): string[] {
  return rules.flatMap(ruleNames).flatMap((name) => [name, SEED_PREFIX + name]);
}

/** The marks of a key after a change. */
export function changed(marks: Marks, change: KeyChange, nowMs: number): Marks {
  if (change.type === 'block') {
    const unblocked = without(marks, BLOCK_NAMES);
    if (change.untilMs === 0) return unblocked;
    return { ...unblocked, ...Object.fromEntries(BLOCK_NAMES.map((name) => [name, change.untilMs])) };
  }
  if (change.type === 'reset') return without(marks, resetNames(change.rules));
  const after: Record<string, number> = { ...marks };
  for (const step of refundSteps(change.rules, change.returned, marks, nowMs)) applyStep(after, step);
  return after;
}

/** The names under which a rule is stored. */
export function ruleNames(rule: Rule): string[] {
  if (rule.strategy === 'token-bucket') return [tatName(rule), creditName(rule)];
  const { window, count, previous } = windowNames(rule);
  return [window, count, previous];
}

/** What a refund changes: only rules whose time has not passed. */
export function refundSteps(rules: readonly Rule[], returned: Returned, marks: Marks, nowMs: number): RuleStep[] {
  const demand = { tokens: 0, shards: returned.shards, nowMs, reserveMs: 0, marginMs: 0, returned: [returned] };
  const steps = rules.map((rule) => (rule.strategy === 'token-bucket' ? stepOfBucket : stepOfWindow)(rule, marks, demand));
  return steps.filter((step): step is RuleStep => (step?.kind === 'advance' && step.by < 0) || (step?.kind === 'count' && step.add < 0));
}

function without(marks: Marks, names: readonly string[]): Marks {
  return Object.fromEntries(Object.entries(marks).filter(([name]) => !names.includes(name)));
}
