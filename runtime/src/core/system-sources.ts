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

/** Waits for a time on this machine, in milliseconds. Meant for short waits within a request: a frozen environment wakes late. */
export function systemSleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
