import { parseArgs } from 'node:util';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { wholeNumberProblem } from '../test/simulation/command-line.ts';

/** What the command is asked to do. */
export interface LimitBenchOptions {
  /** Runs of each case and contender, of which the median is taken. */
  readonly runs: number;
  /** Length of one run. */
  readonly seconds: number;
  /** Rounds in which decisions without the store are timed. */
  readonly rounds: number;
  /** Folder for the table. */
  readonly out: string;
  /** The command that measures the same again. */
  readonly command: string;
}

/** How the command is used. */
export const LIMIT_BENCH_USAGE = `npm run -s bench:limits -- [--runs N] [--seconds N] [--rounds N] [--out DIR]

  --runs N     runs of each case and contender, of which the median is taken (default 3)
  --seconds N  length of a run, from 1 upwards (default 5)
  --rounds N   rounds in which decisions without the store are timed (default 101)
  --out DIR    folder for limit-peers.md (default docs/evidence)`;

const MOST = 10_000;

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readLimitBenchOptions(args: readonly string[]): LimitBenchOptions {
  const { runs, seconds, rounds, out } = parse(args);
  const problems = Object.entries({ '--runs': runs, '--seconds': seconds, '--rounds': rounds }).flatMap(([option, text]) =>
    wholeNumberProblem(option, text, 1, MOST),
  );
  if (problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  const command = `npm run -s bench:limits -- --runs ${runs} --seconds ${seconds} --rounds ${rounds}`;
  return { runs: Number(runs), seconds: Number(seconds), rounds: Number(rounds), out, command };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      runs: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '101' },
      out: { type: 'string', default: 'docs/evidence' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}
