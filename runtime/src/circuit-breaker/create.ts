import { processEnvironment } from '../config/process-environment.ts';
import { readConfiguration, type Environment } from '../config/configuration.ts';
import { missingTable, undeclaredName, withDeclared } from '../config/declared.ts';
import { CONTRACT } from '../contract/contract.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import { isRecord } from '../core/record.ts';
import type { Sleep } from '../core/sleep.ts';
import { sourcesFrom } from '../core/sources.ts';
import { systemSleep } from '../core/system-sources.ts';
import { sharedStateClient } from '../dynamodb/shared-client.ts';
import { DynamoDbCircuitStore } from './dynamodb-store.ts';
import type { CircuitCreatedEvent } from './events.ts';
import { MemoryCircuitStore } from './memory-store.ts';
import {
  circuitOptionProblems,
  resolveCircuitBreakerOptions,
  type CircuitBreakerOptions,
  type ResolvedCircuitBreakerOptions,
} from './options.ts';
import { CircuitBreaker } from './policy.ts';
import type { CircuitStore } from './store.ts';

/** What a circuit breaker may be given instead of what the environment provides. */
export interface CircuitBreakerDependencies {
  /** Where the circuit is kept. Default: the table named in the environment; the memory of this process if `shared` is false. */
  readonly store?: CircuitStore;
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random;
  /** Where events go. Default: state changes and, once a minute, a failing table to the console. */
  readonly sink?: EventSink;
  /** Waits within a request, in milliseconds. Default: a timer of this machine. */
  readonly sleep?: Sleep;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment;
}

/**
 * Creates a circuit breaker from its options and from what the stack declared for its name; options given here win. Call it
 * once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once: options that cannot work, a name that the stack does not declare,
 * a missing table.
 */
export function createCircuitBreaker(
  options: CircuitBreakerOptions,
  dependencies: CircuitBreakerDependencies = {},
): CircuitBreaker {
  const { circuits, circuitTable, overrides } = readConfiguration(dependencies.environment ?? processEnvironment());
  // Declared circuits have what the environment overrides; one that no stack declares gets it here.
  const merged = withDeclared(options, circuits ?? (isRecord(options) ? { [options.name]: overrides.circuits } : undefined));
  const problems = [
    ...circuitOptionProblems(merged),
    ...undeclaredName(merged, circuits, 'circuits'),
    ...(dependencies.store === undefined ? missingTable(merged, circuitTable, CONTRACT.environment.circuitTable.name) : []),
  ];
  if (problems.length > 0) throw new ConfigurationError('the circuit breaker cannot work', problems);
  const resolved = resolveCircuitBreakerOptions(merged);
  const { store = storeFor(resolved, circuitTable, dependencies), sleep = systemSleep } = dependencies;
  const sources = sourcesFrom(dependencies);
  const breaker = new CircuitBreaker(resolved, { ...sources, store, sleep });
  if (resolved.enabled) sources.sink.emit(createdEvent(resolved, store, sources.clock.nowMs()));
  return breaker;
}

function createdEvent(
  { name, failureThreshold, openDurationMs }: ResolvedCircuitBreakerOptions,
  { shared }: CircuitStore,
  atMs: number,
): CircuitCreatedEvent {
  return { type: 'circuit.created', name, atMs, failureThreshold, openDurationMs, shared };
}

function storeFor(
  { enabled, shared }: ResolvedCircuitBreakerOptions,
  table: string | undefined,
  dependencies: CircuitBreakerDependencies,
): CircuitStore {
  if (!enabled || !shared || table === undefined) return new MemoryCircuitStore();
  return new DynamoDbCircuitStore(sharedStateClient(table, dependencies), sourcesFrom(dependencies).random);
}
