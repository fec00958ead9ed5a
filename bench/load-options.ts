import { parseArgs } from 'node:util';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { wholeNumberProblem } from '../test/simulation/command-line.ts';

/** What the command is asked to do. */
export interface LoadBenchOptions {
  /** Rounds in which every contender is timed once, of which the median is taken. */
  readonly rounds: number;
  /** Calls of a contender in a round. */
  readonly calls: number;
  /** Folder for the table. */
  readonly out: string;
  /** The command that measures the same again. */
  readonly command: string;
}

/** How the command is used. */
export const LOAD_BENCH_USAGE = `npm run -s bench:load -- [--rounds N] [--calls N] [--out DIR]

  --rounds N  rounds in which every contender is timed once, of which the median is taken (default 501)
  --calls N   calls of a contender in a round, from 100 upwards (default 200)
  --out DIR   folder for load-peers.md (default docs/evidence)`;

const MOST = 100_000;

/** A queue of so many is filled at once. */
const FEWEST_CALLS = 100;

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readLoadBenchOptions(args: readonly string[]): LoadBenchOptions {
  const { rounds, calls, out } = parse(args);
  const problems = [...wholeNumberProblem('--rounds', rounds, 1, MOST), ...wholeNumberProblem('--calls', calls, FEWEST_CALLS, MOST)];
  if (problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  return { rounds: Number(rounds), calls: Number(calls), out, command: `npm run -s bench:load -- --rounds ${rounds} --calls ${calls}` };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      rounds: { type: 'string', default: '501' },
      calls: { type: 'string', default: '200' },
      out: { type: 'string', default: 'docs/evidence' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}
