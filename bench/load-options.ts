import { readRoundOptions, roundUsage, type RoundCommand, type RoundOptions } from './round-options.ts';

const COMMAND: RoundCommand = {
  script: 'bench:load',
  page: 'load-peers.md',
  rounds: 501,
  calls: 200,
  // A queue of so many is filled at once.
  fewestCalls: 100,
  mostCalls: 100_000,
};

/** What the command is asked to do. */
export type LoadBenchOptions = RoundOptions;

/** How the command is used. */
export const LOAD_BENCH_USAGE = roundUsage(COMMAND);

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readLoadBenchOptions(args: readonly string[]): LoadBenchOptions {
  return readRoundOptions(args, COMMAND);
}
