import type { Environment } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { StateClientLimits } from '../dynamodb/index.ts';
import { UsageError } from './arguments.ts';
import { instant, printable } from './text.ts';

/** What an operator's command reaches the world by. */
export interface OperatorIo {
  /** Prints what was asked for. */
  write(text: string): void;
  /** Prints what else there is to say: what went wrong, and what was changed. */
  writeError(text: string): void;
  /** Asks a yes-or-no question; undefined where nobody is there to answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the program ends with. */
export type ExitCode = 0 | 1 | 2;

/** The exit codes: done; no answer from the table or a no from the operator; not understood. */
export const EXIT = Object.freeze({ done: 0, notDone: 1, notUnderstood: 2 });

/** Generous: an operator may sit far away from the table, and has to sign in first. */
export const OPERATOR_LIMITS: StateClientLimits = Object.freeze({ connectionTimeoutMs: 5_000, requestTimeoutMs: 15_000 });

/**
 * Asks before a change, unless --yes is given. After a no it says that nothing was changed.
 *
 * @throws UsageError if nobody is there to answer.
 */
export async function confirmed(question: string, yes: boolean, io: OperatorIo): Promise<boolean> {
  if (yes) return true;
  if (io.confirm === undefined) throw new UsageError('there is no terminal to ask at: add --yes');
  if (await io.confirm(question)) return true;
  io.writeError('nothing was changed\n');
  return false;
}

/**
 * Puts a change on record: one line, apart from the answer, so that a log of what was done can be kept whatever is printed.
 *
 * @param command The words of the command.
 * @param change What is so from now on.
 */
export function reportChange(command: string, change: string, io: OperatorIo): void {
  io.writeError(`${instant(io.clock.nowMs())} UTC ${command}: ${printable(change)}\n`);
}

/** A value for machines. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
