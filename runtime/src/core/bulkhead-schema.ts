import { CONTRACT } from '../contract/contract.ts';
import { show } from './option-schema.ts';
import { isRecord } from './record.ts';

const { bulkhead: SCHEMA, bulkheadLimit: LIMIT } = CONTRACT.configuration;

/** The options of a bulkhead that are no plain values. */
export const BULKHEAD_PARTS = ['tenantLimits', 'operationLimits'] as const;

/** The options of a bulkhead that this file checks, from a caller who may not have a compiler. */
export type BulkheadParts = Readonly<Partial<Record<(typeof BULKHEAD_PARTS)[number] | 'perTenant' | 'perOperation' | 'maxConcurrent' | 'minConcurrent', unknown>>>;

/** Every problem of a bulkhead that no rule for a single value can state; what is `undefined` is not set. */
export function bulkheadPartsProblems(path: string, options: BulkheadParts): string[] {
  const { tenantLimits, operationLimits, perTenant, perOperation, minConcurrent = SCHEMA.minConcurrent.default } = options;
  const slots = slotsOf(options);
  return [
    ...ownLimitsProblems(`${path}.tenantLimits`, tenantLimits, slots),
    ...switchProblems(`${path}.tenantLimits`, tenantLimits, 'perTenant', perTenant),
    ...ownLimitsProblems(`${path}.operationLimits`, operationLimits, slots),
    ...switchProblems(`${path}.operationLimits`, operationLimits, 'perOperation', perOperation),
    ...(typeof minConcurrent === 'number' && Number.isFinite(minConcurrent) && minConcurrent > slots
      ? [`${path}.minConcurrent is ${show(minConcurrent)}, more than maxConcurrent, which is ${slots}: set at most ${slots}`]
      : []),
  ];
}

/** The same options with nothing above `maxConcurrent`, for when that was lowered after the others had been set. */
export function withinSlots(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const slots = slotsOf(options);
  const lowered = (key: string, value: unknown): unknown => {
    if (key === 'minConcurrent') return atMost(value, slots);
    if (!BULKHEAD_PARTS.some((part) => part === key) || !isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([id, limit]) => [id, atMost(limit, slots)]));
  };
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, lowered(key, value)]));
}

function atMost(limit: unknown, slots: number): unknown {
  return typeof limit === 'number' ? Math.min(limit, slots) : limit;
}

/** What there is to share; what is no number is the business of the rule for the single value. */
function slotsOf({ maxConcurrent = SCHEMA.maxConcurrent.default }: BulkheadParts): number {
  return typeof maxConcurrent === 'number' && maxConcurrent >= LIMIT.minimum ? maxConcurrent : LIMIT.maximum;
}

function ownLimitsProblems(path: string, limits: unknown, slots: number): string[] {
  if (limits === undefined) return [];
  if (!isRecord(limits)) return [`${path} is ${show(limits)}: set an object of numbers of slots`];
  const most = Math.min(slots, LIMIT.maximum);
  return Object.entries(limits).flatMap(([id, limit]) => {
    if (id === '__proto__') return [`${path} has the name ${show(id)}: choose another one, because templates lose that name`];
    if (Number.isInteger(limit) && (limit as number) >= LIMIT.minimum && (limit as number) <= most) return [];
    return [`${path}.${id} is ${show(limit)}: set a whole number from ${LIMIT.minimum} to ${most}, of which there are slots`];
  });
}

/** Limits that nothing would look at. */
function switchProblems(path: string, limits: unknown, option: string, isOn: unknown): string[] {
  if (!isRecord(limits) || Object.keys(limits).length === 0 || (isOn !== undefined && isOn !== false)) return [];
  return [`${path} is set although ${option} is not: set ${option} to true, or leave the limits out`];
}
