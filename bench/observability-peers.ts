import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { OBSERVABILITY_BENCH_USAGE, readObservabilityBenchOptions } from './observability-options.ts';
import { measureBytes, measureTimes } from './observability-runs.ts';
import { renderObservabilityPage, renderObservabilityTables, type ObservabilityComparison } from './observability-table.ts';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${OBSERVABILITY_BENCH_USAGE}\n`);
  const options = readObservabilityBenchOptions(args);
  const bytes = await measureBytes(options.counted);
  const comparison: ObservabilityComparison = { times: await measureTimes(options.rounds, options.requests), bytes };
  process.stdout.write(`${renderObservabilityTables(comparison)}\n`);
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'observability-peers.md'), renderObservabilityPage(comparison, options));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${OBSERVABILITY_BENCH_USAGE}\n`);
  process.exitCode = 1;
}
