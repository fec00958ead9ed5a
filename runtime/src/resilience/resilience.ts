import type { Bulkhead, BulkheadStatistics } from '../bulkhead/index.ts';
import type { CircuitBreaker, CircuitSnapshot } from '../circuit-breaker/index.ts';
import type { CallContext } from '../core/call-context.ts';
import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { pipeline, type Operation, type Policy } from '../core/gate.ts';
import { show } from '../core/option-schema.ts';
import type { Health, HealthStatistics } from '../health/index.ts';
import type { ClientStatistics, ResilientHttpClient } from '../http-client/index.ts';
import type { LoadShedder, LoadSheddingStatistics } from '../load-shedding/index.ts';
import type { Observability, ObservabilityStatistics } from '../observability/index.ts';
import type { RateLimiter, RateLimitStatistics } from '../rate-limit/index.ts';
import type { Retry, RetryStatistics } from '../retry/index.ts';
import type { Timeout, TimeoutStatistics } from '../timeout/index.ts';
import type { Parts } from './workshop.ts';

/** What everything has done so far, in this environment. */
export interface ResilienceStatistics {
  /** Undefined if the observability was left out. */
  readonly observability: ObservabilityStatistics | undefined;
  readonly health: HealthStatistics;
  /** Undefined if no load is shed. */
  readonly loadShedding: LoadSheddingStatistics | undefined;
  /** By name of the limit. */
  readonly rateLimits: Readonly<Record<string, RateLimitStatistics>>;
  /** By name of the circuit. */
  readonly circuits: Readonly<Record<string, CircuitSnapshot>>;
  /** By name of the bulkhead. */
  readonly bulkheads: Readonly<Record<string, BulkheadStatistics>>;
  /** Undefined if no work is cut short. */
  readonly timeout: TimeoutStatistics | undefined;
  /** Undefined if the handler runs but once. */
  readonly retry: RetryStatistics | undefined;
  /** By name of the dependency. */
  readonly dependencies: Readonly<Record<string, ClientStatistics>>;
}

/** All policies of a function, made once. */
export class Resilience implements Policy {
  readonly name = 'resilience';
  /** Everything reports here; undefined if it was left out. */
  readonly observability: Observability | undefined;
  /** The health of the function: register checks here. */
  readonly health: Health;
  /** Sheds the load of the function; undefined if neither the stack nor the code wants that. */
  readonly loadShedder: LoadShedder | undefined;
  /** Cuts short what takes too long; undefined if neither the stack nor the code wants that. */
  readonly timeout: Timeout | undefined;
  /** Runs the handler again; undefined if neither the stack nor the code wants that. */
  readonly retry: Retry | undefined;
  readonly #limiters: ReadonlyMap<string, RateLimiter>;
  readonly #circuits: ReadonlyMap<string, CircuitBreaker>;
  readonly #bulkheads: ReadonlyMap<string, Bulkhead>;
  readonly #clients: ReadonlyMap<string, ResilientHttpClient>;
  readonly #inbound: Policy;

  constructor(parts: Parts, inbound: readonly Policy[]) {
    const { observability, health, loadShedding, rateLimits, circuits, bulkheads, timeout, retry, clients } = parts;
    this.observability = observability;
    this.health = health;
    this.loadShedder = loadShedding;
    this.timeout = timeout;
    this.retry = retry;
    this.#limiters = rateLimits;
    this.#circuits = circuits;
    this.#bulkheads = bulkheads;
    this.#clients = clients;
    this.#inbound = pipeline(...inbound);
  }

  /**
   * A circuit by name, for calls to a dependency: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  circuit(name: string): CircuitBreaker {
    return memberOf(this.#circuits, 'circuit', name);
  }

  /**
   * A rate limiter by name: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  limiter(name: string): RateLimiter {
    return memberOf(this.#limiters, 'limiter', name);
  }

  /**
   * A bulkhead by name, for calls to a dependency: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  bulkhead(name: string): Bulkhead {
    return memberOf(this.#bulkheads, 'bulkhead', name);
  }

  /**
   * A client of a dependency by name, with its circuit and its bulkhead: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  client(name: string): ResilientHttpClient {
    return memberOf(this.#clients, 'client', name);
  }

  /**
   * Runs an operation under everything that is inbound, for functions without Middy: load shedding, then rate limits, circuits,
   * bulkheads, timeout and retry.
   *
   * @throws the refusal of the first one that refuses.
   */
  execute<T>(operation: Operation<T>, call?: CallContext): Promise<T> {
    return this.#inbound.execute(operation, call);
  }

  /** What everything has done so far. */
  statistics(): ResilienceStatistics {
    return {
      observability: this.observability?.statistics(),
      health: this.health.statistics,
      loadShedding: this.loadShedder?.statistics,
      rateLimits: Object.fromEntries([...this.#limiters].map(([name, limiter]) => [name, limiter.statistics])),
      circuits: Object.fromEntries([...this.#circuits].map(([name, circuit]) => [name, circuit.snapshot()])),
      bulkheads: Object.fromEntries([...this.#bulkheads].map(([name, bulkhead]) => [name, bulkhead.statistics])),
      timeout: this.timeout?.statistics,
      retry: this.retry?.statistics,
      dependencies: Object.fromEntries([...this.#clients].map(([name, client]) => [name, client.statistics])),
    };
  }
}

/** Where things are declared, by what one of them is called. */
const OPTION_OF = { circuit: 'circuits', limiter: 'rateLimits', bulkhead: 'bulkheads', client: 'dependencies' } as const;

function memberOf<Member>(members: ReadonlyMap<string, Member>, kind: keyof typeof OPTION_OF, name: string): Member {
  const member = members.get(name);
  if (member !== undefined) return member;
  const names = [...members.keys()].join(', ') || 'none';
  const option = OPTION_OF[kind];
  throw new ConfigurationError(`there is no such ${kind}`, [
    `${kind} is ${show(name)}, which is not declared (declared: ${names}): use a declared name, add it to the ${option} of the ` +
      `ResilientFunction, or, where ${CONTRACT.environment.configuration.name} is not set, to the ${option} of resilience()`,
  ]);
}
