import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaProblems, show, unknownOption, type OptionSchema } from '../core/option-schema.ts';

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
}

const VARIABLE = CONTRACT.environment.configuration.name;
const SCHEMA = CONTRACT.configuration;

/**
 * Reads the configuration that the construct put into the environment.
 *
 * @throws ConfigurationError with every problem at once, if the document is not of the contract's schema.
 */
export function readConfiguration(environment: Environment): Configuration {
  const circuitTable = environment[CONTRACT.environment.circuitTable.name] || undefined;
  const text = environment[VARIABLE];
  if (text === undefined || text === '') return { circuits: undefined, circuitTable };
  const document = parseDocument(text);
  const problems = documentProblems(document);
  if (problems.length > 0) throw invalid(problems);
  return { circuits: (document['circuits'] ?? {}) as Declared, circuitTable };
}

function parseDocument(text: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid([`the value is not JSON (${(error as Error).message}): let ResilientFunction write it`], error);
  }
  if (isRecord(document)) return document;
  throw invalid([`the value is ${show(document)}: an object with "version" and "circuits" is needed`]);
}

function documentProblems(document: Readonly<Record<string, unknown>>): string[] {
  const { version, circuits = {}, ...rest } = document;
  const problems = Object.keys(rest).map((key) => unknownOption(VARIABLE, key, ['version', 'circuits']));
  if (version !== CONTRACT.version) {
    problems.push(
      `${VARIABLE}.version is ${show(version)}: this runtime reads version ${CONTRACT.version}; ` +
        'use the same release of resilient-lambda and resilient-lambda-runtime',
    );
  }
  if (!isRecord(circuits)) return [...problems, `circuits is ${show(circuits)}: set an object of options by name`];
  return [...problems, ...circuitsProblems(circuits)];
}

function circuitsProblems(circuits: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(circuits);
  const problems = names.flatMap((name) => circuitProblems(name, circuits[name]));
  if (names.length > SCHEMA.maximumCircuits) {
    problems.push(`circuits has ${names.length} entries: declare at most ${SCHEMA.maximumCircuits}`);
  }
  return problems;
}

function circuitProblems(name: string, options: unknown): string[] {
  const path = `circuits.${name}`;
  const problem = nameProblem(SCHEMA.name, path, name);
  const problems = problem === undefined ? [] : [problem];
  if (!isRecord(options)) return [...problems, `${path} is ${show(options)}: set an object of options`];
  const schema: OptionSchema = SCHEMA.circuit;
  return [...problems, ...schemaProblems(schema, options, path)];
}

function invalid(problems: readonly string[], cause?: unknown): ConfigurationError {
  return new ConfigurationError(`the environment variable ${VARIABLE} cannot be used`, problems, cause);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
