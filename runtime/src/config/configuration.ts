import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { LIMIT_PARTS, limitPartsProblems, type LimitSchema } from '../core/limit-schema.ts';
import { nameProblem, schemaProblems, show, unknownOption } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options by name, as the stack declared them: valid, but without defaults. */
export type Declared = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the stack says to the runtime. */
export interface Configuration {
  /** Declared circuits by name; undefined where the function has no configuration at all. */
  readonly circuits: Declared | undefined;
  /** Name of the table that holds circuit state; undefined where the function has none. */
  readonly circuitTable: string | undefined;
  /** Declared rate limits by name; undefined where the function has no configuration at all. */
  readonly rateLimits: Declared | undefined;
  /** Name of the table that holds rate limits; undefined where the function has none. */
  readonly rateLimitTable: string | undefined;
}

type Options = Readonly<Record<string, unknown>>;

/** What the document may hold under one of its keys. */
interface Section {
  readonly maximum: number;
  readonly problems: (options: Options, path: string) => string[];
}

const VARIABLE = CONTRACT.environment.configuration.name;
const SCHEMA = CONTRACT.configuration;
const LIMIT_SCHEMA: LimitSchema = {
  rule: SCHEMA.limitRule,
  maximumRules: SCHEMA.maximumRulesPerKey,
  keyParts: SCHEMA.limitKeyParts,
};

const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ['circuits', { maximum: SCHEMA.maximumCircuits, problems: circuitProblems }],
  ['limits', { maximum: SCHEMA.maximumRateLimits, problems: limitProblems }],
]);

/**
 * Reads the configuration that the construct put into the environment.
 *
 * @throws ConfigurationError with every problem at once, if the document is not of the contract's schema.
 */
export function readConfiguration(environment: Environment): Configuration {
  const { configuration, circuitTable, rateLimitTable } = CONTRACT.environment;
  const tables = {
    circuitTable: environment[circuitTable.name] || undefined,
    rateLimitTable: environment[rateLimitTable.name] || undefined,
  };
  const text = environment[configuration.name];
  if (text === undefined || text === '') return { circuits: undefined, rateLimits: undefined, ...tables };
  const document = parseDocument(text);
  const problems = documentProblems(document);
  if (problems.length > 0) throw invalid(problems);
  const { circuits = {}, limits = {} } = document as { readonly circuits?: Declared; readonly limits?: Declared };
  return { circuits, rateLimits: limits, ...tables };
}

function parseDocument(text: string): Options {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid([`the value is not JSON (${(error as Error).message}): let ResilientFunction write it`], error);
  }
  if (isRecord(document)) return document;
  throw invalid([`the value is ${show(document)}: an object with "version", "circuits" and "limits" is needed`]);
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
  return [...problems, ...[...SECTIONS].flatMap(([key, section]) => sectionProblems(key, section, rest[key]))];
}

function sectionProblems(key: string, { maximum, problems }: Section, declared: unknown = {}): string[] {
  if (!isRecord(declared)) return [`${key} is ${show(declared)}: set an object of options by name`];
  const entries = Object.entries(declared);
  return [
    ...entries.flatMap(([name, options]) => {
      const path = `${key}.${name}`;
      const problem = nameProblem(SCHEMA.name, path, name);
      const found = isRecord(options) ? problems(options, path) : [`${path} is ${show(options)}: set an object of options`];
      return problem === undefined ? found : [problem, ...found];
    }),
    ...(entries.length > maximum ? [`${key} has ${entries.length} entries: declare at most ${maximum}`] : []),
  ];
}

function circuitProblems(options: Options, path: string): string[] {
  return schemaProblems(SCHEMA.circuit, options, path);
}

function limitProblems(options: Options, path: string): string[] {
  const parts: readonly string[] = LIMIT_PARTS;
  const plain = Object.fromEntries(Object.entries(options).filter(([key]) => !parts.includes(key)));
  return [...schemaProblems(SCHEMA.rateLimit, plain, path, LIMIT_PARTS), ...limitPartsProblems(LIMIT_SCHEMA, path, options)];
}

function invalid(problems: readonly string[], cause?: unknown): ConfigurationError {
  return new ConfigurationError(`the environment variable ${VARIABLE} cannot be used`, problems, cause);
}
