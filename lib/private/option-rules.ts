import { CONTRACT } from './contract';

/** True or false. */
export interface BooleanRule {
  readonly type: 'boolean';
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
export type OptionRule = BooleanRule | NumberRule | DurationRule;

/** The rules of a circuit's options by name, in the contract's order. */
export const CIRCUIT_RULES: ReadonlyMap<string, OptionRule> = new Map(
  Object.entries<OptionRule>(CONTRACT.configuration.circuit),
);

/** The key of an option in the configuration document: durations carry their unit. */
export function documentKey(name: string, rule: OptionRule): string {
  return rule.type === 'duration' ? `${name}Ms` : name;
}
