import type { Marks, Returned, Rule, RuleStep } from './rule.ts';
import { applyStep, MARK } from './state.ts';
import type { KeyChange } from './store.ts';
import { creditName, stepOfBucket, tatName } from './token-bucket.ts';
import { stepOfWindow, windowNames } from './window.ts';

/** The marks of a key after a change. */
export function changed(marks: Marks, change: KeyChange, nowMs: number): Marks {
  if (change.type === 'block') {
    const unblocked = without(marks, [MARK.blockedUntilMs]);
    return change.untilMs === 0 ? unblocked : { ...unblocked, [MARK.blockedUntilMs]: change.untilMs };
  }
  if (change.type === 'reset') return without(marks, change.rules.flatMap(ruleNames));
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
