import { parseArgs } from 'node:util';
import type { Environment } from '../config/configuration.ts';
import { CONTRACT } from '../contract/contract.ts';
import { nameProblem, show } from '../core/option-schema.ts';

/** The table to work on, and how to print. */
export interface OperatorTarget {
  readonly table: string;
  readonly region: string | undefined;
  readonly json: boolean;
}

/** A command line taken apart. */
export interface CommandLine {
  /** What the command is about: the first word. */
  readonly subject: string | undefined;
  /** What is to be done. */
  readonly word: string | undefined;
  /** What comes after that. */
  readonly rest: readonly string[];
  readonly options: CommandOptions;
}

/** The options of all commands. */
export type CommandOptions = ReturnType<typeof parsed>['values'];

/** A command line that makes no sense. */
export class UsageError extends Error {}

const OPTIONS = {
  table: { type: 'string' },
  region: { type: 'string' },
  tenant: { type: 'string' },
  operation: { type: 'string' },
  name: { type: 'string' },
  for: { type: 'string' },
  hashed: { type: 'boolean' },
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Options that every command understands. */
const COMMON_OPTIONS: readonly string[] = ['table', 'region', 'json', 'yes', 'help'];

/**
 * Takes a command line apart.
 *
 * @param args The arguments after the name of the program.
 * @throws UsageError for an option that does not exist, has no value, or an empty one.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parsed(args);
  const [subject, word, ...rest] = positionals;
  // An empty value is the work of an unset variable of the shell, and would quietly mean something else.
  for (const [option, value] of Object.entries(values)) {
    if (value === '') throw new UsageError(`--${option} is empty: give it a value or leave it out`);
  }
  return { subject, word, rest, options: values };
}

/**
 * Reads which table is meant.
 *
 * @param variable The environment variable that names the table where --table does not.
 * @throws UsageError if there is no table.
 */
export function targetOf({ options }: CommandLine, variable: string, environment: Environment): OperatorTarget {
  const { region, json } = options;
  const table = options.table ?? environment[variable];
  if (table === undefined || table === '') throw new UsageError(`there is no table: add --table NAME or set ${variable}`);
  return { table, region, json };
}

/**
 * Refuses options that belong to other commands: left unheeded, they would change something else than was meant.
 *
 * @throws UsageError that names the first of them.
 */
export function allowOptions({ subject, word, options }: CommandLine, ...allowed: readonly (keyof CommandOptions)[]): void {
  const known = [...COMMON_OPTIONS, ...allowed];
  const other = Object.keys(options).find((option) => !known.includes(option));
  if (other === undefined) return;
  const command = [subject, word].filter((part) => part !== undefined).join(' ');
  throw new UsageError(`--${other} is no option of ${command}: use ${known.map((option) => `--${option}`).join(', ')}`);
}

/**
 * The action that a word stands for.
 *
 * @throws UsageError that lists the words there are.
 */
export function actionOf<Action>({ subject, word }: CommandLine, actionByWord: ReadonlyMap<string, Action>): Action {
  const action = actionByWord.get(word ?? '');
  if (action !== undefined) return action;
  const words = [...actionByWord.keys()].join(', ');
  throw new UsageError(`${String(subject)} ${show(word)} is not a command: use one of ${words}`);
}

/**
 * Makes sure of a name that a pattern can have.
 *
 * @param what Whose name it is, as in "the name of the circuit".
 * @param advice Added to the problem.
 * @throws UsageError that says what a name may hold.
 */
export function checkedName(what: string, name: string, advice: string): string {
  const problem = nameProblem(CONTRACT.configuration.name, what, name);
  if (problem !== undefined) throw new UsageError(`${problem}; ${advice}`);
  return name;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
  }
}
