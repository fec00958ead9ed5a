import type { Duration } from 'aws-cdk-lib';
import type { BulkheadEnforcement, BulkheadRefusal, BulkheadStoreFailure } from './bulkhead-enums';

/**
 * What one bulkhead does. Every option has a default that suits calls to one dependency.
 *
 * Values are checked when the bulkhead is declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface BulkheadOptions {
  /**
   * Whether the bulkhead limits anything; switched off, every call passes and nothing is counted.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether the fleet shares the slots through DynamoDB; otherwise each environment has its own.
   *
   * @default true
   */
  readonly shared?: boolean;

  /**
   * Whether resilience() puts the bulkhead around the handler.
   *
   * @default false
   */
  readonly inbound?: boolean;

  /**
   * Calls that may run at the same time.
   *
   * A whole number from 1 to 100000.
   *
   * @default 10
   */
  readonly maxConcurrent?: number;

  /**
   * Calls that may wait in an environment for a slot; further ones are refused at once.
   *
   * A whole number from 0 to 10000.
   *
   * @default 5
   */
  readonly queueSize?: number;

  /**
   * Longest time that a call waits for a slot; its deadline shortens it.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.seconds(5)
   */
  readonly maxWait?: Duration;

  /**
   * Whether every tenant has a limit of its own.
   *
   * @default false
   */
  readonly perTenant?: boolean;

  /**
   * Slots of a tenant that has no limit of its own; 0 is a tenth of maxConcurrent, and at least 1.
   *
   * A whole number from 0 to 100000.
   *
   * @default 0
   */
  readonly defaultTenantLimit?: number;

  /**
   * Whether every operation has a limit of its own.
   *
   * @default false
   */
  readonly perOperation?: boolean;

  /**
   * Slots of an operation that has no limit of its own; 0 is a fifth of maxConcurrent, and at least 1.
   *
   * A whole number from 0 to 100000.
   *
   * @default 0
   */
  readonly defaultOperationLimit?: number;

  /**
   * Whether a tenant may use more than its own slots while others leave theirs unused.
   *
   * @default false
   */
  readonly borrow?: boolean;

  /**
   * Whether calls that wait are served by priority; otherwise in the order of their arrival.
   *
   * @default false
   */
  readonly priority?: boolean;

  /**
   * Priority from which on a call takes the place of a lesser one in a full queue.
   *
   * A whole number from 1 to 10.
   *
   * @default 8
   */
  readonly highPriorityThreshold?: number;

  /**
   * Whether the number of slots follows latency and failures, between minConcurrent and maxConcurrent.
   *
   * @default false
   */
  readonly adaptive?: boolean;

  /**
   * Least number of slots that an adaptive bulkhead keeps.
   *
   * A whole number from 1 to 100000.
   *
   * @default 1
   */
  readonly minConcurrent?: number;

  /**
   * Duration from which on a call tells an adaptive bulkhead that there are too many.
   *
   * A whole number of milliseconds from 1 to 900000.
   *
   * @default Duration.seconds(5)
   */
  readonly latencyThreshold?: Duration;

  /**
   * How long a slot is held at most by a call without a deadline; others hold it until theirs.
   *
   * A whole number of milliseconds from 1000 to 900000.
   *
   * @default Duration.seconds(60)
   */
  readonly leaseDuration?: Duration;

  /**
   * How long after the deadline of its call a slot is free again if nobody has given it back.
   *
   * A whole number of milliseconds from 100 to 60000.
   *
   * @default Duration.seconds(1)
   */
  readonly leaseMargin?: Duration;

  /**
   * How long after it was taken an environment may use a slot for further calls without a write; 0 means never. One that is kept by a frozen environment stays taken until its lease ends.
   *
   * A whole number of milliseconds from 0 to 10000.
   *
   * @default Duration.seconds(1)
   */
  readonly keepDuration?: Duration;

  /**
   * What happens to calls while the table does not answer; local is as many in each environment as there are slots.
   *
   * @default BulkheadStoreFailure.LOCAL
   */
  readonly onStoreFailure?: BulkheadStoreFailure;

  /**
   * How a refused request is answered: 429 or 503.
   *
   * @default BulkheadRefusal.TOO_MANY_REQUESTS
   */
  readonly refusal?: BulkheadRefusal;

  /**
   * Parts into which the slots are split, so that no item is written too often; 0 is one for every 20 slots.
   *
   * A whole number from 0 to 64.
   *
   * @default 0
   */
  readonly shards?: number;

  /**
   * Tenants and operations that an environment remembers at most.
   *
   * A whole number from 1 to 100000.
   *
   * @default 1000
   */
  readonly maxKeys?: number;

  /**
   * Slots of single tenants in place of `defaultTenantLimit`, by tenant; needs `perTenant`.
   *
   * Whole numbers from 1 to 100000, up to `maxConcurrent`. All environment variables of a function share 4 KB: limits of many
   * tenants are looked up by the code instead.
   *
   * @default - every tenant has `defaultTenantLimit`
   */
  readonly tenantLimits?: { [tenant: string]: number };

  /**
   * Slots of single operations in place of `defaultOperationLimit`, by operation; needs `perOperation`.
   *
   * Whole numbers from 1 to 100000, up to `maxConcurrent`.
   *
   * @default - every operation has `defaultOperationLimit`
   */
  readonly operationLimits?: { [operation: string]: number };

  /**
   * What keeps to the limit: the runtime, or Lambda itself, which is free and exact but knows whole invocations only.
   *
   * Lambda takes `maxConcurrent`, which then has to be set, and no other option but `enabled`. The runtime does not know such a
   * bulkhead: the handler cannot use it by name, there is no table, no metric, no alarm and no row on the dashboard, and Lambda's own
   * metrics tell about it.
   *
   * @default BulkheadEnforcement.RUNTIME
   */
  readonly enforcement?: BulkheadEnforcement;
}
