import { CONTRACT } from '../contract/contract.ts';
import { BULKHEAD_PARTS, bulkheadPartsProblems } from '../core/bulkhead-schema.ts';
import type { CallContext, Priority } from '../core/call-context.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import type { BulkheadFullError } from './errors.ts';

const SCHEMA = CONTRACT.configuration.bulkhead;

/** The options that a stack can declare as well; bounds and defaults are the contract's. */
export interface DeclaredBulkheadOptions {
  /** Whether the bulkhead limits anything; switched off, every call passes and nothing is counted. Default true. */
  readonly enabled?: boolean | undefined;
  /** Whether the fleet shares the slots through DynamoDB; otherwise each environment has its own. Default true. */
  readonly shared?: boolean | undefined;
  /** Whether `resilience()` puts the bulkhead around the handler. Default false. */
  readonly inbound?: boolean | undefined;
  /** Calls that may run at the same time: 1 to 100000. Default 10. */
  readonly maxConcurrent?: number | undefined;
  /** Calls that may wait in an environment for a slot, 0 to 10000; further ones are refused at once. Default 5. */
  readonly queueSize?: number | undefined;
  /** Longest time that a call waits for a slot in milliseconds, 0 to 15 min; its deadline shortens it. Default 5 s. */
  readonly maxWaitMs?: number | undefined;
  /**
   * Whether every tenant has a limit of its own, see `CallContext.tenant`; calls without a tenant have that of the tenant
   * `none`. Default false.
   */
  readonly perTenant?: boolean | undefined;
  /** Slots of single tenants, 1 to `maxConcurrent`; only with `perTenant`. Default: none. */
  readonly tenantLimits?: Readonly<Record<string, number>> | undefined;
  /** Slots of a tenant that has none of its own, 0 to 100000, never more than `maxConcurrent`; 0 is a tenth of that, and at least 1. Default 0. */
  readonly defaultTenantLimit?: number | undefined;
  /**
   * Whether every operation has a limit of its own, see `CallContext.operation`; calls without an operation have that of the
   * operation `none`. Default false.
   */
  readonly perOperation?: boolean | undefined;
  /** Slots of single operations, 1 to `maxConcurrent`; only with `perOperation`. Default: none. */
  readonly operationLimits?: Readonly<Record<string, number>> | undefined;
  /** Slots of an operation that has none of its own, 0 to 100000, never more than `maxConcurrent`; 0 is a fifth of that, and at least 1. Default 0. */
  readonly defaultOperationLimit?: number | undefined;
  /** Whether a tenant may use more than its own slots while others leave theirs unused. Default false. */
  readonly borrow?: boolean | undefined;
  /** Whether calls that wait are served by priority; otherwise in the order of their arrival. Default false. */
  readonly priority?: boolean | undefined;
  /** Priority from which on a call takes the place of a lesser one in a full queue, 1 to 10; only with `priority`. Default 8. */
  readonly highPriorityThreshold?: number | undefined;
  /** Whether the number of slots follows latency and failures, between `minConcurrent` and `maxConcurrent`. Default false. */
  readonly adaptive?: boolean | undefined;
  /** Least number of slots that an adaptive bulkhead keeps: 1 to 100000, at most `maxConcurrent`. Default 1. */
  readonly minConcurrent?: number | undefined;
  /** Duration in milliseconds beyond which a call tells an adaptive bulkhead that there are too many: 1 ms to 15 min. Default 5 s. */
  readonly latencyThresholdMs?: number | undefined;
  /** How long a shared slot is held at most by a call without a deadline, in milliseconds: 1 s to 15 min. Default 60 s. */
  readonly leaseDurationMs?: number | undefined;
  /** How long after the deadline of its call a shared slot is free again, in milliseconds: 100 ms to 60 s. Default 1 s. */
  readonly leaseMarginMs?: number | undefined;
  /**
   * How long after it was taken an environment may use a shared slot for further calls without a write, in milliseconds, 0 to
   * 10 s; 0 means never. Default 1 s.
   */
  readonly keepDurationMs?: number | undefined;
  /** What happens to calls while the table does not answer. Default `local`: as many in each environment as there are slots. */
  readonly onStoreFailure?: 'local' | 'allow' | 'deny' | undefined;
  /** How a refused request is answered: 429 or 503. Default `too-many-requests`. */
  readonly refusal?: 'too-many-requests' | 'service-unavailable' | undefined;
  /** Parts into which shared slots are split, 0 to 64; 0 is one for every 20 slots. Default 0. */
  readonly shards?: number | undefined;
  /** Tenants, and operations, that an environment remembers at most, 1 to 100000; none that has calls is forgotten. Default 1000. */
  readonly maxKeys?: number | undefined;
}

/** Options of a bulkhead. */
export interface BulkheadOptions extends DeclaredBulkheadOptions {
  /** Name of what is protected: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /**
   * How much a call matters; undefined leaves it to `CallContext.priority`, and so does what it throws, which is reported. Only
   * with `priority` does the queue go by it. Default: none.
   */
  readonly priorityOf?: ((call: CallContext) => Priority | undefined) | undefined;
  /** Answers in place of a call that was refused. Default: none. */
  readonly onRejected?: ((error: BulkheadFullError, call: CallContext, event?: unknown) => unknown) | undefined;
}

const CALLBACKS = ['priorityOf', 'onRejected'] as const;

/** Options with every default filled in. */
export type ResolvedBulkheadOptions = OptionValues<typeof SCHEMA> &
  Pick<BulkheadOptions, 'name' | (typeof CALLBACKS)[number]> & {
    /** Slots of single tenants by key. */
    readonly tenantLimits: ReadonlyMap<string, number>;
    /** Slots of single operations by key. */
    readonly operationLimits: ReadonlyMap<string, number>;
  };

/** The value of every option that is not set; of `defaultTenantLimit` and `defaultOperationLimit` before they are worked out. */
export const BULKHEAD_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

/** One tenant or one operation has this part of the slots, if nothing is said of it. */
const DEFAULT_PARTS = { tenant: 10, operation: 5 } as const;

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value, and may be refused.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range, limits that nothing
 * would look at.
 */
export function resolveBulkheadOptions(options: BulkheadOptions): ResolvedBulkheadOptions {
  const problems = bulkheadOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the bulkhead cannot work', problems);
  const { tenantLimits = {}, operationLimits = {}, ...plain } = options;
  const filled = { ...BULKHEAD_DEFAULTS, ...givenOf(plain) } as Omit<ResolvedBulkheadOptions, 'tenantLimits' | 'operationLimits'>;
  const { maxConcurrent, defaultTenantLimit, defaultOperationLimit } = filled;
  return Object.freeze({
    ...filled,
    defaultTenantLimit: defaultLimit(defaultTenantLimit, maxConcurrent, DEFAULT_PARTS.tenant),
    defaultOperationLimit: defaultLimit(defaultOperationLimit, maxConcurrent, DEFAULT_PARTS.operation),
    tenantLimits: new Map(Object.entries(tenantLimits)),
    operationLimits: new Map(Object.entries(operationLimits)),
  });
}

/** At least one slot, and never more than there are. */
function defaultLimit(declared: number, maxConcurrent: number, parts: number): number {
  return declared === 0 ? Math.max(1, Math.floor(maxConcurrent / parts)) : Math.min(declared, maxConcurrent);
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function bulkheadOptionProblems(options: BulkheadOptions): string[] {
  const given: unknown = options;
  if (!isRecord(given)) return [`options is ${show(given)}: pass an object with a name`];
  const { name, priorityOf, onRejected, tenantLimits: _tenants, operationLimits: _operations, ...declared } = options;
  const badName = nameProblem(CONTRACT.configuration.name, 'options.name', name);
  return [
    ...(badName === undefined ? [] : [badName]),
    ...Object.entries({ priorityOf, onRejected })
      .filter(([, value]) => value !== undefined && typeof value !== 'function')
      .map(([key, value]) => `options.${key} is ${show(value)}: pass a function`),
    ...schemaProblems(SCHEMA, declared, 'options', ['name', ...BULKHEAD_PARTS, ...CALLBACKS]),
    ...bulkheadPartsProblems('options', options),
  ];
}
