import { systemTimer } from './system-sources.ts';

/**
 * Waits, in milliseconds. Should end its timer when the signal is aborted; nobody waits for it any more then, so it does not
 * matter whether it resolves, rejects or stays silent.
 */
export type Sleep = (durationMs: number, signal?: AbortSignal) => Promise<void>;

/** Calls back once after a time, in milliseconds. What it returns ends the timer, if it has not called back yet. */
export type Timer = (durationMs: number, onTime: () => void) => () => void;

/** Timers of Node cannot count further, and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const NO_TIMER = (): void => undefined;

/** The timer made of a sleep, or that of this machine if there is none. What is too long for timers of Node never comes. */
export function timerFrom(sleep: Sleep | undefined): Timer {
  const timer = sleep === undefined ? systemTimer : timerOf(sleep);
  return (durationMs, onTime) => (durationMs > LONGEST_TIMER_MS ? NO_TIMER : timer(durationMs, onTime));
}

function timerOf(sleep: Sleep): Timer {
  return (durationMs, onTime) => {
    const over = new AbortController();
    const wake = (): void => {
      if (!over.signal.aborted) onTime();
    };
    sleep(durationMs, over.signal).then(wake, wake);
    return () => over.abort();
  };
}
