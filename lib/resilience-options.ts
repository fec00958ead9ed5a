import type { CircuitOptions } from './circuit-options';
import type { ObservabilityOptions } from './observability-options';
import type { RateLimitOptions } from './rate-limit-options';
import type { IResilienceTables } from './resilience-tables';

/** What protects a function, and what it reports. */
export interface ResilienceOptions {
  /**
   * The circuit breakers that the handler uses, by name.
   *
   * A name is 1 to 64 letters, digits, hyphens or underscores, starting with a letter; names must differ in more than
   * letter case. At most 50 circuits.
   *
   * @default - no circuits
   */
  readonly circuits?: { [name: string]: CircuitOptions };

  /**
   * The rate limits that the handler uses, by name.
   *
   * A name is 1 to 64 letters, digits, hyphens or underscores, starting with a letter; names must differ in more than
   * letter case. At most 50 rate limits.
   *
   * @default - no rate limits
   */
  readonly rateLimits?: { [name: string]: RateLimitOptions };

  /**
   * What the function logs, counts and traces.
   *
   * @default - the defaults of every option
   */
  readonly observability?: ObservabilityOptions;

  /**
   * The tables that hold shared state. Pass the same ones to every function that is to share its circuits and rate limits.
   *
   * @default - the function's own tables, created only if a circuit or a rate limit is enabled and shared
   */
  readonly tables?: IResilienceTables;
}
