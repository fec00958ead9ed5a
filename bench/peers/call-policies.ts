import * as cockatiel from 'cockatiel';
import CircuitBreaker from 'opossum';
import { createBulkhead, createCircuitBreaker, createDependency, createRetry, createTimeout, pipeline, type EventSink } from '../../runtime/src/index.ts';

/** Something to protect. */
export type Work = () => Promise<number>;

/** Runs it under policies that have been made before; if there is a signal, on behalf of a caller that may give up. */
export type Run = (work: Work, caller?: AbortSignal) => Promise<number>;

/** What all policies are made with. */
export interface CallSettings {
  /** Whether the circuit stays closed whatever fails. */
  readonly isPatient: boolean;
}

/** Calls that may run at the same time, and that may wait. */
export const SLOTS = 10;
export const QUEUE = 5;
/** Time that a call may take. */
export const LIMIT_MS = 10_000;
/** Calls that are made at most, the first included. */
export const ATTEMPTS = 3;
/** Failures in a row that open a circuit, or their share of so many calls at least, in a window of this length. */
export const FAILURES = 5;
export const SHARE = 0.5;
export const LEAST_CALLS = 10;
export const WINDOW_MS = 10_000;

/** So many failures in a row, and such a share of so many calls, as never come: the circuit stays closed. */
const PATIENT = { failures: 1000, share: 0.999, calls: 100_000 } as const;
const OPEN_MS = 3_600_000;

/** An error that nobody tries again: nothing is known of it. */
export class FinalError extends Error {
  override readonly name = 'FinalError';
}

const ENVIRONMENT = {};
let made = 0;

function circuitOptions({ isPatient }: CallSettings) {
  const failureThreshold = isPatient ? PATIENT.failures : FAILURES;
  const failureRateThreshold = isPatient ? PATIENT.share : SHARE;
  const minimumCalls = isPatient ? PATIENT.calls : LEAST_CALLS;
  return { shared: false, failureThreshold, failureRateThreshold, minimumCalls, windowDurationMs: WINDOW_MS, openDurationMs: OPEN_MS, maxOpenDurationMs: OPEN_MS };
}

/** Retry, circuit breaker, bulkhead and timeout of this library, composed. */
export function composed(settings: CallSettings, sink: EventSink | undefined): Run {
  const name = freshName();
  const sources = { environment: ENVIRONMENT, ...(sink !== undefined && { sink }) };
  const policy = pipeline(
    createRetry({ name, maxAttempts: ATTEMPTS, attemptTimeoutMs: 0, totalTimeoutMs: 0 }, sources),
    createCircuitBreaker({ ...circuitOptions(settings), name }, sources),
    createBulkhead({ name, shared: false, maxConcurrent: SLOTS, queueSize: QUEUE }, sources),
    createTimeout({ name, timeoutMs: LIMIT_MS }, sources),
  );
  return (work, signal) => policy.execute(work, signal && { signal });
}

/** A dependency of this library: the same, a time for the call with all its attempts, and statistics of all of it. */
export function dependency(settings: CallSettings, sink: EventSink | undefined): Run {
  const sources = { environment: ENVIRONMENT, sink };
  const made = createDependency(
    {
      name: freshName(),
      timeoutMs: ATTEMPTS * LIMIT_MS,
      attemptTimeoutMs: LIMIT_MS,
      retry: { maxAttempts: ATTEMPTS },
      circuit: circuitOptions(settings),
      bulkhead: { shared: false, maxConcurrent: SLOTS, queueSize: QUEUE },
    },
    sources,
  );
  return (work, signal) => made.execute(work, signal && { signal });
}

/** Whoever has the same name shares a budget of retries. */
function freshName(): string {
  made += 1;
  return `bench-${made}`;
}

/** How a circuit of cockatiel judges. */
export type Breaker = 'sampling' | 'consecutive' | 'count';

/** How a timeout of cockatiel ends calls. */
export interface Ending {
  /** By its signal alone, or whatever the work does. */
  readonly strategy: 'aggressive' | 'cooperative';
  /** Whether it aborts the signal of the work also where that has ended in time. */
  readonly abortOnReturn: boolean;
}

const STRATEGIES = { aggressive: cockatiel.TimeoutStrategy.Aggressive, cooperative: cockatiel.TimeoutStrategy.Cooperative } as const;

/** Retry, circuit breaker, bulkhead and timeout of cockatiel, in the same order. */
export function wrapped(settings: CallSettings, breaker: Breaker, { strategy, abortOnReturn }: Ending): Run {
  const policy = cockatiel.wrap(
    // It counts what comes after the first.
    cockatiel.retry(cockatiel.handleWhen(isWorthRepeating), { maxAttempts: ATTEMPTS - 1, backoff: new cockatiel.ExponentialBackoff() }),
    cockatiel.circuitBreaker(cockatiel.handleAll, { halfOpenAfter: OPEN_MS, breaker: breakerOf(settings, breaker) }),
    cockatiel.bulkhead(SLOTS, QUEUE),
    cockatiel.timeout(LIMIT_MS, { strategy: STRATEGIES[strategy], abortOnReturn }),
  );
  return (work, signal) => policy.execute(work, signal);
}

function breakerOf({ isPatient }: CallSettings, breaker: Breaker): cockatiel.IBreaker {
  const threshold = isPatient ? PATIENT.share : SHARE;
  if (breaker === 'consecutive') return new cockatiel.ConsecutiveBreaker(isPatient ? PATIENT.failures : FAILURES);
  if (breaker === 'count') return new cockatiel.CountBreaker({ threshold, size: isPatient ? PATIENT.failures : LEAST_CALLS });
  const calls = isPatient ? PATIENT.calls : LEAST_CALLS;
  return new cockatiel.SamplingBreaker({ threshold, duration: WINDOW_MS, minimumRps: (calls * 1000) / WINDOW_MS });
}

function isWorthRepeating(error: unknown): boolean {
  return !(error instanceof FinalError || cockatiel.isBrokenCircuitError(error) || cockatiel.isBulkheadRejectedError(error));
}

/** Circuit breaker, semaphore and timeout of opossum; it has no retries. */
export function fired({ isPatient }: CallSettings): Run {
  const breaker = new CircuitBreaker<[Work], number>((work) => work(), {
    timeout: LIMIT_MS,
    capacity: SLOTS,
    errorThresholdPercentage: isPatient ? 100 : SHARE * 100,
    volumeThreshold: isPatient ? PATIENT.calls : LEAST_CALLS,
    rollingCountTimeout: WINDOW_MS,
    resetTimeout: OPEN_MS,
    // The others have none either. With every failure it would sort the durations of all calls in the window.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  return (work) => breaker.fire(work);
}

/** Whether an error says that a circuit is open. */
export function isOpenCircuit(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return cockatiel.isBrokenCircuitError(error) || code === 'CIRCUIT_OPEN' || code === 'EOPENBREAKER';
}
