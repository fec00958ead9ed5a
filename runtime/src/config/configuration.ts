import { CONTRACT } from '../contract/contract.ts';
import { BULKHEAD_PARTS, bulkheadPartsProblems, withinSlots } from '../core/bulkhead-schema.ts';
import { DEPENDENCY_PARTS, dependencyNameProblems, dependencyPartsProblems } from '../core/dependency-schema.ts';
import { ConfigurationError } from '../core/errors.ts';
import { LIMIT_PARTS, limitPartsProblems, sharedKeyProblems, type LimitSchema } from '../core/limit-schema.ts';
import { nameProblem, schemaProblems, show, unknownOption } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import { SHEDDING_PARTS, sheddingPartsProblems } from '../core/shedding-schema.ts';
import { TIMEOUT_PARTS, timeoutPartsProblems } from '../core/timeout-schema.ts';
import { readOverrides, type Overrides } from './overrides.ts';

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options by name, as the stack declared them: valid, but without defaults. */
export type Declared = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the stack says to the runtime, and the environment variables that change it. */
export interface Configuration {
  /** Declared circuits by name; undefined where the function has no configuration at all. */
  readonly circuits: Declared | undefined;
  /** Name of the table that holds circuit state; undefined where the function has none. */
  readonly circuitTable: string | undefined;
  /** Declared rate limits by name; undefined where the function has no configuration at all. */
  readonly rateLimits: Declared | undefined;
  /** Name of the table that holds rate limits; undefined where the function has none. */
  readonly rateLimitTable: string | undefined;
  /** Declared bulkheads by name; undefined where the function has no configuration at all. */
  readonly bulkheads: Declared | undefined;
  /** Name of the table that holds bulkhead leases; undefined where the function has none. */
  readonly bulkheadTable: string | undefined;
  /** Declared options of load shedding; undefined where there are none. */
  readonly loadShedding: Options | undefined;
  /** Declared options of the timeout; undefined where there are none. */
  readonly timeout: Options | undefined;
  /** Declared options of the retry; undefined where there are none. */
  readonly retry: Options | undefined;
  /** Declared dependencies by name; undefined where the function has no configuration at all. */
  readonly dependencies: Declared | undefined;
  /** Declared options of the observability; undefined where there are none. */
  readonly observability: Options | undefined;
  /** Options that environment variables set. What is declared above has them already. */
  readonly overrides: Overrides;
}

type Options = Readonly<Record<string, unknown>>;

/** What the document may hold under one of its keys: problems of all that is there. */
type Section = (declared: Options, key: string) => string[];

const VARIABLE = CONTRACT.environment.configuration.name;
const CIRCUIT_TABLE = CONTRACT.environment.circuitTable.name;
const RATE_LIMIT_TABLE = CONTRACT.environment.rateLimitTable.name;
const BULKHEAD_TABLE = CONTRACT.environment.bulkheadTable.name;
const SCHEMA = CONTRACT.configuration;
const LIMIT_SCHEMA: LimitSchema = {
  rule: SCHEMA.limitRule,
  maximumRules: SCHEMA.maximumRulesPerKey,
  keyParts: SCHEMA.limitKeyParts,
};

const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ['circuits', named(SCHEMA.maximumCircuits, (options, path) => schemaProblems(SCHEMA.circuit, options, path))],
  ['limits', named(SCHEMA.maximumRateLimits, limitProblems)],
  ['bulkheads', named(SCHEMA.maximumBulkheads, bulkheadProblems)],
  ['loadShedding', sheddingProblems],
  ['timeout', timeoutProblems],
  ['retry', (declared, key) => schemaProblems(SCHEMA.retry, declared, key)],
  ['dependencies', named(SCHEMA.maximumDependencies, dependencyProblems)],
  ['observability', (declared, key) => schemaProblems(SCHEMA.observability, declared, key)],
]);

/** What the document holds, once it is known to be valid. */
interface DeclaredDocument {
  readonly circuits?: Declared;
  readonly limits?: Declared;
  readonly bulkheads?: Declared;
  readonly loadShedding?: Options;
  readonly timeout?: Options;
  readonly retry?: Options;
  readonly dependencies?: Declared;
  readonly observability?: Options;
}

/** The sections that hold the options of one thing, not options by name. */
const UNNAMED = ['loadShedding', 'timeout', 'retry', 'observability'];

const NOTHING_DECLARED = {
  circuits: undefined,
  rateLimits: undefined,
  bulkheads: undefined,
  loadShedding: undefined,
  timeout: undefined,
  retry: undefined,
  dependencies: undefined,
  observability: undefined,
};

/**
 * Reads the configuration that the construct put into the environment, and the variables that change it.
 *
 * @throws ConfigurationError with every problem at once, if the document is not of the contract's schema or a variable not of
 * its kind.
 */
export function readConfiguration(environment: Environment): Configuration {
  const found = readOverrides(environment);
  const { document, problems, cause } = readDocument(environment[VARIABLE] ?? '');
  if (problems.length + found.problems.length > 0) {
    const variables = [...(problems.length > 0 ? [VARIABLE] : []), ...found.bad];
    throw invalid(variables, [...problems, ...found.problems], cause);
  }
  return {
    ...(document === undefined ? NOTHING_DECLARED : declaredIn(document, found.overrides)),
    circuitTable: environment[CIRCUIT_TABLE] || undefined,
    rateLimitTable: environment[RATE_LIMIT_TABLE] || undefined,
    bulkheadTable: environment[BULKHEAD_TABLE] || undefined,
    overrides: found.overrides,
  };
}

function declaredIn(document: DeclaredDocument, overrides: Overrides) {
  const { circuits = {}, limits = {}, bulkheads = {}, loadShedding, timeout, retry, dependencies = {}, observability } = document;
  return {
    circuits: changed(circuits, (options) => ({ ...options, ...overrides.circuits })),
    rateLimits: limits,
    // Whoever lowers the number of slots in a hurry must not be stopped by the limits of single tenants.
    bulkheads: changed(bulkheads, (options) => withinSlots({ ...options, ...overrides.bulkheads })),
    loadShedding,
    timeout,
    retry: retry && { ...retry, ...overrides.retry },
    dependencies: changed(dependencies, (options) => withRetries(options, overrides.retry)),
    observability,
  };
}

/** The same options with retries that the environment changes, where there are any. */
function withRetries(options: Options, changes: Options): Options {
  if (Object.keys(changes).length === 0 || options['retry'] === false) return options;
  return { ...options, retry: { ...(options['retry'] as Options | undefined), ...changes } };
}

function changed(declared: Declared, change: (options: Options) => Options): Declared {
  return Object.fromEntries(Object.entries(declared).map(([name, options]) => [name, change(options)]));
}

interface ReadDocument {
  /** Undefined if there is none, or none that can be used. */
  readonly document?: DeclaredDocument;
  readonly problems: readonly string[];
  readonly cause?: unknown;
}

/** The latest document that could be used: every policy of a function reads the same one while the function starts. */
let latest: { readonly text: string; readonly read: ReadDocument } = { text: '', read: { problems: [] } };

function readDocument(text: string): ReadDocument {
  if (text === latest.text) return latest.read;
  const read = parseDocument(text);
  if (read.problems.length === 0) latest = { text, read };
  return read;
}

function parseDocument(text: string): ReadDocument {
  if (text === '') return { problems: [] };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    return { problems: [`the value is not JSON (${(cause as Error).message}): let ResilientFunction write it`], cause };
  }
  if (isRecord(document)) return { document, problems: documentProblems(document) };
  return { problems: [`the value is ${show(document)}: an object with "version", "circuits" and "limits" is needed`] };
}

function documentProblems(document: Options): string[] {
  const { version, ...rest } = document;
  const problems = Object.keys(rest)
    .filter((key) => !SECTIONS.has(key))
    .map((key) => unknownOption(VARIABLE, key, ['version', ...SECTIONS.keys()]));
  if (version !== CONTRACT.version) {
    problems.push(
      `${VARIABLE}.version is ${show(version)}: this runtime reads version ${CONTRACT.version}; ` +
        'use the same release of resilient-lambda and resilient-lambda-runtime',
    );
  }
  return [...problems, ...[...SECTIONS].flatMap(([key, section]) => sectionProblems(key, section, rest[key])), ...dependencyNameProblems(rest)];
}

function sectionProblems(key: string, section: Section, declared: unknown = {}): string[] {
  if (isRecord(declared)) return section(declared, key);
  return [`${key} is ${show(declared)}: set an object of options${UNNAMED.includes(key) ? '' : ' by name'}`];
}

/** A section of options by name. */
function named(maximum: number, problemsOf: (options: Options, path: string) => string[]): Section {
  return (declared, key) => {
    const entries = Object.entries(declared);
    return [
      ...entries.flatMap(([name, options]) => {
        const path = `${key}.${name}`;
        const problem = nameProblem(SCHEMA.name, path, name);
        const found = isRecord(options) ? problemsOf(options, path) : [`${path} is ${show(options)}: set an object of options`];
        return problem === undefined ? found : [problem, ...found];
      }),
      ...alikeProblems(key, Object.keys(declared)),
      ...(entries.length > maximum ? [`${key} has ${entries.length} entries: declare at most ${maximum}`] : []),
    ];
  };
}

/** Names that differ only in case look like one on a dashboard. */
function alikeProblems(key: string, names: readonly string[]): string[] {
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    return other === undefined ? [] : [`${key}.${name} differs from ${key}.${other} only in letter case: choose another name`];
  });
}

/** Options without those that are no plain values. */
function plainOf(options: Options, parts: readonly string[]): Options {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !parts.includes(key)));
}

function bulkheadProblems(options: Options, path: string): string[] {
  return [...schemaProblems(SCHEMA.bulkhead, plainOf(options, BULKHEAD_PARTS), path, BULKHEAD_PARTS), ...bulkheadPartsProblems(path, options)];
}

function sheddingProblems(options: Options, path: string): string[] {
  return [...schemaProblems(SCHEMA.loadShedding, plainOf(options, SHEDDING_PARTS), path, SHEDDING_PARTS), ...sheddingPartsProblems(path, options)];
}

function timeoutProblems(options: Options, path: string): string[] {
  return [...schemaProblems(SCHEMA.timeout, plainOf(options, TIMEOUT_PARTS), path, TIMEOUT_PARTS), ...timeoutPartsProblems(path, options)];
}

function dependencyProblems(options: Options, path: string): string[] {
  return [...schemaProblems(SCHEMA.dependency, plainOf(options, DEPENDENCY_PARTS), path, DEPENDENCY_PARTS), ...dependencyPartsProblems(path, options)];
}

function limitProblems(options: Options, path: string): string[] {
  return [
    ...schemaProblems(SCHEMA.rateLimit, plainOf(options, LIMIT_PARTS), path, LIMIT_PARTS),
    ...limitPartsProblems(LIMIT_SCHEMA, path, options),
    ...sharedKeyProblems(path, options),
  ];
}

function invalid(variables: readonly string[], problems: readonly string[], cause: unknown): ConfigurationError {
  const which = variables.length === 1 ? 'variable' : 'variables';
  return new ConfigurationError(`the environment ${which} ${variables.join(', ')} cannot be used`, problems, cause);
}
