import { CheckRun } from './check-run.ts';
import type { HealthCheck, RunSources } from './check.ts';
import type { ResolvedHealthOptions } from './options.ts';
import type { HealthReporter } from './reporter.ts';
import { afterRun, ageMs, isSettled, UNCHECKED, type CheckState, type FinishedRun } from './state.ts';

/** What a request wants to know of a check. */
export interface Ask {
  /** When it asked, in epoch milliseconds. */
  readonly askedAtMs: number;
  /** Age from which on a result has to be refreshed, in milliseconds. */
  readonly maxAgeMs: number;
  /** Instant after which nobody waits for the answer; infinite if unknown. */
  readonly deadlineMs: number;
  readonly memoryLimitMb: number | undefined;
}

/** A check with what is known of it. At most one run at a time, however many ask. */
export class WatchedCheck {
  readonly check: HealthCheck;
  readonly required: boolean;
  readonly shared: boolean;
  readonly #options: ResolvedHealthOptions;
  readonly #sources: RunSources;
  readonly #reporter: HealthReporter;
  #state: CheckState = UNCHECKED;
  #run: CheckRun | undefined;
  /** Whether the latest run was given up: what is known is then not served again without waiting for the next. */
  #isInDoubt = false;
  #isDropped = false;

  constructor(check: HealthCheck, options: ResolvedHealthOptions, sources: RunSources, reporter: HealthReporter) {
    const { required = true, shared = false } = check;
    this.check = check;
    this.required = required;
    this.shared = shared;
    this.#options = options;
    this.#sources = sources;
    this.#reporter = reporter;
  }

  get state(): CheckState {
    return this.#state;
  }

  /** Sees to it that what is known is recent, as far as the time that is left allows. Never throws. */
  async freshen(ask: Ask): Promise<void> {
    const { askedAtMs, maxAgeMs, deadlineMs } = ask;
    if (ageMs(this.#state, askedAtMs) < maxAgeMs) return;
    const waitMs = this.#servesStale(ask) ? this.#options.maxStaleWaitMs : Infinity;
    const leftMs = deadlineMs - askedAtMs;
    if (leftMs <= 0) return;
    this.#run ??= this.#start(ask);
    await this.#run.wait(Math.min(waitMs, leftMs));
  }

  /** Forgets the check: a run that is under way ends without effect. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    await this.#run?.giveUp();
  }

  #servesStale({ askedAtMs, maxAgeMs }: Ask): boolean {
    return maxAgeMs > 0 && !this.#isInDoubt && isSettled(this.#state) && ageMs(this.#state, askedAtMs) < this.#options.maxStaleMs;
  }

  #start({ memoryLimitMb }: Ask): CheckRun {
    const { timeoutMs = this.#options.checkTimeoutMs } = this.check;
    return new CheckRun(this.check, { timeoutMs, memoryLimitMb }, this.#sources, (finished) => this.#end(finished));
  }

  #end(finished: FinishedRun | undefined): void {
    this.#run = undefined;
    this.#isInDoubt = finished === undefined;
    if (this.#isDropped) return;
    if (finished === undefined) return this.#reporter.onGivenUp();
    const before = this.#state;
    this.#state = afterRun(before, finished, this.#options);
    this.#reporter.onRun(this, finished);
    if (before.status !== this.#state.status) this.#reporter.onChange(this.check.name, before.status, this.#state.status);
  }
}
