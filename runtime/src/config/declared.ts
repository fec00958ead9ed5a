import { show } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import type { Declared } from './configuration.ts';

/** What policies of one kind are called where a stack declares them. */
export type DeclaredKind = 'circuits' | 'rateLimits' | 'bulkheads' | 'dependencies';

/** What decides whether a policy needs a table. */
export interface NeedOfTable {
  readonly shared?: boolean | undefined;
  readonly enabled?: boolean | undefined;
}

/** Options over what the stack declared for their name. Only `undefined` leaves a declared option as it is. */
export function withDeclared<Options extends { readonly name: string }>(options: Options, declared: Declared | undefined): Options {
  const given: unknown = options;
  if (!isRecord(given) || declared === undefined || !Object.hasOwn(declared, options.name)) return options;
  return optionsOver(declared[options.name], options);
}

/** Options over what the stack declared or the environment sets. Only `undefined` leaves a declared option as it is. */
export function optionsOver<Options extends object>(declared: Readonly<Record<string, unknown>> | undefined, options: Options): Options {
  // What is no object at all is left to those who name its problem.
  if (declared === undefined || !isRecord(options)) return options;
  return { ...declared, ...givenOf(options) } as unknown as Options;
}

/** The problem of a name that the stack does not declare; a function without a configuration declares nothing and refuses none. */
export function undeclaredName(options: { readonly name: string }, declared: Declared | undefined, kind: DeclaredKind): string[] {
  const given: unknown = options;
  if (!isRecord(given) || declared === undefined || Object.hasOwn(declared, options.name)) return [];
  const names = Object.keys(declared).join(', ') || 'none';
  return [
    `options.name is ${show(options.name)}, which the stack does not declare (declared: ${names}): ` +
      `add it to the ${kind} of the ResilientFunction, or use a declared name`,
  ];
}

/** The problem of a table that is needed and not there. */
export function missingTable(options: NeedOfTable, table: string | undefined, variable: string): string[] {
  const given: unknown = options;
  if (!isRecord(given) || options.shared === false || options.enabled === false || table !== undefined) return [];
  return [
    `the environment variable ${variable} is missing: deploy the function as a ResilientFunction, set the variable to the ` +
      'name of the table, or set shared to false',
  ];
}
