/** Counts latencies in constant space. Histograms of Node can do it. */
export interface LatencyHistogram {
  /** Takes a whole number of milliseconds from 1 on. */
  record(value: number): void;
  add(other: LatencyHistogram): void;
  reset(): void;
  percentile(percentile: number): number;
}

/** Makes a histogram of latencies. */
export type CreateHistogram = () => LatencyHistogram;

/** Longest latency that is told apart, in milliseconds: no invocation takes longer. */
export const LONGEST_LATENCY_MS = 900_000;

/** Parts into which the window is divided: what is too old leaves it one part at a time. */
const SLOTS = 30;

interface Slot {
  /** Number of its time since the epoch. */
  index: number;
  arrived: number;
  shed: number;
  ended: number;
  failed: number;
  measured: number;
  sumMs: number;
  readonly histogram: LatencyHistogram;
}

/** What happened in some time. Of what there is nothing, quantiles and mean are undefined. */
export interface TrafficSummary {
  readonly spanMs: number;
  readonly arrived: number;
  readonly shed: number;
  readonly ended: number;
  readonly failed: number;
  readonly measured: number;
  readonly meanMs: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** Requests of the latest time, in constant space. What is too old does not count, whether anything comes after it or not. */
export class TrafficWindow {
  readonly #slotMs: number;
  readonly #slots: readonly Slot[];
  readonly #merged: LatencyHistogram;
  readonly #sinceMs: number;
  #current: Slot;

  constructor(windowMs: number, nowMs: number, create: CreateHistogram) {
    this.#slotMs = windowMs / SLOTS;
    this.#slots = Array.from({ length: SLOTS }, () => emptySlot(create()));
    this.#merged = create();
    this.#current = emptySlot(this.#merged);
    this.#sinceMs = nowMs;
  }

  /** A request has come. */
  arrived(nowMs: number): void {
    this.#slotAt(nowMs).arrived += 1;
  }

  /** A request was shed. */
  shed(nowMs: number): void {
    this.#slotAt(nowMs).shed += 1;
  }

  /** A request was handled; its duration is undefined where it was not measured. */
  ended(nowMs: number, durationMs: number | undefined, failed: boolean): void {
    const slot = this.#slotAt(nowMs);
    slot.ended += 1;
    if (failed) slot.failed += 1;
    if (durationMs === undefined) return;
    slot.measured += 1;
    slot.sumMs += durationMs;
    slot.histogram.record(Math.min(LONGEST_LATENCY_MS, Math.max(1, Math.round(durationMs))));
  }

  /** The latest time in which at least so many requests were measured; the whole window if there are fewer. */
  latest(nowMs: number, enough: number): TrafficSummary {
    const current = Math.floor(nowMs / this.#slotMs);
    const found = { arrived: 0, shed: 0, ended: 0, failed: 0, measured: 0, sumMs: 0 };
    this.#merged.reset();
    let index = current;
    for (; index > current - SLOTS && found.measured < enough; index -= 1) this.#take(index, found);
    const { arrived, shed, ended, failed, measured, sumMs } = found;
    const spanMs = Math.max(1, nowMs - Math.max(this.#sinceMs, (index + 1) * this.#slotMs));
    const quantile = (percentile: number): number | undefined => (measured === 0 ? undefined : this.#merged.percentile(percentile));
    const meanMs = measured === 0 ? undefined : sumMs / measured;
    return { spanMs, arrived, shed, ended, failed, measured, meanMs, p95Ms: quantile(95), p99Ms: quantile(99) };
  }

  #take(index: number, found: Omit<Slot, 'index' | 'histogram'>): void {
    const slot = this.#slots[index % SLOTS];
    if (slot?.index !== index) return;
    found.arrived += slot.arrived;
    found.shed += slot.shed;
    found.ended += slot.ended;
    found.failed += slot.failed;
    found.measured += slot.measured;
    found.sumMs += slot.sumMs;
    if (slot.measured > 0) this.#merged.add(slot.histogram);
  }

  #slotAt(nowMs: number): Slot {
    const index = Math.floor(nowMs / this.#slotMs);
    if (this.#current.index === index) return this.#current;
    const slot = this.#slots[index % SLOTS] ?? this.#current;
    if (slot.measured > 0) slot.histogram.reset();
    this.#current = Object.assign(slot, { index, arrived: 0, shed: 0, ended: 0, failed: 0, measured: 0, sumMs: 0 });
    return slot;
  }
}

function emptySlot(histogram: LatencyHistogram): Slot {
  return { index: -1, arrived: 0, shed: 0, ended: 0, failed: 0, measured: 0, sumMs: 0, histogram };
}
