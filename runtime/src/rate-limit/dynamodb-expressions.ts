import { CONTRACT } from '../contract/contract.ts';
import type { Item } from '../dynamodb/state-client.ts';
import { BLOCK_NAMES } from './change.ts';
import { WriteBuilder, type RateLimitWrite } from './dynamodb-write.ts';
import type { Credit, Marks, Rule, RuleStep, WindowNames } from './rule.ts';
import { inheritedNames, isLeased, MARK, SEED_PREFIX, sameSplit, splitOf, WHOLE, type Split, type TakeCommand } from './state.ts';
import { creditName } from './token-bucket.ts';

/**
 * What `state.ts` and `change.ts` decide, as DynamoDB writes. DynamoDB has no arithmetic in conditions and no maximum, so each
 * step of a rule says within which bounds it holds; a write that finds the item outside of them fails and is planned anew from
 * the item that comes back.
 *
 *     id | t… r… | w… c… p… | grants | taken | blockedUntilMs | leasedUntilMs | shards | bornAtMs | seed_… | writer | expiresAt
 *
 * `expiresAt` is garbage collection only and lies days after the instant from which the item says no more than a missing one.
 */

const TABLE = CONTRACT.tables.rateLimit;
const SECONDS_PER_DAY = 86_400;
const EXPIRES_AT = TABLE.timeToLiveAttribute;

/** Marks the item as written by one request; unique to each write. */
const WRITER = 'writer';

/** A part as it is stored. */
export interface StoredPart {
  readonly marks: Marks;
  /** Id of the last write; none if it is not one of this library's. */
  readonly writer: unknown;
}

/** The part that an item holds: every number but the time at which it may be deleted. */
export function partFromItem(item: Item | undefined): StoredPart {
  const numbers = Object.entries(item ?? {}).filter(([name, value]) => typeof value === 'number' && name !== EXPIRES_AT);
  return { marks: Object.fromEntries(numbers) as Marks, writer: item?.[WRITER] };
}

/**
 * The write that takes tokens of every rule, or of none. It is one step, so nobody can come between the look and the write:
 *
 *     environment A   sees 9 of 10 taken --- take 1, if at most 9 are taken: 10
 *     environment B   sees 9 of 10 taken ------- take 1, if at most 9 are taken: refused, sees 10
 *
 * The split says what a token costs this part, so a part that somebody has split meanwhile is not taken from:
 *
 *     environment A   sees a whole key --- split in two: this part has half of the limit
 *     environment B   sees a whole key ------ take at the price of the whole, if not split: refused, sees two parts
 *
 * And an operator's block that comes between holds:
 *
 *     operator        block until noon
 *     environment A   --- take, if not blocked: refused, sees the block
 *
 * And so does the reserve of whoever begins to keep tokens in hand:
 *
 *     environment A   take 10 for the next second, beyond the reserve: leased for a second
 *     environment B   --- take all there is at once, if nothing is leased: refused, sees the lease, keeps to the reserve
 */
export function takeWrite(command: TakeCommand, steps: readonly RuleStep[], marks: Marks, writer: string): RateLimitWrite {
  const { split, nowMs, rules, tokens, reserveMs, heldReserveMs = 0, termMs = 0 } = command;
  const write = new WriteBuilder();
  requireSplit(write, split);
  write.unlessPresent(MARK.blockedUntilMs, '<=', write.value('now', nowMs));
  if (heldReserveMs > reserveMs && !isLeased(marks, nowMs)) write.unlessPresent(MARK.leasedUntilMs, '<=', write.value('now', nowMs));
  if (termMs > 0) write.set(MARK.leasedUntilMs, nowMs + termMs);
  requireFirst(write, writer);
  steps.forEach((step, index) => renderStep(write, step, String(index)));
  write.increase(MARK.grants, 1);
  write.increase(MARK.taken, tokens);
  write.set(EXPIRES_AT, expiresAt(nowMs, untouchedAtMs(rules, nowMs)));
  return write.build();
}

/**
 * The write that gives tokens back, which somebody else may do at the same time:
 *
 *     environment A   sees 4 ms gone back so far --- give 3 back, if still 4: 7
 *     environment B   sees 4 ms gone back so far ------ give 5 back, if still 4: refused, sees 7: its own are worth less now
 *
 * A window is written to only while it is still the one in which the tokens were taken.
 */
export function refundWrite(steps: readonly RuleStep[], writer: string): RateLimitWrite {
  const write = new WriteBuilder();
  requireFirst(write, writer);
  steps.forEach((step, index) => renderStep(write, step, String(index)));
  return write.build();
}

/**
 * The write that blocks a key. A block may outlast what the item was to be kept for, or the other way round; an item is never
 * given a shorter time than it has:
 *
 *     environment A   takes of a limit per month: keep for 32 days
 *     operator        blocks for an hour --- keep for a day, if kept for less: refused --- block, and leave its time alone
 */
export function blockWrite(untilMs: number, writer: string, nowMs: number, prolongs: boolean): RateLimitWrite {
  const write = new WriteBuilder();
  for (const name of BLOCK_NAMES) write.set(name, untilMs);
  write.set(WRITER, writer);
  const until = expiresAt(nowMs, untilMs);
  if (prolongs) {
    write.unlessPresent(EXPIRES_AT, '<', write.value('until', until));
    write.set(EXPIRES_AT, until);
  } else {
    write.require(`${write.name(EXPIRES_AT)} >= ${write.value('until', until)}`);
  }
  return write.build();
}

/** The write that removes what is stored under names. It asks for the item, because it would make one without an end. */
export function removeWrite(names: readonly string[], writer: string): RateLimitWrite {
  const write = new WriteBuilder();
  write.require(`attribute_exists(${write.name(TABLE.partitionKey)})`);
  write.set(WRITER, writer);
  names.forEach((name) => write.remove(name));
  return write.build();
}

/**
 * The write that splits a part in two. What is inherited is copied as it is at the time of the write, so takes that come
 * between are in both halves and no token is there twice:
 *
 *     environment A   sees 3 taken ------------------------------- split, if whole: copies 4
 *     environment B   sees 3 taken --- take 1 --- 4
 *
 * What is not known to be there cannot be copied; so the write holds only if it is indeed not there, which for the marks of
 * the rules is known from the number of grants: each of them writes all.
 */
export function growWrite(known: Marks, to: Split, writer: string, nowMs: number): RateLimitWrite {
  const write = new WriteBuilder();
  requireSplit(write, splitOf(known));
  const inherited = inheritedNames(known);
  for (const name of inherited) {
    write.require(`attribute_exists(${write.name(name)})`);
    write.assign(SEED_PREFIX + name, write.name(name));
  }
  for (const name of uncertainNames(known)) write.require(`attribute_not_exists(${write.name(name)})`);
  for (const name of Object.keys(known)) {
    if (name.startsWith(SEED_PREFIX) && !inherited.includes(name.slice(SEED_PREFIX.length))) write.remove(name);
  }
  write.set(MARK.shards, to.shards);
  write.set(MARK.bornAtMs, to.bornAtMs);
  write.set(WRITER, writer);
  write.assign(EXPIRES_AT, `if_not_exists(${write.name(EXPIRES_AT)}, ${write.value('until', expiresAt(nowMs, nowMs))})`);
  return write.build();
}

function uncertainNames(known: Marks): string[] {
  const buckets = Object.keys(known).filter((name) => /^t\d+$/.test(name));
  const credits = buckets.map((name) => creditName({ periodMs: Number(name.slice(1)) }));
  return [MARK.blockedUntilMs, MARK.leasedUntilMs, MARK.grants, ...credits].filter((name) => known[name] === undefined);
}

/**
 * The write that makes a new part. Afterwards the item is exactly this, whatever an earlier split has left there: the write
 * holds only if the item is still the very one that was seen.
 *
 *     environment A   sees no part 1 --- make it, if there is none: done
 *     environment B   sees no part 1 ------ make it, if there is none: refused, sees A's
 */
export function sowWrite(marks: Marks, seen: StoredPart | undefined, writer: string, nowMs: number): RateLimitWrite {
  const write = new WriteBuilder();
  if (seen === undefined) write.require(`attribute_not_exists(${write.name(TABLE.partitionKey)})`);
  else if (seen.writer === undefined) write.require(`attribute_not_exists(${write.name(WRITER)})`);
  else write.require(`${write.name(WRITER)} = ${write.value('seen', seen.writer)}`);
  for (const name of Object.keys(seen?.marks ?? {})) if (marks[name] === undefined) write.remove(name);
  for (const [name, value] of Object.entries(marks)) write.set(name, value);
  write.set(WRITER, writer);
  write.set(EXPIRES_AT, expiresAt(nowMs, inheritedUntilMs(marks)));
  return write.build();
}

function requireSplit(write: WriteBuilder, split: Split): void {
  const shards = write.name(MARK.shards);
  if (sameSplit(split, WHOLE)) {
    write.require(`attribute_not_exists(${shards})`);
    return;
  }
  write.require(`${shards} = ${write.value('shards', split.shards)}`);
  write.require(`${write.name(MARK.bornAtMs)} = ${write.value('born', split.bornAtMs)}`);
}

/**
 * A repeat on a fresh connection must not take twice:
 *
 *     environment A   take ... reply lost ... take again, if not the writer: refused, sees itself: granted
 */
function requireFirst(write: WriteBuilder, writer: string): void {
  write.unlessPresent(WRITER, '<>', write.value('me', writer));
  write.assign(WRITER, write.value('me', writer));
}

function renderStep(write: WriteBuilder, step: RuleStep, index: string): void {
  if (step.kind === 'advance') renderAdvance(write, step, index);
  else if (step.kind === 'start') {
    write.unlessPresent(step.tat, '<', write.value(`below${index}`, step.below));
    write.set(step.tat, step.at);
  } else renderWindow(write, step, index);
}

/**
 * A bucket that is in use has its time advanced by what the tokens cost, from wherever within the bounds it is by then:
 *
 *     environment A   sees 20 ms used of 30 --- 5 more, if no more than 25: 25
 *     environment B   sees 20 ms used of 30 ------ 5 more, if no more than 25: 30
 *     environment C   sees 20 ms used of 30 --------- 5 more, if no more than 25: refused, sees 30
 */
function renderAdvance(write: WriteBuilder, step: Extract<RuleStep, { kind: 'advance' }>, index: string): void {
  const tat = write.name(step.tat);
  // DynamoDB refuses a range that is upside down, and what is known always lies within.
  write.require(`${tat} BETWEEN ${write.value(`from${index}`, step.from)} AND ${write.value(`to${index}`, step.to)}`);
  write.assign(step.tat, `${tat} + ${write.value(`by${index}`, step.by)}`);
  if (step.credit !== undefined) renderCredit(write, step.credit, index);
}

function renderCredit(write: WriteBuilder, { name, from, to }: Credit, index: string): void {
  const alias = write.name(name);
  write.require(from === undefined ? `attribute_not_exists(${alias})` : `${alias} = ${write.value(`credit${index}`, from)}`);
  if (to !== undefined && to !== from) write.set(name, to);
}

/**
 * A window is counted in, or made the window before by whoever comes first in the next one:
 *
 *     environment A   sees window 7 --- roll to 8, if still 7: 7's count becomes the one before
 *     environment B   sees window 7 ------ roll to 8, if still 7: refused, sees 8 --- count in 8
 */
function renderWindow(write: WriteBuilder, step: Extract<RuleStep, { names: WindowNames }>, index: string): void {
  const window = write.name(step.names.window);
  const count = write.name(step.names.count);
  if (step.kind === 'count') {
    write.require(`${window} = ${write.value(`window${index}`, step.window)}`);
    const least = write.value(`least${index}`, step.least);
    write.require(`${count} BETWEEN ${least} AND ${write.value(`most${index}`, step.most)}`);
    write.unlessPresent(step.names.previous, '<=', write.value(`previous${index}`, step.mostPrevious));
    write.assign(step.names.count, `${count} + ${write.value(`add${index}`, step.add)}`);
    return;
  }
  if (step.kind === 'roll') {
    write.require(`${window} = ${write.value(`last${index}`, step.window - 1)}`);
    write.require(`${count} <= ${write.value(`most${index}`, step.most)}`);
    // The right-hand side is the item as it was.
    write.assign(step.names.previous, count);
  } else {
    write.unlessPresent(step.names.window, '<', write.value(`before${index}`, step.before));
    write.set(step.names.previous, 0);
  }
  write.set(step.names.count, step.count);
  write.set(step.names.window, step.window);
}

/** From when on rules that tokens are taken of now say nothing more. */
function untouchedAtMs(rules: readonly Rule[], nowMs: number): number {
  const lasts = rules.map(({ strategy, limit, periodMs, capacity }) =>
    strategy === 'token-bucket' ? (periodMs * capacity) / limit : 2 * periodMs,
  );
  return nowMs + Math.max(0, ...lasts);
}

/** From when on inherited marks say nothing more; their names end in the period of their rule. */
function inheritedUntilMs(marks: Marks): number {
  const ends = Object.entries(marks).map(([name, value]) => {
    const [, kind, periodMs] = /^([tw])(\d+)$/.exec(name) ?? [];
    if (kind === 't') return value / 1000;
    if (kind === 'w') return (value + 2) * Number(periodMs);
    return name === MARK.blockedUntilMs ? value : 0;
  });
  return Math.max(0, ...ends);
}

function expiresAt(nowMs: number, usefulUntilMs: number): number {
  return Math.ceil(Math.max(nowMs, usefulUntilMs) / 1000) + TABLE.timeToLiveDays * SECONDS_PER_DAY;
}
