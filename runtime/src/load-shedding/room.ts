import type { TrafficSummary } from './traffic-window.ts';

/** Requests in flight for which there is always room. */
const LEAST_ROOM = 10;

/** While nothing new is known, room doubles in that time. */
const GROWTH_MS = 1000;

/** In that time the best pace that was seen is half forgotten. */
const BEST_PACE_LIFE_MS = 30_000;

/** Latencies tell of a crowd for so many sample intervals. */
const MEMORY_INTERVALS = 3;

/** What is known when the room is measured. */
export interface RoomInput {
  readonly traffic: TrafficSummary;
  /** The latency to keep to, in milliseconds; 0 if there is none. */
  readonly targetMs: number;
  /** Whether a signal is at its threshold or over it. */
  readonly isOver: boolean;
  /** Whether some requests are being shed. */
  readonly isShedding: boolean;
  readonly inFlight: number;
  readonly elapsedMs: number;
}

/**
 * How many requests may be in flight while there is overload: as many as are answered within the target at the pace of the latest
 * ones (Little's law). Latencies tell of too many only when those have ended.
 */
export class Room {
  readonly #memoryMs: number;
  #requests = Infinity;
  #bestPerMs = 0;
  #crowdedForMs = 0;
  #surplus = 0;

  constructor(sampleIntervalMs: number) {
    this.#memoryMs = MEMORY_INTERVALS * sampleIntervalMs;
  }

  /** The share of the latest requests that was more than has been handled at best of late, 0 to 1. */
  get surplus(): number {
    return this.#surplus;
  }

  /** Whether there were too many in flight of late, so that latencies may still tell of it. */
  get wasCrowded(): boolean {
    return this.#crowdedForMs > 0;
  }

  /** The share of requests that finds no room: 0 up to as many as there is room for, 1 from twice as many on. */
  crowding(inFlight: number): number {
    return Math.min(1, Math.max(0, (inFlight + 1) / this.#requests - 1));
  }

  /** Measures the room. */
  measure(input: RoomInput): void {
    const { traffic, inFlight, elapsedMs } = input;
    const { arrived, ended, spanMs } = traffic;
    this.#bestPerMs = Math.max(this.#bestPerMs * 2 ** (-elapsedMs / BEST_PACE_LIFE_MS), ended / spanMs);
    this.#surplus = arrived === 0 ? 0 : Math.max(0, 1 - (this.#bestPerMs * spanMs) / arrived);
    this.#requests = this.#roomFor(input);
    this.#crowdedForMs = inFlight >= this.#requests ? this.#memoryMs : Math.max(0, this.#crowdedForMs - elapsedMs);
  }

  #roomFor({ traffic, targetMs, isOver, isShedding, elapsedMs }: RoomInput): number {
    if (targetMs > 0 && isOver) return Math.max(LEAST_ROOM, (traffic.ended / traffic.spanMs) * targetMs);
    return isShedding ? this.#requests * 2 ** (elapsedMs / GROWTH_MS) : Infinity;
  }
}
