import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import { isRecord, optionProblem, show } from './option-problem';
import { CIRCUIT_RULES } from './option-rules';

const { name: NAME, maximumCircuits: MAXIMUM_CIRCUITS } = CONTRACT.configuration;
const NAME_PATTERN = new RegExp(NAME.pattern);

/**
 * Every problem of newly declared circuits, each as one sentence that names the property, the value and the remedy.
 *
 * @param declared circuits by name, from a caller who may not have a compiler
 * @param existing names that are declared already
 */
export function circuitProblems(declared: unknown, existing: readonly string[]): string[] {
  if (!isRecord(declared)) return [`circuits is ${show(declared)}: set an object of options by circuit name`];
  const problems = Object.entries(declared).flatMap(([name, options]) => [
    ...nameProblems(name),
    ...optionsProblems(`circuits.${name}`, options),
  ]);
  const names = Object.keys(declared);
  return [...problems, ...duplicateProblems(names, existing), ...countProblems(names.length + existing.length)];
}

function nameProblems(name: string): string[] {
  if (NAME_PATTERN.test(name)) return [];
  if (Token.isUnresolved(name)) return [`circuits has a token for a name: use a name that is known at synthesis`];
  return [`circuits.${name} has the name ${show(name)}: use ${NAME.rule}`];
}

function optionsProblems(path: string, options: unknown): string[] {
  if (!isRecord(options)) return [`${path} is ${show(options)}: set an object of options, {} for the defaults`];
  return Object.entries(options).flatMap(([key, value]) => {
    const rule = CIRCUIT_RULES.get(key);
    if (rule === undefined) return [`${path}.${key} is not an option: use one of ${[...CIRCUIT_RULES.keys()].join(', ')}`];
    const problem = value === undefined ? undefined : optionProblem(rule, value);
    return problem === undefined ? [] : [`${path}.${key} ${problem}`];
  });
}

function duplicateProblems(names: readonly string[], existing: readonly string[]): string[] {
  const seen = new Map(existing.map((name) => [name.toLowerCase(), name]));
  return names.flatMap((name) => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (other === undefined) return [];
    if (other === name) return [`circuits.${name} is declared already: declare each circuit once`];
    // Names that differ only in case look like one circuit on a dashboard.
    return [`circuits.${name} differs from circuits.${other} only in letter case: choose another name`];
  });
}

function countProblems(count: number): string[] {
  return count > MAXIMUM_CIRCUITS ? [`circuits has ${count} entries: declare at most ${MAXIMUM_CIRCUITS}`] : [];
}
