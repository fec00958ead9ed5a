import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, createConsoleSink, setDefaultSink } from '../runtime/src/index.ts';
import { CALL_BENCH_USAGE, readCallBenchOptions } from './call-options.ts';
import { renderCallPage, renderCallTables, type CallComparison } from './call-table.ts';
import { measureGroups, type Group } from './load-rounds.ts';
import { answered, answeredToCallers, failed, refused } from './peers/call-contenders.ts';

/** Everything that is measured, each group by its first contender. */
function groups(): Group[] {
  return [
    { title: 'answered', contenders: answered() },
    { title: 'toCallers', contenders: answeredToCallers() },
    { title: 'failed', contenders: failed() },
    { title: 'refused', contenders: refused() },
  ];
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${CALL_BENCH_USAGE}\n`);
  const options = readCallBenchOptions(args);
  // The usual sink, whose few lines would be between those of the tables.
  setDefaultSink(createConsoleSink({ info: () => undefined, warn: () => undefined }));
  const costs = await measureGroups(groups(), options.rounds, options.calls);
  const comparison = Object.fromEntries(costs.map((group) => [group.title, group.costs])) as unknown as CallComparison;
  process.stdout.write(`${renderCallTables(comparison)}\n`);
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'call-peers.md'), renderCallPage(comparison, options));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${CALL_BENCH_USAGE}\n`);
  process.exitCode = 1;
}
