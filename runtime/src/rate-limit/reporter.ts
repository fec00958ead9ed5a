import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { LimitDecision } from './decision.ts';
import type { LimitAdmittedEvent, RateLimitEvent } from './events.ts';
import type { LimitedKey } from './limited-key.ts';
import type { ResolvedRateLimitOptions } from './options.ts';

/** What a limiter has done since it was made, in this environment. */
export interface RateLimitStatistics {
  /** Calls decided: admitted and refused together. */
  readonly total: number;
  readonly admitted: number;
  readonly refused: number;
  /** Calls decided without the store because it did not answer. */
  readonly degraded: number;
  /** Keys remembered now. */
  readonly keys: number;
}

/** Each kind of event, without what all have in common. */
type Report = RateLimitEvent extends infer Event ? (Event extends RateLimitEvent ? Omit<Event, 'name' | 'atMs'> : never) : never;

/** Counts and reports what a limiter does. */
export class LimitReporter {
  readonly #options: Pick<ResolvedRateLimitOptions, 'name' | 'warnAt' | 'onStoreFailure'>;
  readonly #clock: Clock;
  readonly #sink: EventSink;
  // By key object: when it was last reported to be near its limit.
  readonly #nearUntilMs = new WeakMap<LimitedKey, number>();
  admitted = 0;
  refused = 0;
  degraded = 0;

  constructor(options: Pick<ResolvedRateLimitOptions, 'name' | 'warnAt' | 'onStoreFailure'>, clock: Clock, sink: EventSink) {
    this.#options = options;
    this.#clock = clock;
    this.#sink = sink;
  }

  /** Reports an event. */
  report(report: Report): void {
    this.#sink.emit({ name: this.#options.name, atMs: this.#clock.nowMs(), ...report });
  }

  /** A call was admitted. */
  onAdmitted(cost: number): void {
    this.admitted += 1;
    // The most frequent of all events is made in one piece.
    const event: LimitAdmittedEvent = { type: 'limit.admitted', name: this.#options.name, atMs: this.#clock.nowMs(), cost };
    this.#sink.emit(event);
  }

  /** A call was refused, or would have been. */
  onRefused({ status, retryAfterMs = Infinity }: LimitDecision, dryRun: boolean): void {
    this.refused += 1;
    const { limit, remaining, resetAtMs } = status;
    this.report({ type: dryRun ? 'limit.would_refuse' : 'limit.refused', retryAfterMs, limit, remaining, resetAtMs });
  }

  /** A call was decided without the store. */
  onDegraded(): void {
    this.degraded += 1;
    this.report({ type: 'limit.degraded', decision: this.#options.onStoreFailure });
  }

  /** The store has answered: warns where little is left, once per period. */
  onAnswer(key: LimitedKey): void {
    const { warnAt } = this.#options;
    if (warnAt === 0 || key.stored.rules.length === 0) return;
    const nowMs = this.#clock.nowMs();
    if ((this.#nearUntilMs.get(key) ?? 0) > nowMs) return;
    const { rules } = key.stored;
    // Of what the limit can hold, which for a bucket is its burst: the policies are in the order of the rules.
    const near = key.status(nowMs).policies.find(({ remaining }, index) => {
      const { capacity = remaining } = rules[index] ?? {};
      return capacity - remaining >= capacity * warnAt;
    });
    if (near === undefined) return;
    this.#nearUntilMs.set(key, nowMs + near.periodMs);
    const { limit, remaining, resetAtMs } = near;
    this.report({ type: 'limit.near', key: key.stored.key, limit, remaining, resetAtMs });
  }

  /** What was counted so far. */
  statistics(keys: number): RateLimitStatistics {
    const { admitted, refused, degraded } = this;
    return { total: admitted + refused, admitted, refused, degraded, keys };
  }
}
