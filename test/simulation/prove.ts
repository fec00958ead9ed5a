import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import { judge } from './proof.ts';
import type { FoundFigures, ProofCase } from './proof-cases.ts';
import { renderProof, writeProof } from './proof-report.ts';
import { PROVE_USAGE, readProveOptions, seedsOf, type ProveOptions } from './prove-options.ts';
import type { Scenario } from './scenario.ts';
import { readNamedScenario } from './scenario-file.ts';
import type { SimulationTask } from './simulation-worker.ts';
import { runInWorkers, SIMULATION_WORKER } from './worker-pool.ts';

interface Run extends SimulationTask {
  readonly name: string;
}

interface Planned {
  readonly proofCase: ProofCase<FoundFigures>;
  readonly scenario: Scenario;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${PROVE_USAGE}\n`);
  const options = readProveOptions(args);
  const cases = await Promise.all(options.cases.map(async (proofCase) => ({ proofCase, scenario: await readNamedScenario(proofCase.name) })));
  const runs = plan(cases, options);
  const results = await runInWorkers<FoundFigures>(runs, { worker: SIMULATION_WORKER, jobs: options.jobs, onResult: progress(runs.length) });
  const ofCase = ({ name }: ProofCase<FoundFigures>) => results.filter((_result, index) => runs[index]?.name === name);
  const judged = cases.map(({ proofCase, scenario }) => judge(proofCase, scenario, ofCase(proofCase)));
  const proof = { command: options.command, node: process.version, cases: judged };
  process.stdout.write(`${renderProof(proof)}\n`);
  if (options.out !== undefined) await writeProof(options.out, options.policy, proof);
  if (judged.some(({ passes }) => !passes)) process.exitCode = 1;
}

/** All runs, the largest fleets first, so that no worker is left alone with one at the end. */
function plan(cases: readonly Planned[], options: ProveOptions): Run[] {
  const size = ({ scenario }: Run) => scenario.fleet?.environments ?? 0;
  return cases
    .flatMap(({ proofCase, scenario }) =>
      Array.from({ length: seedsOf(proofCase, options) }, (_each, index) => ({ name: proofCase.name, scenario, seed: index + 1 })),
    )
    .sort((a, b) => size(b) - size(a));
}

/** Says how far it is, where somebody is watching. */
function progress(total: number): () => void {
  let done = 0;
  return () => {
    done += 1;
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} runs${done === total ? '\n' : ''}`);
  };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${PROVE_USAGE}\n`);
  process.exitCode = 1;
}
