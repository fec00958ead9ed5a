import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { wholeNumberProblem } from '../test/simulation/command-line.ts';
import { medianOf } from '../test/simulation/median.ts';
import { bundleHandler, loadTimeMs, synthTimeMs } from './bundle-build.ts';
import { BUNDLED_HANDLERS } from './bundle-handlers.ts';
import { renderBundlePage, type BundleComparison, type BundleRow } from './bundle-table.ts';

const USAGE = `npm run -s bench:bundle -- [--rounds N] [--out DIR]

  --rounds N    times that a bundle is loaded and the stack synthesised, of which the median is taken (default 11)
  --out DIR     folder for bundle-size.md (default docs/evidence)`;

const DIST = join(import.meta.dirname, '..', 'dist');

function readOptions(args: readonly string[]): { rounds: number; out: string } {
  const { rounds, out } = parse(args);
  const problems = wholeNumberProblem('--rounds', rounds, 1, 1000);
  if (problems.length > 0) throw new ConfigurationError('the command line makes no sense', problems);
  return { rounds: Number(rounds), out };
}

function parse(args: readonly string[]) {
  try {
    const options = { rounds: { type: 'string', default: '11' }, out: { type: 'string', default: 'docs/evidence' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigurationError('the command line makes no sense', [(error as Error).message], error);
  }
}

async function measureBundles(rounds: number, folder: string): Promise<BundleRow[]> {
  const rows: BundleRow[] = [];
  for (const [index, { title, code }] of BUNDLED_HANDLERS.entries()) {
    const withSdk = await bundleHandler(code, join(folder, `${index}-sdk.mjs`), true);
    const without = await bundleHandler(code, join(folder, `${index}.mjs`), false);
    rows.push({ title, withSdk, without, loads: [], loadsWithout: [] });
  }
  // Round by round, so that whatever else the machine does befalls them alike.
  for (let round = 0; round < rounds; round += 1) {
    for (const { withSdk, without, loads, loadsWithout } of rows) {
      loads.push(await loadTimeMs(withSdk.file));
      loadsWithout.push(await loadTimeMs(without.file));
    }
  }
  return rows;
}

async function compare(rounds: number): Promise<BundleComparison> {
  // Inside the repository: what is left out of a bundle is found as it is on Lambda, beside it.
  const folder = await mkdtemp(join(DIST, 'bundle-size-'));
  try {
    const rows = await measureBundles(rounds, folder);
    const synth = { bundledMs: await synthTimeMs(rounds, folder, true), skippedMs: await synthTimeMs(rounds, folder, false) };
    return { rows: rows.map((row) => ({ ...row, loadMs: medianOf(row.loads), loadWithoutMs: medianOf(row.loadsWithout) })), synth };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${USAGE}\n`);
  const { rounds, out } = readOptions(args);
  const page = renderBundlePage(await compare(rounds), rounds);
  process.stdout.write(page);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'bundle-size.md'), page);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 1;
}
