import { processEnvironment } from '../config/process-environment.ts';
import { readConfiguration, type Configuration, type Environment } from '../config/configuration.ts';
import { CONTRACT } from '../contract/contract.ts';
import type { Clock } from '../core/clock.ts';
import { createConsoleSink } from '../core/console-sink.ts';
import { ConfigurationError } from '../core/errors.ts';
import { quietSink, type EventSink } from '../core/events.ts';
import { show } from '../core/option-schema.ts';
import type { Random } from '../core/random.ts';
import { SYSTEM_CLOCK, SYSTEM_RANDOM, systemSleep } from '../core/system-sources.ts';
import { StateClient, type StateClientDependencies } from '../dynamodb/state-client.ts';
import { DynamoDbCircuitStore } from './dynamodb-store.ts';
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
  readonly sleep?: (durationMs: number) => Promise<void>;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment;
}

const DEFAULT_SINK = createConsoleSink();

// One client per table and sink for the life of the environment: connections and the store guard are shared by all circuits.
const clientsBySink = new WeakMap<EventSink, Map<string, StateClient>>();

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
  const configuration = readConfiguration(dependencies.environment ?? processEnvironment());
  const merged = withDeclared(options, configuration);
  const problems = circuitOptionProblems(merged);
  if (isRecord(merged)) problems.push(...undeclaredName(merged, configuration), ...missingTable(merged, configuration, dependencies));
  if (problems.length > 0) throw new ConfigurationError('the circuit breaker cannot work', problems);
  const resolved = resolveCircuitBreakerOptions(merged);
  const { store = storeFor(resolved, configuration, dependencies), sleep = systemSleep } = dependencies;
  return new CircuitBreaker(resolved, { ...sourcesFrom(dependencies), store, sleep });
}

function sourcesFrom({ clock, random, sink }: CircuitBreakerDependencies): StateClientDependencies {
  return {
    clock: clock ?? SYSTEM_CLOCK,
    random: random ?? SYSTEM_RANDOM,
    sink: sink === undefined ? DEFAULT_SINK : quietSink(sink),
  };
}

function withDeclared(options: CircuitBreakerOptions, { circuits }: Configuration): CircuitBreakerOptions {
  if (!isRecord(options) || circuits === undefined || !Object.hasOwn(circuits, options.name)) return options;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...circuits[options.name], ...Object.fromEntries(given) } as unknown as CircuitBreakerOptions;
}

function undeclaredName({ name }: CircuitBreakerOptions, { circuits }: Configuration): string[] {
  if (circuits === undefined || Object.hasOwn(circuits, name)) return [];
  const declared = Object.keys(circuits).join(', ') || 'none';
  return [
    `options.name is ${show(name)}, which the stack does not declare (declared: ${declared}): ` +
      'add it to the circuits of the ResilientFunction, or use a declared name',
  ];
}

function missingTable(
  { shared = true, enabled = true }: CircuitBreakerOptions,
  { circuitTable }: Configuration,
  { store }: CircuitBreakerDependencies,
): string[] {
  if (!shared || !enabled || store !== undefined || circuitTable !== undefined) return [];
  return [
    `the environment variable ${CONTRACT.environment.circuitTable.name} is missing: deploy the function as a ` +
      'ResilientFunction, set the variable to the name of the table, or set shared to false',
  ];
}

/** Callers from JavaScript may pass anything. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

// `sink` is the one that was given: the one in `sources` is wrapped anew for every circuit.
function storeFor(
  { enabled, shared }: ResolvedCircuitBreakerOptions,
  { circuitTable }: Configuration,
  dependencies: CircuitBreakerDependencies,
): CircuitStore {
  if (!enabled || !shared || circuitTable === undefined) return new MemoryCircuitStore();
  const { sink = DEFAULT_SINK } = dependencies;
  const sources = sourcesFrom(dependencies);
  const clients = clientsBySink.get(sink) ?? new Map<string, StateClient>();
  clientsBySink.set(sink, clients);
  const client = clients.get(circuitTable) ?? new StateClient(circuitTable, sources);
  clients.set(circuitTable, client);
  return new DynamoDbCircuitStore(client, sources.random);
}
