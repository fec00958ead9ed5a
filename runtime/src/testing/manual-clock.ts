import type { Clock } from '../core/clock.ts';

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  #nowMs: number;

  /** @param startMs First instant in epoch milliseconds. Default: 2026-01-01T00:00:00Z. */
  constructor(startMs = 1_767_225_600_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Lets time pass, in milliseconds. */
  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }
}
