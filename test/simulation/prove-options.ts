import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import { wholeNumberProblem } from './command-line.ts';
import { PROOF_CASES, type ProofCase } from './proof-cases.ts';

/** What the command is asked to do. */
export interface ProveOptions {
  readonly seeds: number;
  /** Most seeds of the two large fleets; undefined leaves each its own. */
  readonly largeSeeds: number | undefined;
  /** The cases to run. */
  readonly cases: readonly ProofCase[];
  readonly jobs: number;
  /** Folder for the results; none if undefined. */
  readonly out: string | undefined;
  /** The command that gives the same numbers again. */
  readonly command: string;
}

/** How the command is used. */
export const PROVE_USAGE = `npm run -s prove -- [--seeds N] [--large-seeds N] [--only NAME] [--jobs N] [--out DIR]

  --seeds N        seeds per case, from 1 upwards (default 200)
  --large-seeds N  most seeds of the two large fleets (default 200 for 500 environments, 5 for 5,000)
  --only NAME      one case alone; it is written only where --out says so
  --jobs N         worker threads (default 2)
  --out DIR        folder for circuit-breaker.md and circuit-breaker.json (default docs/evidence)`;

const DEFAULT_OUT = 'docs/evidence';
const MOST_SEEDS = 10_000;
const MOST_JOBS = 64;

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readProveOptions(args: readonly string[]): ProveOptions {
  const { seeds, 'large-seeds': largeSeeds, only, jobs, out } = parse(args);
  const cases = PROOF_CASES.filter(({ name }) => only === undefined || name === only);
  const problems = [
    ...wholeNumberProblem('--seeds', seeds, 1, MOST_SEEDS),
    ...(largeSeeds === undefined ? [] : wholeNumberProblem('--large-seeds', largeSeeds, 1, MOST_SEEDS)),
    ...wholeNumberProblem('--jobs', jobs, 1, MOST_JOBS),
    ...(cases.length > 0 ? [] : [`--only is "${only ?? ''}": use one of ${PROOF_CASES.map(({ name }) => name).join(', ')}`]),
  ];
  if (problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  return {
    seeds: Number(seeds),
    largeSeeds: largeSeeds === undefined ? undefined : Number(largeSeeds),
    cases,
    jobs: Number(jobs),
    out: out ?? (only === undefined ? DEFAULT_OUT : undefined),
    command: command({ seeds, 'large-seeds': largeSeeds, only }),
  };
}

/** How many seeds a case is run with. */
export function seedsOf({ seedCap }: ProofCase, { seeds, largeSeeds }: ProveOptions): number {
  return seedCap === undefined ? seeds : Math.min(seeds, largeSeeds ?? seedCap);
}

function command(options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return `npm run -s prove -- ${given.map(([name, value]) => `--${name} ${value ?? ''}`).join(' ')}`;
}

function parse(args: readonly string[]) {
  try {
    const options = {
      seeds: { type: 'string', default: '200' },
      'large-seeds': { type: 'string' },
      only: { type: 'string' },
      jobs: { type: 'string', default: '2' },
      out: { type: 'string' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}
