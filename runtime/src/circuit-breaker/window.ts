/** What the window of an environment holds at one instant. */
export interface WindowSummary {
  readonly calls: number;
  /** Failed calls; a slow one counts as the part of a failure that its weight says. */
  readonly failures: number;
  /** Failures since the last success; they do not age, so that an environment with few calls can still find out. */
  readonly consecutiveFailures: number;
}

/** Limits at which a window speaks against the dependency. */
export interface TripThresholds {
  readonly failureThreshold: number;
  readonly failureRateThreshold: number;
  readonly minimumCalls: number;
}

/** The outcomes that this environment saw lately. Constant work and no allocation per call. */
export interface OutcomeWindow {
  /** Counts one outcome; `weight` is how much of a failure it is: 0 for a success, 1 for a failure. */
  record(nowMs: number, weight: number): void;
  /** What is in the window now. */
  summary(nowMs: number): WindowSummary;
  /** Forgets everything. */
  clear(): void;
}

/** A window over the latest calls if a size is given, and over the latest time if it is 0. */
export function createWindow(options: { readonly windowDurationMs: number; readonly windowSize: number }): OutcomeWindow {
  return options.windowSize > 0 ? new CountWindow(options.windowSize) : new TimeWindow(options.windowDurationMs);
}

/** Whether a window opens the circuit: by failures in a row, or by their share once there are enough calls to judge by. */
export function isTripped(summary: WindowSummary, thresholds: TripThresholds): boolean {
  if (summary.consecutiveFailures >= thresholds.failureThreshold) return true;
  if (summary.calls < thresholds.minimumCalls) return false;
  return summary.failures / summary.calls >= thresholds.failureRateThreshold;
}

/** Failures since the last success: what is no failure in full ends the row. */
function row(consecutiveFailures: number, weight: number): number {
  return weight >= 1 ? consecutiveFailures + 1 : 0;
}

const BUCKETS = 10;

/** The outcomes of the latest time, in ten buckets. They age out by themselves, because every access says what time it is. */
export class TimeWindow implements OutcomeWindow {
  readonly #bucketMs: number;
  readonly #epochs = new Float64Array(BUCKETS).fill(-1);
  readonly #calls = new Uint32Array(BUCKETS);
  readonly #failures = new Float64Array(BUCKETS);
  #consecutiveFailures = 0;

  /** @param durationMs Length of the window in milliseconds. */
  constructor(durationMs: number) {
    this.#bucketMs = durationMs / BUCKETS;
  }

  record(nowMs: number, weight: number): void {
    const epoch = Math.floor(nowMs / this.#bucketMs);
    const index = epoch % BUCKETS;
    if (this.#epochs[index] !== epoch) {
      this.#epochs[index] = epoch;
      this.#calls[index] = 0;
      this.#failures[index] = 0;
    }
    this.#calls[index] = (this.#calls[index] ?? 0) + 1;
    this.#failures[index] = (this.#failures[index] ?? 0) + weight;
    this.#consecutiveFailures = row(this.#consecutiveFailures, weight);
  }

  summary(nowMs: number): WindowSummary {
    const oldest = Math.floor(nowMs / this.#bucketMs) - BUCKETS + 1;
    let calls = 0;
    let failures = 0;
    for (let index = 0; index < BUCKETS; index += 1) {
      if ((this.#epochs[index] ?? -1) < oldest) continue;
      calls += this.#calls[index] ?? 0;
      failures += this.#failures[index] ?? 0;
    }
    return { calls, failures, consecutiveFailures: this.#consecutiveFailures };
  }

  clear(): void {
    this.#epochs.fill(-1);
    this.#consecutiveFailures = 0;
  }
}

/** The outcomes of the latest calls, however long ago they were. */
export class CountWindow implements OutcomeWindow {
  readonly #weights: Float64Array;
  #recorded = 0;
  #failures = 0;
  #consecutiveFailures = 0;

  /** @param size Number of calls. */
  constructor(size: number) {
    this.#weights = new Float64Array(size);
  }

  record(_nowMs: number, weight: number): void {
    const index = this.#recorded % this.#weights.length;
    this.#failures += weight - (this.#weights[index] ?? 0);
    this.#weights[index] = weight;
    this.#recorded += 1;
    this.#consecutiveFailures = row(this.#consecutiveFailures, weight);
  }

  summary(): WindowSummary {
    const calls = Math.min(this.#recorded, this.#weights.length);
    return { calls, failures: Math.max(0, this.#failures), consecutiveFailures: this.#consecutiveFailures };
  }

  clear(): void {
    this.#weights.fill(0);
    this.#recorded = 0;
    this.#failures = 0;
    this.#consecutiveFailures = 0;
  }
}
