import { Bulkhead, createBulkhead, type BulkheadStore } from '../bulkhead/index.ts';
import { CircuitBreaker, createCircuitBreaker, type CircuitStore } from '../circuit-breaker/index.ts';
import type { Environment } from '../config/configuration.ts';
import { processEnvironment } from '../config/process-environment.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { Policy } from '../core/gate.ts';
import type { Random } from '../core/random.ts';
import type { Sleep } from '../core/sleep.ts';
import { createRetry, type Retry, type RetryBudgets, type RetryableCall } from '../retry/index.ts';
import { createTimeout, type Timeout } from '../timeout/index.ts';
import { declaredDependency, type DeclaredPolicy } from './declared-dependency.ts';
import type { DependencyRetryOptions, ResolvedDependencyOptions } from './dependency-options.ts';
import { hedge as createHedge, type HedgeSources } from './hedging.ts';

/** What a dependency may be given instead of what the environment provides. */
export interface DependencySources {
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock | undefined;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random | undefined;
  /** Where events go. Default: to the console, what is worth a line. */
  readonly sink?: EventSink | undefined;
  /** Waits, in milliseconds, until the signal is aborted. Default: a timer of this machine. */
  readonly sleep?: Sleep | undefined;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment | undefined;
  /** Where the circuit is kept. Default: the table named in the environment; the memory of this process if it is not shared. */
  readonly circuitStore?: CircuitStore | undefined;
  /** Where the bulkhead is kept. Default: the table named in the environment; the memory of this process if it is not shared. */
  readonly bulkheadStore?: BulkheadStore | undefined;
  /** Where budgets of retries are shared by name. Default: those of this environment. */
  readonly retryBudgets?: RetryBudgets | undefined;
  /**
   * Sends an attempt a second time before it has failed: inside the retries and outside the circuit. Only asked for calls that may
   * be repeated. Default: what `hedgeAfterQuantile` says.
   */
  readonly hedge?: Policy | undefined;
}

/** The policies of a dependency; undefined for what is switched off. */
export interface DependencyParts {
  readonly total: Timeout | undefined;
  readonly retry: Retry | undefined;
  readonly hedge: Policy | undefined;
  readonly circuit: CircuitBreaker | undefined;
  readonly bulkhead: Bulkhead | undefined;
  readonly attempt: Timeout | undefined;
}

/** A call of a dependency. */
export interface DependencyCall extends RetryableCall {
  /** False if it cannot be made a second time, whatever its method. Default true. */
  readonly isReplayable?: boolean;
}

/**
 * How long an attempt that was cut off by the total time may take to settle: what its circuit writes is awaited before the caller
 * goes on, because nothing may be left to a process that is frozen. An attempt that obeys its signal takes no time.
 */
const SETTLE_MS = 200;

const LONGEST_PREFIX = 56;

/** Errors of certificates and of protocols: they do not pass by themselves. */
const NEVER_AGAIN = [
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_HEADERS_OVERFLOW',
  'HPE_HEADER_OVERFLOW',
] as const;

/**
 * Makes the policies of a dependency.
 *
 * @throws ConfigurationError with every problem of all of them.
 */
export function makeParts(options: ResolvedDependencyOptions, sources: DependencySources): DependencyParts {
  const { name, timeoutMs, attemptTimeoutMs, retry, circuit, bulkhead, onExhausted } = options;
  const { circuitStore, bulkheadStore, retryBudgets, environment = processEnvironment() } = sources;
  const problems: string[] = [];
  const given = Object.fromEntries(
    ['clock', 'random', 'sink', 'sleep'].map((key) => [key, sources[key as 'clock']]).filter(([, value]) => value !== undefined),
  ) as Pick<{ [Key in keyof DependencySources]?: NonNullable<DependencySources[Key]> }, 'clock' | 'random' | 'sink' | 'sleep'>;
  const declared = declaredDependency(environment, name);
  // Whoever calls has already kept back what he needs for himself.
  const time = { marginMs: 0, minTimeoutMs: 1 };
  const again = made('retry', retry, problems, (of) =>
    createRetry({ ...outbound(of), name, onExhausted }, { ...given, ...(retryBudgets !== undefined && { budgets: retryBudgets }) }),
  );
  const parts = {
    total: timeoutMs === false ? undefined : createTimeout({ name, timeoutMs, graceMs: SETTLE_MS, ...time }, given),
    attempt:
      attemptTimeoutMs === false
        ? undefined
        : createTimeout({ name: `${name.slice(0, LONGEST_PREFIX)}-attempt`, timeoutMs: attemptTimeoutMs, ...time }, given),
    retry: again,
    hedge: sources.hedge ?? hedgeOf(options, { ...given, budget: again?.budget }),
    circuit: made('circuit', circuit, problems, (of) => {
      const own = { ...given, environment: declared.circuit.environment, ...(circuitStore !== undefined && { store: circuitStore }) };
      return createCircuitBreaker({ ...sharing(declared.circuit, circuitStore?.shared), ...of, name }, own);
    }),
    bulkhead: made('bulkhead', bulkhead, problems, (of) => {
      const own = { ...given, environment: declared.bulkhead.environment, ...(bulkheadStore !== undefined && { store: bulkheadStore }) };
      return createBulkhead({ ...sharing(declared.bulkhead, bulkheadStore && true), ...of, name }, own);
    }),
  };
  if (problems.length > 0) throw new ConfigurationError(`the dependency ${name} cannot work`, problems);
  return parts;
}

/** Second calls, if any are wanted. */
function hedgeOf({ name, hedgeAfterQuantile }: ResolvedDependencyOptions, sources: HedgeSources): Policy | undefined {
  return hedgeAfterQuantile === 0 ? undefined : createHedge({ name, hedgeAfterQuantile }, sources);
}

/** Whoever hands in a store decides by it; otherwise the stack does, or the default of a dependency. */
function sharing({ shared }: DeclaredPolicy, byStore: boolean | undefined): { readonly shared?: boolean } {
  const decided = byStore ?? shared;
  return decided === undefined ? {} : { shared: decided };
}

function made<Options, Part>(key: string, options: Options | false, problems: string[], make: (options: Options) => Part): Part | undefined {
  if (options === false) return undefined;
  try {
    return make(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems.map((problem) => problem.replace(/^options\b/, `options.${key}`)));
    return undefined;
  }
}

/** Options of a retry whose times the dependency keeps, and that knows what cannot be sent twice. */
function outbound({ neverRetryOn = [], isIdempotent, ...options }: DependencyRetryOptions) {
  return {
    ...options,
    attemptTimeoutMs: 0,
    totalTimeoutMs: 0,
    neverRetryOn: [...NEVER_AGAIN, ...neverRetryOn],
    isIdempotent: (call: DependencyCall) => (call.isReplayable === false ? false : isIdempotent?.(call)),
  };
}
