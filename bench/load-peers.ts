import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { LOAD_BENCH_USAGE, readLoadBenchOptions } from './load-options.ts';
import { measureGroups, type Group, type GroupCost } from './load-rounds.ts';
import { renderLoadPage, renderLoadTables, type LoadComparison } from './load-table.ts';
import { admittingMiddlewares, decisions, EMPTY, emptyMiddleware, refusingMiddlewares } from './peers/shedding-contenders.ts';
import { lookingRequests, singleRequests, steadyRequests, WINDOWS } from './peers/shedding-windows.ts';
import { queued, refused, uncontended } from './peers/slot-contenders.ts';

/** Everything that is measured, each group by its first contender. */
function groups(): Group[] {
  return [
    { title: 'steady', contenders: [emptyMiddleware(), ...WINDOWS.map(steadyRequests)] },
    { title: 'looking', contenders: [singleRequests(EMPTY), ...WINDOWS.map(lookingRequests)] },
    { title: 'admitted', contenders: [emptyMiddleware(), ...admittingMiddlewares()] },
    { title: 'refused', contenders: [emptyMiddleware(), ...refusingMiddlewares()] },
    { title: 'decided', contenders: decisions() },
    { title: 'uncontended', contenders: uncontended() },
    { title: 'queued', contenders: queued() },
    { title: 'full', contenders: refused() },
  ];
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${LOAD_BENCH_USAGE}\n`);
  const options = readLoadBenchOptions(args);
  const comparison = byTitle(await measureGroups(groups(), options.rounds, options.calls));
  process.stdout.write(`${renderLoadTables(comparison)}\n`);
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'load-peers.md'), renderLoadPage(comparison, options));
}

function byTitle(costs: readonly GroupCost[]): LoadComparison {
  return Object.fromEntries(costs.map((group) => [group.title, group.costs])) as unknown as LoadComparison;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${LOAD_BENCH_USAGE}\n`);
  process.exitCode = 1;
}
