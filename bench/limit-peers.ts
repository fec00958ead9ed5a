import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LOCAL_CREDENTIALS } from '../local/index.ts';
import { ConfigurationError } from '../runtime/src/core/errors.ts';
import { measureDecisionCost } from './limit-decision-cost.ts';
import type { EngineAnswer } from './limit-engine.ts';
import { measureMemory } from './limit-memory.ts';
import { LIMIT_BENCH_USAGE, readLimitBenchOptions, type LimitBenchOptions } from './limit-options.ts';
import { renderLimitPage, renderLimitTables, type LimitComparison, type StoreCostRow } from './limit-table.ts';
import { CASES, measureStoreCost, type Engine, type LimitCase, type StoreCost } from './limit-store-cost.ts';
import { CONTENDER_NAMES, type ContenderName } from './peers/limit-contenders.ts';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${LIMIT_BENCH_USAGE}\n`);
  const options = readLimitBenchOptions(args);
  // Before the engine starts: what it takes would be counted as well.
  const memory = await measureMemory();
  const decisions = await measureDecisionCost(options.rounds);
  const comparison: LimitComparison = { stores: await measureStores(options), decisions, memory };
  process.stdout.write(`${renderLimitTables(comparison)}\n`);
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'limit-peers.md'), renderLimitPage(comparison, options));
}

async function measureStores({ runs, seconds }: LimitBenchOptions): Promise<StoreCostRow[]> {
  const worker = new Worker(new URL('limit-engine.ts', import.meta.url));
  try {
    const engine = await engineOf(worker);
    const rows: StoreCostRow[] = [];
    for (const each of CASES) rows.push(...(await measureCase(each, runs, (name) => measureStoreCost(each, name, engine, 1000 * seconds))));
    return rows;
  } finally {
    await worker.terminate();
  }
}

/** Run by run and not contender by contender, so that whatever else the machine does befalls them alike. */
async function measureCase({ name: title }: LimitCase, runs: number, measure: (name: ContenderName) => Promise<StoreCost>): Promise<StoreCostRow[]> {
  const rows = CONTENDER_NAMES.map((contender) => ({ title, contender, runs: [] as StoreCost[] }));
  for (let run = 0; run < runs; run += 1) {
    for (const row of rows) row.runs.push(await measure(row.contender));
  }
  return rows;
}

async function engineOf(worker: Worker): Promise<Engine> {
  const answer = async (): Promise<EngineAnswer> => ((await once(worker, 'message')) as [EngineAnswer])[0];
  const first = await answer();
  if (!('endpoint' in first)) throw new Error('the engine does not say where it listens');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: first.endpoint,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  });
  const requests = async (): Promise<Readonly<Record<string, number>>> => {
    worker.postMessage('requests');
    const next = await answer();
    return 'requests' in next ? next.requests : {};
  };
  return { endpoint: first.endpoint, requests };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${LIMIT_BENCH_USAGE}\n`);
  process.exitCode = 1;
}
