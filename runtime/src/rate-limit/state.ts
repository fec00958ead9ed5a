import { NO_MARKS, type Demand, type Marks, type Rule, type RuleStep } from './rule.ts';
import { bucketReadyAtMs, stepOfBucket, tokensInBucket } from './token-bucket.ts';
import { stepOfWindow, tokensInWindow, windowReadyAtMs } from './window.ts';

/** How a key is split: `shards` 1 is a key that is not. */
export interface Split {
  readonly shards: number;
  /** When it was split first, in epoch milliseconds: what is left of an earlier split is told apart by it. */
  readonly bornAtMs: number;
}

/** A key that is whole. */
export const WHOLE: Split = Object.freeze({ shards: 1, bornAtMs: 0 });

/** What the store is asked for. */
export interface TakeCommand extends Omit<Demand, 'shards'> {
  /** Every limit of the key: all give the tokens or none does. */
  readonly rules: readonly Rule[];
  /** How the caller believes the key to be split. */
  readonly split: Split;
  /** The reserve that everybody keeps to while tokens of the key are in somebody's hands. Default 0: nobody takes any ahead. */
  readonly heldReserveMs?: number | undefined;
  /** For how long the tokens may be kept in hand; 0, the default, means that they are spent at once. */
  readonly termMs?: number | undefined;
}

/** What became of a command. */
export type TakeOutcome =
  | 'granted'
  /** A limit is reached, or the key is blocked. */
  | 'refused'
  /** The key is split otherwise than the caller believes. */
  | 'moved';

/** A decision, and what is stored after it. */
export interface TakeDecision {
  readonly outcome: TakeOutcome;
  readonly marks: Marks;
}

/** Names of what is stored besides the rules. */
export const MARK = Object.freeze({
  /** Until when nobody gets a token, in epoch milliseconds. */
  blockedUntilMs: 'blockedUntilMs',
  /** Until when tokens may be in somebody's hands: as long everybody keeps to the reserve. */
  leasedUntilMs: 'leasedUntilMs',
  shards: 'shards',
  bornAtMs: 'bornAtMs',
  /** Grants so far, and the tokens in them: how busy the key is, and how busy the fleet. */
  grants: 'grants',
  taken: 'taken',
});

/** What begins the name of a mark as it was when its part was last split: what the other half starts from. */
export const SEED_PREFIX = 'seed_';

/** The split that the marks tell of. */
export function splitOf(marks: Marks): Split {
  const shards = marks[MARK.shards];
  return shards === undefined ? WHOLE : { shards, bornAtMs: marks[MARK.bornAtMs] ?? 0 };
}

/** Whether two splits are the same. */
export function sameSplit(one: Split, other: Split): boolean {
  return one.shards === other.shards && one.bornAtMs === other.bornAtMs;
}

/** Whether a key has tokens in somebody's hands. */
export function isLeased(marks: Marks, nowMs: number): boolean {
  return (marks[MARK.leasedUntilMs] ?? 0) > nowMs;
}

/**
 * What a command asks of a rule. While tokens are in somebody's hands, those that are spent at once are taken from beyond the
 * reserve as well: it holds what may still be spent of tokens whose time has passed already.
 */
export function demandOf({ split, heldReserveMs = 0, ...command }: TakeCommand, marks: Marks): Demand {
  const reserveMs = isLeased(marks, command.nowMs) ? Math.max(command.reserveMs, heldReserveMs) : command.reserveMs;
  return { ...command, reserveMs, shards: split.shards };
}

/** The steps of all rules; undefined if one of them refuses. */
export function stepsOf(command: TakeCommand, marks: Marks): RuleStep[] | undefined {
  if ((marks[MARK.blockedUntilMs] ?? 0) > command.nowMs) return undefined;
  const demand = demandOf(command, marks);
  const steps: RuleStep[] = [];
  for (const rule of command.rules) {
    const step = rule.strategy === 'token-bucket' ? stepOfBucket(rule, marks, demand) : stepOfWindow(rule, marks, demand);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps;
}

/** Decides a command on what is stored. */
export function take(command: TakeCommand, marks: Marks): TakeDecision {
  if (!sameSplit(command.split, splitOf(marks))) return { outcome: 'moved', marks };
  const steps = stepsOf(command, marks);
  if (steps === undefined) return { outcome: 'refused', marks };
  const after: Record<string, number> = { ...marks };
  for (const step of steps) applyStep(after, step);
  if ((command.termMs ?? 0) > 0) after[MARK.leasedUntilMs] = command.nowMs + (command.termMs ?? 0);
  after[MARK.grants] = (marks[MARK.grants] ?? 0) + 1;
  after[MARK.taken] = (marks[MARK.taken] ?? 0) + command.tokens;
  return { outcome: 'granted', marks: after };
}

/** Makes the change of a step. */
export function applyStep(marks: Record<string, number>, step: RuleStep): void {
  if (step.kind === 'advance') {
    marks[step.tat] = (marks[step.tat] ?? 0) + step.by;
    if (step.credit?.to !== undefined) marks[step.credit.name] = step.credit.to;
    return;
  }
  if (step.kind === 'start') {
    marks[step.tat] = step.at;
    return;
  }
  const { window, count, previous } = step.names;
  if (step.kind === 'count') {
    marks[count] = (marks[count] ?? 0) + step.add;
    return;
  }
  marks[previous] = step.kind === 'roll' ? (marks[count] ?? 0) : 0;
  marks[count] = step.count;
  marks[window] = step.window;
}

/** Tokens that every rule of the key has now. */
export function tokensThere(command: TakeCommand, marks: Marks): number {
  if ((marks[MARK.blockedUntilMs] ?? 0) > command.nowMs) return 0;
  const demand = demandOf(command, marks);
  return Math.min(...command.rules.map((rule) => (isBucket(rule) ? tokensInBucket : tokensInWindow)(rule, marks, demand)));
}

/**
 * The first instant at which the tokens can be there, in epoch milliseconds; infinite if they never can. Proven by what is
 * stored: without tokens given back by others no token can exist earlier, so until then a refusal needs no store.
 */
export function readyAtMs(command: TakeCommand, marks: Marks): number {
  const beyond = rulesReadyAtMs(command, marks, demandOf(command, marks));
  // More than is ever beyond the reserve is there only once nothing is in anybody's hands.
  const leasedUntilMs = marks[MARK.leasedUntilMs] ?? 0;
  const ready = beyond < Infinity ? beyond : Math.max(leasedUntilMs, rulesReadyAtMs(command, marks, demandOf(command, NO_MARKS)));
  return Math.max(marks[MARK.blockedUntilMs] ?? 0, ready);
}

function rulesReadyAtMs({ rules }: TakeCommand, marks: Marks, demand: Demand): number {
  return Math.max(...rules.map((rule) => (isBucket(rule) ? bucketReadyAtMs : windowReadyAtMs)(rule, marks, demand)));
}

function isBucket({ strategy }: Rule): boolean {
  return strategy === 'token-bucket';
}

/** The marks of a part after it has been split in two. What it was at that instant is kept for the other half. */
export function grown(marks: Marks, to: Split): Marks {
  return { ...unseeded(marks), ...seeds(marks), [MARK.shards]: to.shards, [MARK.bornAtMs]: to.bornAtMs };
}

/** The marks of a new part, made of what its other half was when the two were split. */
export function sown(parent: Marks): Marks {
  const own = Object.entries(parent).filter(([name]) => name.startsWith(SEED_PREFIX));
  const inherited = Object.fromEntries(own.map(([name, value]) => [name.slice(SEED_PREFIX.length), value]));
  const { shards, bornAtMs } = splitOf(parent);
  return { ...inherited, [MARK.shards]: shards, [MARK.bornAtMs]: bornAtMs };
}

/** The names of the rules' marks and of the block: what is inherited. */
export function inheritedNames(marks: Marks): string[] {
  return Object.keys(marks).filter((name) => /^[trwcp]\d+$/.test(name) || name === MARK.blockedUntilMs || name === MARK.leasedUntilMs);
}

function seeds(marks: Marks): Marks {
  return Object.fromEntries(inheritedNames(marks).map((name) => [SEED_PREFIX + name, marks[name] ?? 0]));
}

function unseeded(marks: Marks): Marks {
  return Object.fromEntries(Object.entries(marks).filter(([name]) => !name.startsWith(SEED_PREFIX)));
}
