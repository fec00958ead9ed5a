import { show } from '../core/option-schema.ts';
import type { StoreErrorReason } from '../core/events.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { readCommandLine, UsageError } from './arguments.ts';
import { circuitCommand } from './circuit-arguments.ts';
import { runCircuits } from './circuit-commands.ts';
import { HELP } from './help.ts';
import { limitCommand } from './limit-arguments.ts';
import { runLimits } from './limit-commands.ts';
import { EXIT, type ExitCode, type OperatorIo } from './session.ts';
import { printable } from './text.ts';

const REMEDY_BY_REASON: Readonly<Record<StoreErrorReason, string>> = {
  throttled: 'wait a little and try again',
  timeout: 'check the network and the Region, and look with show before you try again',
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
export async function runOperator(args: readonly string[], io: OperatorIo): Promise<ExitCode> {
  try {
    return await run(args, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.writeError(`${printable(error.message)}\nsee resilient-lambda-runtime --help\n`);
      return EXIT.notUnderstood;
    }
    io.writeError(`${printable(failure(error))}\n`);
    return EXIT.notDone;
  }
}

async function run(args: readonly string[], io: OperatorIo): Promise<ExitCode> {
  const line = readCommandLine(args);
  if (line.options.help) {
    io.write(HELP);
    return EXIT.done;
  }
  if (line.subject === 'circuits') return runCircuits(circuitCommand(line, io.environment), io);
  if (line.subject === 'limits') return runLimits(limitCommand(line, io.environment), io);
  throw new UsageError(`the first word is ${show(line.subject)}: write "circuits" or "limits"`);
}

function failure(error: unknown): string {
  if (!(error instanceof StoreUnavailableError)) return `unexpected: ${String(error)}`;
  const { reason, cause } = error;
  // Errors of the SDK are told by their name: the message of some is empty.
  const { name = '', message = '' } = (cause ?? {}) as { readonly name?: string; readonly message?: string };
  const told = [name, message].filter((text) => text !== '').join(': ') || reason;
  return `the table gave no answer (${told}): ${REMEDY_BY_REASON[reason]}`;
}
