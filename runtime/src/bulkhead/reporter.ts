import type { Clock } from '../core/clock.ts';
import { NO_EVENTS, type EventSink } from '../core/events.ts';
import type { CallClaim } from './claim.ts';
import { BulkheadFullError, type BulkheadRefusal } from './errors.ts';
import type { BulkheadAcquiredEvent, BulkheadCompletedEvent, BulkheadEvent, BulkheadRefusedEvent } from './events.ts';
import type { ResolvedBulkheadOptions } from './options.ts';
import type { Scopes, ScopeRecord } from './scopes.ts';
import type { CallResult, SlotUsage } from './slots.ts';

/** The options that reports go by. */
export type ReportOptions = Pick<ResolvedBulkheadOptions, 'name' | 'refusal'>;

/** What reports are made of. */
export interface ReportSources {
  readonly clock: Clock;
  readonly sink: EventSink;
  readonly scopes: Scopes;
  readonly usage: () => SlotUsage;
}

/** Each kind of event, without what all have in common. */
type Report = BulkheadEvent extends infer Event ? (Event extends BulkheadEvent ? Omit<Event, 'name' | 'atMs'> : never) : never;

/** How much of what was known goes into the usual duration of calls. */
const MEMORY = 0.9;

const SHORTEST_RETRY_MS = 1000;

/** Counts and reports what a bulkhead does. */
export class BulkheadReporter {
  readonly #options: ReportOptions;
  readonly #sources: ReportSources;
  /** How long calls usually take, in milliseconds; undefined before the first has ended. */
  #usualMs: number | undefined;

  constructor(options: ReportOptions, sources: ReportSources) {
    this.#options = options;
    this.#sources = sources;
  }

  /** Reports an event. */
  report(report: Report): void {
    this.#sources.sink.emit({ name: this.#options.name, atMs: this.#sources.clock.nowMs(), ...report });
  }

  /** A call asks for a slot. */
  onAsked({ scopes }: CallClaim): void {
    for (const scope of scopes) scope.total += 1;
  }

  /** A call has its slot. */
  onAdmitted(claim: CallClaim): void {
    const { scopes, waitedMs: waitMs, priorityName: priority, admittedAtMs: atMs } = claim;
    for (const scope of scopes) {
      scope.admitted += 1;
      scope.active += 1;
      scope.waitedMs += waitMs;
      if (waitMs > scope.longestWaitMs) scope.longestWaitMs = waitMs;
    }
    const { sink, usage, scopes: all } = this.#sources;
    if (sink === NO_EVENTS) return;
    const { active, capacity } = usage();
    const { tenant, operation } = claim.call;
    const { queued } = all.global;
    // The most frequent events are made in one piece.
    const event: BulkheadAcquiredEvent = { type: 'bulkhead.acquired', name: this.#options.name, atMs, waitMs, active, capacity, queued, priority, tenant, operation };
    sink.emit(event);
  }

  /** A call is about to give its slot back. */
  onCompleted(claim: CallClaim, { durationMs, failed }: CallResult, atMs: number): void {
    const { scopes, waitedMs: waitMs, priorityName: priority } = claim;
    for (const scope of scopes) {
      scope.completed += 1;
      scope.active -= 1;
    }
    this.#sources.scopes.release(scopes);
    if (durationMs !== undefined) this.#usualMs = this.#usualMs === undefined ? durationMs : this.#usualMs * MEMORY + durationMs * (1 - MEMORY);
    const { sink, usage } = this.#sources;
    if (sink === NO_EVENTS) return;
    const { active, capacity } = usage();
    const { tenant, operation } = claim.call;
    const event: BulkheadCompletedEvent = {
      type: 'bulkhead.completed',
      name: this.#options.name,
      atMs,
      durationMs: atMs - claim.admittedAtMs,
      waitMs,
      active: Math.max(0, active - 1),
      capacity,
      failed,
      priority,
      tenant,
      operation,
    };
    sink.emit(event);
  }

  /** The caller of a waiting call has given up. */
  onCancelled({ scopes }: CallClaim): void {
    for (const scope of scopes) scope.cancelled += 1;
    this.#sources.scopes.release(scopes);
  }

  /**
   * The error of a call that gets no slot.
   *
   * @param full The scope that is full; undefined if nobody can say.
   */
  refusal(claim: CallClaim, reason: BulkheadRefusal, full: ScopeRecord | undefined): BulkheadFullError {
    const { scopes, call, arrivedAtMs, priorityName: priority } = claim;
    for (const scope of scopes) scope.refused += 1;
    this.#sources.scopes.release(scopes);
    const { clock, sink, usage, scopes: all } = this.#sources;
    const { active, capacity } = usage();
    const retryAfterMs = this.#retryAfterMs(full ?? all.global, capacity);
    const atMs = clock.nowMs();
    if (sink !== NO_EVENTS) {
      const event: BulkheadRefusedEvent = {
        type: 'bulkhead.refused',
        name: this.#options.name,
        atMs,
        reason,
        scope: full?.kind ?? 'unknown',
        waitMs: atMs - arrivedAtMs,
        active,
        capacity,
        queued: all.global.queued,
        priority,
        retryAfterMs,
        tenant: call.tenant,
        operation: call.operation,
      };
      sink.emit(event);
    }
    return this.#error(reason, full, retryAfterMs);
  }

  /** When those who wait will have been served, and one more: as long as calls usually take, so many at a time. */
  #retryAfterMs({ kind, limit, queued }: ScopeRecord, capacity: number): number {
    const slots = kind === 'global' ? capacity : Math.min(limit, capacity);
    return Math.max(SHORTEST_RETRY_MS, Math.ceil(((queued + 1) * (this.#usualMs ?? 0)) / slots));
  }

  #error(reason: BulkheadRefusal, full: ScopeRecord | undefined, retryAfterMs: number): BulkheadFullError {
    const { name, refusal } = this.#options;
    const { kind, key, limit } = full ?? this.#sources.scopes.global;
    return new BulkheadFullError(name, {
      reason,
      scope: full === undefined ? undefined : Object.freeze({ kind, key, limit }),
      maxConcurrent: limit,
      retryAfterMs,
      statusCode: refusal === 'too-many-requests' ? 429 : 503,
    });
  }
}
