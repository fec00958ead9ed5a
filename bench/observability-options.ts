import { parseArgs } from 'node:util';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { wholeNumberProblem } from '../test/simulation/command-line.ts';

/** What the command is asked to do. */
export interface ObservabilityBenchOptions {
  /** Rounds in which every contender is timed once. */
  readonly rounds: number;
  /** Requests of a contender in a round. */
  readonly requests: number;
  /** Requests whose bytes are counted, of each kind. */
  readonly counted: number;
  /** Folder for the table. */
  readonly out: string;
  /** The command that measures the same again. */
  readonly command: string;
}

/** How the command is used. */
export const OBSERVABILITY_BENCH_USAGE = `npm run -s bench:observability -- [--rounds N] [--requests N] [--counted N] [--out DIR]

  --rounds N    rounds in which every contender is timed once, of which the median is taken (default 201)
  --requests N  requests of a contender in a round (default 320)
  --counted N   requests whose bytes are counted, of each kind (default 6000)
  --out DIR     folder for observability-peers.md (default docs/evidence)`;

const MOST = 1_000_000;

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readObservabilityBenchOptions(args: readonly string[]): ObservabilityBenchOptions {
  const { rounds, requests, counted, out } = parse(args);
  const problems = Object.entries({ '--rounds': rounds, '--requests': requests, '--counted': counted }).flatMap(([option, text]) =>
    wholeNumberProblem(option, text, 1, MOST),
  );
  if (problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  const command = `npm run -s bench:observability -- --rounds ${rounds} --requests ${requests} --counted ${counted}`;
  return { rounds: Number(rounds), requests: Number(requests), counted: Number(counted), out, command };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      rounds: { type: 'string', default: '201' },
      requests: { type: 'string', default: '320' },
      counted: { type: 'string', default: '6000' },
      out: { type: 'string', default: 'docs/evidence' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}
