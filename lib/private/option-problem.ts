import { Token, type Duration } from 'aws-cdk-lib';
import type { ChoiceRule, DurationRule, NumberRule, OptionRule, OptionRules } from './option-rules';

/**
 * Every problem of an object of options, each as one sentence that names the option, the value and the remedy.
 *
 * @param otherOptions names that are checked elsewhere, to be listed with the known ones
 */
export function optionsProblems(
  rules: OptionRules,
  path: string,
  options: Readonly<Record<string, unknown>>,
  otherOptions: readonly string[] = [],
): string[] {
  return Object.entries(options).flatMap(([key, value]) => {
    if (otherOptions.includes(key)) return [];
    const rule = rules.get(key);
    if (rule === undefined) return [`${path}.${key} is not an option: use one of ${[...otherOptions, ...rules.keys()].join(', ')}`];
    const problem = value === undefined ? undefined : optionProblem(rule, value);
    return problem === undefined ? [] : [`${path}.${key} ${problem}`];
  });
}

/** What to pass where an object of options is wanted. */
const OPTIONS_REMEDY = 'set an object of options, {} for the defaults';

/** Every problem of something that has options or is left out, from a caller who may not have a compiler. */
export function objectProblems(
  path: string,
  value: unknown,
  problems: (path: string, options: Readonly<Record<string, unknown>>) => string[],
  remedy: string = OPTIONS_REMEDY,
): string[] {
  if (value === undefined) return [];
  return isRecord(value) && !isTokenObject(value) ? problems(path, value) : [`${path} is ${outline(value)}: ${remedy}`];
}

/** Every problem of an object whose names the caller chooses, such as those of tenants. */
export function namedProblems(path: string, value: unknown, wanted: string, problems: (name: string, value: unknown) => string[]): string[] {
  const ofNames = (_path: string, members: Readonly<Record<string, unknown>>) =>
    Object.entries(members).flatMap(([name, member]) => {
      if (Token.isUnresolved(name)) return [`${path} has a token for a name: use names that are known at synthesis`];
      // CDK drops it when it renders the document.
      if (name === '__proto__') return [`${path} has the name ${show(name)}: choose another one, because templates lose that name`];
      return problems(name, member);
    });
  return objectProblems(path, value, ofNames, `set an object of ${wanted}`);
}

/** A value as a problem shows it: short, and never more than its outline. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
  if (typeof value === 'function') return 'a function';
  if (isDuration(value)) return `the duration ${value.toHumanString()}`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

/** A value as a problem shows it, where a token cannot be used: what it stands for has to be known at synthesis. */
export function outline(value: unknown): string {
  return Token.isUnresolved(value) ? 'a token' : show(value);
}

/** Whether a value is an object of named members, as opposed to an array, a primitive or nothing. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Recognised by its members: an application may hold several copies of aws-cdk-lib, where `instanceof` fails. */
export function isDuration(value: unknown): value is Duration {
  return isRecord(value) && typeof value['toMilliseconds'] === 'function' && typeof value['isUnresolved'] === 'function';
}

/** Whether a value is a token that stands for itself, as opposed to one that is encoded as text, number or list. */
export function isTokenObject(value: unknown): boolean {
  return isRecord(value) && Token.isUnresolved(value);
}

/** Whether a value is an object that has members known at synthesis. */
export function isFilled(value: unknown): boolean {
  return isRecord(value) && !isTokenObject(value) && Object.keys(value).length > 0;
}

/**
 * What is wrong with the value of an option: what was seen and what to set instead; undefined if nothing is.
 *
 * The value is `unknown` because callers in plain JavaScript have no compiler to stop them. Tokens pass: their values
 * are known only after deployment, and the runtime checks them again.
 */
function optionProblem(rule: OptionRule, value: unknown): string | undefined {
  switch (rule.type) {
    case 'boolean':
      return typeof value === 'boolean' || isTokenObject(value) ? undefined : `is ${show(value)}: set true or false`;
    case 'choice':
      return choiceProblem(rule, value);
    case 'duration':
      return durationProblem(rule, value);
    default:
      return numberProblem(rule, value);
  }
}

function choiceProblem({ values }: ChoiceRule, value: unknown): string | undefined {
  if (isTokenObject(value) || (typeof value === 'string' && (values.includes(value) || Token.isUnresolved(value)))) return undefined;
  return `is ${show(value)}: use one of ${values.join(', ')}`;
}

function numberProblem(rule: NumberRule, value: unknown): string | undefined {
  if (isTokenObject(value) || (typeof value === 'number' && isAllowed(rule, value))) return undefined;
  const kind = rule.type === 'integer' ? 'a whole number' : 'a number';
  const from = rule.exclusiveMinimum === undefined ? `from ${rule.minimum} to` : `above ${rule.exclusiveMinimum} and up to`;
  return `is ${show(value)}: set ${kind} ${from} ${rule.maximum}`;
}

function isAllowed({ type, minimum, exclusiveMinimum, maximum }: NumberRule, value: number): boolean {
  if (Token.isUnresolved(value)) return true;
  if (type === 'integer' && !Number.isInteger(value)) return false;
  // Written so that NaN, for which no comparison holds, is refused as well.
  return value >= (minimum ?? -Infinity) && value > (exclusiveMinimum ?? -Infinity) && value <= maximum;
}

function durationProblem(rule: DurationRule, value: unknown): string | undefined {
  const range = `from ${rule.minimumMs} to ${rule.maximumMs}`;
  if (!isDuration(value)) return `is ${show(value)}: set a Duration of a whole number of milliseconds ${range}`;
  if (value.isUnresolved()) return tokenDurationProblem(value);
  const ms = value.toMilliseconds({ integral: false });
  if (Number.isInteger(ms) && ms >= rule.minimumMs && ms <= rule.maximumMs) return undefined;
  return `is ${ms} ms: set a whole number of milliseconds ${range}`;
}

function tokenDurationProblem(value: Duration): string | undefined {
  // CloudFormation cannot multiply, so a token in any other unit could never become milliseconds.
  if (value.unitLabel() === 'millis') return undefined;
  return `is a token in ${value.unitLabel()}: only Duration.millis() can hold a token here`;
}
