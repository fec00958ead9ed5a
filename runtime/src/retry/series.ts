import type { Clock } from '../core/clock.ts';
import { deadlineOfSignal, noteDeadline } from '../core/deadline.ts';
import type { CompletedOutcome } from '../core/outcome.ts';
import type { Random } from '../core/random.ts';
import type { Timer } from '../core/sleep.ts';
import { AbortLink } from './abort-link.ts';
import { runLimited, type AttemptEnd } from './attempt.ts';
import { delayAfter, delayFor } from './backoff.ts';
import type { RetryBudget } from './budget.ts';
import { classify, retryAfterOf, type Classified, type RetryRules } from './classify.ts';
import { AttemptTimedOutError, RetryExhaustedError, type ExhaustedReason } from './errors.ts';
import { discardBody, hasOpenBody } from './foreign.ts';
import { isRepeatable } from './idempotency.ts';
import type { ResolvedRetryOptions, RetryableCall } from './options.ts';
import type { RetryReporter, SeriesEnd } from './reporter.ts';
import { waitFor } from './wait.ts';

/** What the attempts of a call are made with. */
export interface SeriesTools {
  readonly options: ResolvedRetryOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly timer: Timer;
  readonly reporter: RetryReporter;
  readonly budget: RetryBudget;
}

/** The context of one attempt: a signal and a deadline of its own, both within those of the call. */
export interface AttemptCall extends RetryableCall {
  /** Aborted when the attempt takes too long or the caller gives up. */
  readonly signal: AbortSignal;
  /** Number of the attempt; the first is 1. */
  readonly attempt: number;
}

/** Something to try again. It is handed the context of its attempt. */
export type AttemptOperation<T> = (call: AttemptCall) => T | PromiseLike<T>;

/** What comes after an attempt: the end of the call, or another attempt after a wait. */
type Next = Ended | { readonly end?: undefined; readonly delayMs: number };

interface Ended extends AttemptEnd {
  readonly end: SeriesEnd;
  readonly retryAfterMs?: number | undefined;
}

/** An attempt that has less time than this is not begun, in milliseconds. */
const LEAST_ATTEMPT_MS = 10;

/** Nobody waits longer than an invocation can take, in milliseconds, also where neither a total nor a deadline says so. */
const LONGEST_WAIT_MS = 900_000;

/** One call with all its attempts and waits. */
export class RetrySeries<T> {
  readonly #tools: SeriesTools;
  readonly #operation: AttemptOperation<T>;
  readonly #call: RetryableCall;
  readonly #startedAtMs: number;
  /** When all of it has to be over, in epoch milliseconds: one instant for the total time and the caller's deadline. */
  readonly #endsAtMs: number;
  /** When an attempt is cut short here; not where the caller's signal will be aborted by then, for that has an error of its own. */
  readonly #cutsAtMs: number;
  /** When the latest attempt or wait was over. */
  #latestMs: number;
  #attempts = 0;
  #waits = 0;
  #lastDelayMs = 0;
  #totalDelayMs = 0;
  #isExtra = false;

  constructor(tools: SeriesTools, operation: AttemptOperation<T>, call: RetryableCall) {
    const { totalTimeoutMs } = tools.options;
    this.#tools = tools;
    this.#operation = operation;
    this.#call = call;
    this.#startedAtMs = tools.clock.nowMs();
    this.#latestMs = this.#startedAtMs;
    const { deadlineMs = Infinity } = call;
    const signalledAtMs = deadlineOfSignal(call.signal) ?? Infinity;
    this.#cutsAtMs = Math.min(totalTimeoutMs === 0 ? Infinity : this.#startedAtMs + totalTimeoutMs, deadlineMs < signalledAtMs ? deadlineMs : Infinity);
    this.#endsAtMs = Math.min(this.#cutsAtMs, signalledAtMs);
  }

  /** Makes attempts until one of them decides. */
  async run(): Promise<T> {
    // Like `fetch`: a signal that is aborted already begins nothing.
    this.#call.signal?.throwIfAborted();
    const ended = await this.#untilEnd();
    this.#tellEnd(ended);
    // Whoever has cancelled a call decides how long to wait for what comes of it: that has no part in anything here any more.
    return this.#result(ended.ending === undefined ? ended : { ...ended, outcome: await ended.ending });
  }

  async #untilEnd(): Promise<Ended> {
    const { budget, clock } = this.#tools;
    budget.begin();
    try {
      if (this.#endsAtMs <= this.#startedAtMs) return exhausted('deadline', 'none', { kind: 'failure', error: undefined });
      for (;;) {
        const startedAtMs = this.#latestMs;
        const link = new AbortLink(this.#call.signal);
        const attempt = await this.#attempt(link, startedAtMs);
        this.#giveBack();
        const { outcome } = attempt;
        this.#latestMs = clock.nowMs();
        const next = this.#next(attempt, Math.max(0, this.#latestMs - startedAtMs));
        // Whoever reads a body later is still to be reached by the caller's signal.
        if (next.end === undefined || !isOpen(outcome)) link.release();
        if (next.end !== undefined) return next;
        if (outcome.kind === 'success') discardBody(outcome.value);
        const ended = await this.#wait(next.delayMs, outcome);
        if (ended !== undefined) return ended;
      }
    } finally {
      this.#giveBack();
      budget.end();
    }
  }

  get #leftMs(): number {
    return this.#endsAtMs - this.#tools.clock.nowMs();
  }

  #attempt(link: AbortLink, startedAtMs: number): Promise<AttemptEnd> {
    const { options, timer } = this.#tools;
    const { name, attemptTimeoutMs } = options;
    const limitMs = Math.min(attemptTimeoutMs === 0 ? Infinity : attemptTimeoutMs, this.#cutsAtMs - startedAtMs);
    const deadlineMs = Math.min(startedAtMs + limitMs, this.#endsAtMs);
    const { signal } = link;
    this.#attempts += 1;
    const call: AttemptCall = { ...this.#call, attempt: this.#attempts, signal, ...(deadlineMs < Infinity && { deadlineMs }) };
    // Whatever is handed the signal alone can ask it how much time is left.
    if (deadlineMs < Infinity) noteDeadline(signal, deadlineMs);
    const expired = (): Error => new AttemptTimedOutError(name, limitMs);
    return runLimited(() => this.#operation(call), { limitMs, link, timer, expired });
  }

  #next({ outcome, ending }: AttemptEnd, durationMs: number): Next {
    const { options, reporter } = this.#tools;
    const { verdict, errorType } = this.#judge(outcome);
    const attempt = this.#attempts;
    if (outcome.kind === 'success' && verdict !== 'retryable') {
      reporter.attempted(attempt, durationMs, this.#latestMs);
      return { end: SUCCESS, outcome };
    }
    reporter.attempted(attempt, durationMs, this.#latestMs, errorType);
    if (ending !== undefined) return { end: { result: 'given_up', errorType }, outcome, ending };
    const isOver = verdict !== 'retryable' || this.#call.signal?.aborted === true || !isRepeatable(this.#call, options, reporter);
    if (isOver) return { end: { result: 'given_up', errorType }, outcome };
    const next = this.#schedule(outcome, errorType);
    if (next.end === undefined) this.#tellRetry(outcome, next.delayMs, { errorType, durationMs });
    return next;
  }

  /** What the rules say of an outcome, unless the code knows better. */
  #judge(outcome: CompletedOutcome): Classified {
    const { options, reporter } = this.#tools;
    const { shouldRetry } = options;
    const classified = classify(outcome, options);
    if (shouldRetry === undefined || classified.verdict === 'forbidden') return classified;
    const answer = reporter.ask(() => shouldRetry(outcome, this.#call));
    return typeof answer === 'boolean' ? { ...classified, verdict: answer ? 'retryable' : 'final' } : classified;
  }

  /** When the next attempt is, or why there is none. */
  #schedule(outcome: CompletedOutcome, errorType: string): Next {
    const { options, clock, random, budget } = this.#tools;
    const retryAfterMs = retryAfterOf(outcome, clock.nowMs());
    const none = (reason: ExhaustedReason): Next => exhausted(reason, errorType, outcome, retryAfterMs);
    if (this.#attempts >= options.maxAttempts) return none('attempts');
    const roomMs = Math.min(this.#leftMs - LEAST_ATTEMPT_MS, LONGEST_WAIT_MS);
    if (roomMs < 0) return none('deadline');
    if (retryAfterMs !== undefined && retryAfterMs > roomMs) return none('retry_after');
    const backoffMs = this.#backoffMs();
    if (backoffMs > roomMs) return none('deadline');
    if (!budget.take()) return none('budget');
    this.#isExtra = true;
    // What a server asks for fits; what is added to it gives way.
    return { delayMs: retryAfterMs === undefined ? backoffMs : Math.min(roomMs, delayFor(backoffMs, retryAfterMs, options.jitter, random)) };
  }

  #backoffMs(): number {
    const { options, random, reporter } = this.#tools;
    const { backoff } = options;
    const [attempt, lastDelayMs] = [this.#attempts, this.#lastDelayMs];
    const customMs = backoff === undefined ? undefined : reporter.ask(() => backoff(attempt, lastDelayMs));
    return delayAfter({ attempt, lastDelayMs, customMs }, options, random);
  }

  #tellRetry(outcome: CompletedOutcome, delayMs: number, failed: { readonly errorType: string; readonly durationMs: number }): void {
    const { options: { maxAttempts, onRetry }, reporter } = this.#tools;
    const attempt = this.#attempts;
    reporter.report({ type: 'retry.scheduled', attempt, maxAttempts, delayMs, ...failed });
    if (onRetry !== undefined) reporter.ask(() => onRetry(attempt, outcome, delayMs));
  }

  /** Waits for the next attempt. Returns how the call ends if there is none after all. */
  async #wait(delayMs: number, outcome: CompletedOutcome): Promise<Ended | undefined> {
    const { options, clock, timer } = this.#tools;
    const { signal } = this.#call;
    const startedAtMs = clock.nowMs();
    await waitFor(delayMs, signal, timer);
    this.#waits += 1;
    this.#lastDelayMs = delayMs;
    this.#latestMs = clock.nowMs();
    this.#totalDelayMs += Math.max(0, this.#latestMs - startedAtMs);
    if (signal?.aborted === true) return givenUp({ kind: 'failure', error: signal.reason }, options);
    // An environment that was frozen meanwhile wakes late.
    return this.#leftMs <= 0 ? exhausted('deadline', classify(outcome, options).errorType, outcome) : undefined;
  }

  #tellEnd({ end, outcome }: Ended): void {
    const { options, reporter } = this.#tools;
    const { onGiveUp } = options;
    const attempts = this.#attempts;
    reporter.ended({ attempts, waits: this.#waits, totalDelayMs: this.#totalDelayMs, startedAtMs: this.#startedAtMs, endedAtMs: this.#latestMs }, end);
    if (end.result !== 'success' && onGiveUp !== undefined) reporter.ask(() => onGiveUp(attempts, outcome));
  }

  #result({ end, outcome, retryAfterMs }: Ended): T {
    const { name, maxAttempts, onExhausted } = this.#tools.options;
    if (end.result === 'exhausted' && (outcome.kind === 'failure' || onExhausted === 'throw')) {
      const last = outcome.kind === 'failure' ? { cause: outcome.error } : { lastResult: outcome.value };
      throw new RetryExhaustedError(name, { reason: end.reason, attempts: this.#attempts, maxAttempts, retryAfterMs, ...last });
    }
    if (outcome.kind === 'failure') throw outcome.error;
    return outcome.value as T;
  }

  #giveBack(): void {
    if (this.#isExtra) this.#tools.budget.giveBack();
    this.#isExtra = false;
  }
}

function isOpen(outcome: CompletedOutcome): boolean {
  return outcome.kind === 'success' && hasOpenBody(outcome.value);
}

const SUCCESS: SeriesEnd = Object.freeze({ result: 'success' });

function exhausted(reason: ExhaustedReason, errorType: string, outcome: CompletedOutcome, retryAfterMs?: number): Ended {
  return { end: { result: 'exhausted', reason, errorType }, outcome, retryAfterMs };
}

function givenUp(outcome: CompletedOutcome, rules: RetryRules): Ended {
  return { end: { result: 'given_up', errorType: classify(outcome, rules).errorType }, outcome };
}
