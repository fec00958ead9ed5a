import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import { objectProblems, optionsProblems, show } from './option-problem';
import { LOAD_SHEDDING_RULES } from './option-rules';

const { loadShedding: SCHEMA, priorities: PRIORITIES } = CONTRACT.configuration;

/** The options of load shedding that are no plain values. */
export const SHEDDING_PARTS = ['priorityRateCaps'] as const;

type Options = Readonly<Record<string, unknown>>;

/** Every problem of load shedding, from a caller who may not have a compiler. */
export function sheddingProblems(path: string, options: Options): string[] {
  return [
    ...optionsProblems(LOAD_SHEDDING_RULES, path, options, SHEDDING_PARTS),
    ...capProblems(`${path}.priorityRateCaps`, options['priorityRateCaps']),
    ...boundProblems(path, options),
  ];
}

function capProblems(path: string, caps: unknown): string[] {
  return objectProblems(path, caps, eachCapProblems, 'set an object of shares from 0 to 1 by priority');
}

function eachCapProblems(path: string, caps: Options): string[] {
  return Object.entries(caps).flatMap(([priority, cap]) => {
    if (Token.isUnresolved(priority)) return [`${path} has a token for a name: use names that are known at synthesis`];
    if (!PRIORITIES.some((known) => known === priority)) {
      return [`${path}.${priority} is not a priority: use one of ${PRIORITIES.join(', ')}`];
    }
    return cap === undefined || Token.isUnresolved(cap) || isShare(cap) ? [] : [`${path}.${priority} is ${show(cap)}: set a number from 0 to 1`];
  });
}

function boundProblems(path: string, { minRate = SCHEMA.minRate.default, maxRate = SCHEMA.maxRate.default }: Options): string[] {
  // A token is no share: as a number it is far below zero.
  if (!isShare(minRate) || !isShare(maxRate) || minRate <= maxRate) return [];
  return [`${path}.minRate is ${minRate}, more than maxRate, which is ${maxRate}: set at most ${maxRate}`];
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && !Token.isUnresolved(value) && value >= 0 && value <= 1;
}
