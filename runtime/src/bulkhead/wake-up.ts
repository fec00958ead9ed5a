import type { Clock } from '../core/clock.ts';
import type { Sleep } from '../core/sleep.ts';

/** What a wake-up needs from outside. */
export interface WakeUpDependencies {
  readonly clock: Clock;
  readonly sleep: Sleep;
}

/** Longest single timer: later instants take several, because timers of this platform cannot be as long as a deadline may be. */
const LONGEST_TIMER_MS = 900_000;

/** One timer for the next of many instants. Woken, whoever set it says when he wants to be woken next. */
export class WakeUp {
  readonly #dependencies: WakeUpDependencies;
  readonly #onWake: () => void;
  #atMs = Infinity;
  #stop: AbortController | undefined;

  constructor(dependencies: WakeUpDependencies, onWake: () => void) {
    this.#dependencies = dependencies;
    this.#onWake = onWake;
  }

  /** Wakes at an instant, or before it if an earlier one was asked for. Infinite means not at all. */
  by(atMs: number): void {
    if (atMs >= this.#atMs) return;
    this.cancel();
    const { clock, sleep } = this.#dependencies;
    const stop = new AbortController();
    const wake = (): void => {
      if (this.#stop !== stop) return;
      this.#stop = undefined;
      this.#atMs = Infinity;
      this.#onWake();
    };
    this.#atMs = atMs;
    this.#stop = stop;
    sleep(Math.min(Math.max(0, atMs - clock.nowMs()), LONGEST_TIMER_MS), stop.signal).then(wake, wake);
  }

  /** Ends the timer, if there is one. */
  cancel(): void {
    this.#atMs = Infinity;
    this.#stop?.abort();
    this.#stop = undefined;
  }
}
