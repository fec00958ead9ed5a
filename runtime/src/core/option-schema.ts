/** What one option may hold. The contract states these for every option that a stack can declare. */
export type OptionRule =
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'choice'; readonly values: readonly string[]; readonly default: string }
  | {
      readonly type: 'integer' | 'number';
      readonly minimum?: number;
      readonly exclusiveMinimum?: number;
      readonly maximum: number;
      readonly default: number;
    }
  | { readonly type: 'duration'; readonly minimumMs: number; readonly maximumMs: number; readonly defaultMs: number };

/** Rules by option name; a duration called `openDuration` is the option `openDurationMs`. */
export type OptionSchema = Readonly<Record<string, OptionRule>>;

/** The option under which a rule is found at run time: durations carry their unit. */
export type OptionKey<Name extends string, Rule> = Rule extends { readonly type: 'duration' } ? `${Name}Ms` : Name;

/** The values that a schema describes. */
export type OptionValues<Schema extends OptionSchema> = {
  readonly [Name in keyof Schema & string as OptionKey<Name, Schema[Name]>]: OptionValue<Schema[Name]>;
};

/** The value that a rule describes. */
type OptionValue<Rule> = Rule extends { readonly type: 'boolean' }
  ? boolean
  : Rule extends { readonly type: 'choice'; readonly values: readonly (infer Choice)[] }
    ? Choice
    : number;

/** The value of every option that is not set. */
export function schemaDefaults<Schema extends OptionSchema>(schema: Schema): OptionValues<Schema> {
  const entries = Object.entries(schema).map(([name, rule]) => [optionKey(name, rule), ruleDefault(rule)]);
  return Object.freeze(Object.fromEntries(entries)) as OptionValues<Schema>;
}

/**
 * Every problem of a set of options, each as one sentence that names the option, the value seen and the remedy.
 * `undefined` means "not set"; unknown options are problems.
 *
 * @param otherOptions Names that are checked elsewhere, to be listed with the known ones.
 */
export function schemaProblems(
  schema: OptionSchema,
  options: Readonly<Record<string, unknown>>,
  path: string,
  otherOptions: readonly string[] = [],
): string[] {
  const rules = new Map(Object.entries(schema).map(([name, rule]) => [optionKey(name, rule), rule]));
  return Object.entries(options).flatMap(([key, value]) => {
    const rule = rules.get(key);
    if (rule === undefined) return [unknownOption(path, key, [...otherOptions, ...rules.keys()])];
    const expected = value === undefined ? undefined : violatedRule(rule, value);
    return expected === undefined ? [] : [`${path}.${key} is ${show(value)}: ${expected}`];
  });
}

/** What a name may look like, as a pattern and in words. */
export interface NameRule {
  readonly pattern: string;
  readonly rule: string;
}

/** The problem of a name, as one sentence; undefined if it is allowed. */
export function nameProblem({ pattern, rule }: NameRule, path: string, name: unknown): string | undefined {
  return typeof name === 'string' && new RegExp(pattern).test(name) ? undefined : `${path} is ${show(name)}: use ${rule}`;
}

/** A value as a problem shows it: short, and never more than its outline. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

/** The sentence about an option that does not exist. */
export function unknownOption(path: string, key: string, known: readonly string[]): string {
  return `${path}.${key} is not an option: use one of ${known.join(', ')}`;
}

function optionKey(name: string, rule: OptionRule): string {
  return rule.type === 'duration' ? `${name}Ms` : name;
}

function ruleDefault(rule: OptionRule): boolean | number | string {
  return rule.type === 'duration' ? rule.defaultMs : rule.default;
}

function violatedRule(rule: OptionRule, value: unknown): string | undefined {
  if (rule.type === 'boolean') return typeof value === 'boolean' ? undefined : 'set true or false';
  if (rule.type === 'choice') return rule.values.some((choice) => choice === value) ? undefined : `use one of ${rule.values.join(', ')}`;
  const { low, high, text } = range(rule);
  const whole = rule.type === 'number' || Number.isInteger(value);
  return typeof value === 'number' && whole && low(value) && value <= high ? undefined : text;
}

interface Range {
  readonly low: (value: number) => boolean;
  readonly high: number;
  readonly text: string;
}

function range(rule: Exclude<OptionRule, { readonly type: 'boolean' | 'choice' }>): Range {
  if (rule.type === 'duration') {
    const { minimumMs, maximumMs } = rule;
    const text = `set a whole number of milliseconds from ${minimumMs} to ${maximumMs}`;
    return { low: (value) => value >= minimumMs, high: maximumMs, text };
  }
  const { exclusiveMinimum, minimum = -Infinity, maximum } = rule;
  const kind = rule.type === 'integer' ? 'a whole number' : 'a number';
  if (exclusiveMinimum !== undefined) {
    const text = `set ${kind} above ${exclusiveMinimum} and up to ${maximum}`;
    return { low: (value) => value > exclusiveMinimum, high: maximum, text };
  }
  return { low: (value) => value >= minimum, high: maximum, text: `set ${kind} from ${minimum} to ${maximum}` };
}
