import { DynamoDbCircuitStore, type CircuitStore, type ControlAction, type FleetPicture } from '../circuit-breaker/index.ts';
import type { Environment } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import { NO_EVENTS, type StoreErrorReason } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { StateClient, type StateClientLimits } from '../dynamodb/index.ts';
import { parseOperatorArguments, UsageError, type CircuitTarget, type OperatorCommand, type OperatorTarget } from './arguments.ts';
import { listCircuits } from './circuit-list.ts';
import { detailsOf } from './circuit-report.ts';
import { HELP } from './help.ts';
import { circuitText, detailsText, listText, printable } from './text.ts';

/** What an operator's command reaches the world by. */
export interface OperatorIo {
  /** Prints what was asked for. */
  write(text: string): void;
  /** Prints what went wrong. */
  writeError(text: string): void;
  /** Asks a yes-or-no question; undefined where nobody is there to answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: Random;
}

const [DONE, NOT_DONE, NOT_UNDERSTOOD] = [0, 1, 2] as const;

/** Generous: an operator may sit far away from the table, and has to sign in first. */
const LIMITS: StateClientLimits = { connectionTimeoutMs: 5_000, requestTimeoutMs: 15_000 };

const INTENTION_BY_ACTION: Readonly<Record<ControlAction, string>> = {
  force_open: 'refuse every call of circuit',
  force_closed: 'let every call pass, whatever fails, for circuit',
  metrics_only: 'let every call pass, and only count, for circuit',
  reset: 'give back to the automatic, and forget all that was counted, circuit',
};

const REMEDY_BY_REASON: Readonly<Record<StoreErrorReason, string>> = {
  throttled: 'wait a little and try again',
  timeout: 'check the network and the Region, and look at the circuit before you try again',
  unreachable: 'check the network and the Region',
  denied: 'sign in, or ask for the permissions that --help names',
  no_time_left: 'try again',
  paused: 'wait a little and try again',
  other: 'check the name of the table, the Region and the credentials',
};

/**
 * Runs one command of an operator. Never throws.
 *
 * @param args The arguments after the name of the program.
 * @returns The exit code: 0 done, 1 no answer from the table or from the operator, 2 not understood.
 */
export async function runOperator(args: readonly string[], io: OperatorIo): Promise<number> {
  try {
    return await run(parseOperatorArguments(args, io.environment), io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.writeError(`${printable(error.message)}\nsee resilient-lambda-runtime --help\n`);
      return NOT_UNDERSTOOD;
    }
    io.writeError(`${printable(failure(error))}\n`);
    return NOT_DONE;
  }
}

function run(command: OperatorCommand, io: OperatorIo): Promise<number> | number {
  switch (command.type) {
    case 'help':
      io.write(HELP);
      return DONE;
    case 'list':
      return list(command, io);
    case 'show':
      return showOne(command, io);
    case 'control':
      return control(command, io);
  }
}

async function list(target: OperatorTarget, io: OperatorIo): Promise<number> {
  const { circuits, complete } = await listCircuits(target, io.clock.nowMs(), LIMITS);
  io.write(target.json ? jsonText({ table: target.table, complete, circuits }) : listText(circuits));
  if (!complete) io.writeError(`the table holds more circuits than these ${circuits.length}: use show for the others\n`);
  return DONE;
}

async function showOne(target: CircuitTarget, io: OperatorIo): Promise<number> {
  const picture = await storeOf(target, io).read(target.circuitId, { nowMs: io.clock.nowMs() });
  if (picture.state.generation === 0 && Object.keys(picture.counters).length === 0) {
    const { circuit, table } = target;
    throw new UsageError(`table ${table} knows no circuit ${circuitText(circuit)}: list shows the circuits there are`);
  }
  return print(target, picture, io);
}

async function control(command: OperatorCommand & { readonly type: 'control' }, io: OperatorIo): Promise<number> {
  const { action, yes, circuit, circuitId, table } = command;
  if (!yes) {
    if (io.confirm === undefined) throw new UsageError('there is no terminal to ask at: add --yes');
    const question = `${INTENTION_BY_ACTION[action]} ${circuitText(circuit)} in table ${printable(table)}?`;
    if (!(await io.confirm(question))) {
      io.writeError('nothing was changed\n');
      return NOT_DONE;
    }
  }
  return print(command, await storeOf(command, io).control(circuitId, action, { nowMs: io.clock.nowMs() }), io);
}

function print({ circuit, json }: CircuitTarget, picture: FleetPicture, io: OperatorIo): number {
  const details = detailsOf(circuit, picture, io.clock.nowMs());
  io.write(json ? jsonText(details) : detailsText(details));
  return DONE;
}

function storeOf({ table, region }: OperatorTarget, { clock, random }: OperatorIo): CircuitStore {
  return new DynamoDbCircuitStore(new StateClient(table, { clock, random, sink: NO_EVENTS }, LIMITS, region), random);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function failure(error: unknown): string {
  if (!(error instanceof StoreUnavailableError)) return `unexpected: ${String(error)}`;
  const { reason, cause } = error;
  // Errors of the SDK are told by their name: the message of some is empty.
  const { name = '', message = '' } = (cause ?? {}) as { readonly name?: string; readonly message?: string };
  const told = [name, message].filter((text) => text !== '').join(': ') || reason;
  return `the table gave no answer (${told}): ${REMEDY_BY_REASON[reason]}`;
}
