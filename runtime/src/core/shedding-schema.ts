import { CONTRACT } from '../contract/contract.ts';
import { show } from './option-schema.ts';
import { isRecord } from './record.ts';

const { loadShedding: SCHEMA, priorities: PRIORITY_NAMES } = CONTRACT.configuration;

/** The options of load shedding that are no plain values. */
export const SHEDDING_PARTS = ['priorityRateCaps'] as const;

/** The options of load shedding that this file checks, from a caller who may not have a compiler. */
export type SheddingParts = Readonly<Partial<Record<(typeof SHEDDING_PARTS)[number] | 'minRate' | 'maxRate', unknown>>>;

/** Every problem of load shedding that no rule for a single value can state; what is `undefined` is not set. */
export function sheddingPartsProblems(path: string, options: SheddingParts): string[] {
  const { priorityRateCaps, minRate = SCHEMA.minRate.default, maxRate = SCHEMA.maxRate.default } = options;
  const isReversed = isShare(minRate) && isShare(maxRate) && minRate > maxRate;
  return [
    ...capProblems(`${path}.priorityRateCaps`, priorityRateCaps),
    ...(isReversed ? [`${path}.minRate is ${minRate}, more than maxRate, which is ${maxRate}: set at most ${maxRate}`] : []),
  ];
}

function capProblems(path: string, caps: unknown): string[] {
  if (caps === undefined) return [];
  if (!isRecord(caps)) return [`${path} is ${show(caps)}: set an object of shares from 0 to 1 by priority`];
  return Object.entries(caps).flatMap(([priority, cap]) => {
    if (!PRIORITY_NAMES.some((known) => known === priority)) {
      return [`${path}.${priority} is not a priority: use one of ${PRIORITY_NAMES.join(', ')}`];
    }
    return cap === undefined || isShare(cap) ? [] : [`${path}.${priority} is ${show(cap)}: set a number from 0 to 1`];
  });
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
