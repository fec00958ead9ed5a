import type { CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { show } from '../core/option-schema.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import type { LimitDecision } from './decision.ts';
import type { LimitedKey } from './limited-key.ts';
import type { LimitReporter } from './reporter.ts';
import { NO_MARKS, type Marks } from './rule.ts';
import { splitOf } from './state.ts';
import type { KeyChange, KeyPart, RateLimitStore, StoreRequest } from './store.ts';

/** What is done to keys beside taking tokens: looking, refunds, blocks. */
export class KeyControl {
  readonly #store: RateLimitStore;
  readonly #clock: Clock;
  readonly #reporter: LimitReporter;

  constructor({ store, clock }: { readonly store: RateLimitStore; readonly clock: Clock }, reporter: LimitReporter) {
    this.#store = store;
    this.#clock = clock;
    this.#reporter = reporter;
  }

  /** How a key stands, as stored; as far as is known where the store does not answer. */
  async peek(key: LimitedKey, call: CallContext): Promise<LimitDecision> {
    try {
      key.know(await this.#store.read(key.stored.at, this.#request(call)));
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
    return key.status(this.#clock.nowMs());
  }

  /** Gives tokens back that may have been spent. Lost where the store does not answer. */
  async refund(key: LimitedKey, tokens: number, call: CallContext): Promise<void> {
    // What was taken by another environment is not known here yet.
    if (key.stored.marks === NO_MARKS) key.know(await this.#store.read(key.stored.at, this.#request(call)).catch(unavailable));
    const { rules, marks, shards, at, terms } = key.stored;
    const change: KeyChange = { type: 'refund', rules, returned: { tokens, shards, marks, reserveMs: terms.reserveMs } };
    await this.#changePart(key, at, change, call).catch(ignoreUnavailable);
    this.#reporter.report({ type: 'limit.changed', key: key.stored.key, change: 'refund' });
  }

  /** Gives the tokens in hand back, one write for each lease that has some. */
  async giveBack(key: LimitedKey, call: CallContext): Promise<void> {
    const { rules } = key.stored;
    for (const returned of key.giveUp()) {
      await this.#changePart(key, { key: key.stored.key, part: returned.part }, { type: 'refund', rules, returned }, call).catch(ignoreUnavailable);
    }
  }

  /** Changes all parts of a key. */
  async change(key: LimitedKey, change: 'block' | 'unblock' | 'reset', call: CallContext, durationMs = 0): Promise<void> {
    const untilMs = change === 'block' ? this.#clock.nowMs() + checkedDuration(durationMs) : 0;
    const asked: KeyChange = change === 'reset' ? { type: 'reset', rules: key.stored.rules } : { type: 'block', untilMs };
    key.giveUp();
    // The key itself first: what is stored there tells how many parts there are.
    const whole = { key: key.stored.key, part: 0 };
    key.know(await this.#store.read(whole, this.#request(call)));
    const parts = Math.max(key.stored.shards, splitOf(key.stored.marks).shards);
    for (let part = parts - 1; part >= 0; part -= 1) await this.#changePart(key, { ...whole, part }, asked, call);
    this.#reporter.report({ type: 'limit.changed', key: key.stored.key, change });
  }

  async #changePart(key: LimitedKey, at: KeyPart, change: KeyChange, call: CallContext): Promise<void> {
    const marks = await this.#store.change(at, change, this.#request(call));
    if (at.part === key.stored.at.part) key.know(marks);
  }

  #request({ deadlineMs }: CallContext): StoreRequest {
    return { nowMs: this.#clock.nowMs(), deadlineMs };
  }
}

function checkedDuration(durationMs: number): number {
  if (Number.isSafeInteger(durationMs) && durationMs > 0) return durationMs;
  const problem = `durationMs is ${show(durationMs)}: pass a whole number of milliseconds from 1`;
  throw new ConfigurationError('the duration of a block cannot be used', [problem]);
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailableError)) throw error;
}

function unavailable(error: unknown): Marks {
  ignoreUnavailable(error);
  return NO_MARKS;
}
