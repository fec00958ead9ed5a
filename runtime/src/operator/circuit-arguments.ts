import { circuitId, type CircuitKey, type ControlAction } from '../circuit-breaker/index.ts';
import type { Environment } from '../config/configuration.ts';
import { CONTRACT } from '../contract/contract.ts';
import { show } from '../core/option-schema.ts';
import { actionOf, allowOptions, checkedName, targetOf, UsageError, type CommandLine, type OperatorTarget } from './arguments.ts';

/** One circuit of the table. */
export interface CircuitTarget extends OperatorTarget {
  readonly circuit: CircuitKey;
  /** The name under which the store knows it. */
  readonly circuitId: string;
}

/** What an operator asks of circuits. */
export type CircuitCommand =
  | ({ readonly type: 'list' } & OperatorTarget)
  | ({ readonly type: 'show' } & CircuitTarget)
  | ({ readonly type: 'control'; readonly action: ControlAction; readonly yes: boolean } & CircuitTarget);

const ACTION_BY_WORD: ReadonlyMap<string, ControlAction | 'list' | 'show'> = new Map([
  ['list', 'list'],
  ['show', 'show'],
  ['open', 'force_open'],
  ['close', 'force_closed'],
  ['metrics-only', 'metrics_only'],
  ['reset', 'reset'],
]);

/**
 * Reads a command about circuits.
 *
 * @param environment Where the table is named if the arguments do not name it.
 * @throws UsageError that says what to write instead.
 */
export function circuitCommand(line: CommandLine, environment: Environment): CircuitCommand {
  const target = targetOf(line, CONTRACT.environment.circuitTable.name, environment);
  const action = actionOf(line, ACTION_BY_WORD);
  const { rest, options } = line;
  allowOptions(line, 'tenant', 'operation');
  if (action === 'list') {
    if ([rest[0], options.tenant, options.operation].every((value) => value === undefined)) return { type: 'list', ...target };
    throw new UsageError('list shows all circuits: leave out the name, --tenant and --operation, or use show');
  }
  if (rest.length > 1) throw new UsageError(`${show(rest[1])} is one word too many: name one circuit`);
  const circuit = circuitOf(line);
  const one = { ...target, circuit, circuitId: circuitId(circuit) };
  return action === 'show' ? { type: 'show', ...one } : { type: 'control', action, yes: options.yes, ...one };
}

function circuitOf({ rest, options: { tenant, operation } }: CommandLine): CircuitKey {
  const [given] = rest;
  if (given === undefined) throw new UsageError('there is no circuit: add its name');
  const name = checkedName('the name of the circuit', given, 'tenants and operations go into --tenant and --operation');
  return { name, ...(tenant !== undefined && { tenant }), ...(operation !== undefined && { operation }) };
}
