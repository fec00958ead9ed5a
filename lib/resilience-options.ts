import type { BulkheadOptions } from './bulkhead-options';
import type { CircuitOptions } from './circuit-options';
import type { DependencyOptions } from './dependency-options';
import type { DynamicConfigOptions } from './dynamic-config-options';
import type { LoadSheddingOptions } from './load-shedding-options';
import type { ObservabilityOptions } from './observability-options';
import type { RateLimitOptions } from './rate-limit-options';
import type { IResilienceTables } from './resilience-tables';
import type { RetryOptions } from './retry-options';
import type { TimeoutOptions } from './timeout-options';

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
   * The bulkheads that the handler uses, by name; those that Lambda can keep are left to it by `enforcement`.
   *
   * A name is 1 to 64 letters, digits, hyphens or underscores, starting with a letter; names must differ in more than
   * letter case. At most 50 bulkheads.
   *
   * @default - no bulkheads
   */
  readonly bulkheads?: { [name: string]: BulkheadOptions };

  /**
   * What the handler calls, by name: where it is and what protects calls to it. The code makes a client of it by its name.
   *
   * A name is 1 to 64 letters, digits, hyphens or underscores, starting with a letter; names must differ in more than
   * letter case. At most 50 dependencies. Circuit and bulkhead of a dependency are declared by it under its name.
   *
   * @default - no dependencies
   */
  readonly dependencies?: { [name: string]: DependencyOptions };

  /**
   * How long the work of the handler may take; `{}` for the defaults.
   *
   * The `timeout` of the function ends an invocation without an answer; this one ends the work before, and answers.
   *
   * @default - as long as the function may take
   */
  readonly requestTimeout?: TimeoutOptions;

  /**
   * How the work of the handler is tried again; `{}` for the defaults.
   *
   * Prefer `retry` of a dependency, which repeats less. What Lambda or a queue tries again need not be tried again here.
   *
   * @default - nothing is tried again
   */
  readonly retry?: RetryOptions;

  /**
   * When the function sheds load; `{}` for the defaults.
   *
   * It is the second layer: what API Gateway, WAF or `enforcement` of a bulkhead refuse costs no invocation.
   *
   * @default - no load is shed
   */
  readonly loadShedding?: LoadSheddingOptions;

  /**
   * What the function logs, counts and traces.
   *
   * @default - the defaults of every option
   */
  readonly observability?: ObservabilityOptions;

  /**
   * The tables that hold shared state. Pass the same ones to every function that is to share its circuits, rate limits and bulkheads.
   *
   * @default - the function's own tables, created only if a circuit, a rate limit or a bulkhead is enabled and shared, those of dependencies included
   */
  readonly tables?: IResilienceTables;

  /**
   * Keeps the configuration in AWS AppConfig as well, where it can be changed while the function runs.
   *
   * The handler has to ask for it: it is followed by `await dynamicResilience()` of `resilient-lambda-runtime/dynamic`, while `resilience()` and the
   * single middlewares keep to what was deployed with the function. That stays in the environment for as long as AppConfig has not
   * answered, except where it is too large for it (3072 bytes): then only AppConfig has it. What the stack declares is deployed again
   * whenever the stack changes it, and then replaces what was changed by hand.
   *
   * @default - the configuration changes with the function only
   */
  readonly dynamicConfig?: DynamicConfigOptions;
}
