import type { Timer } from '../core/sleep.ts';

/** Work that came to a value. */
export interface EndedWork<T> {
  readonly kind: 'value';
  readonly value: T;
}

/** How work ended. */
export type WorkEnd<T> = EndedWork<T> | { readonly kind: 'error'; readonly error: unknown };

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
  readonly #timer: Timer;

  /** @param toWork Aborts the signal of the work. */
  constructor(work: () => T | PromiseLike<T>, toWork: AbortController, timer: Timer) {
    this.#toWork = toWork;
    this.#timer = timer;
    this.end = ended(work);
  }

  /** How the work ends, if it does within a time in milliseconds. The caller's own signal ends the wait, and the work with it. */
  within(durationMs: number, caller?: AbortSignal): Promise<WorkEnd<T> | GivenUp> {
    return new Promise((resolve) => {
      const finish = (end: WorkEnd<T> | GivenUp): void => {
        stop();
        // The signal may live much longer than this call.
        caller?.removeEventListener('abort', cancel);
        resolve(end);
      };
      const cancel = (): void => {
        this.#toWork.abort(caller?.reason);
        finish(CANCELLED);
      };
      const stop = this.#timer(durationMs, () => finish(EXPIRED));
      // The work itself may have aborted it by now.
      if (caller?.aborted === true) cancel();
      else caller?.addEventListener('abort', cancel);
      void this.end.then(finish);
    });
  }

  /** Aborts the signal of the work, and waits so long for it to end by itself. */
  endWithin(graceMs: number, reason: unknown): Promise<WorkEnd<T> | GivenUp> {
    this.#toWork.abort(reason);
    return this.within(graceMs);
  }
}

/** How some work ends: with less of promises than a function that awaits it. */
function ended<T>(work: () => T | PromiseLike<T>): Promise<WorkEnd<T>> {
  try {
    return Promise.resolve(work()).then(valueEnd, errorEnd);
  } catch (error) {
    return Promise.resolve(errorEnd(error));
  }
}

function valueEnd<T>(value: T): WorkEnd<T> {
  return { kind: 'value', value };
}

function errorEnd(error: unknown): WorkEnd<never> {
  return { kind: 'error', error };
}
