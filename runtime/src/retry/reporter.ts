import type { Clock } from '../core/clock.ts';
import { NO_EVENTS, type EventSink } from '../core/events.ts';
import type { ExhaustedReason } from './errors.ts';
import type { RetryAttemptEvent, RetryCompletedEvent, RetryEvent } from './events.ts';

/** Each kind of event, without what all have in common. */
type Report = RetryEvent extends infer Event ? (Event extends RetryEvent ? Omit<Event, 'name' | 'atMs'> : never) : never;

/** What is known of a call with all its attempts so far. */
export interface SeriesFigures {
  readonly attempts: number;
  readonly waits: number;
  readonly totalDelayMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** How a call ended. */
export type SeriesEnd =
  | { readonly result: 'success' }
  | { readonly result: 'given_up'; readonly errorType: string }
  | { readonly result: 'exhausted'; readonly errorType: string; readonly reason: ExhaustedReason };

/** Counts and reports what a retry does. */
export class RetryReporter {
  readonly #name: string;
  readonly #maxAttempts: number;
  readonly #clock: Clock;
  readonly #sink: EventSink;
  requests = 0;
  retried = 0;
  retriesSucceeded = 0;
  exhausted = 0;
  attempts = 0;
  waits = 0;
  totalDelayMs = 0;

  constructor(name: string, maxAttempts: number, clock: Clock, sink: EventSink) {
    this.#name = name;
    this.#maxAttempts = maxAttempts;
    this.#clock = clock;
    this.#sink = sink;
  }

  /** Reports an event. */
  report(report: Report): void {
    this.#sink.emit({ ...report, name: this.#name, atMs: this.#clock.nowMs() });
  }

  /** An attempt has come to an end; without a type of error, to a good one. */
  attempted(attempt: number, durationMs: number, atMs: number, errorType?: string): void {
    // The most frequent events are not even made where nobody listens, and otherwise in one piece.
    if (this.#sink === NO_EVENTS) return;
    const result = errorType === undefined ? 'success' : 'failure';
    const event: RetryAttemptEvent = { type: 'retry.attempt', name: this.#name, atMs, attempt, durationMs, result, ...(errorType !== undefined && { errorType }) };
    this.#sink.emit(event);
  }

  /** A call is over. Told once for each. */
  ended(figures: SeriesFigures, end: SeriesEnd): void {
    this.#count(figures, end);
    if (this.#sink === NO_EVENTS) return;
    const { attempts, totalDelayMs, startedAtMs, endedAtMs: atMs } = figures;
    const name = this.#name;
    const durationMs = Math.max(0, atMs - startedAtMs);
    const special = this.#specialEnd(figures, end, durationMs);
    if (special !== undefined) this.#sink.emit({ ...special, name, atMs });
    const event: RetryCompletedEvent = { type: 'retry.completed', name, atMs, attempts, durationMs, totalDelayMs, result: end.result };
    this.#sink.emit(event);
  }

  /** What there is to be told of an end beyond that it was one. */
  #specialEnd({ attempts, totalDelayMs }: SeriesFigures, end: SeriesEnd, durationMs: number): Report | undefined {
    if (end.result === 'given_up') return { type: 'retry.given_up', attempts, errorType: end.errorType };
    if (end.result === 'success') return attempts > 1 ? { type: 'retry.succeeded', attempts, totalDelayMs, durationMs } : undefined;
    const { reason, errorType } = end;
    return { type: 'retry.exhausted', attempts, maxAttempts: this.#maxAttempts, reason, totalDelayMs, durationMs, errorType };
  }

  /** What a callback of the user answers; undefined if it throws, which is reported. */
  ask<T>(callback: () => T): T | undefined {
    try {
      const answer = callback();
      if (answer instanceof Promise) answer.catch((error: unknown) => this.report({ type: 'retry.callback_failed', error }));
      return answer;
    } catch (error) {
      this.report({ type: 'retry.callback_failed', error });
      return undefined;
    }
  }

  #count({ attempts, waits, totalDelayMs }: SeriesFigures, { result }: SeriesEnd): void {
    this.requests += 1;
    this.attempts += attempts;
    this.waits += waits;
    this.totalDelayMs += totalDelayMs;
    if (attempts > 1) this.retried += 1;
    if (attempts > 1 && result === 'success') this.retriesSucceeded += 1;
    if (result === 'exhausted') this.exhausted += 1;
  }
}
