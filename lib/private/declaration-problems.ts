import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import type { DeclarationKind } from './declaration-kinds';
import { isRecord, show } from './option-problem';

const { name: NAME } = CONTRACT.configuration;
const NAME_PATTERN = new RegExp(NAME.pattern);

/**
 * Every problem of what is newly declared, each as one sentence that names the property, the value and the remedy.
 *
 * @param kind what is declared
 * @param declared options by name, from a caller who may not have a compiler
 * @param existing names that are declared already
 * @param implied names that something else brings along, and whose options are its own
 */
export function declarationProblems(kind: DeclarationKind, declared: unknown, existing: readonly string[], implied: readonly string[] = []): string[] {
  const { property, noun } = kind;
  if (!isRecord(declared)) return [`${property} is ${show(declared)}: set an object of options by ${noun} name`];
  const names = [...Object.keys(declared), ...implied];
  return [
    ...Object.entries(declared).flatMap(([name, options]) => entryProblems(kind, name, options)),
    ...duplicateProblems(kind, names, existing),
    ...countProblems(kind, names.length + existing.length),
  ];
}

function entryProblems({ property, remedy, problems }: DeclarationKind, name: string, options: unknown): string[] {
  const path = `${property}.${name}`;
  return [
    ...nameProblems(property, name),
    ...(isRecord(options) ? problems(path, options) : [`${path} is ${show(options)}: ${remedy}`]),
  ];
}

function nameProblems(property: string, name: string): string[] {
  if (NAME_PATTERN.test(name)) return [];
  if (Token.isUnresolved(name)) return [`${property} has a token for a name: use a name that is known at synthesis`];
  return [`${property}.${name} has the name ${show(name)}: use ${NAME.rule}`];
}

function duplicateProblems({ property, noun }: DeclarationKind, names: readonly string[], existing: readonly string[]): string[] {
  const seen = new Map(existing.map((name) => [name.toLowerCase(), name]));
  return names.flatMap((name) => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (other === undefined) return [];
    if (other === name) return [`${property}.${name} is declared already: declare each ${noun} once`];
    // Names that differ only in case look like one on a dashboard.
    return [`${property}.${name} differs from ${property}.${other} only in letter case: choose another name`];
  });
}

function countProblems({ property, maximum }: DeclarationKind, count: number): string[] {
  return count > maximum ? [`${property} has ${count} entries: declare at most ${maximum}`] : [];
}
