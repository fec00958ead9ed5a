import { CONTRACT } from '../contract/contract.ts';
import type { CallContext } from '../core/call-context.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, type OptionValues } from '../core/option-schema.ts';
import { givenOf } from '../core/record.ts';
import type { FailurePredicate } from './classify.ts';
import type { CircuitOpenError } from './errors.ts';
import type { CircuitStateChangedEvent } from './events.ts';

const SCHEMA = CONTRACT.configuration.circuit;

/** The options that a stack can declare as well; bounds and defaults are the contract's. */
export interface DeclaredCircuitOptions {
  /** Whether the circuit protects anything; switched off, every call passes and nothing is counted. Default true. */
  readonly enabled?: boolean | undefined;
  /** Whether the fleet shares the circuit through DynamoDB; otherwise each environment keeps its own. Default true. */
  readonly shared?: boolean | undefined;
  /** Whether `resilience()` puts the circuit around the handler. Default false. */
  readonly inbound?: boolean | undefined;
  /** Whether every tenant has a circuit of its own, see `CallContext.tenant`. Default false. */
  readonly perTenant?: boolean | undefined;
  /** Whether every operation has a circuit of its own, see `CallContext.operation`. Default false. */
  readonly perOperation?: boolean | undefined;
  /** Circuits of tenants and operations that an environment keeps at most, 1 to 10000; an open one is never given up. Default 1000. */
  readonly maxKeys?: number | undefined;
  /** Consecutive failures that open the circuit: 1 to 1000. Default 5. */
  readonly failureThreshold?: number | undefined;
  /** Share of failed calls in the window that opens the circuit: above 0, up to 1. Default 0.5. */
  readonly failureRateThreshold?: number | undefined;
  /** Calls the window must hold before the failure rate may open the circuit: 1 to 100000. Default 10. */
  readonly minimumCalls?: number | undefined;
  /** Time from which a call that succeeds is slow, in milliseconds: 0 to 15 min; 0 means that no call is. Default 0. */
  readonly slowCallDurationMs?: number | undefined;
  /**
   * Share of slow calls that opens the circuit: above 0, up to 1. Slow and failed calls add up in proportion to their
   * thresholds. Default 1.
   */
  readonly slowCallRateThreshold?: number | undefined;
  /** Length of the sliding window in milliseconds: 1 s to 1 h. Default 10 s. */
  readonly windowDurationMs?: number | undefined;
  /**
   * Number of latest calls that the own window of an environment holds, in place of a duration: 0 to 1000; 0 means that it
   * goes by time. Default 0.
   */
  readonly windowSize?: number | undefined;
  /** Whether the thresholds of shares rise above the share of failures that has long been usual. Default false. */
  readonly adaptive?: boolean | undefined;
  /** Time spent open before the first probe in milliseconds, 100 ms to 1 h; up to a tenth is added as jitter. Default 60 s. */
  readonly openDurationMs?: number | undefined;
  /** Factor by which every failed probe lengthens the next open period: 1 to 10. Default 1.5. */
  readonly openDurationGrowth?: number | undefined;
  /** Longest open period in milliseconds, 100 ms to 1 h; one below the open duration has no effect. Default 5 min. */
  readonly maxOpenDurationMs?: number | undefined;
  /** Probes in flight at once across the whole fleet while half-open: 1 to 10. Default 3. */
  readonly halfOpenMaxCalls?: number | undefined;
  /** Successful probes that close the circuit: 1 to 100. Default 3. */
  readonly successThreshold?: number | undefined;
  /** Time after which a half-open circuit that has not decided starts its probes anew, in milliseconds: 1 s to 1 h. Default 60 s. */
  readonly halfOpenMaxDurationMs?: number | undefined;
  /**
   * Time in which traffic rises again after the circuit has closed, in milliseconds: 0 to 10 min; fleets of up to ten
   * environments are not held back. Default 5 s.
   */
  readonly rampDurationMs?: number | undefined;
  /** Longest time a probe may hold its place in milliseconds, 1 s to 15 min; the call's deadline shortens it. Default 30 s. */
  readonly probeLeaseMs?: number | undefined;
  /** How often an environment asks for the fleet's state while nothing fails, in milliseconds: 250 ms to 5 min. Default 10 s. */
  readonly syncIntervalMs?: number | undefined;
}

/** Options of a circuit breaker. */
export interface CircuitBreakerOptions extends DeclaredCircuitOptions {
  /** Name of the protected dependency: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /**
   * Decides whether a completed call counts as a failure. Default: results and errors with a status of 500 or more and
   * errors without a status are failures; errors with a 4xx status and cancellations count neither way.
   */
  readonly shouldTrip?: FailurePredicate | undefined;
  /** Answers in place of the operation while the circuit is open. Its answer is never counted as a success. Default: none. */
  readonly fallback?: CircuitFallback | undefined;
  /**
   * Told about every change of phase that this environment made, after it is stored: once per change across the fleet. A
   * promise it returns is awaited before the response leaves; what it throws is reported and touches no call. Default: none.
   */
  readonly onStateChange?: ((change: CircuitStateChangedEvent) => unknown) | undefined;
}

/** Answers in place of an operation that was refused. */
export type CircuitFallback = (
  error: CircuitOpenError,
  call: CallContext,
  /** The Lambda event, where a middleware asks for the answer. */
  event?: unknown,
) => unknown;

/** Options with every default filled in. */
export type ResolvedCircuitBreakerOptions = OptionValues<typeof SCHEMA> &
  Pick<CircuitBreakerOptions, 'name' | 'shouldTrip' | 'fallback' | 'onStateChange'>;

/** The value of every option that is not set. */
export const CIRCUIT_BREAKER_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value, and may be refused.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range.
 */
export function resolveCircuitBreakerOptions(options: CircuitBreakerOptions): ResolvedCircuitBreakerOptions {
  const problems = circuitOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the circuit breaker cannot work', problems);
  return Object.freeze({ ...CIRCUIT_BREAKER_DEFAULTS, ...givenOf(options) }) as ResolvedCircuitBreakerOptions;
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function circuitOptionProblems(options: CircuitBreakerOptions): string[] {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) return [`options is ${show(given)}: pass an object with a name`];
  const { name, shouldTrip, fallback, onStateChange, ...declared } = options;
  const callbacks = { shouldTrip, fallback, onStateChange };
  const badName = nameProblem(CONTRACT.configuration.name, 'options.name', name);
  const badCallbacks = Object.entries(callbacks)
    .filter(([, value]) => value !== undefined && typeof value !== 'function')
    .map(([key, value]) => `options.${key} is ${show(value)}: pass a function`);
  const badOptions = schemaProblems(SCHEMA, declared, 'options', ['name', ...Object.keys(callbacks)]);
  return [...(badName === undefined ? [] : [badName]), ...badCallbacks, ...badOptions];
}
