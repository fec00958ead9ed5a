import { ConfigurationError } from '../core/errors.ts';
import { schemaProblems, show, type OptionSchema } from '../core/option-schema.ts';
import type { CheckOptions, HealthCheck } from './check.ts';
import { checkProblems } from './options.ts';

/** What a check of the library is made of. */
export interface CheckParts<Options extends CheckOptions> {
  /** The check, without the options that the user may set on every check. */
  readonly check: HealthCheck;
  /** What the user has set. */
  readonly options: Options;
  /** Rules of options that only this kind of check has, for single values. */
  readonly schema?: OptionSchema;
  /** Options that only this kind of check has, checked by itself. */
  readonly others?: readonly (keyof Options & string)[];
  /** Problems that were found already. */
  readonly problems?: readonly string[];
}

const COMMON = ['required', 'shared', 'timeoutMs'] as const;

/**
 * Makes a check of the library, with what the user has set in the place of its own defaults.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function makeCheck<Options extends CheckOptions>({ check, options, schema = {}, others = [], problems = [] }: CheckParts<Options>): HealthCheck {
  const pick = (wanted: (key: string) => boolean) => Object.fromEntries(Object.entries(options).filter(([key, value]) => value !== undefined && wanted(key)));
  const isCommon = (key: string): boolean => COMMON.some((common) => common === key);
  const made = { ...check, ...pick(isCommon) };
  const all = [
    ...checkProblems('check', made),
    ...schemaProblems(schema, pick((key) => !isCommon(key) && !others.some((other) => other === key)), 'check', [...COMMON, ...others]),
    ...problems,
  ];
  if (all.length > 0) throw new ConfigurationError('the check cannot work', all);
  return Object.freeze(made);
}

/** The problem of an option that must be a function, if it is none. */
export function functionProblems(path: string, value: unknown): string[] {
  return value === undefined || typeof value === 'function' ? [] : [`${path} is ${show(value)}: pass a function`];
}
