import type { Duration } from 'aws-cdk-lib';
import type { BulkheadOptions } from './bulkhead-options';
import type { CircuitOptions } from './circuit-options';
import type { CloudMapOptions } from './cloud-map-options';
import type { DependencyBalancing, DependencyProfile } from './dependency-enums';
import type { RetryOptions } from './retry-options';

/**
 * Where one dependency is and what protects calls to it: the total time, retries, the circuit breaker, the bulkhead, and the time
 * of each attempt, in this order from the outside.
 *
 * Values are checked when the dependency is declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface DependencyOptions {
  /**
   * Base address of the dependency: `http:` or `https:`, without credentials, query and fragment.
   *
   * One of `baseUrl`, `endpoints` and `cloudMap` is needed. A password or a key in it would be readable in the template.
   *
   * @default - `endpoints` or `cloudMap` say where it is
   */
  readonly baseUrl?: string;

  /**
   * Base addresses over which calls are spread, in place of `baseUrl`: 1 to 20.
   *
   * @default - `baseUrl` or `cloudMap` says where it is
   */
  readonly endpoints?: string[];

  /**
   * Service in AWS Cloud Map over whose instances calls are spread, in place of `baseUrl`.
   *
   * @default - `baseUrl` or `endpoints` say where it is
   */
  readonly cloudMap?: CloudMapOptions;

  /**
   * Time that a call may take with all its attempts and waits.
   *
   * A whole number of milliseconds from 1 to 900000.
   *
   * @default Duration.seconds(30)
   */
  readonly timeout?: Duration;

  /**
   * Time that one attempt may take.
   *
   * A whole number of milliseconds from 1 to 900000.
   *
   * @default Duration.seconds(10)
   */
  readonly attemptTimeout?: Duration;

  /**
   * Largest body of an answer; 0 means that there is no limit.
   *
   * A whole number from 0 to 1073741824.
   *
   * @default 10485760
   */
  readonly maxResponseBytes?: number;

  /**
   * How calls are spread over several endpoints.
   *
   * `LOCAL_FIRST` needs the zone of the function, which only its code knows: `zone` of the dependency there. Without it the function does not start.
   *
   * @default DependencyBalancing.PEAK_EWMA
   */
  readonly balancing?: DependencyBalancing;

  /**
   * Quantile of the latency after which an idempotent call is sent a second time; 0 means never.
   *
   * A number from 0 to 0.999.
   *
   * @default 0
   */
  readonly hedgeAfterQuantile?: number;

  /**
   * Failures in a row after which an endpoint is avoided.
   *
   * A whole number from 1 to 100.
   *
   * @default 3
   */
  readonly unhealthyThreshold?: number;

  /**
   * Successes in a row after which an endpoint is used as before.
   *
   * A whole number from 1 to 100.
   *
   * @default 2
   */
  readonly healthyThreshold?: number;

  /**
   * How long an endpoint is avoided the first time.
   *
   * A whole number of milliseconds from 100 to 900000.
   *
   * @default Duration.seconds(30)
   */
  readonly ejectionDuration?: Duration;

  /**
   * Share of the endpoints that may be avoided at the same time.
   *
   * A number from 0 to 1.
   *
   * @default 0.5
   */
  readonly maxEjectedShare?: number;

  /**
   * Time in which the share of an endpoint grows back.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.seconds(10)
   */
  readonly slowStart?: Duration;

  /**
   * Whether the time left is handed on in a header.
   *
   * @default true
   */
  readonly propagateDeadline?: boolean;

  /**
   * Age up to which the last good answer of a GET serves while calls fail; 0 means that it does not.
   *
   * A whole number of milliseconds from 0 to 86400000.
   *
   * @default Duration.millis(0)
   */
  readonly staleIfError?: Duration;

  /**
   * What protects calls, where `retry`, `circuit` and `bulkhead` do not say: what they set is there whatever the profile.
   *
   * @default DependencyProfile.CRITICAL
   */
  readonly profile?: DependencyProfile;

  /**
   * How calls are tried again. Its times are `timeout` and `attemptTimeout` of the dependency.
   *
   * @default - the defaults of every option, if the profile has retries
   */
  readonly retry?: RetryOptions;

  /**
   * The circuit breaker, which is declared as a circuit with the name of the dependency; leave out `inbound`.
   *
   * @default - the circuit of that name if there is one, else the defaults of every option, if the profile has a circuit
   */
  readonly circuit?: CircuitOptions;

  /**
   * The bulkhead, which is declared as a bulkhead with the name of the dependency; leave out `inbound` and `enforcement`.
   *
   * With options it is shared by the fleet, as other bulkheads are, unless they say otherwise.
   *
   * @default - the bulkhead of that name if there is one, else one whose slots each environment has for itself, if the profile has a bulkhead
   */
  readonly bulkhead?: BulkheadOptions;
}
