import type { KeyChange, RateLimitStore } from '../../../runtime/src/rate-limit/store.ts';
import { NO_MARKS, type Marks } from '../../../runtime/src/rate-limit/rule.ts';
import type { Split, TakeCommand, TakeDecision, TakeOutcome } from '../../../runtime/src/rate-limit/state.ts';
import { START_MS } from './takes.ts';

/** One part of a key in a store, driven as an environment does that remembers what it was told last. */
export class KeyUnderTest {
  readonly store: RateLimitStore;
  readonly key: string;
  readonly part: number;
  known: Marks = NO_MARKS;

  constructor(store: RateLimitStore, key: string, part = 0) {
    this.store = store;
    this.key = key;
    this.part = part;
  }

  /** The same key as another environment sees it, which knows nothing yet. */
  get cold(): KeyUnderTest {
    return this.at(this.part);
  }

  /** Another part of the same key. */
  at(part: number): KeyUnderTest {
    return new KeyUnderTest(this.store, this.key, part);
  }

  /** Takes tokens, given a hint, and remembers the answer. */
  async take(command: TakeCommand, known = this.known): Promise<TakeDecision> {
    const decision = await this.store.take(this, command, known, { nowMs: command.nowMs });
    this.known = decision.marks;
    return decision;
  }

  /** Takes tokens, and answers with the outcome alone. */
  async outcome(command: TakeCommand): Promise<TakeOutcome> {
    return (await this.take(command)).outcome;
  }

  /** Takes tokens one by one until there are none. */
  async drain(command: TakeCommand): Promise<number> {
    let taken = 0;
    while ((await this.outcome({ ...command, tokens: 1 })) === 'granted') taken += 1;
    return taken;
  }

  /** What is stored. */
  read(nowMs = START_MS): Promise<Marks> {
    return this.store.read(this, { nowMs });
  }

  /** Changes the key. */
  async change(change: KeyChange, nowMs = START_MS): Promise<Marks> {
    this.known = await this.store.change(this, change, { nowMs });
    return this.known;
  }

  /** Splits the part in two. */
  async grow(from: Split, to: Split, known = this.known): Promise<Marks> {
    this.known = await this.store.grow(this, known, from, to, { nowMs: START_MS });
    return this.known;
  }

  /** Makes the part. */
  async sow(marks: Marks): Promise<Marks> {
    this.known = await this.store.sow(this, marks, { nowMs: START_MS });
    return this.known;
  }
}
