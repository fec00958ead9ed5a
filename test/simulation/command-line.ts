import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../runtime/src/core/errors.ts';

/** What the command is asked to do. */
export interface SimulateOptions {
  /** File with the scenario. */
  readonly scenario: string;
  readonly seed: number;
  /** How many seeds to run, from the given one upwards. */
  readonly seeds: number;
  readonly json: boolean;
  /** File for the report; none if undefined. */
  readonly report: string | undefined;
}

/** How the command is used. */
export const USAGE = `npm run -s simulate -- --scenario FILE.json [--seed N] [--seeds K] [--json] [--report FILE.html]

  --scenario FILE  the scenario; some are in test/simulation/scenarios
  --seed N         a whole number; the same one gives the same result (default 1)
  --seeds K        run K seeds, from N upwards, and show the median and the worst of each figure (default 1)
  --json           print one JSON object instead of a table
  --report FILE    write a page with a picture of the first run`;

const MOST_SEEDS = 1000;

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readCommandLine(args: readonly string[]): SimulateOptions {
  const { scenario, seed, seeds, json, report } = parse(args);
  const problems = [
    ...(scenario === undefined ? ['--scenario is missing: give the file of a scenario'] : []),
    ...wholeNumberProblem('--seed', seed, 0, Number.MAX_SAFE_INTEGER - MOST_SEEDS),
    ...wholeNumberProblem('--seeds', seeds, 1, MOST_SEEDS),
  ];
  if (scenario === undefined || problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  return { scenario, seed: Number(seed), seeds: Number(seeds), json, report };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      scenario: { type: 'string' },
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      report: { type: 'string' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}

/** What is wrong with an option that should be a whole number; nothing if it is one. */
export function wholeNumberProblem(option: string, text: string, low: number, high: number): string[] {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return [];
  return [`${option} is ${JSON.stringify(text)}: give a whole number from ${low} to ${high}`];
}
