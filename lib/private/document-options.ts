import { isDuration } from './option-problem';
import type { OptionRule, OptionRules } from './option-rules';

/** Options as the configuration document holds them: only what was declared, durations in milliseconds. */
export type DocumentOptions = Readonly<Record<string, unknown>>;

/**
 * Renders options that have been checked, in the contract's order: the order in which options are written never changes
 * the template.
 */
export function documentOptions(rules: OptionRules, options: object): DocumentOptions {
  const values = new Map<string, unknown>(Object.entries(options));
  const entries = [...rules].flatMap(([name, rule]): [string, unknown][] => {
    const value = values.get(name);
    if (value === undefined) return [];
    return [[documentKey(name, rule), isDuration(value) ? value.toMilliseconds() : value]];
  });
  return Object.fromEntries(entries);
}

/** The key of an option in the configuration document: durations carry their unit. */
export function documentKey(name: string, rule: OptionRule): string {
  return rule.type === 'duration' ? `${name}Ms` : name;
}
