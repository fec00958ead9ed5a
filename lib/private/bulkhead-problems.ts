import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import { isFilled, namedProblems, optionsProblems, show } from './option-problem';
import { BULKHEAD_RULES } from './option-rules';
import { enforcementProblems } from './platform-problems';

const { bulkhead: SCHEMA, bulkheadLimit: LIMIT } = CONTRACT.configuration;

/** The options of a bulkhead that are limits of single tenants and operations, in the order in which the document holds them. */
export const BULKHEAD_LIMITS = ['tenantLimits', 'operationLimits'] as const;

/** The options of a bulkhead that are no plain values. */
export const BULKHEAD_PARTS = [...BULKHEAD_LIMITS, 'enforcement'] as const;

type Options = Readonly<Record<string, unknown>>;

/** Every problem of the options of one bulkhead, from a caller who may not have a compiler. */
export function bulkheadProblems(path: string, options: Options): string[] {
  return [
    ...optionsProblems(BULKHEAD_RULES, path, options, BULKHEAD_PARTS),
    ...ownLimitsProblems(`${path}.tenantLimits`, options['tenantLimits'], slotsOf(options)),
    ...switchProblems(`${path}.tenantLimits`, options['tenantLimits'], 'perTenant', options['perTenant']),
    ...ownLimitsProblems(`${path}.operationLimits`, options['operationLimits'], slotsOf(options)),
    ...switchProblems(`${path}.operationLimits`, options['operationLimits'], 'perOperation', options['perOperation']),
    ...leastProblems(`${path}.minConcurrent`, options),
    ...enforcementProblems(path, options),
  ];
}

/** What there is to share; of a token, and of what the rule for the single value refuses, as much as there may be at all. */
function slotsOf({ maxConcurrent = SCHEMA.maxConcurrent.default }: Options): number {
  const isKnown = typeof maxConcurrent === 'number' && !Token.isUnresolved(maxConcurrent) && maxConcurrent >= LIMIT.minimum;
  return isKnown ? Math.min(maxConcurrent, LIMIT.maximum) : LIMIT.maximum;
}

function ownLimitsProblems(path: string, limits: unknown, slots: number): string[] {
  return namedProblems(path, limits, 'numbers of slots', (id, limit) => {
    if (Token.isUnresolved(limit) || isLimit(limit, slots)) return [];
    return [`${path}.${id} is ${show(limit)}: set a whole number from ${LIMIT.minimum} to ${slots}, of which there are slots`];
  });
}

const isLimit = (value: unknown, most: number) =>
  typeof value === 'number' && Number.isInteger(value) && value >= LIMIT.minimum && value <= most;

/** Limits that nothing would look at. */
function switchProblems(path: string, limits: unknown, option: string, isOn: unknown): string[] {
  if (!isFilled(limits) || (isOn !== undefined && isOn !== false)) return [];
  return [`${path} is set although ${option} is not: set ${option} to true, or leave the limits out`];
}

function leastProblems(path: string, options: Options): string[] {
  const { minConcurrent } = options;
  const slots = slotsOf(options);
  // What is no number of slots at all is the business of the rule for the single value.
  const isKnown = typeof minConcurrent === 'number' && Number.isFinite(minConcurrent) && !Token.isUnresolved(minConcurrent);
  if (!isKnown || minConcurrent <= slots) return [];
  return [`${path} is ${show(minConcurrent)}, more than maxConcurrent, which is ${slots}: set at most ${slots}`];
}
