import { CONTRACT } from '../contract/contract.ts';
import type { ResilienceEvent } from '../core/events.ts';
import type { MetricSums } from './metric-sums.ts';

const BULKHEAD = CONTRACT.metrics.bulkhead.names;
const SHEDDING = CONTRACT.metrics.loadShedding.names;

/** Bulkheads whose gauges are remembered; further ones are shown at refusals only. */
const MAXIMUM_BULKHEADS = 1000;

/** How many times per interval a gauge may be shown before it is time to. */
const EARLY_SHOWS = 10;

/** Events that say what is shed altogether; those of single requests say what counted for them. */
const RATES: ReadonlySet<string> = new Set(['shedding.rate', 'shedding.started', 'shedding.ended']);

type Fields = ResilienceEvent & Readonly<Record<string, unknown>>;

/** How full a bulkhead is. */
interface Level {
  active: number;
  queued: number;
  capacity: number;
}

/** What has been seen of a bulkhead since its gauges were last shown. */
interface Seen extends Level {
  seenAtMs: number;
  shownAtMs: number;
  isFullShown: boolean;
}

/**
 * Shows how full bulkheads are and how much is shed. Once per interval, or a tenth of it after a bulkhead has become full and
 * while something is shed; and with every refusal of a bulkhead, whose count leaves in the same line. Of a bulkhead the most that
 * was seen since is shown: what it happens to hold when an interval ends says nothing of how near to its limit it came.
 */
export class LevelGauges {
  readonly #intervalMs: number;
  readonly #bulkheads = new Map<string, Seen>();
  #shedding = { isShown: false, shownAtMs: -Infinity };

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Adds the gauges of what an event is about, if it is time to. */
  add(event: ResilienceEvent, sums: MetricSums): void {
    if (event.type.startsWith('bulkhead.')) this.#addBulkhead(event as Fields, sums);
    else if (event.type.startsWith('shedding.')) this.#addShedding(event as Fields, sums);
  }

  #addBulkhead(event: Fields, sums: MetricSums): void {
    const { type, name, atMs } = event;
    const level = levelOf(event);
    if (level === undefined) return;
    const known = this.#bulkheads.get(name);
    const seen = known ?? { ...level, seenAtMs: atMs, shownAtMs: -Infinity, isFullShown: false };
    const isKept = known !== undefined || this.#bulkheads.size < MAXIMUM_BULKHEADS;
    const isDue = this.#sees(seen, atMs, level);
    if (isKept) this.#bulkheads.set(name, seen);
    if (type !== 'bulkhead.refused' && !(isDue && isKept)) return;
    sums.add('bulkhead', name, BULKHEAD.usage, seen.active);
    sums.add('bulkhead', name, BULKHEAD.capacity, seen.capacity);
    sums.add('bulkhead', name, BULKHEAD.queued, seen.queued);
    Object.assign(seen, { ...level, shownAtMs: atMs, isFullShown: seen.active >= seen.capacity });
  }

  /** Whether it is time to show what has been seen. */
  #sees(seen: Seen, atMs: number, { active, queued, capacity }: Level): boolean {
    // What was seen before a long pause is not what is now.
    const isOld = atMs - seen.seenAtMs >= this.#intervalMs;
    const isOtherSize = capacity !== seen.capacity;
    seen.active = isOld || isOtherSize ? active : Math.max(seen.active, active);
    seen.queued = isOld ? queued : Math.max(seen.queued, queued);
    seen.capacity = capacity;
    seen.seenAtMs = atMs;
    const isNotable = isOtherSize || (seen.active >= capacity && !seen.isFullShown);
    return this.#isTime(seen.shownAtMs, atMs, isNotable);
  }

  #addShedding({ type, atMs, rate, score }: Fields, sums: MetricSums): void {
    if (typeof rate !== 'number' || !RATES.has(type)) return;
    const { isShown, shownAtMs } = this.#shedding;
    if (type === 'shedding.rate' && !this.#isTime(shownAtMs, atMs, rate > 0 || isShown)) return;
    this.#shedding = { isShown: rate > 0, shownAtMs: atMs };
    sums.add('loadShedding', '', SHEDDING.rate, rate);
    sums.add('loadShedding', '', SHEDDING.score, Number(score));
  }

  #isTime(shownAtMs: number, atMs: number, isNotable: boolean): boolean {
    return atMs - shownAtMs >= (isNotable ? this.#intervalMs / EARLY_SHOWS : this.#intervalMs);
  }
}

function levelOf({ active, capacity, queued = 0 }: Fields): Level | undefined {
  return typeof active === 'number' && typeof capacity === 'number' && typeof queued === 'number' ? { active, capacity, queued } : undefined;
}
