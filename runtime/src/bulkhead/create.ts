import { processEnvironment } from '../config/process-environment.ts';
import { readConfiguration, type Environment } from '../config/configuration.ts';
import { missingTable, undeclaredName, withDeclared } from '../config/declared.ts';
import { CONTRACT } from '../contract/contract.ts';
import { withinSlots } from '../core/bulkhead-schema.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import { isRecord } from '../core/record.ts';
import type { Sleep } from '../core/sleep.ts';
import { sourcesFrom, type Sources } from '../core/sources.ts';
import { systemSleep } from '../core/system-sources.ts';
import { sharedStateClient } from '../dynamodb/shared-client.ts';
import { DynamoDbBulkheadStore } from './dynamodb-store.ts';
import type { BulkheadCreatedEvent, BulkheadDegradedEvent, BulkheadReclaimedEvent, BulkheadResizedEvent } from './events.ts';
import { FleetSlots } from './fleet-slots.ts';
import { LocalSlots } from './local-slots.ts';
import { bulkheadOptionProblems, resolveBulkheadOptions, type BulkheadOptions, type ResolvedBulkheadOptions } from './options.ts';
import { Bulkhead } from './policy.ts';
import type { SlotSource } from './slots.ts';
import type { BulkheadStore } from './store.ts';

/** What a bulkhead may be given instead of what the environment provides. */
export interface BulkheadDependencies {
  /** Where the slots of the fleet are kept; looked at only with `shared`. Default: the table named in the environment. */
  readonly store?: BulkheadStore;
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Source of chance. Default: the one of this machine. */
  readonly random?: Random;
  /** Where events go. Default: refusals and, once a minute, a failing table to the console. */
  readonly sink?: EventSink;
  /** Waits within a request, in milliseconds; the signal ends the timer early. Default: a timer of this machine. */
  readonly sleep?: Sleep;
  /** Environment variables. Default: those of this process. */
  readonly environment?: Environment;
}

/**
 * Creates a bulkhead from its options and from what the stack declared for its name; options given here win. Call it once,
 * outside the handler.
 *
 * @throws ConfigurationError with every problem at once: options that cannot work, a name that the stack does not declare,
 * a missing table.
 */
export function createBulkhead(options: BulkheadOptions, dependencies: BulkheadDependencies = {}): Bulkhead {
  const { bulkheads, bulkheadTable, overrides } = readConfiguration(dependencies.environment ?? processEnvironment());
  // Declared bulkheads have what the environment overrides; one that no stack declares gets it here.
  const declared = withDeclared(options, bulkheads ?? (isRecord(options) ? { [options.name]: overrides.bulkheads } : undefined));
  const merged = lowered(declared, options, overrides.bulkheads['maxConcurrent']);
  const problems = [
    ...bulkheadOptionProblems(merged),
    ...undeclaredName(merged, bulkheads, 'bulkheads'),
    ...(dependencies.store === undefined ? missingTable(merged, bulkheadTable, CONTRACT.environment.bulkheadTable.name) : []),
  ];
  if (problems.length > 0) throw new ConfigurationError('the bulkhead cannot work', problems);
  const resolved = resolveBulkheadOptions(merged);
  const sources = sourcesFrom(dependencies);
  const slots = slotsFor(resolved, sources, bulkheadTable, dependencies);
  const bulkhead = new Bulkhead(resolved, { ...sources, slots, sleep: dependencies.sleep ?? systemSleep });
  if (resolved.enabled) sources.sink.emit(createdEvent(resolved, sources.clock.nowMs()));
  return bulkhead;
}

/** Whoever lowers the number of slots in a hurry must not be stopped by limits that the code gives single tenants. */
function lowered(merged: BulkheadOptions, given: unknown, override: unknown): BulkheadOptions {
  if (override === undefined || !isRecord(given) || given['maxConcurrent'] !== undefined) return merged;
  return withinSlots({ ...merged }) as unknown as BulkheadOptions;
}

function slotsFor(
  options: ResolvedBulkheadOptions,
  { clock, random, sink }: Sources,
  table: string | undefined,
  dependencies: BulkheadDependencies,
): SlotSource {
  const { name, enabled, shared } = options;
  const resized = (from: number, to: number): void => {
    const event: BulkheadResizedEvent = { type: 'bulkhead.resized', name, atMs: clock.nowMs(), from, to };
    sink.emit(event);
  };
  const store = dependencies.store ?? (table === undefined ? undefined : new DynamoDbBulkheadStore(sharedStateClient(table, dependencies)));
  if (!enabled || !shared || store === undefined) return new LocalSlots(options, { clock, onResize: resized });
  const report = {
    resized,
    reclaimed: (leases: number): void => {
      const event: BulkheadReclaimedEvent = { type: 'bulkhead.reclaimed', name, atMs: clock.nowMs(), leases };
      sink.emit(event);
    },
    degraded: (decision: BulkheadDegradedEvent['decision']): void => {
      const event: BulkheadDegradedEvent = { type: 'bulkhead.degraded', name, atMs: clock.nowMs(), decision };
      sink.emit(event);
    },
  };
  return new FleetSlots(options, { store, clock, random, report });
}

function createdEvent({ name, maxConcurrent, queueSize, shared }: ResolvedBulkheadOptions, atMs: number): BulkheadCreatedEvent {
  return { type: 'bulkhead.created', name, atMs, maxConcurrent, queueSize, shared };
}
