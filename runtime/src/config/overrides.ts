import { CONTRACT } from '../contract/contract.ts';
import { show } from '../core/option-schema.ts';

/** Options that environment variables set, by what they are of. */
export interface Overrides {
  /** Options of every circuit. */
  readonly circuits: Readonly<Record<string, unknown>>;
  /** Options of every bulkhead. */
  readonly bulkheads: Readonly<Record<string, unknown>>;
  /** Options of the retry, and of the retries of every dependency that has any. */
  readonly retry: Readonly<Record<string, unknown>>;
  /** Options of the health. */
  readonly health: Readonly<Record<string, unknown>>;
}

/** What was found in the environment. */
export interface FoundOverrides {
  readonly overrides: Overrides;
  /** Every problem, each as one sentence that names the variable, the value seen and the remedy. */
  readonly problems: readonly string[];
  /** Variables that cannot be used. */
  readonly bad: readonly string[];
}

interface OverrideRule {
  readonly name: string;
  readonly section: keyof Overrides;
  readonly option: string;
  readonly type: 'boolean' | 'integer' | 'seconds';
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Text that is a number: whole, or of seconds to the millisecond. Nothing that a person may have meant otherwise. */
const NUMBERS = { integer: /^\d{1,9}$/, seconds: /^\d{1,9}(\.\d{1,3})?$/ } as const;
const KINDS = { integer: 'a whole number', seconds: 'a number of seconds' } as const;
const FLAGS: ReadonlyMap<string, boolean> = new Map([['true', true], ['false', false]]);

/** Reads the variables that change options of a deployed function. An empty one is not set. */
export function readOverrides(environment: Readonly<Record<string, string | undefined>>): FoundOverrides {
  const overrides: Record<keyof Overrides, Record<string, unknown>> = { circuits: {}, bulkheads: {}, retry: {}, health: {} };
  const problems: string[] = [];
  const bad: string[] = [];
  for (const rule of Object.values<OverrideRule>(CONTRACT.overrides)) {
    const text = environment[rule.name];
    if (text === undefined || text === '') continue;
    const value = valueOf(rule, text);
    if (value === undefined) {
      bad.push(rule.name);
      problems.push(`${rule.name} is ${show(text)}: ${remedyOf(rule)}`);
    } else overrides[rule.section][rule.option] = value;
  }
  return { overrides, problems, bad };
}

function valueOf({ type, minimum = 0, maximum = Infinity }: OverrideRule, text: string): boolean | number | undefined {
  if (type === 'boolean') return FLAGS.get(text);
  if (!NUMBERS[type].test(text)) return undefined;
  const value = Number(text);
  if (value < minimum || value > maximum) return undefined;
  return type === 'seconds' ? Math.round(value * 1000) : value;
}

function remedyOf({ type, minimum, maximum }: OverrideRule): string {
  return type === 'boolean' ? 'set true or false' : `set ${KINDS[type]} from ${minimum ?? 0} to ${maximum ?? Infinity}`;
}
