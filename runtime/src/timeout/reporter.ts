import type { Clock } from '../core/clock.ts';
import { NO_EVENTS, type EventSink } from '../core/events.ts';
import type { TimeoutCompletedEvent, TimeoutEvent } from './events.ts';
import { knownPriority } from './limit.ts';
import type { TimeoutStatistics } from './snapshot.ts';
import type { TimedCall } from './timed-call.ts';

/** Each kind of event, without what all have in common. */
type Report = TimeoutEvent extends infer Event ? (Event extends TimeoutEvent ? Omit<Event, 'name' | 'atMs'> : never) : never;

/** One call that was begun. */
export interface Begun {
  readonly call: TimedCall;
  readonly startedAtMs: number;
  readonly limitMs: number;
}

/** Counts and reports what a timeout does. Every event goes out after the counting. */
export class TimeoutReporter {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #sink: EventSink;
  readonly #counts = { begun: 0, completed: 0, timeouts: 0, refused: 0, cancelled: 0, late: 0 };
  #limitsMs = 0;
  #shortestMs = Infinity;
  #longestMs = 0;
  #durationsMs = 0;

  constructor(name: string, clock: Clock, sink: EventSink) {
    this.#name = name;
    this.#clock = clock;
    this.#sink = sink;
  }

  /** A call was not begun. */
  refused(remainingMs: number): void {
    this.#counts.refused += 1;
    this.#report({ type: 'timeout.refused', remainingMs });
  }

  /** A call was begun. */
  begun({ limitMs }: Begun): void {
    this.#counts.begun += 1;
    this.#limitsMs += limitMs;
    this.#shortestMs = Math.min(this.#shortestMs, limitMs);
    this.#longestMs = Math.max(this.#longestMs, limitMs);
  }

  /** A call came to an end of its own. */
  completed(begun: Begun): void {
    this.#counts.completed += 1;
    const { startedAtMs, limitMs, call } = begun;
    const atMs = this.#clock.nowMs();
    const durationMs = Math.max(0, atMs - startedAtMs);
    this.#durationsMs += durationMs;
    if (this.#sink === NO_EVENTS) return;
    const { operation } = call;
    // The most frequent event is made in one piece.
    const event: TimeoutCompletedEvent = { type: 'timeout.completed', name: this.#name, atMs, limitMs, durationMs, ...(operation !== undefined && { operation }) };
    this.#sink.emit(event);
  }

  /** The limit of a call has passed, and its caller gets the error. */
  expired(begun: Begun, ignored: boolean): void {
    this.#counts.timeouts += 1;
    this.#waited(begun);
    this.cut(begun.call, begun.limitMs, ignored);
  }

  /** An answer that had begun was cut off; its call has been counted. */
  cut(call: TimedCall, limitMs: number, ignored: boolean): void {
    const { tenant, operation } = call;
    this.#report({
      type: 'timeout.expired',
      limitMs,
      ignored,
      ...(tenant !== undefined && { tenant }),
      ...(operation !== undefined && { operation }),
      priority: knownPriority(call),
    });
  }

  /** The caller gave up before the limit. */
  cancelled(begun: Begun): void {
    this.#counts.cancelled += 1;
    this.#waited(begun);
  }

  /** What nobody waited for has ended. */
  late({ startedAtMs }: Begun, outcome: 'value' | 'error'): void {
    this.#counts.late += 1;
    this.#report({ type: 'timeout.late', durationMs: this.#since(startedAtMs), outcome });
  }

  /** A callback of the user failed. */
  callbackFailed(error: unknown): void {
    this.#report({ type: 'timeout.callback_failed', error });
  }

  /** What a callback of the user answers; undefined if it throws, which is reported. */
  ask<T>(callback: () => T): T | undefined {
    try {
      return callback();
    } catch (error) {
      this.callbackFailed(error);
      return undefined;
    }
  }

  get statistics(): TimeoutStatistics {
    const { begun, completed, timeouts, refused, cancelled, late } = this.#counts;
    const requests = begun + refused;
    const ended = completed + timeouts + cancelled;
    return Object.freeze({
      name: this.#name,
      requests,
      active: begun - ended,
      completed,
      timeouts,
      refused,
      cancelled,
      late,
      timeoutRatio: requests === 0 ? 0 : (timeouts + refused) / requests,
      meanLimitMs: begun === 0 ? undefined : this.#limitsMs / begun,
      minLimitMs: begun === 0 ? undefined : this.#shortestMs,
      maxLimitMs: begun === 0 ? undefined : this.#longestMs,
      meanDurationMs: ended === 0 ? undefined : this.#durationsMs / ended,
    });
  }

  #waited({ startedAtMs }: Begun): void {
    this.#durationsMs += this.#since(startedAtMs);
  }

  #since(startedAtMs: number): number {
    return Math.max(0, this.#clock.nowMs() - startedAtMs);
  }

  #report(report: Report): void {
    this.#sink.emit({ ...report, name: this.#name, atMs: this.#clock.nowMs() });
  }
}
