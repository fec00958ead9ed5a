import type { Clock } from '../../../runtime/src/core/clock.ts';

/** Turns of the event loop within which everything runs that waits for promises only, reading bodies included. */
const TURNS = 12;

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time that passes only when nothing else is left to do: minutes take milliseconds, and the order is always the same. */
export class VirtualTime implements Clock {
  #nowMs = 1_767_225_600_000;
  readonly #timers = new Set<Timer>();
  readonly #isLatestFirst: boolean;

  /** @param order Which of several timers for the same instant goes off first, of which real timers promise nothing. */
  constructor(order: 'earliest first' | 'latest first' = 'earliest first') {
    this.#isLatestFirst = order === 'latest first';
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Timers that nobody has ended. */
  get timers(): number {
    return this.#timers.size;
  }

  readonly sleep = (durationMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        this.#timers.delete(timer);
        resolve();
      };
      const timer: Timer = { atMs: this.#nowMs + durationMs, wake };
      if (signal?.aborted === true) return wake();
      this.#timers.add(timer);
      signal?.addEventListener('abort', wake, { once: true });
    });

  /** Lets time pass until some work has ended, and returns how. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { isOver: false };
    const settle = (): void => void (state.isOver = true);
    work.then(settle, settle);
    for (;;) {
      for (let turn = 0; turn < TURNS && !state.isOver; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (state.isOver) return work;
      const timers = this.#isLatestFirst ? [...this.#timers].reverse() : [...this.#timers];
      const next = timers.sort((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined) throw new Error('nothing is left that could end the work');
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
  }
}
