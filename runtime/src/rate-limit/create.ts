import { processEnvironment } from '../config/process-environment.ts';
import { readConfiguration, type Environment } from '../config/configuration.ts';
import { missingTable, undeclaredName, withDeclared } from '../config/declared.ts';
import { CONTRACT } from '../contract/contract.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import type { Sleep } from '../core/sleep.ts';
import { sourcesFrom } from '../core/sources.ts';
import { systemSleep } from '../core/system-sources.ts';
import { sharedStateClient } from '../dynamodb/shared-client.ts';
import { DynamoDbRateLimitStore } from './dynamodb-store.ts';
import { MemoryRateLimitStore } from './memory-store.ts';
import {
  rateLimitOptionProblems,
  resolveRateLimitOptions,
  type RateLimitOptions,
  type ResolvedRateLimitOptions,
} from './options.ts';
import { RateLimiter } from './policy.ts';
import type { RateLimitStore } from './store.ts';

/** What a rate limiter may be given instead of what the environment provides. */
export interface RateLimiterDependencies {
  /** Where limits are kept. Default: the table named in the environment; the memory of this process if `shared` is false. */
  readonly store?: RateLimitStore;
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random;
  /** Where events go. Default: splits and, once a minute, a failing table to the console. */
  readonly sink?: EventSink;
  /** Waits within a request, in milliseconds. Default: a timer of this machine. */
  readonly sleep?: Sleep;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment;
}

/**
 * Creates a rate limiter from its options and from what the stack declared for its name; options given here win. Call it
 * once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once: options that cannot work, a name that the stack does not declare,
 * a missing table.
 */
export function createRateLimiter(options: RateLimitOptions, dependencies: RateLimiterDependencies = {}): RateLimiter {
  const { rateLimits, rateLimitTable } = readConfiguration(dependencies.environment ?? processEnvironment());
  const merged = withDeclared(options, rateLimits);
  const problems = [
    ...rateLimitOptionProblems(merged),
    ...undeclaredName(merged, rateLimits, 'rateLimits'),
    ...(dependencies.store === undefined ? missingTable(merged, rateLimitTable, CONTRACT.environment.rateLimitTable.name) : []),
  ];
  if (problems.length > 0) throw new ConfigurationError('the rate limiter cannot work', problems);
  const resolved = resolveRateLimitOptions(merged);
  const { store = storeFor(resolved, rateLimitTable, dependencies), sleep = systemSleep } = dependencies;
  return new RateLimiter(resolved, { ...sourcesFrom(dependencies), store, sleep });
}

function storeFor(
  { enabled, shared, hashKeys, maxKeys }: ResolvedRateLimitOptions,
  table: string | undefined,
  dependencies: RateLimiterDependencies,
): RateLimitStore {
  if (!enabled || !shared || table === undefined) return new MemoryRateLimitStore({ maximumKeys: maxKeys });
  return new DynamoDbRateLimitStore(sharedStateClient(table, dependencies), sourcesFrom(dependencies).random, { hashKeys });
}
