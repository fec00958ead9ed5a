import type { CallContext, Priority } from '../core/call-context.ts';
import type { LoadSheddingOptions } from './options.ts';
import type { LoadSnapshot } from './snapshot.ts';

/** The adaptive strategy with every threshold at its default. */
export function basicLoadShedding(name?: string): LoadSheddingOptions {
  return { name, enabled: true, strategy: 'adaptive' };
}

/** Refuses the least important requests first, at a rate that follows the load, and none at more than the rate of its priority. */
export function priorityLoadShedding(priorityRateCaps?: Readonly<Partial<Record<Priority, number>>>, name?: string): LoadSheddingOptions {
  return { ...basicLoadShedding(name), strategy: 'priority', priorityRateCaps };
}

/** The adaptive strategy with a latency of its own to keep to, in milliseconds. */
export function adaptiveLoadShedding(targetLatencyMs: number, name?: string): LoadSheddingOptions {
  return { ...basicLoadShedding(name), targetLatencyMs };
}

/** The code decides about each request. */
export function customLoadShedding(shouldShed: (call: CallContext, load: LoadSnapshot) => boolean, name?: string): LoadSheddingOptions {
  return { ...basicLoadShedding(name), strategy: 'custom', shouldShed };
}
