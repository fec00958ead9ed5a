import { changed } from '../../../runtime/src/rate-limit/change.ts';
import { NO_MARKS, type Marks, type Returned, type Rule } from '../../../runtime/src/rate-limit/rule.ts';
import { take } from '../../../runtime/src/rate-limit/state.ts';
import { command, START_MS, unspent, type Step } from './takes.ts';

/** A grant, and what became of its tokens: those that did not go back count as spent. */
export interface Granted {
  readonly takenAtMs: number;
  readonly spentAtMs: number;
  spent: number;
  held: number;
  readonly marks: Marks;
}

/** Runs steps on one key. Leases are taken from beyond the reserve, all others from now. */
export function runSteps(rules: readonly Rule[], steps: readonly Step[], reserveMs = 0): readonly Granted[] {
  const grants: Granted[] = [];
  let marks = NO_MARKS;
  let nowMs = START_MS;
  for (const step of steps) {
    nowMs += step.afterMs;
    const returned = giveBack(grants, step, reserveMs);
    if (step.refunds) for (const each of returned) marks = changed(marks, { type: 'refund', rules, returned: each }, nowMs);
    const ahead = step.held ? { reserveMs, returned: step.refunds ? [] : returned } : { returned: step.refunds ? [] : returned };
    const decision = take(command(rules, step.tokens, { nowMs, ...ahead }), marks);
    marks = decision.marks;
    if (decision.outcome !== 'granted') continue;
    const spentAtMs = nowMs + (step.held ? Math.floor(step.delay * reserveMs) : 0);
    grants.push({ takenAtMs: nowMs, spentAtMs, spent: step.tokens, held: step.held ? step.tokens : 0, marks });
  }
  return grants;
}

/** Tokens that are given back are not spent any more, whether the store had any use for them or not. */
function giveBack(grants: readonly Granted[], { returns }: Step, reserveMs: number): Returned[] {
  const out = grants.filter(({ held }) => held > 0);
  return returns.flatMap(({ pick, share }) => {
    const grant = out[pick % out.length];
    if (grant === undefined) return [];
    const tokens = Math.ceil(grant.held * share);
    grant.held -= tokens;
    grant.spent -= tokens;
    return [unspent(tokens, grant.marks, reserveMs)];
  });
}
