import type { Clock } from '../core/clock.ts';
import type { Sleep } from '../core/sleep.ts';
import type { ConfigurationSource } from './source.ts';

/** What asking came to. */
export type Answer = { readonly text: string | undefined } | { readonly error: unknown };

/** What a poller works with. */
export interface PollerParts {
  readonly source: ConfigurationSource;
  readonly clock: Clock;
  /** Waits, in milliseconds, until the signal is aborted. */
  readonly sleep: Sleep;
  /** How long nobody is asked after an answer, or after none, in milliseconds. */
  readonly intervalMs: number;
  /** Told what asking came to. Must not throw. */
  readonly onAnswer: (answer: Answer) => void;
}

/** Longest time that a request waits at its end for what it has asked alongside. */
const LONGEST_POLL_MS = 500;

/** Time that is left to the answer of a request before its invocation ends. */
const MARGIN_MS = 50;

/** Less than this is not worth asking for. */
const SHORTEST_POLL_MS = 50;

/**
 * Asks for the configuration now and then. It has no timers of its own, because an environment is frozen between requests: it is
 * requests that ask, one at a time, when the interval has passed.
 */
export class Poller {
  readonly #parts: PollerParts;
  #askFromMs = -Infinity;
  #isAsking = false;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /**
   * Asks, if it is time and nobody is asking. The promise never rejects; the answer to the request waits for it.
   *
   * @param deadlineMs Instant at which the request ends. Default: none.
   * @returns undefined if nobody has to be asked.
   */
  begin(deadlineMs = Infinity): Promise<void> | undefined {
    const nowMs = this.#parts.clock.nowMs();
    const timeoutMs = Math.floor(Math.min(LONGEST_POLL_MS, deadlineMs - nowMs - MARGIN_MS));
    if (this.#isAsking || nowMs < this.#askFromMs || !(timeoutMs >= SHORTEST_POLL_MS)) return undefined;
    return this.ask(timeoutMs).then(this.#parts.onAnswer);
  }

  /** Asks now, and tells nobody. Never rejects. */
  async ask(timeoutMs: number): Promise<Answer> {
    this.#isAsking = true;
    try {
      return { text: await this.#within(timeoutMs) };
    } catch (error) {
      return { error };
    } finally {
      this.#isAsking = false;
      // From the answer on: the source counts from where it got the question.
      this.#askFromMs = this.#parts.clock.nowMs() + this.#parts.intervalMs;
    }
  }

  async #within(timeoutMs: number): Promise<string | undefined> {
    const { source, sleep } = this.#parts;
    const [asking, waiting] = [new AbortController(), new AbortController()];
    const giveUp = (): never => {
      const late = new Error(`no answer within ${timeoutMs} ms`);
      if (!waiting.signal.aborted) asking.abort(late);
      throw late;
    };
    try {
      // A source may not heed the signal: nobody waits for it all the same.
      return await Promise.race([source.latest(asking.signal), sleep(timeoutMs, waiting.signal).then(giveUp, giveUp)]);
    } finally {
      waiting.abort();
    }
  }
}
