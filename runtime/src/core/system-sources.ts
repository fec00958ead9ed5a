import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

let latestMs = 0;

/** The clock of this machine, kept monotone within the environment: a clock set back stands still until it has caught up. */
export const SYSTEM_CLOCK: Clock = Object.freeze({
  nowMs(): number {
    const now = Date.now();
    if (now > latestMs) latestMs = now;
    return latestMs;
  },
});

/** The random source of this machine. */
export const SYSTEM_RANDOM: Random = Object.freeze({ next: () => Math.random() });

/**
 * Waits for a time on this machine, in milliseconds. Meant for short waits within a request: a frozen environment wakes late.
 *
 * @param signal Ends the wait early, so that no timer is left behind. Default: none.
 */
export function systemSleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      // The signal may live much longer than this wait.
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, durationMs);
    if (signal?.aborted === true) wake();
    else signal?.addEventListener('abort', wake);
  });
}

/**
 * Calls back once after a time on this machine, in milliseconds. Costs a fraction of a sleep that is ended by a signal.
 *
 * @returns Ends the timer, if it has not called back yet.
 */
export function systemTimer(durationMs: number, onTime: () => void): () => void {
  const timer = setTimeout(onTime, durationMs);
  return () => clearTimeout(timer);
}

/** Memory that this process has in use, in bytes. */
export function systemMemoryBytes(): number {
  return process.memoryUsage.rss();
}

/** Milliseconds with fractions, from an instant that stays the same for the life of the process. */
export function systemStopwatch(): number {
  return performance.now();
}
