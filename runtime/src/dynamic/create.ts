import type { Bulkhead } from '../bulkhead/index.ts';
import type { CircuitBreaker } from '../circuit-breaker/index.ts';
import type { CallContext } from '../core/call-context.ts';
import type { Operation } from '../core/gate.ts';
import type { Health } from '../health/index.ts';
import type { LoadShedder } from '../load-shedding/index.ts';
import type { Observability } from '../observability/index.ts';
import type { RateLimiter } from '../rate-limit/index.ts';
import type { Resilience, ResilienceStatistics } from '../resilience/index.ts';
import type { Retry } from '../retry/index.ts';
import type { Timeout } from '../timeout/index.ts';
import { handleOf } from './handle.ts';
import type { DynamicResilienceDependencies, DynamicResilienceOptions } from './options.ts';
import { start, type Started } from './start.ts';

/** All policies of a function whose configuration may change while it runs. */
export class DynamicResilience implements Pick<Resilience, keyof Resilience> {
  readonly name = 'resilience';
  /** The one that everything reports to now, whenever it is used; undefined if it was left out. */
  readonly observability: Observability | undefined;
  /** The health of the function: register checks here. It stays the same whatever changes. */
  readonly health: Health;
  readonly #started: Started;

  /** @param started What `createDynamicResilience` has made. */
  constructor(started: Started) {
    const { policies } = started;
    this.#started = started;
    this.health = policies.current.parts.health;
    const { observability } = policies.current.parts;
    this.observability = observability && handleOf(() => policies.current.parts.observability ?? observability);
  }

  /**
   * A circuit by name, which follows every change of the configuration: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  circuit(name: string): CircuitBreaker {
    return this.#started.policies.take('circuit', name);
  }

  /**
   * A rate limiter by name, which follows every change of the configuration: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  limiter(name: string): RateLimiter {
    return this.#started.policies.take('limiter', name);
  }

  /**
   * A bulkhead by name, which follows every change of the configuration: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  bulkhead(name: string): Bulkhead {
    return this.#started.policies.take('bulkhead', name);
  }

  /**
   * A client of a dependency by name, which follows every change of the configuration: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  client(name: string): ReturnType<Resilience['client']> {
    return this.#started.policies.take('client', name);
  }

  /** Sheds the load of the function now; undefined while neither the stack nor the code wants that. */
  get loadShedder(): LoadShedder | undefined {
    return this.#started.policies.current.parts.loadShedding;
  }

  /** Cuts short what takes too long now; undefined while neither the stack nor the code wants that. */
  get timeout(): Timeout | undefined {
    return this.#started.policies.current.parts.timeout;
  }

  /** Runs the handler again now; undefined while neither the stack nor the code wants that. */
  get retry(): Retry | undefined {
    return this.#started.policies.current.parts.retry;
  }

  /**
   * Runs an operation under everything that is inbound when it begins. If it is time to ask for the configuration, that is done
   * alongside, and the result waits for it up to half a second.
   *
   * @throws the refusal of the first one that refuses.
   */
  async execute<T>(operation: Operation<T>, call?: CallContext): Promise<T> {
    const { policies, poller } = this.#started;
    const polling = poller.begin(call?.deadlineMs);
    try {
      return await policies.current.resilience.execute(operation, call);
    } finally {
      await polling;
    }
  }

  /** What everything that serves now has done so far. */
  statistics(): ResilienceStatistics {
    return this.#started.policies.current.resilience.statistics();
  }
}

/**
 * Creates all policies that the stack declares for this function and lets them follow the configuration in AppConfig, for functions
 * without Middy. Call it once, outside the handler; what `execute` runs keeps the configuration up to date.
 *
 * @param options As for `resilience`, and how the configuration is looked after.
 * @param dependencies As for `resilience`, and where the configuration is kept.
 * @throws ConfigurationError with every problem at once; also where neither AppConfig nor the environment has a configuration.
 */
export async function createDynamicResilience(
  options: DynamicResilienceOptions = {},
  dependencies: DynamicResilienceDependencies = {},
): Promise<DynamicResilience> {
  return new DynamicResilience(await start(options, dependencies));
}
