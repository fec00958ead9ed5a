import { PRIORITIES, UNKNOWN_CALL, type CallContext, type Priority } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { retryAfterSeconds } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import { FREE_PERMIT, runBehind, type Gate, type Operation, type Permit, type Policy } from '../core/gate.ts';
import type { Outcome } from '../core/outcome.ts';
import { uniform, type Random } from '../core/random.ts';
import { LoadShedError, type ShedReason } from './errors.ts';
import type { ResolvedLoadSheddingOptions } from './options.ts';
import { PriorityMix } from './priority-mix.ts';
import { SheddingReporter } from './reporter.ts';
import type { LoadSheddingStatistics } from './snapshot.ts';
import { LoadWatch, type LoadSources } from './watch.ts';

/** What a load shedder needs from outside. */
export interface LoadShedderDependencies extends LoadSources {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
}

/** A call of which it is known how old its event is. */
export interface SheddableCall extends CallContext {
  /** Time since the event was sent, in milliseconds; undefined where its source does not tell. */
  readonly ageMs?: number | undefined;
  /** Age from which on nobody waits for the result, in milliseconds, where the options name none. */
  readonly maxAgeMs?: number | undefined;
}

/** What is added to the time after which a shed caller is asked to try again, at most: those that were shed together come apart. */
const RETRY_SPREAD = 0.5;

/**
 * Refuses requests while this environment has more to do than it can, the least important ones first. Decides at once and from what
 * it measures itself: requests in flight and how they end, processor, event loop and memory, the age of events. All of it is
 * computed on the path of requests in constant time.
 */
export class LoadShedder implements Gate, Policy {
  readonly name: string;
  readonly clock: Clock;
  readonly options: ResolvedLoadSheddingOptions;
  readonly #random: Random;
  readonly #reporter: SheddingReporter;
  readonly #watch: LoadWatch;
  readonly #mix: PriorityMix;

  /**
   * @param options Resolved options, see `resolveLoadSheddingOptions`; `createLoadShedder` does both.
   * @param dependencies Clock, random source, event sink, and what the process is measured with.
   */
  constructor(options: ResolvedLoadSheddingOptions, dependencies: LoadShedderDependencies) {
    const { clock, random, sink } = dependencies;
    this.name = options.name;
    this.clock = clock;
    this.options = options;
    this.#random = random;
    this.#reporter = new SheddingReporter(options, clock, sink);
    this.#watch = new LoadWatch(options, this.#reporter, dependencies, clock.nowMs());
    this.#mix = new PriorityMix(options.priorityRateCaps);
  }

  /**
   * Admits a request. Always synchronous.
   *
   * @throws LoadShedError if the request is shed.
   */
  acquire(call: SheddableCall): Permit {
    const { enabled, skip, dryRun } = this.options;
    if (!enabled || (skip !== undefined && this.#reporter.ask(() => skip(call)) === true)) return FREE_PERMIT;
    const nowMs = this.clock.nowMs();
    const priority = priorityOf(call);
    this.#watch.arrived(nowMs);
    this.#mix.arrived(priority);
    const rate = this.#watch.rate;
    const reason = this.#reasonToShed(call, priority, rate);
    if (reason !== undefined) {
      const error = this.#refusal({ reason, priority, rate, call }, nowMs);
      if (!dryRun) throw error;
    }
    return this.#admit(nowMs, priority, reason === undefined);
  }

  /**
   * Runs an operation unless it is shed; then `onShed` answers, if there is one.
   *
   * @throws LoadShedError if it is shed and there is no `onShed`.
   */
  execute<T>(operation: Operation<T>, call: SheddableCall = UNKNOWN_CALL): Promise<T> {
    return runBehind(this, operation, call, this.#onRefused);
  }

  /** What this load shedder has done so far, and the load of this environment. */
  get statistics(): LoadSheddingStatistics {
    const { admitted, shed } = this.#reporter;
    const requests = admitted + shed;
    const load = this.#watch.snapshot(this.clock.nowMs());
    return Object.freeze({ ...load, requests, admitted, shed, shedRatio: requests === 0 ? 0 : shed / requests });
  }

  readonly #onRefused = async (error: unknown, call: CallContext): Promise<unknown> => {
    if (this.options.onShed === undefined || !(error instanceof LoadShedError)) throw error;
    return this.options.onShed(error, call);
  };

  #reasonToShed(call: SheddableCall, priority: Priority, rate: number): ShedReason | undefined {
    const { strategy } = this.options;
    if (this.#isTooOld(call)) return 'age';
    if (strategy === 'custom') return this.#isUnwanted(call) ? 'custom' : undefined;
    if (rate <= 0) return undefined;
    const share = strategy === 'random' ? Math.min(rate, this.#mix.capOf(priority)) : this.#mix.rateOf(priority, this.#watch.rateFor(priority));
    return share > 0 && this.#random.next() < share ? 'load' : undefined;
  }

  #isTooOld({ ageMs, maxAgeMs }: SheddableCall): boolean {
    const { maxEventAgeMs } = this.options;
    const limitMs = maxEventAgeMs > 0 ? maxEventAgeMs : maxAgeMs;
    return ageMs !== undefined && limitMs !== undefined && ageMs >= limitMs;
  }

  #isUnwanted(call: SheddableCall): boolean {
    const load = this.#watch.snapshot(this.clock.nowMs());
    return this.#reporter.ask(() => this.options.shouldShed?.(call, load)) === true;
  }

  #admit(nowMs: number, priority: Priority, isCounted: boolean): Permit {
    const { samplingRate } = this.options;
    this.#watch.entered(nowMs);
    if (isCounted) this.#reporter.onAdmitted(nowMs, priority, this.#watch.inFlight);
    const isMeasured = samplingRate >= 1 || this.#random.next() < samplingRate;
    return new SheddingPermit(this.#watch, this.#reporter, this.clock, { startedAtMs: nowMs, priority, isMeasured });
  }

  #refusal({ reason, priority, rate, call }: Refused, nowMs: number): LoadShedError {
    const { dryRun, retryAfterMs: baseMs } = this.options;
    const seconds = retryAfterSeconds(baseMs * uniform(this.#random, 1, 1 + RETRY_SPREAD)) ?? 1;
    const retryAfterMs = seconds * 1000;
    const { score } = this.#watch;
    this.#reporter.shed += 1;
    this.#watch.shed(nowMs);
    this.#reporter.report({
      type: dryRun ? 'shedding.would_refuse' : 'shedding.refused',
      reason,
      priority,
      rate,
      score,
      retryAfterMs,
      ...(call.ageMs !== undefined && { ageMs: call.ageMs }),
      active: this.#watch.inFlight,
    });
    return new LoadShedError(reason, retryAfterMs);
  }
}

interface Refused {
  readonly reason: ShedReason;
  readonly priority: Priority;
  readonly rate: number;
  readonly call: SheddableCall;
}

interface Started {
  readonly startedAtMs: number;
  readonly priority: Priority;
  readonly isMeasured: boolean;
}

/** One object per request; a closure would be two. */
class SheddingPermit implements Permit {
  readonly #watch: LoadWatch;
  readonly #reporter: SheddingReporter;
  readonly #clock: Clock;
  #started: Started | undefined;

  constructor(watch: LoadWatch, reporter: SheddingReporter, clock: Clock, started: Started) {
    this.#watch = watch;
    this.#reporter = reporter;
    this.#clock = clock;
    this.#started = started;
  }

  settle(outcome: Outcome): void {
    const started = this.#started;
    if (started === undefined) return;
    this.#started = undefined;
    const nowMs = this.#clock.nowMs();
    this.#watch.left(nowMs);
    // Refused further in, or answered early: it says nothing about latencies and failures.
    if (outcome.kind === 'abandoned') return;
    const { startedAtMs, priority, isMeasured } = started;
    const durationMs = Math.max(0, nowMs - startedAtMs);
    const failed = outcome.kind === 'failure' || isServerError(outcome.value);
    this.#watch.ended(nowMs, isMeasured ? durationMs : undefined, failed);
    this.#reporter.onCompleted(nowMs, { priority, durationMs, failed, active: this.#watch.inFlight });
  }
}

/** Callers without a compiler may pass anything. */
function priorityOf({ priority }: CallContext): Priority {
  return priority !== undefined && Object.hasOwn(PRIORITIES, priority) ? priority : 'normal';
}

function isServerError(value: unknown): boolean {
  const status = (value as { readonly statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' && status >= 500;
}
