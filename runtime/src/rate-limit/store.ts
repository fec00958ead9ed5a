import type { Marks, Returned, Rule } from './rule.ts';
import type { Split, TakeCommand, TakeDecision } from './state.ts';

/** Limits in time of one request to a store. */
export interface StoreRequest {
  /** Now, in epoch milliseconds, by the clock of the environment. */
  readonly nowMs: number;
  /** Instant after which the answer is of no use. */
  readonly deadlineMs?: number | undefined;
}

/** One part of a key; part 0 is the key itself, and all of it while it is not split. */
export interface KeyPart {
  readonly key: string;
  readonly part: number;
}

/** What an operator or a caller does to a key beside taking tokens. */
export type KeyChange =
  /** Nobody gets a token until then; 0 ends a block. */
  | { readonly type: 'block'; readonly untilMs: number }
  /** All limits start anew. */
  | { readonly type: 'reset'; readonly rules: readonly Rule[] }
  /** Tokens of calls that shall not count. They may have been spent, so this can admit as many more. */
  | { readonly type: 'refund'; readonly rules: readonly Rule[]; readonly returned: Returned };

/** Where limits are kept. */
export interface RateLimitStore {
  /** False if what is stored is seen by this environment alone. */
  readonly shared: boolean;
  /**
   * Takes tokens of every limit of the key, or none: one atomic step, as `take` does. A repeat after a lost answer either
   * finds its own tokens or takes others in their place; it never makes more of them than the limits allow.
   *
   * @param known The key as last seen: a hint that saves requests and never changes the decision.
   * @throws StoreUnavailableError if the store gives no answer; tokens may be gone all the same.
   */
  take(at: KeyPart, command: TakeCommand, known: Marks, request: StoreRequest): Promise<TakeDecision>;
  /**
   * What is stored of a key; nothing if it is unknown.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  read(at: KeyPart, request: StoreRequest): Promise<Marks>;
  /**
   * Changes a key and answers with what is stored after it. A refund whose answer is lost is not repeated.
   *
   * @throws StoreUnavailableError if the store gives no answer; the key may have been changed all the same.
   */
  change(at: KeyPart, change: KeyChange, request: StoreRequest): Promise<Marks>;
  /**
   * Splits a part in two, if it is still split as `from` says, and answers with what is stored after it, by whomever.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  grow(at: KeyPart, known: Marks, from: Split, to: Split, request: StoreRequest): Promise<Marks>;
  /**
   * Makes a new part, unless there is one of the same split already, and answers with what is stored after it.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  sow(at: KeyPart, marks: Marks, request: StoreRequest): Promise<Marks>;
}
