import { MemoryRateLimitStore } from '../../runtime/src/rate-limit/memory-store.ts';
import { NO_MARKS, type Marks, type RuleStep } from '../../runtime/src/rate-limit/rule.ts';
import { isLeased, stepsOf, take, type Split, type TakeCommand, type TakeDecision } from '../../runtime/src/rate-limit/state.ts';
import type { KeyChange, KeyPart, StoreRequest } from '../../runtime/src/rate-limit/store.ts';

/** One request for tokens, by which the table tells a repeat of it. */
export interface TakeRequest {
  readonly at: KeyPart;
  readonly command: TakeCommand;
  /** The key as the caller saw it last. */
  readonly known: Marks;
  readonly request: StoreRequest;
}

/** A decision, and the requests of a DynamoDB store that it took. */
export interface ChargedDecision {
  readonly decision: TakeDecision;
  /** Consistent reads. */
  readonly reads: number;
  /** Conditional writes, failed ones included. */
  readonly writes: number;
}

/**
 * The in-memory store, and what a table adds to it: an item remembers who wrote it last, by which a repeat knows its own
 * write again unless another one came between; and a request that relies on an old view of an item costs more than one. Who
 * sees nothing to take reads first; who finds another item than expected learns that from a failed write and tries again.
 */
export class LimitTable {
  readonly #store = new MemoryRateLimitStore({ shared: true });
  /** What each item holds, so that a request can be held against it before it is carried out. */
  readonly #marks = new Map<string, Marks>();
  readonly #writers = new Map<string, object>();

  /** Decides a request for tokens. */
  async take(taken: TakeRequest): Promise<ChargedDecision> {
    const { at, command, known, request } = taken;
    const cost = costOf(command, known, this.#stored(at));
    const decision = await this.#store.take(at, command, known, request);
    if (decision.outcome === 'granted') this.#wrote(at, decision.marks, taken);
    return { decision, ...cost };
  }

  /** Decides the same request once more, because nobody heard of the first decision. */
  takeAgain(taken: TakeRequest): Promise<ChargedDecision> {
    const { at } = taken;
    if (this.#writers.get(itemOf(at)) !== taken) return this.take(taken);
    return Promise.resolve({ decision: { outcome: 'granted', marks: this.#stored(at) }, reads: 0, writes: 1 });
  }

  read(at: KeyPart): Promise<Marks> {
    return this.#store.read(at);
  }

  async change(at: KeyPart, change: KeyChange, request: StoreRequest): Promise<Marks> {
    return this.#wrote(at, await this.#store.change(at, change, request), change);
  }

  async grow(at: KeyPart, known: Marks, from: Split, to: Split): Promise<Marks> {
    return this.#wrote(at, await this.#store.grow(at, known, from, to), to);
  }

  async sow(at: KeyPart, marks: Marks): Promise<Marks> {
    return this.#wrote(at, await this.#store.sow(at, marks), marks);
  }

  #stored(at: KeyPart): Marks {
    return this.#marks.get(itemOf(at)) ?? NO_MARKS;
  }

  #wrote(at: KeyPart, marks: Marks, writer: object): Marks {
    const item = itemOf(at);
    if (this.#marks.get(item) === marks) return marks; // nothing was written
    this.#marks.set(item, marks);
    this.#writers.set(item, writer);
    return marks;
  }
}

/** The item of a part. */
export function itemOf({ key, part }: KeyPart): string {
  return `${key}#${part}`;
}

/** What a DynamoDB store asks its table to decide a request: at most twice, for nobody comes between here. */
function costOf(command: TakeCommand, known: Marks, stored: Marks): Omit<ChargedDecision, 'decision'> {
  const isThere = take(command, stored).outcome === 'granted';
  if (take(command, known).outcome !== 'granted') return { reads: 1, writes: isThere ? 1 : 0 };
  const keepsToReserve = (command.heldReserveMs ?? 0) <= command.reserveMs || isLeased(known, command.nowMs);
  const isFree = keepsToReserve || !isLeased(stored, command.nowMs);
  const isAsExpected = isThere && isFree && (stepsOf(command, known) ?? []).every((step) => stepHolds(step, stored));
  return { reads: 0, writes: isThere && !isAsExpected ? 2 : 1 };
}

function stepHolds(step: RuleStep, stored: Marks): boolean {
  if (step.kind === 'advance') return isBetween(stored[step.tat], step.from, step.to);
  if (step.kind === 'start') return (stored[step.tat] ?? -Infinity) < step.below;
  const { window, count, previous } = step.names;
  if (step.kind === 'open') return (stored[window] ?? -Infinity) < step.before;
  if (step.kind === 'roll') return stored[window] === step.window - 1 && (stored[count] ?? 0) <= step.most;
  return stored[window] === step.window && (stored[previous] ?? 0) <= step.mostPrevious && (stored[count] ?? 0) <= step.most;
}

function isBetween(value: number | undefined, low: number, high: number): boolean {
  return value !== undefined && value >= low && value <= high;
}
