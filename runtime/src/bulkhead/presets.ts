import { CONTRACT } from '../contract/contract.ts';
import type { BulkheadOptions, DeclaredBulkheadOptions } from './options.ts';

const { basic: BASIC, highThroughput, resourceConstrained, inbound } = CONTRACT.presets.bulkhead;

/** Sets of options for a kind of call; spread one into the options. */
export const BULKHEAD_PROFILES = Object.freeze({
  /** Many short calls to something that can take them: 50 at a time, 20 wait up to 10 s. */
  highThroughput: Object.freeze(highThroughput),
  /** Something that must not be pressed: 5 at a time, 2 wait up to 2 s. */
  resourceConstrained: Object.freeze(resourceConstrained),
  /** Around the handler itself: 100 requests at a time, 50 wait. */
  inbound: Object.freeze(inbound),
}) satisfies Readonly<Record<string, DeclaredBulkheadOptions>>;

/** So many calls at a time; others wait up to 30 s. */
export function basicBulkhead(name: string, maxConcurrent: number): BulkheadOptions {
  return { name, maxConcurrent, ...BASIC };
}

/** The basic bulkhead in which every tenant has its own slots: these, or a tenth of all. */
export function tenantBulkhead(
  name: string,
  maxConcurrent: number,
  tenantLimits: Readonly<Record<string, number>> = {},
): BulkheadOptions {
  return { ...basicBulkhead(name, maxConcurrent), perTenant: true, tenantLimits };
}

/** The basic bulkhead in which every operation has its own slots: these, or a fifth of all. */
export function operationBulkhead(
  name: string,
  maxConcurrent: number,
  operationLimits: Readonly<Record<string, number>> = {},
): BulkheadOptions {
  return { ...basicBulkhead(name, maxConcurrent), perOperation: true, operationLimits };
}

/** The basic bulkhead in which those who wait are served by priority; from `high` on they find a place in a full queue. */
export function priorityBulkhead(
  name: string,
  maxConcurrent: number,
  priorityOf?: BulkheadOptions['priorityOf'],
): BulkheadOptions {
  const { highPriorityThreshold } = CONTRACT.configuration.bulkhead;
  return { ...basicBulkhead(name, maxConcurrent), priority: true, highPriorityThreshold: highPriorityThreshold.default, priorityOf };
}
