import { readRoundOptions, roundUsage, type RoundCommand, type RoundOptions } from './round-options.ts';

const COMMAND: RoundCommand = {
  script: 'bench:calls',
  page: 'call-peers.md',
  rounds: 501,
  calls: 200,
  fewestCalls: 100,
  // So many failures in a row leave every circuit closed.
  mostCalls: 900,
};

/** What the command is asked to do. */
export type CallBenchOptions = RoundOptions;

/** How the command is used. */
export const CALL_BENCH_USAGE = roundUsage(COMMAND);

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readCallBenchOptions(args: readonly string[]): CallBenchOptions {
  return readRoundOptions(args, COMMAND);
}
