import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { show } from '../core/option-schema.ts';
import type { Random } from '../core/random.ts';
import type { EventSink } from '../core/events.ts';
import type { Sleep } from '../core/sleep.ts';
import {
  componentAnswer,
  detailAnswer,
  FORBIDDEN,
  healthAnswer,
  liveAnswer,
  NO_SUCH_CHECK,
  readyAnswer,
  type AnswerSetting,
  type HealthAnswer,
} from './answer.ts';
import { askCallback } from './callback.ts';
import type { HealthCheck } from './check.ts';
import type { HealthEndpoint } from './events.ts';
import { checkProblems, MAXIMUM_CHECKS, type ForcedStatus, type ResolvedHealthOptions } from './options.ts';
import { reportOf, type HealthReport } from './report.ts';
import { HealthReporter, type HealthStatistics } from './reporter.ts';
import { startUpDelayMs } from './start-up.ts';
import { WatchedCheck } from './watched-check.ts';

/** What health needs from outside. */
export interface HealthSources {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
  readonly sleep: Sleep;
  /** Memory of the function in megabytes, as the environment says; undefined if it does not. */
  readonly memoryLimitMb: number | undefined;
}

/** What a request wants to know, and how long it can wait. */
export interface HealthAsk {
  /** The only check to ask. Default: all. */
  readonly check?: string | undefined;
  /** Age from which on results are refreshed, in milliseconds; 0 asks anew. Default: `intervalMs`. */
  readonly maxAgeMs?: number | undefined;
  /** Instant in epoch milliseconds after which nobody waits for the answer. Default: none, checks are bounded anyway. */
  readonly deadlineMs?: number | undefined;
  /** Memory of the function in megabytes, as the invocation says. Default: as the environment does. */
  readonly memoryLimitMb?: number | undefined;
}

/** A health request. */
export interface HealthProbe extends Pick<HealthAsk, 'deadlineMs' | 'memoryLimitMb'> {
  readonly endpoint: HealthEndpoint;
  /** The only check to show; with `detail`. Default: all. */
  readonly check?: string | undefined;
  /** Whether the details may be shown: only `true` says yes. Asked for `detail`; what it throws means no. Default: no. */
  readonly authorize?: (() => unknown) | undefined;
}

/**
 * The health of an environment. It has no timers of its own: checks run when somebody asks, in parallel, each at most once at a
 * time and within its time, and what they find is remembered. Nothing that a check or a callback does makes it throw.
 */
export class Health {
  /** The options, with every default. */
  readonly options: ResolvedHealthOptions;
  /** The source of time. */
  readonly clock: Clock;
  readonly #sources: HealthSources;
  readonly #reporter: HealthReporter;
  readonly #startedAtMs: number;
  readonly #checks = new Map<string, WatchedCheck>();
  #override: { readonly status: ForcedStatus; readonly untilMs: number } | undefined;
  /** What `options.override` said last. */
  #asked: ForcedStatus | undefined;

  constructor(options: ResolvedHealthOptions, sources: HealthSources) {
    this.options = options;
    this.clock = sources.clock;
    this.#sources = sources;
    this.#reporter = new HealthReporter(sources.clock, sources.sink);
    this.#startedAtMs = sources.clock.nowMs();
    for (const check of options.checks) this.register(check);
  }

  /** What is known, after what is not recent enough has been refreshed. */
  async check(ask: HealthAsk = {}): Promise<HealthReport> {
    await this.#askOverride(ask);
    return this.#refresh(ask);
  }

  async #refresh(ask: HealthAsk): Promise<HealthReport> {
    const askedAtMs = this.clock.nowMs();
    const { check: name, maxAgeMs = this.options.intervalMs, deadlineMs = Infinity, memoryLimitMb = this.#sources.memoryLimitMb } = ask;
    const asked = [...this.#checks.values()].filter(({ check }) => name === undefined || check.name === name);
    await Promise.all(asked.map((watched) => watched.freshen({ askedAtMs, maxAgeMs, deadlineMs, memoryLimitMb })));
    return this.#report(askedAtMs);
  }

  /** What is known, without asking anybody. */
  status(): HealthReport {
    return this.#report(this.clock.nowMs());
  }

  /**
   * Adds a check.
   *
   * @throws ConfigurationError if it cannot work, if its name is taken, or if there are 100 already.
   */
  register(check: HealthCheck): void {
    const problems = checkProblems('check', check);
    if (problems.length === 0 && this.#checks.has(check.name)) problems.push(`check.name is ${show(check.name)}, which is taken: unregister that one first`);
    if (this.#checks.size >= MAXIMUM_CHECKS) problems.push(`there are ${MAXIMUM_CHECKS} checks already: unregister one first`);
    if (problems.length > 0) throw new ConfigurationError('the health check cannot work', problems);
    this.#checks.set(check.name, new WatchedCheck(check, this.options, this.#sources, this.#reporter));
  }

  /** Removes a check; a run of it that is under way is aborted. Returns whether there was one. */
  unregister(name: string): boolean {
    const watched = this.#checks.get(name);
    void watched?.drop();
    return this.#checks.delete(name);
  }

  /**
   * Puts a status in the place of what the checks say, in this environment; undefined ends that. Liveness stays what it is.
   *
   * @param until `untilMs` is the instant at which it ends by itself, in epoch milliseconds. Default: never.
   * @throws ConfigurationError if either is none of these.
   */
  override(status: ForcedStatus | undefined, { untilMs = Infinity }: { readonly untilMs?: number } = {}): void {
    const given: unknown = status; // from a caller who may not have a compiler
    const problems = [
      ...(given === undefined || given === 'healthy' || given === 'unhealthy' ? [] : [`status is ${show(given)}: use healthy, unhealthy or undefined`]),
      ...(typeof untilMs === 'number' && untilMs > 0 ? [] : [`untilMs is ${show(untilMs)}: pass an instant in epoch milliseconds`]),
    ];
    if (problems.length > 0) throw new ConfigurationError('the health cannot be overridden', problems);
    this.#override = status === undefined ? undefined : { status, untilMs };
  }

  /**
   * Waits at start-up until nothing that is required is unhealthy, asking again and again with growing pauses. Counts results
   * like any others.
   *
   * @param limit `maxWaitMs` is the longest time to wait, from 1 ms. Default 5 s: Lambda gives the init phase 10 s.
   * @returns whether it came to that in time.
   * @throws ConfigurationError if that is no time.
   */
  async waitUntilReady({ maxWaitMs = 5000 }: { readonly maxWaitMs?: number } = {}): Promise<boolean> {
    if (!(maxWaitMs >= 1 && maxWaitMs < Infinity)) {
      throw new ConfigurationError('the health cannot be waited for', [`maxWaitMs is ${show(maxWaitMs)}: pass milliseconds from 1`]);
    }
    const deadlineMs = this.clock.nowMs() + maxWaitMs;
    for (let attempt = 0; ; attempt += 1) {
      const { status } = await this.check({ maxAgeMs: 0, deadlineMs });
      if (status === 'healthy' || status === 'degraded') return true;
      const delayMs = startUpDelayMs(attempt, this.#sources.random.next());
      if (this.clock.nowMs() + delayMs >= deadlineMs) return false;
      await this.#sources.sleep(delayMs);
    }
  }

  /** What this environment has done. */
  get statistics(): HealthStatistics {
    return this.#reporter.statistics(this.#checks.size);
  }

  /** Answers a health request. */
  async answer(probe: HealthProbe): Promise<HealthAnswer> {
    const startedAtMs = this.clock.nowMs();
    const answer = await this.#answerTo(probe, startedAtMs);
    this.#reporter.onAnswer(probe.endpoint, answer.status, answer.statusCode, this.clock.nowMs() - startedAtMs);
    return answer;
  }

  async #answerTo(probe: HealthProbe, startedAtMs: number): Promise<HealthAnswer> {
    const setting = { options: this.options, startedAtMs, uptimeMs: startedAtMs - this.#startedAtMs };
    if (probe.endpoint === 'live') return liveAnswer(startedAtMs, setting.uptimeMs);
    if (probe.endpoint === 'detail') return this.#detail(probe, setting);
    await this.#askOverride(probe);
    // What an operator has decided needs no check.
    const report = this.#forcedAt(startedAtMs) === undefined ? await this.#refresh({ ...probe, check: undefined }) : this.status();
    return probe.endpoint === 'ready' ? readyAnswer(report) : healthAnswer(report, setting);
  }

  async #detail(probe: HealthProbe, setting: AnswerSetting): Promise<HealthAnswer> {
    const { authorize, check: name } = probe;
    const isAuthorized = authorize !== undefined && (await this.#askCallback('authorize', authorize, probe)) === true;
    if (name === undefined) return detailAnswer(await this.check(probe), setting, isAuthorized);
    if (!isAuthorized) return FORBIDDEN;
    const found = (await this.check(probe)).checks.find((check) => check.name === name);
    return found === undefined ? NO_SUCH_CHECK : componentAnswer(found, setting);
  }

  async #askOverride(ask: HealthAsk | HealthProbe): Promise<void> {
    const { override } = this.options;
    if (override === undefined) return;
    const answer: unknown = await this.#askCallback('override', override, ask);
    this.#asked = answer === 'healthy' || answer === 'unhealthy' ? answer : undefined;
  }

  #askCallback<T>(name: string, callback: () => T | PromiseLike<T>, { deadlineMs = Infinity }: Pick<HealthAsk, 'deadlineMs'>): Promise<T | undefined> {
    const onFailure = (error: unknown): void => this.#reporter.onCallbackFailed(name, error);
    const timeoutMs = Math.max(1, Math.min(this.options.checkTimeoutMs, deadlineMs - this.clock.nowMs()));
    return askCallback(callback, { timeoutMs, sleep: this.#sources.sleep, onFailure });
  }

  #report(askedAtMs: number): HealthReport {
    const { options } = this;
    const atMs = this.clock.nowMs();
    const graceMs = Math.max(0, this.#startedAtMs + options.gracePeriodMs - atMs);
    return reportOf({ checks: [...this.#checks.values()], options, forced: this.#forcedAt(atMs), graceMs, askedAtMs, atMs });
  }

  #forcedAt(nowMs: number): ForcedStatus | undefined {
    if (this.#override !== undefined && this.#override.untilMs <= nowMs) this.#override = undefined;
    return this.#override?.status ?? this.#asked;
  }
}
