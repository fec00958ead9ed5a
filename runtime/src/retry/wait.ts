import type { Timer } from '../core/sleep.ts';

/** Waits for a time, or until the caller gives up; neither a timer nor a listener is left behind. */
export function waitFor(durationMs: number, caller: AbortSignal | undefined, timer: Timer): Promise<void> {
  if (caller?.aborted === true || durationMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      stop();
      caller?.removeEventListener('abort', wake);
      resolve();
    };
    const stop = timer(durationMs, wake);
    caller?.addEventListener('abort', wake);
  });
}
