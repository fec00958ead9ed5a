import { UNKNOWN_CALL } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { noteDeadline } from '../core/deadline.ts';
import type { Operation, Policy } from '../core/gate.ts';
import type { Timer } from '../core/sleep.ts';
import type { Sources } from '../core/sources.ts';
import { NoTimeLeftError, TimedOutError } from './errors.ts';
import { limitFor, type AskedCode } from './limit.ts';
import type { ResolvedTimeoutOptions } from './options.ts';
import { TimeoutReporter, type Begun } from './reporter.ts';
import type { TimeoutStatistics } from './snapshot.ts';
import type { TimedCall } from './timed-call.ts';
import { TimedWork, type EndedWork } from './timed-work.ts';

/** What a timeout needs from outside. */
export interface TimeoutSources extends Pick<Sources, 'clock' | 'sink'> {
  readonly timer: Timer;
}

/** An answer of which only the beginning is there, such as a stream. */
export interface OpenAnswer<T> {
  /** What the caller gets. */
  readonly value: T;
  /** Resolves when the answer has come to its end, in whatever way. Never rejects. */
  readonly closed: Promise<unknown>;
  /** Ends the answer where it stands. Must not throw. */
  cut(error: unknown): void;
}

/** Finds out whether a value is an answer that has only begun; undefined if it is all there. Must not throw. */
export type AsOpenAnswer<T> = (value: T) => OpenAnswer<T> | undefined;

/**
 * Lets work take so long and no longer. Its signal is aborted then, and its caller gets the error even if the work goes on; what
 * comes of it later is dropped, counted and reported. Made by `createTimeout`.
 */
export class Timeout implements Policy {
  readonly name: string;
  readonly options: ResolvedTimeoutOptions;
  readonly clock: Clock;
  readonly #timer: Timer;
  readonly #reporter: TimeoutReporter;
  readonly #thrown = new WeakSet<Error>();
  readonly #asked: AskedCode = {
    timeoutFor: (call) => this.#timeoutFor(call),
    load: () => this.#reporter.ask(() => this.options.load?.()),
  };

  constructor(options: ResolvedTimeoutOptions, { clock, sink, timer }: TimeoutSources) {
    this.name = options.name;
    this.options = options;
    this.clock = clock;
    this.#timer = timer;
    this.#reporter = new TimeoutReporter(options.name, clock, sink);
  }

  /**
   * Runs an operation within its limit; where that has passed, `onTimeout` answers, if there is one. The operation is handed its
   * signal, and as its deadline the instant at which the signal will be aborted. If the caller's own signal is aborted, so is the
   * one of the operation, and after the grace the caller's reason is thrown.
   *
   * @throws TimedOutError if the limit has passed, NoTimeLeftError if so little time is left that it was not begun.
   */
  execute<T>(operation: Operation<T>, call: TimedCall = UNKNOWN_CALL): Promise<T> {
    return this.options.onTimeout === undefined ? this.run(operation, call) : this.#answered(operation, call);
  }

  async #answered<T>(operation: Operation<T>, call: TimedCall): Promise<T> {
    try {
      return await this.run(operation, call);
    } catch (error) {
      // Others of the same kind may come from further in: whatever they stand for, it is not ours to answer.
      if (!this.isOwn(error)) throw error;
      const answer = await this.answerTo(error, call);
      if (answer === undefined) throw error;
      return answer.value as T;
    }
  }

  /** As `execute`, but without `onTimeout`, and with answers of which only the beginning is there: those may go on until the deadline. */
  async run<T>(operation: Operation<T>, call: TimedCall = UNKNOWN_CALL, asOpen?: AsOpenAnswer<T>): Promise<T> {
    if (!this.options.enabled) return operation(call);
    call.signal?.throwIfAborted();
    const begun = this.#begin(call);
    const deadlineMs = begun.startedAtMs + begun.limitMs;
    const toWork = new AbortController();
    noteDeadline(toWork.signal, deadlineMs);
    const work = new TimedWork(() => operation({ ...call, deadlineMs, signal: toWork.signal }), toWork, this.#timer);
    // What the work does before it first waits is part of its time.
    const first = await work.within(Math.max(0, deadlineMs - this.clock.nowMs()), call.signal);
    const isGivenUp = first.kind === 'expired' || first.kind === 'cancelled';
    const end = isGivenUp ? await this.#giveUp(work, begun, first.kind === 'expired', asOpen) : first;
    this.#reporter.completed(begun);
    if (end.kind === 'error') throw end.error;
    const open = asOpen?.(end.value);
    if (open === undefined) return end.value;
    void this.#watch(open, begun, toWork);
    return open.value;
  }

  /** What `onTimeout` answers; undefined if there is none, or it fails, or takes longer than the margin. */
  async answerTo(error: TimedOutError | NoTimeLeftError, call: TimedCall, event?: unknown): Promise<{ readonly value: unknown } | undefined> {
    const { onTimeout, marginMs } = this.options;
    if (onTimeout === undefined) return undefined;
    const asked = new TimedWork<unknown>(() => onTimeout(error, call, event), new AbortController(), this.#timer);
    const end = await asked.within(marginMs);
    if (end.kind === 'value') return end;
    this.#reporter.callbackFailed(end.kind === 'error' ? end.error : new Error(`onTimeout took longer than ${marginMs} ms`));
    return undefined;
  }

  /** Whether an error is one that this timeout has thrown, and no other one of the same kind. */
  isOwn(error: unknown): error is TimedOutError | NoTimeLeftError {
    return (error instanceof TimedOutError || error instanceof NoTimeLeftError) && this.#thrown.has(error);
  }

  /** What this timeout has done so far. */
  get statistics(): TimeoutStatistics {
    return this.#reporter.statistics;
  }

  #own<E extends Error>(error: E): E {
    this.#thrown.add(error);
    return error;
  }

  #begin(call: TimedCall): Begun {
    const startedAtMs = this.clock.nowMs();
    const verdict = limitFor(call, startedAtMs, this.options, this.#asked);
    if (verdict.isRefused) {
      this.#reporter.refused(verdict.remainingMs);
      throw this.#own(new NoTimeLeftError({ ...this.options, limitMs: Math.max(0, verdict.remainingMs) }));
    }
    const begun: Begun = { call, startedAtMs, limitMs: verdict.limitMs };
    this.#reporter.begun(begun);
    return begun;
  }

  #timeoutFor(call: TimedCall): number | undefined {
    const { timeoutFor } = this.options;
    if (timeoutFor === undefined) return undefined;
    const limitMs = this.#reporter.ask(() => timeoutFor(call));
    if (limitMs === undefined || (Number.isFinite(limitMs) && limitMs > 0)) return limitMs;
    this.#reporter.callbackFailed(new RangeError(`timeoutFor answered ${String(limitMs)}: a number of milliseconds above 0 was expected`));
    return undefined;
  }

  /** Ends work, and returns what it makes of its grace; throws where that is nothing. */
  async #giveUp<T>(work: TimedWork<T>, begun: Begun, isExpired: boolean, asOpen?: AsOpenAnswer<T>): Promise<EndedWork<T>> {
    const { signal } = begun.call;
    const reason: unknown = isExpired ? this.#own(new TimedOutError({ ...this.options, limitMs: begun.limitMs })) : signal?.reason;
    const end = await work.endWithin(this.#graceFor(begun.call), reason);
    // Work that makes the best of what it has when it is told to end is heard.
    if (end.kind === 'value') return end;
    const ignored = end.kind !== 'error';
    if (ignored) void this.#drop(work, begun, reason, asOpen);
    if (isExpired) this.#reporter.expired(begun, ignored);
    else this.#reporter.cancelled(begun);
    throw reason;
  }

  /** The margin is for the answer, and the grace takes nothing of it. Where there is none, nothing is answered from here. */
  #graceFor({ deadlineMs }: TimedCall): number {
    const { graceMs, marginMs } = this.options;
    if (deadlineMs === undefined || marginMs === 0) return graceMs;
    return Math.max(0, Math.min(graceMs, deadlineMs - marginMs - this.clock.nowMs()));
  }

  /** What comes too late reaches nobody; what is open in it would stay so. */
  async #drop<T>(work: TimedWork<T>, begun: Begun, reason: unknown, asOpen?: AsOpenAnswer<T>): Promise<void> {
    const late = await work.end;
    this.#reporter.late(begun, late.kind);
    if (late.kind === 'value') asOpen?.(late.value)?.cut(reason);
  }

  /** An answer that has begun cannot be taken back: it may go on until the deadline, and is cut off there. */
  async #watch<T>(open: OpenAnswer<T>, { call, startedAtMs }: Begun, toWork: AbortController): Promise<void> {
    const untilMs = (call.deadlineMs ?? Infinity) - this.options.marginMs;
    noteDeadline(toWork.signal, untilMs);
    const isCut = await new Promise<boolean>((resolve) => {
      const stop = this.#timer(Math.max(0, untilMs - this.clock.nowMs()), () => resolve(true));
      void open.closed.then(() => {
        stop();
        resolve(false);
      });
    });
    if (!isCut) return;
    const limitMs = untilMs - startedAtMs;
    const error = this.#own(new TimedOutError({ ...this.options, limitMs }));
    toWork.abort(error);
    open.cut(error);
    this.#reporter.cut(call, limitMs, true);
  }
}
