import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import { wholeNumberProblem } from './command-line.ts';
import type { FoundFigures, ProofCase } from './proof-cases.ts';
import { PROOFS } from './proofs.ts';
import type { PolicyName } from './scenario-rules.ts';

/** What the command is asked to do. */
export interface ProveOptions {
  /** Whose claims are put to the test. */
  readonly policy: PolicyName;
  readonly seeds: number;
  /** Most seeds of the large fleets; undefined leaves each its own. */
  readonly largeSeeds: number | undefined;
  /** The cases to run. */
  readonly cases: readonly ProofCase<FoundFigures>[];
  readonly jobs: number;
  /** Folder for the results; none if undefined. */
  readonly out: string | undefined;
  /** The command that gives the same numbers again. */
  readonly command: string;
}

/** How the command is used. */
export const PROVE_USAGE = `npm run -s prove -- [--policy NAME] [--seeds N] [--large-seeds N] [--only NAME] [--jobs N] [--out DIR]

  --policy NAME    circuit-breaker, rate-limit, bulkhead, load-shedding or dependency (default circuit-breaker)
  --seeds N        seeds per case, from 1 upwards (default 200)
  --large-seeds N  most seeds of the large fleets (default: 5 to 200, by the case)
  --only NAME      one case alone; it is written only where --out says so
  --jobs N         worker threads (default 2)
  --out DIR        folder for the results, NAME.md and NAME.json (default docs/evidence)`;

const DEFAULT_POLICY: PolicyName = 'circuit-breaker';
const DEFAULT_OUT = 'docs/evidence';
const MOST_SEEDS = 10_000;
const MOST_JOBS = 64;

/**
 * Reads the command line.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function readProveOptions(args: readonly string[]): ProveOptions {
  const { policy, seeds, 'large-seeds': largeSeeds, only, jobs, out } = parse(args);
  if (!isPolicy(policy)) throw senseless([`--policy is ${JSON.stringify(policy)}: use one of ${Object.keys(PROOFS).join(', ')}`]);
  const all = PROOFS[policy].cases;
  const cases = all.filter(({ name }) => only === undefined || name === only);
  const problems = [
    ...wholeNumberProblem('--seeds', seeds, 1, MOST_SEEDS),
    ...(largeSeeds === undefined ? [] : wholeNumberProblem('--large-seeds', largeSeeds, 1, MOST_SEEDS)),
    ...wholeNumberProblem('--jobs', jobs, 1, MOST_JOBS),
    ...(cases.length > 0 ? [] : [`--only is "${only ?? ''}": use one of ${all.map(({ name }) => name).join(', ')}`]),
  ];
  if (problems.length > 0) throw senseless(problems);
  return {
    policy,
    seeds: Number(seeds),
    largeSeeds: largeSeeds === undefined ? undefined : Number(largeSeeds),
    cases,
    jobs: Number(jobs),
    out: out ?? (only === undefined ? DEFAULT_OUT : undefined),
    command: command({ ...(policy !== DEFAULT_POLICY && { policy }), seeds, 'large-seeds': largeSeeds, only }),
  };
}

/** How many seeds a case is run with. */
export function seedsOf({ seedCap }: Pick<ProofCase, 'seedCap'>, { seeds, largeSeeds }: ProveOptions): number {
  return seedCap === undefined ? seeds : Math.min(seeds, largeSeeds ?? seedCap);
}

function command(options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return `npm run -s prove -- ${given.map(([name, value]) => `--${name} ${value ?? ''}`).join(' ')}`;
}

function isPolicy(name: string): name is PolicyName {
  return Object.hasOwn(PROOFS, name);
}

function senseless(problems: readonly string[], cause?: unknown): ConfigurationError {
  return new ConfigurationError('the command line makes no sense', problems, cause);
}

function parse(args: readonly string[]) {
  try {
    const options = {
      policy: { type: 'string', default: DEFAULT_POLICY },
      seeds: { type: 'string', default: '200' },
      'large-seeds': { type: 'string' },
      only: { type: 'string' },
      jobs: { type: 'string', default: '2' },
      out: { type: 'string' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw senseless([(error as Error).message], error);
  }
}
