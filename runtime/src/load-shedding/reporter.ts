import type { Priority } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { NO_EVENTS, type EventSink } from '../core/events.ts';
import type { LoadSheddingEvent, SheddingAdmittedEvent, SheddingCompletedEvent } from './events.ts';
import type { ResolvedLoadSheddingOptions, SheddingStrategy } from './options.ts';

/** Each kind of event, without what all have in common. */
type Report = LoadSheddingEvent extends infer Event ? (Event extends LoadSheddingEvent ? Omit<Event, 'name' | 'atMs' | 'strategy'> : never) : never;

/** Counts and reports what load shedding does. */
export class SheddingReporter {
  readonly #name: string;
  readonly #strategy: SheddingStrategy;
  readonly #clock: Clock;
  readonly #sink: EventSink;
  admitted = 0;
  shed = 0;

  constructor({ name, strategy }: ResolvedLoadSheddingOptions, clock: Clock, sink: EventSink) {
    this.#name = name;
    this.#strategy = strategy;
    this.#clock = clock;
    this.#sink = sink;
  }

  /** Reports an event. */
  report(report: Report): void {
    this.#sink.emit({ name: this.#name, atMs: this.#clock.nowMs(), strategy: this.#strategy, ...report } as LoadSheddingEvent);
  }

  /** A request was admitted; `active` are in flight with it. */
  onAdmitted(atMs: number, priority: Priority, active: number): void {
    this.admitted += 1;
    if (this.#sink === NO_EVENTS) return;
    // The most frequent of all events are made in one piece.
    const event: SheddingAdmittedEvent = { type: 'shedding.admitted', name: this.#name, atMs, strategy: this.#strategy, priority, active };
    this.#sink.emit(event);
  }

  /** A request that was admitted has come to an end. */
  onCompleted(atMs: number, completed: Pick<SheddingCompletedEvent, 'priority' | 'durationMs' | 'failed' | 'active'>): void {
    if (this.#sink === NO_EVENTS) return;
    const { priority, durationMs, failed, active } = completed;
    const event: SheddingCompletedEvent = {
      type: 'shedding.completed',
      name: this.#name,
      atMs,
      strategy: this.#strategy,
      priority,
      durationMs,
      failed,
      active,
    };
    this.#sink.emit(event);
  }

  /** What a callback of the user answers; undefined if it throws, which is reported. */
  ask<T>(callback: () => T): T | undefined {
    try {
      return callback();
    } catch (error) {
      this.report({ type: 'shedding.callback_failed', error });
      return undefined;
    }
  }
}
