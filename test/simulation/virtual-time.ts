import { EventQueue } from './event-queue.ts';

/** What an event of a fleet is. Its subject is the index of a place or of a capacity, or the number of a callback. */
export const EVENTS = { arrival: 0, callEnd: 1, crash: 2, freeze: 3, callback: 4, capacity: 5 } as const;

const KINDS = 8;

/** One event as it comes due. */
export interface DueEvent {
  kind: number;
  subject: number;
}

/**
 * Time that moves from event to event. Code under test that awaits something runs in microtasks: whoever resolves or is
 * handed a promise says so by `promisesMoved`, and the loop lets them run before time goes on.
 */
export class VirtualTime {
  /** Milliseconds since the start. */
  nowMs = 0;
  /** Set when promises may have something to run before time goes on. */
  promisesMoved = false;
  readonly #queue = new EventQueue();
  readonly #callbacks = new Map<number, () => void>();
  readonly #due: DueEvent = { kind: 0, subject: 0 };
  #nextCallback = 0;

  /** Has an event come due at an instant that has not passed yet. */
  schedule(atMs: number, kind: number, subject = 0): void {
    this.#queue.push(Math.max(atMs, this.nowMs), subject * KINDS + kind);
  }

  /** Has a function called after a while. */
  after(durationMs: number, callback: () => void): void {
    this.#callbacks.set(this.#nextCallback, callback);
    this.schedule(this.nowMs + durationMs, EVENTS.callback, this.#nextCallback);
    this.#nextCallback += 1;
  }

  /** Moves to the next event; undefined if there is none. The object is used again for the event after it. */
  advance(): DueEvent | undefined {
    if (this.#queue.size === 0) return undefined;
    this.nowMs = this.#queue.firstMs;
    const event = this.#queue.pop();
    this.#due.kind = event % KINDS;
    this.#due.subject = Math.floor(event / KINDS);
    return this.#due;
  }

  /** Calls the function that has come due. */
  run(subject: number): void {
    const callback = this.#callbacks.get(subject);
    this.#callbacks.delete(subject);
    callback?.();
  }

  /** Lets everything run that waits for a promise. A turn of the event loop comes after all microtasks. */
  async letPromisesRun(): Promise<void> {
    this.promisesMoved = false;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
