export { adaptedLimit, type AdaptiveBounds, type AdaptiveLimit, type AdaptiveSample } from './adaptive-limit.ts';
export { createBulkhead, type BulkheadDependencies } from './create.ts';
export { DynamoDbBulkheadStore } from './dynamodb-store.ts';
export { BulkheadFullError, type BulkheadFullDetails, type BulkheadRefusal } from './errors.ts';
export type {
  BulkheadAcquiredEvent,
  BulkheadCallbackFailedEvent,
  BulkheadCallEvent,
  BulkheadCompletedEvent,
  BulkheadCreatedEvent,
  BulkheadDegradedEvent,
  BulkheadEvent,
  BulkheadReclaimedEvent,
  BulkheadRefusedEvent,
  BulkheadResizedEvent,
} from './events.ts';
export { FleetSlots, type FleetSlotsDependencies } from './fleet-slots.ts';
export { LocalSlots, type LocalSlotDependencies, type LocalSlotOptions } from './local-slots.ts';
export { MemoryBulkheadStore } from './memory-store.ts';
export { bulkhead, type BulkheadMiddlewareOptions, type BulkheadRequestOptions } from './middleware.ts';
export {
  BULKHEAD_DEFAULTS,
  resolveBulkheadOptions,
  type BulkheadOptions,
  type DeclaredBulkheadOptions,
  type ResolvedBulkheadOptions,
} from './options.ts';
export { Bulkhead, type BulkheadParts } from './policy.ts';
export { basicBulkhead, BULKHEAD_PROFILES, operationBulkhead, priorityBulkhead, tenantBulkhead } from './presets.ts';
export type { CallResult, Claim, NoSlot, Scope, ScopeKind, Slot, SlotSource, SlotUsage } from './slots.ts';
export type { BulkheadCounts, BulkheadScopeStatistics, BulkheadStatistics } from './snapshot.ts';
export type { BulkheadStore } from './store.ts';
