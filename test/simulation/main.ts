import { basename } from 'node:path';
import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import { readCommandLine, USAGE } from './command-line.ts';
import { spreads } from './median.ts';
import { withoutTimeline, writeReport } from './report.ts';
import { readScenario } from './scenario-file.ts';
import { simulate, type SimulationResult } from './simulate.ts';
import { renderTable } from './table.ts';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return print(USAGE);
  const options = readCommandLine(args);
  const scenario = await readScenario(options.scenario);
  const runs: SimulationResult[] = [];
  for (let offset = 0; offset < options.seeds; offset += 1) runs.push(await simulate(scenario, options.seed + offset));
  const name = basename(options.scenario, '.json');
  if (options.report !== undefined) await writeReport(options.report, { name, scenario, runs });
  const figures = runs.map(withoutTimeline);
  print(options.json ? json(figures) : renderTable(name, figures));
}

/** The figures of one run; of several, the median and the worst of each, and all runs. */
function json(runs: readonly ReturnType<typeof withoutTimeline>[]): string {
  if (runs.length === 1) return JSON.stringify(runs[0], null, 2);
  const rows = spreads(runs);
  const median = Object.fromEntries(rows.map(({ name, median: value }) => [name, value]));
  const worst = Object.fromEntries(rows.map(({ name, worst: value }) => [name, value]));
  return JSON.stringify({ seeds: runs.map(({ seed }) => seed), median, worst, runs }, null, 2);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 1;
}
