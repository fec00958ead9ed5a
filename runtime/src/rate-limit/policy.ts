import { UNKNOWN_CALL, type CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import { rejectedBy, runBehind, type Gate, type Operation, type Permit, type Policy } from '../core/gate.ts';
import { show } from '../core/option-schema.ts';
import type { CompletedOutcome, Outcome } from '../core/outcome.ts';
import type { Random } from '../core/random.ts';
import { isRecord } from '../core/record.ts';
import type { Sleep } from '../core/sleep.ts';
import { KnownDecision, type LimitDecision } from './decision.ts';
import { RateLimitedError } from './errors.ts';
import { KeyControl } from './key-control.ts';
import { limitKey, partsOf } from './key.ts';
import { LimitedKey, type Admission } from './limited-key.ts';
import { LimitedKeys } from './limited-keys.ts';
import { LimitsLookup } from './limits-lookup.ts';
import type { ResolvedRateLimitOptions } from './options.ts';
import { LimitReporter, type RateLimitStatistics } from './reporter.ts';
import { NO_MARKS } from './rule.ts';
import type { RateLimitStore } from './store.ts';

/** What a limiter needs from outside. */
export interface LimiterDependencies {
  readonly store: RateLimitStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
  /** Waits within a request, in milliseconds. */
  readonly sleep: Sleep;
}

/** The right to make one call, and what the limits said to it. */
export interface LimitPermit extends Permit {
  readonly decision: LimitDecision;
}

/** Names a key: its parts, which may hold any text. */
export type LimitKey = string | readonly string[];

/** Shortest time that a call waits for a token. */
const SHORTEST_WAIT_MS = 5;

const UNLIMITED: Admission = Object.freeze({
  decision: new KnownDecision(true, undefined, { rules: [], marks: NO_MARKS, shards: 1, nowMs: 0, inHand: 0 }),
  lease: undefined,
});

/**
 * Limits that a fleet shares. An environment takes tokens for about its next second in one write and spends them from memory;
 * what is refused is refused from memory too, until a token can be there. Never admits more than the limits say.
 */
export class RateLimiter implements Gate, Policy {
  readonly name: string;
  readonly clock: Clock;
  readonly options: ResolvedRateLimitOptions;
  readonly #dependencies: LimiterDependencies;
  readonly #reporter: LimitReporter;
  readonly #lookup: LimitsLookup;
  readonly #keys: LimitedKeys;
  readonly #control: KeyControl;

  /**
   * @param options Resolved options, see `resolveRateLimitOptions`; `createRateLimiter` does both.
   * @param dependencies Store, clock, random source and event sink.
   */
  constructor(options: ResolvedRateLimitOptions, dependencies: LimiterDependencies) {
    this.name = options.name;
    this.clock = dependencies.clock;
    this.options = options;
    this.#dependencies = dependencies;
    const reporter = new LimitReporter(options, dependencies.clock, dependencies.sink);
    this.#reporter = reporter;
    this.#lookup = new LimitsLookup(options, dependencies.clock, (error) => reporter.report({ type: 'limit.callback_failed', error }));
    const context = {
      options,
      ...dependencies,
      onSplit: (key: string, shards: number) => reporter.report({ type: 'limit.split', key, shards }),
      onDegraded: () => reporter.onDegraded(),
      onAnswer: (key: LimitedKey) => reporter.onAnswer(key),
    };
    this.#keys = new LimitedKeys(options.maxKeys, (key) => new LimitedKey(key, [], context));
    this.#control = new KeyControl(dependencies, reporter);
  }

  /**
   * Admits a call. Synchronous while tokens are in hand, and while none can be there. With `maxWaitMs` a call that is refused
   * waits for its token if that comes in time.
   *
   * @throws RateLimitedError if a limit is reached.
   */
  acquire(call: CallContext): LimitPermit | Promise<LimitPermit> {
    const { enabled, skip, dryRun, maxWaitMs } = this.options;
    if (!enabled || skip?.(call) === true) return this.#permit(UNLIMITED, 0, call, undefined);
    const tokens = this.#costOf(call);
    const key = this.#keys.of(this.#keyOf(call));
    const settle = (admission: Admission): LimitPermit | Promise<LimitPermit> => {
      if (admission.decision.admitted) return this.#permit(admission, tokens, call, key);
      if (maxWaitMs > 0 && !dryRun) return this.#wait(key, tokens, call, admission);
      return this.#refuse(admission, call);
    };
    const admission = this.#admit(key, tokens, call);
    return admission instanceof Promise ? admission.then(settle) : settle(admission);
  }

  /**
   * Runs an operation within the limits; where they are reached, `onLimited` answers if there is one.
   *
   * @throws RateLimitedError if a limit is reached and there is no `onLimited`.
   */
  execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
    return runBehind(this, operation, call, this.#onRefused);
  }

  readonly #onRefused = (error: unknown, call: CallContext): Promise<unknown> => {
    const { onLimited } = this.options;
    if (onLimited === undefined || !(error instanceof RateLimitedError)) return rejectedBy(error);
    return Promise.resolve().then(() => onLimited(error, call));
  };

  /**
   * Takes tokens of a key and says whether they were there. Never throws for a refusal, and never waits for a token.
   *
   * @param cost Tokens, a whole number from 0. Default 1.
   * @param call What else is known of the call: the limits of its tenant or user, its deadline.
   * @throws ConfigurationError for a cost that is none.
   */
  consume(key: LimitKey, cost = 1, call: CallContext = UNKNOWN_CALL): LimitDecision | Promise<LimitDecision> {
    if (!this.options.enabled) return UNLIMITED.decision;
    const admission = this.#admit(this.#named(key), checkedCost(cost), call);
    const report = ({ decision }: Admission): LimitDecision => {
      if (decision.admitted) this.#reporter.onAdmitted(cost);
      else this.#reporter.onRefused(decision, this.options.dryRun);
      return this.options.dryRun ? decision.letPass() : decision;
    };
    return admission instanceof Promise ? admission.then(report) : report(admission);
  }

  /** How a key stands, as stored: takes nothing. Where the store does not answer, as far as this environment knows. */
  peek(key: LimitKey, call: CallContext = UNKNOWN_CALL): Promise<LimitDecision> {
    return this.#withLimits(key, call, (limited) => this.#control.peek(limited, call));
  }

  /** Gives back tokens of a call that shall not count. They may serve another call, of any environment, at once. */
  refund(key: LimitKey, cost = 1, call: CallContext = UNKNOWN_CALL): Promise<void> {
    return this.#withLimits(key, call, (limited) => this.#control.refund(limited, checkedCost(cost), call));
  }

  /**
   * Lets the limits of a key start anew. Other environments that have been refused learn of it within a minute.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  reset(key: LimitKey, call: CallContext = UNKNOWN_CALL): Promise<void> {
    return this.#withLimits(key, call, (limited) => this.#control.change(limited, 'reset', call));
  }

  /**
   * Gives no more tokens of a key for a time. Tokens that environments have in hand are spent first, which takes up to
   * `maxLeaseMs`.
   *
   * @throws ConfigurationError for a duration that is none.
   * @throws StoreUnavailableError if the store gives no answer.
   */
  block(key: LimitKey, durationMs: number, call: CallContext = UNKNOWN_CALL): Promise<void> {
    return this.#withLimits(key, call, (limited) => this.#control.change(limited, 'block', call, durationMs));
  }

  /** Ends a block. Other environments that have been refused learn of it within a minute. */
  unblock(key: LimitKey, call: CallContext = UNKNOWN_CALL): Promise<void> {
    return this.#withLimits(key, call, (limited) => this.#control.change(limited, 'unblock', call));
  }

  /** Gives all tokens in hand back, as far as the store can be reached: for the end of a process that knows its end. */
  async giveBack(call: CallContext = UNKNOWN_CALL): Promise<void> {
    for (const key of this.#keys.values()) await this.#control.giveBack(key, call);
  }

  /** What this limiter has done so far, in this environment. */
  get statistics(): RateLimitStatistics {
    return this.#reporter.statistics(this.#keys.size);
  }

  #admit(key: LimitedKey, tokens: number, call: CallContext): Admission | Promise<Admission> {
    const looking = this.#lookup.apply(key, call);
    if (looking !== undefined) return looking.then(() => this.#decide(key, tokens, call));
    return this.#decide(key, tokens, call);
  }

  #decide(key: LimitedKey, tokens: number, call: CallContext): Admission | Promise<Admission> {
    return tokens === 0 || key.stored.rules.length === 0 ? UNLIMITED : key.decide(tokens, call);
  }

  async #withLimits<T>(key: LimitKey, call: CallContext, act: (limited: LimitedKey) => Promise<T>): Promise<T> {
    const limited = this.#named(key);
    await this.#lookup.apply(limited, call);
    return act(limited);
  }

  #named(key: LimitKey): LimitedKey {
    return this.#keys.of(limitKey(this.name, typeof key === 'string' ? [key] : key));
  }

  #keyOf(call: CallContext): string {
    const { keyOf, by } = this.options;
    if (keyOf === undefined) return by.length === 0 ? this.name : limitKey(this.name, partsOf(call, by));
    const key = keyOf(call);
    return limitKey(this.name, typeof key === 'string' ? [key] : key);
  }

  #costOf(call: CallContext): number {
    return checkedCost(this.options.costOf?.(call) ?? call.cost ?? 1);
  }

  #permit(admission: Admission, tokens: number, call: CallContext, key: LimitedKey | undefined): LimitPermit {
    if (key === undefined) return { decision: admission.decision, settle: () => undefined };
    this.#reporter.onAdmitted(tokens);
    key.askAhead(call);
    let settled = false;
    return {
      decision: admission.decision,
      settle: (outcome) => {
        if (!settled && admission.lease !== undefined && this.#isFree(outcome)) key.takeBack(tokens, admission.lease);
        settled = true;
        return key.asking;
      },
    };
  }

  #isFree(outcome: Outcome): boolean {
    if (outcome.kind === 'abandoned') return true;
    return isFailed(outcome) ? this.options.skipFailed : this.options.skipSuccessful;
  }

  #refuse({ decision }: Admission, call: CallContext): LimitPermit {
    const { dryRun } = this.options;
    this.#reporter.onRefused(decision, dryRun);
    if (dryRun) return this.#permit({ decision: decision.letPass(), lease: undefined }, 0, call, undefined);
    throw new RateLimitedError(this.name, decision.status, decision.retryAfterMs, decision.policies);
  }

  async #wait(key: LimitedKey, tokens: number, call: CallContext, refused: Admission): Promise<LimitPermit> {
    const lastMs = Math.min(this.clock.nowMs() + this.options.maxWaitMs, call.deadlineMs ?? Infinity);
    let admission = refused;
    for (;;) {
      const { retryAfterMs = Infinity } = admission.decision;
      const waitMs = Math.max(SHORTEST_WAIT_MS, retryAfterMs);
      if (call.signal?.aborted === true || this.clock.nowMs() + waitMs > lastMs) return this.#refuse(admission, call);
      await this.#dependencies.sleep(waitMs);
      admission = await this.#admit(key, tokens, call);
      if (admission.decision.admitted) return this.#permit(admission, tokens, call, key);
    }
  }
}

/** Whether a call failed for whoever made it: a login that was refused is a failed one. */
function isFailed(outcome: CompletedOutcome): boolean {
  if (outcome.kind === 'failure') return true;
  const { value } = outcome;
  const status: unknown = isRecord(value) ? (value['statusCode'] ?? value['status']) : undefined;
  return typeof status === 'number' && status >= 400;
}

function checkedCost(cost: number): number {
  if (Number.isSafeInteger(cost) && cost >= 0) return cost;
  throw new ConfigurationError('the cost of a call cannot be used', [`cost is ${show(cost)}: return a whole number from 0`]);
}
