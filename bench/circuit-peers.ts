import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import type { Figures } from '../test/simulation/figures.ts';
import { readNamedScenario } from '../test/simulation/scenario-file.ts';
import { runInWorkers } from '../test/simulation/worker-pool.ts';
import { BENCH_USAGE, readBenchOptions, type BenchOptions } from './peer-options.ts';
import { renderComparison, renderPage, type Comparison } from './peer-table.ts';
import type { PeerTask } from './peer-worker.ts';
import { DESIGN_NAMES, type DesignName } from './peers/designs.ts';

const LARGE = 'total-outage-500';
const SCENARIOS = [
  'total-outage-50',
  LARGE,
  'sparse-200',
  'background-20',
  'minority-1',
  'minority-10',
  'brown-out-60',
  'cold-outage',
  'healthy',
];

interface Run extends PeerTask {
  readonly name: string;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${BENCH_USAGE}\n`);
  const options = readBenchOptions(args);
  const runs = (await Promise.all(SCENARIOS.map((name) => plan(name, options)))).flat();
  // The large ones first, so that no worker is left alone with one at the end.
  runs.sort((a, b) => Number(b.name === LARGE) - Number(a.name === LARGE));
  const worker = new URL('peer-worker.ts', import.meta.url);
  const figures = await runInWorkers<Figures>(runs, { worker, jobs: options.jobs });
  const comparisons: Comparison[] = SCENARIOS.flatMap((scenario) =>
    DESIGN_NAMES.map((design) => {
      const own = figures.filter((_figures, index) => isRunOf(runs[index], scenario, design));
      return { scenario, design, runs: own };
    }),
  );
  process.stdout.write(`${renderComparison(comparisons)}\n`);
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'circuit-peers.md'), renderPage(comparisons, options));
}

function isRunOf(run: Run | undefined, scenario: string, design: DesignName): boolean {
  return run?.name === scenario && run.design === design;
}

async function plan(name: string, { seeds, largeSeeds }: BenchOptions): Promise<Run[]> {
  const scenario = await readNamedScenario(name);
  const count = name === LARGE ? largeSeeds : seeds;
  return DESIGN_NAMES.flatMap((design) =>
    Array.from({ length: count }, (_each, index) => ({ name, scenario, design, seed: index + 1 })),
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${BENCH_USAGE}\n`);
  process.exitCode = 1;
}
