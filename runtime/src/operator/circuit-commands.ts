import { DynamoDbCircuitStore, type CircuitStore, type ControlAction, type FleetPicture } from '../circuit-breaker/index.ts';
import { NO_EVENTS } from '../core/events.ts';
import { StateClient } from '../dynamodb/index.ts';
import { UsageError, type OperatorTarget } from './arguments.ts';
import type { CircuitCommand, CircuitTarget } from './circuit-arguments.ts';
import { listCircuits } from './circuit-list.ts';
import { detailsOf } from './circuit-report.ts';
import { circuitText, detailsText, listText } from './circuit-text.ts';
import { confirmed, EXIT, jsonText, OPERATOR_LIMITS, reportChange, type ExitCode, type OperatorIo } from './session.ts';
import { printable } from './text.ts';

interface ActionText {
  /** The words of the command. */
  readonly command: string;
  /** What is asked before it is done; the circuit follows. */
  readonly intention: string;
  /** What is so afterwards; the circuit stands before it. */
  readonly result: string;
}

const TEXT_BY_ACTION: Readonly<Record<ControlAction, ActionText>> = {
  force_open: {
    command: 'circuits open',
    intention: 'refuse every call of circuit',
    result: 'refuses every call until the next command',
  },
  force_closed: {
    command: 'circuits close',
    intention: 'let every call pass, whatever fails, for circuit',
    result: 'lets every call pass until the next command',
  },
  metrics_only: {
    command: 'circuits metrics-only',
    intention: 'let every call pass, and only count, for circuit',
    result: 'lets every call pass and counts, until the next command',
  },
  reset: {
    command: 'circuits reset',
    intention: 'give back to the automatic, and forget all that was counted, circuit',
    result: 'is automatic again from now on, closed, with nothing counted',
  },
};

/** Runs a command about circuits. */
export function runCircuits(command: CircuitCommand, io: OperatorIo): Promise<ExitCode> {
  switch (command.type) {
    case 'list':
      return list(command, io);
    case 'show':
      return showOne(command, io);
    case 'control':
      return control(command, io);
  }
}

async function list(target: OperatorTarget, io: OperatorIo): Promise<ExitCode> {
  const { circuits, complete } = await listCircuits(target, io.clock.nowMs(), OPERATOR_LIMITS);
  io.write(target.json ? jsonText({ table: target.table, complete, circuits }) : listText(circuits));
  if (!complete) io.writeError(`the table holds more circuits than these ${circuits.length}: use show for the others\n`);
  return EXIT.done;
}

async function showOne(target: CircuitTarget, io: OperatorIo): Promise<ExitCode> {
  const picture = await storeOf(target, io).read(target.circuitId, { nowMs: io.clock.nowMs() });
  if (picture.state.generation === 0 && Object.keys(picture.counters).length === 0) {
    const { circuit, table } = target;
    throw new UsageError(`table ${table} knows no circuit ${circuitText(circuit)}: list shows the circuits there are`);
  }
  return print(target, picture, io);
}

async function control(command: CircuitCommand & { readonly type: 'control' }, io: OperatorIo): Promise<ExitCode> {
  const { action, yes, circuit, circuitId, table } = command;
  const { command: words, intention, result } = TEXT_BY_ACTION[action];
  const question = `${intention} ${circuitText(circuit)} in table ${printable(table)}?`;
  if (!(await confirmed(question, yes, io))) return EXIT.notDone;
  const picture = await storeOf(command, io).control(circuitId, action, { nowMs: io.clock.nowMs() });
  reportChange(words, `circuit ${circuitText(circuit)} in table ${table} ${result}`, io);
  return print(command, picture, io);
}

function print({ circuit, json }: CircuitTarget, picture: FleetPicture, io: OperatorIo): ExitCode {
  const details = detailsOf(circuit, picture, io.clock.nowMs());
  io.write(json ? jsonText(details) : detailsText(details));
  return EXIT.done;
}

function storeOf({ table, region }: OperatorTarget, { clock, random }: OperatorIo): CircuitStore {
  return new DynamoDbCircuitStore(new StateClient(table, { clock, random, sink: NO_EVENTS }, OPERATOR_LIMITS, region), random);
}
