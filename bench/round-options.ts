import { parseArgs } from 'node:util';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { wholeNumberProblem } from '../test/simulation/command-line.ts';

/** What a command that measures in rounds is asked to do. */
export interface RoundOptions {
  /** Rounds in which every contender is timed once, of which the median is taken. */
  readonly rounds: number;
  /** Calls of a contender in a round. */
  readonly calls: number;
  /** Folder for the table. */
  readonly out: string;
  /** The command that measures the same again. */
  readonly command: string;
}

/** A command that measures in rounds. */
export interface RoundCommand {
  /** Its script in `package.json`. */
  readonly script: string;
  /** The file that it writes. */
  readonly page: string;
  /** Rounds and calls if none are given. */
  readonly rounds: number;
  readonly calls: number;
  /** Calls of a contender in a round that make sense. */
  readonly fewestCalls: number;
  readonly mostCalls: number;
}

const MOST_ROUNDS = 100_000;

/** How such a command is used. */
export function roundUsage({ script, page, rounds, calls, fewestCalls, mostCalls }: RoundCommand): string {
  return `npm run -s ${script} -- [--rounds N] [--calls N] [--out DIR]

  --rounds N  rounds in which every contender is timed once, of which the median is taken (default ${rounds})
  --calls N   calls of a contender in a round, from ${fewestCalls} to ${mostCalls} (default ${calls})
  --out DIR   folder for ${page} (default docs/evidence)`;
}

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readRoundOptions(args: readonly string[], command: RoundCommand): RoundOptions {
  const { script, fewestCalls, mostCalls } = command;
  const { rounds, calls, out } = parse(args, command);
  const problems = [...wholeNumberProblem('--rounds', rounds, 1, MOST_ROUNDS), ...wholeNumberProblem('--calls', calls, fewestCalls, mostCalls)];
  if (problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  return { rounds: Number(rounds), calls: Number(calls), out, command: `npm run -s ${script} -- --rounds ${rounds} --calls ${calls}` };
}

function parse(args: readonly string[], { rounds, calls }: RoundCommand) {
  try {
    const options = {
      rounds: { type: 'string', default: String(rounds) },
      calls: { type: 'string', default: String(calls) },
      out: { type: 'string', default: 'docs/evidence' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}
