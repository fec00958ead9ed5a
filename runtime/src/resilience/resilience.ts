import type { CircuitBreaker, CircuitSnapshot } from '../circuit-breaker/index.ts';
import type { CallContext } from '../core/call-context.ts';
import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { pipeline, type Operation, type Policy } from '../core/gate.ts';
import { show } from '../core/option-schema.ts';
import type { Health, HealthStatistics } from '../health/index.ts';
import type { Observability, ObservabilityStatistics } from '../observability/index.ts';
import type { RateLimiter, RateLimitStatistics } from '../rate-limit/index.ts';
import type { Parts } from './workshop.ts';

/** What everything has done so far, in this environment. */
export interface ResilienceStatistics {
  /** Undefined if the observability was left out. */
  readonly observability: ObservabilityStatistics | undefined;
  readonly health: HealthStatistics;
  /** By name of the limit. */
  readonly rateLimits: Readonly<Record<string, RateLimitStatistics>>;
  /** By name of the circuit. */
  readonly circuits: Readonly<Record<string, CircuitSnapshot>>;
}

/** All policies of a function, made once. */
export class Resilience implements Policy {
  readonly name = 'resilience';
  /** Everything reports here; undefined if it was left out. */
  readonly observability: Observability | undefined;
  /** The health of the function: register checks here. */
  readonly health: Health;
  readonly #limiters: ReadonlyMap<string, RateLimiter>;
  readonly #circuits: ReadonlyMap<string, CircuitBreaker>;
  readonly #inbound: Policy;

  constructor({ observability, health, rateLimits, circuits }: Parts, inbound: readonly Policy[]) {
    this.observability = observability;
    this.health = health;
    this.#limiters = rateLimits;
    this.#circuits = circuits;
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
   * Runs an operation under everything that is inbound, for functions without Middy: rate limits, then circuits.
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
      rateLimits: Object.fromEntries([...this.#limiters].map(([name, limiter]) => [name, limiter.statistics])),
      circuits: Object.fromEntries([...this.#circuits].map(([name, circuit]) => [name, circuit.snapshot()])),
    };
  }
}

function memberOf<Member>(members: ReadonlyMap<string, Member>, kind: 'circuit' | 'limiter', name: string): Member {
  const member = members.get(name);
  if (member !== undefined) return member;
  const names = [...members.keys()].join(', ') || 'none';
  const option = kind === 'circuit' ? 'circuits' : 'rateLimits';
  throw new ConfigurationError(`there is no such ${kind}`, [
    `${kind} is ${show(name)}, which is not declared (declared: ${names}): use a declared name, add it to the ${option} of the ` +
      `ResilientFunction, or, where ${CONTRACT.environment.configuration.name} is not set, to the ${option} of resilience()`,
  ]);
}
