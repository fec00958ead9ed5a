import type { Operation } from '../core/gate.ts';
import type { TimedCall } from './timed-call.ts';

/**
 * Waits, in milliseconds. Should end its timer when the signal is aborted; nobody waits for it any more then, so it does not
 * matter whether it resolves, rejects or stays silent.
 */
export type Sleep = (durationMs: number, signal?: AbortSignal) => Promise<void>;

/** Calls back once after a time, in milliseconds. What it returns ends the timer, if it has not called back yet. */
export type Timer = (durationMs: number, onTime: () => void) => () => void;

/** A timer made of a sleep. */
export function timerOf(sleep: Sleep): Timer {
  return (durationMs, onTime) => {
    const over = new AbortController();
    const wake = (): void => {
      if (!over.signal.aborted) onTime();
    };
    sleep(durationMs, over.signal).then(wake, wake);
    return () => over.abort();
  };
}

/** How work ended. */
export type WorkEnd<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'error'; readonly error: unknown };

/** Why work was given up before it ended: its time was over, or its caller waits no more. */
export type GivenUp = { readonly kind: 'expired' } | { readonly kind: 'cancelled' };

const EXPIRED: GivenUp = Object.freeze({ kind: 'expired' });
const CANCELLED: GivenUp = Object.freeze({ kind: 'cancelled' });

/**
 * Work that is going on, and what may be done about it. It is begun by the constructor. Nothing in here rejects, so what comes
 * of abandoned work harms nobody.
 */
export class TimedWork<T> {
  /** How the work ends, whenever that is. */
  readonly end: Promise<WorkEnd<T>>;
  readonly #toWork: AbortController;
  readonly #callerSignal: AbortSignal | undefined;
  readonly #timer: Timer;

  /** @param toWork Aborts the signal of the work. */
  constructor(operation: Operation<T>, call: TimedCall, toWork: AbortController, timer: Timer) {
    this.#toWork = toWork;
    this.#callerSignal = call.signal;
    this.#timer = timer;
    this.end = ended(operation, { ...call, signal: toWork.signal });
  }

  /** How the work ends, if it does within a time in milliseconds. The caller's own signal ends the wait, and the work with it. */
  within(durationMs: number): Promise<WorkEnd<T> | GivenUp> {
    const signal = this.#callerSignal;
    return new Promise((resolve) => {
      const finish = (end: WorkEnd<T> | GivenUp): void => {
        stop();
        // The signal may live much longer than this call.
        signal?.removeEventListener('abort', cancel);
        resolve(end);
      };
      const cancel = (): void => {
        this.#toWork.abort(signal?.reason);
        finish(CANCELLED);
      };
      const stop = this.#timer(durationMs, () => finish(EXPIRED));
      // The work itself may have aborted it by now.
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel);
      void this.end.then(finish);
    });
  }

  /** Aborts the signal of the work, and waits so long for it to end by itself. */
  endWithin(graceMs: number, reason: unknown): Promise<WorkEnd<T> | GivenUp> {
    this.#toWork.abort(reason);
    return new Promise((resolve) => {
      const stop = this.#timer(graceMs, () => resolve(EXPIRED));
      void this.end.then((end) => {
        stop();
        resolve(end);
      });
    });
  }
}

async function ended<T>(operation: Operation<T>, call: TimedCall): Promise<WorkEnd<T>> {
  try {
    return { kind: 'value', value: await operation(call) };
  } catch (error) {
    return { kind: 'error', error };
  }
}
