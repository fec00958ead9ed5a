/**
 * Waits, in milliseconds. Should end its timer when the signal is aborted; nobody waits for it any more then, so it does not matter
 * whether it resolves or stays silent.
 */
export type Sleep = (durationMs: number, signal?: AbortSignal) => Promise<void>;

/** Calls back once after a time, in milliseconds. What it returns ends the timer, if it has not called back yet. */
export type Timer = (durationMs: number, onTime: () => void) => () => void;

/** A timer made of a sleep. */
export function timerOf(sleep: Sleep): Timer {
  return (durationMs, onTime) => {
    const over = new AbortController();
    void sleep(durationMs, over.signal).then(() => {
      if (!over.signal.aborted) onTime();
    });
    return () => over.abort();
  };
}

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
