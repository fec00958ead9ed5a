import { parseArgs } from 'node:util';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { wholeNumberProblem } from '../test/simulation/command-line.ts';

/** What the command is asked to do. */
export interface BenchOptions {
  readonly seeds: number;
  /** Seeds of the fleet of 500 environments. */
  readonly largeSeeds: number;
  readonly jobs: number;
  /** Folder for the table. */
  readonly out: string;
  /** The command that gives the same numbers again. */
  readonly command: string;
}

/** How the command is used. */
export const BENCH_USAGE = `npm run -s bench:circuits -- [--seeds N] [--large-seeds N] [--jobs N] [--out DIR]

  --seeds N        seeds per scenario and design, from 1 upwards (default 20)
  --large-seeds N  the same for 500 environments (default 3)
  --jobs N         worker threads (default 2)
  --out DIR        folder for circuit-peers.md (default docs/evidence)`;

const MOST = 1000;

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { seeds, 'large-seeds': largeSeeds, jobs, out } = parse(args);
  const problems = Object.entries({ '--seeds': seeds, '--large-seeds': largeSeeds, '--jobs': jobs }).flatMap(([option, text]) =>
    wholeNumberProblem(option, text, 1, MOST),
  );
  if (problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  const command = `npm run -s bench:circuits -- --seeds ${seeds} --large-seeds ${largeSeeds}`;
  return { seeds: Number(seeds), largeSeeds: Number(largeSeeds), jobs: Number(jobs), out, command };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      seeds: { type: 'string', default: '20' },
      'large-seeds': { type: 'string', default: '3' },
      jobs: { type: 'string', default: '2' },
      out: { type: 'string', default: 'docs/evidence' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}
