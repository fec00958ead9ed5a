import { resultOf, TIMED_OUT, type HealthCheck, type RunSources } from './check.ts';
import type { FinishedRun } from './state.ts';
import { within } from './within.ts';

/** What a run is told about its request. */
export interface RunSetting {
  readonly timeoutMs: number;
  readonly memoryLimitMb: number | undefined;
}

/**
 * One run of a check, shared by all who wait for it. It ends when the check has answered, when its time is over, or with the
 * last request that waits for it: nothing runs on while an environment is frozen.
 */
export class CheckRun {
  readonly #sources: RunSources;
  readonly #stop = new AbortController();
  readonly #ended: Promise<FinishedRun | undefined>;
  #hasEnded = false;
  #waiting = 0;

  /** @param onEnd Told once, before anybody who waits: how it ended, or undefined if it was given up. */
  constructor(check: HealthCheck, setting: RunSetting, sources: RunSources, onEnd: (run: FinishedRun | undefined) => void) {
    this.#sources = sources;
    this.#ended = this.#run(check, setting).then((finished) => {
      this.#hasEnded = true;
      onEnd(finished);
      return finished;
    });
  }

  /** Waits for the end, for so long at most. */
  async wait(durationMs: number): Promise<void> {
    this.#waiting += 1;
    try {
      await within(this.#ended, durationMs, undefined, this.#sources.sleep);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) await this.giveUp();
    }
  }

  /** Ends the run without a result, unless it has ended. */
  async giveUp(): Promise<void> {
    if (this.#hasEnded) return;
    this.#stop.abort();
    await this.#ended;
  }

  async #run(check: HealthCheck, { timeoutMs, memoryLimitMb }: RunSetting): Promise<FinishedRun | undefined> {
    const { clock, sleep } = this.#sources;
    const { signal } = this.#stop;
    const startedAtMs = clock.nowMs();
    const work = Promise.race([resultOf(check, { signal, memoryLimitMb }), aborted(signal)]);
    const result = await within(work, timeoutMs, TIMED_OUT, sleep);
    if (result === undefined) return undefined;
    if (result === TIMED_OUT) this.#stop.abort();
    const atMs = clock.nowMs();
    return Object.freeze({ result, atMs, durationMs: atMs - startedAtMs });
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
