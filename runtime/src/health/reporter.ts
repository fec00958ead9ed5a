import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { HealthStatus } from './check.ts';
import type { HealthEndpoint, HealthEvent } from './events.ts';
import type { FinishedRun } from './state.ts';

/** What has been done since the start of this environment. */
export interface HealthStatistics {
  /** Checks that are registered now. */
  readonly checks: number;
  /** Runs of checks that came to a result. */
  readonly runs: number;
  /** Runs that failed, those that took too long included. */
  readonly failures: number;
  /** Runs that took too long. */
  readonly timeouts: number;
  /** Runs that were given up, because nobody waited for them any more. */
  readonly givenUp: number;
  /** Health requests that were answered. */
  readonly answers: number;
}

/** Each kind of event, without its time. */
type Report = HealthEvent extends infer Event ? (Event extends HealthEvent ? Omit<Event, 'atMs'> : never) : never;

/** Counts and reports what health does. */
export class HealthReporter {
  readonly #clock: Clock;
  readonly #sink: EventSink;
  #runs = 0;
  #failures = 0;
  #timeouts = 0;
  #givenUp = 0;
  #answers = 0;

  constructor(clock: Clock, sink: EventSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  /** A run came to a result. */
  onRun(
    { check, required, state }: { readonly check: { readonly name: string }; readonly required: boolean; readonly state: { readonly failures: number } },
    { result, durationMs }: FinishedRun,
  ): void {
    const { status, reason } = result;
    this.#runs += 1;
    if (status === 'unhealthy') this.#failures += 1;
    if (reason === 'timeout') this.#timeouts += 1;
    const { failures } = state;
    this.#report({ type: 'health.checked', name: check.name, status, durationMs, failures, required, ...(reason !== undefined && { reason }) });
  }

  /** A run was given up. */
  onGivenUp(): void {
    this.#givenUp += 1;
  }

  /** What counts of a check is something else now. */
  onChange(name: string, from: HealthStatus, to: HealthStatus): void {
    this.#report({ type: 'health.changed', name, from, to });
  }

  /** A health request was answered. */
  onAnswer(name: HealthEndpoint, status: HealthStatus, statusCode: number, durationMs: number): void {
    this.#answers += 1;
    this.#report({ type: 'health.answered', name, status, statusCode, durationMs });
  }

  /** A callback threw or took too long. */
  onCallbackFailed(name: string, error: unknown): void {
    this.#report({ type: 'health.callback_failed', name, error });
  }

  /** What was counted so far. */
  statistics(checks: number): HealthStatistics {
    return {
      checks,
      runs: this.#runs,
      failures: this.#failures,
      timeouts: this.#timeouts,
      givenUp: this.#givenUp,
      answers: this.#answers,
    };
  }

  #report(report: Report): void {
    this.#sink.emit({ atMs: this.#clock.nowMs(), ...report });
  }
}
