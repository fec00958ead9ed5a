import { uniform, type Random } from '../core/random.ts';
import { evidenceOf, type OpeningEvidence } from './verdict.ts';
import { createWindow, isTripped, type OutcomeWindow, type TripThresholds, type WindowSummary } from './window.ts';

/** How long an environment refuses after failures in a row, while the fleet makes up its mind. */
const HOLD_MS = { low: 400, high: 1100 };

/** Calls that the own window must hold before an environment isolates itself for a whole open period. */
const ISOLATION_CALLS = 20;

/** Weight of the latest call in the average duration. */
const DURATION_WEIGHT = 0.1;

/** The options that an environment judges itself by. */
export interface OwnHealthOptions extends TripThresholds {
  readonly windowDurationMs: number;
  readonly windowSize: number;
}

/** What is known of the latest calls. Instants in epoch milliseconds; undefined if there was no such call. */
export interface LatestCalls {
  readonly lastSuccessAtMs: number | undefined;
  readonly lastFailureAtMs: number | undefined;
  readonly consecutiveSuccesses: number;
}

/**
 * What one environment thinks of itself. An environment that alone meets failures is likely to be the sick one: it stops
 * calling, first for a moment and then for an open period, and leaves the others their circuit.
 */
export class OwnHealth {
  readonly #thresholds: OwnHealthOptions;
  readonly #random: Random;
  readonly #window: OutcomeWindow;
  /** Weights of the latest outcomes; a ring of twice the failure threshold. */
  readonly #recent: Float64Array;
  #recorded = 0;
  #refusingUntilMs = -Infinity;
  #looked = true;
  #durationMs = 0;
  #lastSuccessAtMs: number | undefined;
  #lastFailureAtMs: number | undefined;
  #consecutiveSuccesses = 0;

  constructor(thresholds: OwnHealthOptions, random: Random) {
    this.#thresholds = thresholds;
    this.#random = random;
    this.#window = createWindow(thresholds);
    this.#recent = new Float64Array(2 * thresholds.failureThreshold);
  }

  /** Milliseconds for which this environment goes on refusing; 0 if it does not. */
  refusesForMs(nowMs: number): number {
    return Math.max(0, this.#refusingUntilMs - nowMs);
  }

  /** About how long a call takes, in milliseconds; 0 while nothing is known. */
  get durationMs(): number {
    return this.#durationMs;
  }

  /** Whether it has refused and not asked the fleet since: the fleet may know more by now. */
  get shouldLook(): boolean {
    return !this.#looked;
  }

  /** Notes that the fleet has been asked. */
  looked(): void {
    this.#looked = true;
  }

  /** What the own window holds. */
  summary(nowMs: number): WindowSummary {
    return this.#window.summary(nowMs);
  }

  /** What is known of the latest calls, whatever the window holds. */
  get latest(): LatestCalls {
    return {
      lastSuccessAtMs: this.#lastSuccessAtMs,
      lastFailureAtMs: this.#lastFailureAtMs,
      consecutiveSuccesses: this.#consecutiveSuccesses,
    };
  }

  /** Counts one call; `weight` is how much of a failure it is, see `weightOf`. */
  record(nowMs: number, weight: number, durationMs: number): void {
    this.#window.record(nowMs, weight);
    this.#recent[this.#recorded % this.#recent.length] = weight;
    this.#recorded += 1;
    this.#durationMs += (durationMs - this.#durationMs) * (this.#durationMs === 0 ? 1 : DURATION_WEIGHT);
    if (weight === 0) this.#lastSuccessAtMs = nowMs;
    else this.#lastFailureAtMs = nowMs;
    this.#consecutiveSuccesses = weight === 0 ? this.#consecutiveSuccesses + 1 : 0;
  }

  /** Whether the own window alone would open a circuit: the rule of an environment that has nobody to ask. */
  isTripped(nowMs: number): boolean {
    return isTripped(this.#window.summary(nowMs), this.#thresholds);
  }

  /**
   * Whether this environment votes for opening: failures in a row, or clearly more failures among the latest calls than the
   * threshold share. A share just at the threshold would be met by chance too often in too many environments at once.
   */
  votes(nowMs: number): boolean {
    const { failureRateThreshold } = this.#thresholds;
    if (this.failsInARow(nowMs)) return true;
    const size = this.#recent.length;
    if (this.#recorded < size) return false;
    const failures = this.#recent.reduce((sum, weight) => sum + weight, 0);
    return failures >= Math.ceil(size * (failureRateThreshold + (1 - failureRateThreshold) * CLEARLY_MORE));
  }

  /** Whether the latest calls all failed, as many as the failure threshold. */
  failsInARow(nowMs: number): boolean {
    return this.#window.summary(nowMs).consecutiveFailures >= this.#thresholds.failureThreshold;
  }

  /** What an opening of the circuit rests on here: the window, or a row of failures that began before it. */
  evidence(nowMs: number): OpeningEvidence {
    const { calls, failures, consecutiveFailures } = this.#window.summary(nowMs);
    return evidenceOf(Math.max(calls, consecutiveFailures), Math.max(failures, consecutiveFailures));
  }

  /** Milliseconds since the last call ended. */
  idleMs(nowMs: number): number {
    return nowMs - Math.max(this.#lastSuccessAtMs ?? -Infinity, this.#lastFailureAtMs ?? -Infinity);
  }

  /** Whether most of the own calls fail. */
  suspects(nowMs: number): boolean {
    const { calls, failures } = this.#window.summary(nowMs);
    return calls > 0 && failures / calls >= this.#thresholds.failureRateThreshold;
  }

  /** Stops calling for a moment. */
  hold(nowMs: number): void {
    this.#refuseUntil(nowMs + uniform(this.#random, HOLD_MS.low, HOLD_MS.high));
  }

  /** Stops calling for an open period, if the own window is bad beyond doubt; whether it did. */
  isolate(nowMs: number, untilMs: number): boolean {
    const { calls, failures } = this.#window.summary(nowMs);
    if (calls < ISOLATION_CALLS || failures / calls < this.#thresholds.failureRateThreshold) return false;
    this.#refuseUntil(untilMs);
    return true;
  }

  /** Starts afresh, as when the circuit has changed. */
  clear(): void {
    this.#window.clear();
    this.#recorded = 0;
    this.#refusingUntilMs = -Infinity;
    this.#looked = true;
  }

  #refuseUntil(untilMs: number): void {
    this.#refusingUntilMs = Math.max(this.#refusingUntilMs, untilMs);
    this.#looked = false;
  }
}

const CLEARLY_MORE = 0.4;
