import { counterName, oldestSpan, spanAt, type CounterKind, type Counters } from './evidence.ts';

/** Counts calls of one environment by the spans of one kind of counter, in a ring: constant work, no allocation per call. */
class Ring {
  readonly #kinds: readonly [calls: CounterKind, failures: CounterKind];
  readonly #spans: Float64Array;
  readonly #calls: Uint32Array;
  readonly #failures: Float64Array;

  constructor(calls: CounterKind, failures: CounterKind, size: number) {
    this.#kinds = [calls, failures];
    this.#spans = new Float64Array(size).fill(-1);
    this.#calls = new Uint32Array(size);
    this.#failures = new Float64Array(size);
  }

  record(nowMs: number, weight: number): void {
    const span = spanAt(this.#kinds[0], nowMs);
    const index = span % this.#spans.length;
    if (this.#spans[index] !== span) {
      this.#spans[index] = span;
      this.#calls[index] = 0;
      this.#failures[index] = 0;
    }
    this.#calls[index] = (this.#calls[index] ?? 0) + 1;
    this.#failures[index] = (this.#failures[index] ?? 0) + weight;
  }

  moveTo(report: Record<string, number>, nowMs: number): void {
    const oldest = oldestSpan(this.#kinds[0], nowMs);
    this.#spans.forEach((span, index) => {
      if (span < oldest) return;
      const [calls, failures] = [this.#calls[index] ?? 0, this.#failures[index] ?? 0];
      if (calls > 0) report[counterName(this.#kinds[0], span)] = calls;
      if (failures > 0) report[counterName(this.#kinds[1], span)] = Math.round(failures * 1000) / 1000;
    });
    this.clear();
  }

  clear(): void {
    this.#spans.fill(-1);
  }
}

/** What a report says besides the calls. */
export interface ReportOptions {
  /**
   * A call has just failed: tell of the latest moments, too. Quiet reports leave them out. They come so seldom that the short
   * spans would hold the calls of some who are well and not of others, and the item would hold spans for nothing.
   */
  readonly failed: boolean;
  /** The own calls are failing: count this environment's vote, if it is time to vote again. */
  readonly votes: boolean;
  /** Most of the own calls fail. */
  readonly suspects: boolean;
}

/** What this environment has seen and not yet told the fleet. */
export class PendingReport {
  readonly #short = new Ring('c', 'f', 10);
  readonly #long = new Ring('C', 'F', 11);
  readonly #lastSpans: Record<'v' | 'd' | 'n', number> = { v: -2, d: -2, n: -2 };
  #calls = 0;
  #sinceMs: number | undefined;

  /** Counts one call; `weight` is how much of a failure it is, see `weightOf`. */
  record(nowMs: number, weight: number): void {
    this.#calls += 1;
    this.#short.record(nowMs, weight);
    this.#long.record(nowMs, weight);
  }

  /** Whether a vote would be counted now: one in two spans. */
  mayVote(nowMs: number): boolean {
    return spanAt('v', nowMs) - this.#lastSpans.v >= 2;
  }

  /**
   * Takes the report out. It is gone then, whether or not it arrives: a report whose answer is lost is never sent again, so
   * nothing is counted twice, and what may be missing is made up by the next calls.
   */
  take(nowMs: number, { failed, votes, suspects }: ReportOptions): Counters {
    const report: Record<string, number> = {};
    if (failed) this.#short.moveTo(report, nowMs);
    this.#long.moveTo(report, nowMs);
    this.#countSelf(report, 'n', nowMs, 1);
    if (votes) this.#countSelf(report, 'v', nowMs, 2);
    if (suspects) this.#countSelf(report, 'd', nowMs, 2);
    // In no time there is no rate: these calls count with the next report.
    if (this.#sinceMs !== undefined && nowMs <= this.#sinceMs) return report;
    if (this.#sinceMs !== undefined) {
      const span = spanAt('n', nowMs);
      report[counterName('T', span)] = Math.round(nowMs - this.#sinceMs);
      if (this.#calls > 0) report[counterName('N', span)] = this.#calls;
    }
    this.#calls = 0;
    this.#sinceMs = nowMs;
    return report;
  }

  /** Forgets calls that belong to a circuit that is no more. */
  clear(nowMs: number): void {
    this.#short.clear();
    this.#long.clear();
    this.#lastSpans.v = -2;
    this.#lastSpans.d = -2;
    this.#calls = 0;
    this.#sinceMs = nowMs;
  }

  #countSelf(report: Record<string, number>, kind: 'v' | 'd' | 'n', nowMs: number, every: number): void {
    const span = spanAt(kind, nowMs);
    if (span - this.#lastSpans[kind] < every) return;
    this.#lastSpans[kind] = span;
    report[counterName(kind, span)] = 1;
  }
}
