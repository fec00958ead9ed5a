import { parseArgs } from 'node:util';
import type { ControlAction } from '../circuit-breaker/index.ts';
import { circuitId, type CircuitKey } from '../circuit-breaker/key.ts';
import type { Environment } from '../config/configuration.ts';
import { CONTRACT } from '../contract/contract.ts';
import { nameProblem, show } from '../core/option-schema.ts';

/** The table to work on, and how to print. */
export interface OperatorTarget {
  readonly table: string;
  readonly region: string | undefined;
  readonly json: boolean;
}

/** One circuit of the table. */
export interface CircuitTarget extends OperatorTarget {
  readonly circuit: CircuitKey;
  /** The name under which the store knows it. */
  readonly circuitId: string;
}

/** What an operator asks for. */
export type OperatorCommand =
  | { readonly type: 'help' }
  | ({ readonly type: 'list' } & OperatorTarget)
  | ({ readonly type: 'show' } & CircuitTarget)
  | ({ readonly type: 'control'; readonly action: ControlAction; readonly yes: boolean } & CircuitTarget);

/** A command line that makes no sense. */
export class UsageError extends Error {}

const ACTION_BY_WORD: ReadonlyMap<string, ControlAction> = new Map([
  ['open', 'force_open'],
  ['close', 'force_closed'],
  ['metrics-only', 'metrics_only'],
  ['reset', 'reset'],
]);

const WORDS = ['list', 'show', ...ACTION_BY_WORD.keys()].join(', ');

const OPTIONS = {
  table: { type: 'string' },
  region: { type: 'string' },
  tenant: { type: 'string' },
  operation: { type: 'string' },
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Reads a command line.
 *
 * @param args The arguments after the name of the program.
 * @param environment Where the table is named if the arguments do not name it.
 * @throws UsageError that says what to write instead.
 */
export function parseOperatorArguments(args: readonly string[], environment: Environment): OperatorCommand {
  const { values, positionals } = parsed(args);
  if (values.help) return { type: 'help' };
  const [subject, word, name, ...rest] = positionals;
  if (subject !== 'circuits') throw new UsageError(`the first word is ${show(subject)}: write "circuits"`);
  const target = { table: tableOf(values.table, environment), region: filled('region', values.region), json: values.json };
  const { tenant, operation, yes } = values;
  if (word === 'list') {
    if ([name, tenant, operation].every((value) => value === undefined)) return { type: 'list', ...target };
    throw new UsageError('list shows all circuits: leave out the name, --tenant and --operation, or use show');
  }
  const action = actionOf(word);
  if (rest.length > 0) throw new UsageError(`${show(rest[0])} is one word too many: name one circuit`);
  const circuit = circuitOf(name, tenant, operation);
  const one = { ...target, circuit, circuitId: circuitId(circuit) };
  return action === 'show' ? { type: 'show', ...one } : { type: 'control', action, yes, ...one };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
  }
}

function actionOf(word: string | undefined): ControlAction | 'show' {
  const action = word === 'show' ? word : ACTION_BY_WORD.get(word ?? '');
  if (action === undefined) throw new UsageError(`circuits ${show(word)} is not a command: use one of ${WORDS}`);
  return action;
}

function tableOf(option: string | undefined, environment: Environment): string {
  const variable = CONTRACT.environment.circuitTable.name;
  const table = filled('table', option) ?? environment[variable];
  if (table === undefined || table === '') throw new UsageError(`there is no table: add --table NAME or set ${variable}`);
  return table;
}

function circuitOf(name: string | undefined, tenant: string | undefined, operation: string | undefined): CircuitKey {
  if (name === undefined) throw new UsageError('there is no circuit: add its name');
  const problem = nameProblem(CONTRACT.configuration.name, 'the name of the circuit', name);
  if (problem !== undefined) throw new UsageError(`${problem}; tenants and operations go into --tenant and --operation`);
  filled('tenant', tenant);
  filled('operation', operation);
  return { name, ...(tenant !== undefined && { tenant }), ...(operation !== undefined && { operation }) };
}

/** An empty value is the work of an unset variable of the shell, and would quietly mean something else. */
function filled(option: string, value: string | undefined): string | undefined {
  if (value === '') throw new UsageError(`--${option} is empty: give it a value or leave it out`);
  return value;
}
