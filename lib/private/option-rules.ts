import { CONTRACT } from './contract';

/** True or false. */
export interface BooleanRule {
  readonly type: 'boolean';
}

/** One of a few values. */
export interface ChoiceRule {
  readonly type: 'choice';
  readonly values: readonly string[];
}

/** A number within bounds, whole or not. */
export interface NumberRule {
  readonly type: 'integer' | 'number';
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum: number;
}

/** A `Duration` of whole milliseconds within bounds. */
export interface DurationRule {
  readonly type: 'duration';
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/** What one option may hold, as the contract states it. */
export type OptionRule = BooleanRule | ChoiceRule | NumberRule | DurationRule;

/** Rules by option name, in the contract's order. */
export type OptionRules = ReadonlyMap<string, OptionRule>;

const { circuit, rateLimit, limitRule, bulkhead, cloudMap, dependency, timeout, timeoutLimit, retry, loadShedding, observability } = CONTRACT.configuration;

/** The rules of a circuit's options. */
export const CIRCUIT_RULES: OptionRules = new Map(Object.entries<OptionRule>(circuit));

/** The rules of a rate limit's options that are plain values. */
export const RATE_LIMIT_RULES: OptionRules = new Map(Object.entries<OptionRule>(rateLimit));

/** The rules of one limit in a list of limits. */
export const LIMIT_RULES: OptionRules = new Map(Object.entries<OptionRule>(limitRule));

/** The rules of a bulkhead's options that are plain values. */
export const BULKHEAD_RULES: OptionRules = new Map(Object.entries<OptionRule>(bulkhead));

/** The rules of a dependency's options that are plain values. */
export const DEPENDENCY_RULES: OptionRules = new Map(Object.entries<OptionRule>(dependency));

/** The rules of the options of a service in AWS Cloud Map that are plain values. */
export const CLOUD_MAP_RULES: OptionRules = new Map(Object.entries<OptionRule>(cloudMap));

/** The rules of the options of the timeout that are plain values. */
export const TIMEOUT_RULES: OptionRules = new Map(Object.entries<OptionRule>(timeout));

/** The rule of the time of a single operation or tenant. */
export const TIMEOUT_LIMIT_RULE: DurationRule = { type: 'duration', ...timeoutLimit };

/** The rules of the options of retries. */
export const RETRY_RULES: OptionRules = new Map(Object.entries<OptionRule>(retry));

/** The rules of the options of load shedding that are plain values. */
export const LOAD_SHEDDING_RULES: OptionRules = new Map(Object.entries<OptionRule>(loadShedding));

/** The rules of what a function reports. */
export const OBSERVABILITY_RULES: OptionRules = new Map(Object.entries<OptionRule>(observability));
