import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, it, expect } from '@jest/globals';
import type { Figures } from './figures.ts';
import { renderGoodput } from './goodput-chart.ts';
import { judge, type CaseResult } from './proof.ts';
import { PROOF_CASES, type FoundFigures, type ProofCase } from './proof-cases.ts';
import { renderProof, writeProof } from './proof-report.ts';
import { PROOFS } from './proofs.ts';
import { readProveOptions, seedsOf } from './prove-options.ts';
import { LOADS } from './shedding-proof-cases.ts';
import { readNamedScenario } from './scenario-file.ts';
import { runInWorkers, SIMULATION_WORKER } from './worker-pool.ts';

/** Fleets that take too long for a test. */
const LONG_CASES = ['total-outage-5000', 'bulkhead-large'];

/** Large fleets take long; of the others an odd number, so that each median is a run. */
const CLAIMED = [
  { subject: 'the circuit breaker', policy: 'circuit-breaker', seedsFor: ({ seedCap }: Pick<ProofCase, 'seedCap'>) => (seedCap === undefined ? [1, 2, 3] : [1]) },
  { subject: 'the bulkhead', policy: 'bulkhead', seedsFor: () => [1] },
  { subject: 'load shedding', policy: 'load-shedding', seedsFor: () => [1] },
  { subject: 'an outbound call', policy: 'dependency', seedsFor: () => [1] },
] as const;

describe.each(CLAIMED)('$subject', ({ policy, seedsFor }) => {
  const cases = PROOFS[policy].cases.filter(({ name }) => !LONG_CASES.includes(name));
  const results = new Map<string, CaseResult>();

  // In worker threads: a simulation is three times as fast outside the sandbox of the test runner.
  beforeAll(async () => {
    const planned = await Promise.all(cases.map(async (proofCase) => ({ proofCase, scenario: await readNamedScenario(proofCase.name) })));
    const runs = planned.flatMap(({ proofCase, scenario }) => seedsFor(proofCase).map((seed) => ({ proofCase, task: { scenario, seed } })));
    const figures = await runInWorkers<FoundFigures>(runs.map(({ task }) => task), { worker: SIMULATION_WORKER, jobs: 2 });
    for (const { proofCase, scenario } of planned) {
      const own = figures.filter((_figures, index) => runs[index]!.proofCase === proofCase);
      results.set(proofCase.name, judge(proofCase, scenario, own));
    }
  }, 240_000);

  it.each(cases)('$title', ({ name, requirements }) => {
    const { findings } = results.get(name)!;
    expect(findings).toHaveLength(requirements.length);
    expect(findings.filter(({ medianHolds }) => medianHolds === false)).toEqual([]);
  });
});

describe('the proof', () => {
  const figure = { figure: 'calls', unit: '', medianOnly: false, measure: ({ calls }: Figures) => calls };
  const proofCase: ProofCase = {
    name: 'some',
    title: 'some fleet',
    requirements: [
      { ...figure, bound: { atMost: 5 } },
      { ...figure, bound: { atLeast: 2 }, medianOnly: true },
      { ...figure, bound: { exactly: 4 } },
      { ...figure, bound: undefined },
    ],
  };
  const runs = [3, 9, 4].map((calls, index) => ({ seed: index + 1, calls }) as Figures);

  it('tells the median from the worst seed, and counts the seeds that hold', () => {
    const { findings, passes } = judge(proofCase, { policy: 'circuit-breaker' }, runs);
    expect(passes).toBe(true);
    expect(findings.map(({ required, median, worst, worstHolds, failingSeeds }) => [required, median, worst, worstHolds, failingSeeds])).toEqual([
      ['at most 5', 4, 9, false, [2]],
      ['at least 2 (median)', 4, 3, true, []],
      ['exactly 4', 4, 9, false, [1, 2]],
      ['', 4, 9, undefined, []],
    ]);
  });

  it('fails where a median does not hold, and what never came does not hold', () => {
    const never = { ...figure, bound: { atMost: 5 }, measure: () => null };
    const result = judge({ ...proofCase, requirements: [never] }, { policy: 'circuit-breaker' }, runs);
    expect(result.passes).toBe(false);
    expect(result.findings[0]).toMatchObject({ median: null, worst: null, medianHolds: false });
    const text = renderProof({ command: '', node: '', cases: [result] });
    expect(text).toMatch(/some: some fleet .* never .* never \(does not hold\) .* 0 % \(0 of 3\) .* FAIL/);
    expect(text).toContain('0 of 1 cases pass: 0 of 1 requirements hold in the median, 0 of them for every seed.');
  });

  it('fails where a single seed is enough to fail and one does', () => {
    const always = { ...figure, bound: { atMost: 5 }, everySeed: true };
    const result = judge({ ...proofCase, requirements: [always] }, { policy: 'circuit-breaker' }, runs);
    expect(result).toMatchObject({ passes: false, findings: [{ required: 'at most 5 (every seed)', medianHolds: true, worstHolds: false }] });
    expect(judge({ ...proofCase, requirements: [always] }, { policy: 'circuit-breaker' }, runs.slice(2)).passes).toBe(true);
  });

  it('is one of the policy that is asked for', async () => {
    const options = readProveOptions(['--policy', 'rate-limit', '--only', 'limit-under-20', '--out', 'x']);
    expect(options).toMatchObject({ policy: 'rate-limit', cases: [{ name: 'limit-under-20' }] });
    expect(options.command).toBe('npm run -s prove -- --policy rate-limit --seeds 200 --only limit-under-20');
    expect(readProveOptions([])).toMatchObject({ policy: 'circuit-breaker', cases: PROOF_CASES });
    expect(() => readProveOptions(['--policy', 'hope'])).toThrow(/--policy is "hope": use one of circuit-breaker, rate-limit, bulkhead, load-shedding/);
    const folder = await mkdtemp(join(tmpdir(), 'proof-'));
    await writeProof(folder, 'rate-limit', { command: 'the command', node: 'v0', cases: [] });
    expect(await readdir(folder)).toEqual(['rate-limit.json', 'rate-limit.md']);
    expect(await readFile(join(folder, 'rate-limit.md'), 'utf8')).toMatch(/^# What the rate limiter does in a fleet\n[^]*Run with `the command` on Node.js v0/);
    await rm(folder, { recursive: true });
  });

  it('draws the goodput where all loads were simulated', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proof-'));
    const goodput = (name: string, median: number): CaseResult => ({
      name,
      title: '',
      seeds: 1,
      findings: [{ figure: 'answers in time', required: '', unit: '', median, worst: median, medianHolds: undefined, worstHolds: undefined, failingSeeds: [] }],
      passes: true,
    });
    const cases = LOADS.flatMap((load) => [goodput(`shed-${load}x`, 95), goodput(`unshed-${load}x`, 5)]);
    await writeProof(folder, 'load-shedding', { command: '', node: '', cases });
    expect((await readdir(folder)).sort()).toEqual(['load-shedding.json', 'load-shedding.md', 'load-shedding.svg']);
    expect(await readFile(join(folder, 'load-shedding.md'), 'utf8')).toContain('](load-shedding.svg)');
    expect(await readFile(join(folder, 'load-shedding.svg'), 'utf8')).toMatch(/^<svg[^]*with load shedding/);
    expect(renderGoodput(cases.slice(1))).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  it('has a scenario of its policy for every case', async () => {
    for (const [policy, { cases }] of Object.entries(PROOFS)) {
      for (const { name } of cases) expect(await readNamedScenario(name)).toMatchObject({ policy });
    }
  });

  it('caps the seeds of the large fleets', () => {
    const seeds = (...args: string[]) => {
      const options = readProveOptions(args);
      return ['single', 'total-outage-500', 'total-outage-5000'].map((name) => seedsOf(PROOF_CASES.find((each) => each.name === name)!, options));
    };
    expect(seeds()).toEqual([200, 200, 5]);
    expect(seeds('--seeds', '3')).toEqual([3, 3, 3]);
    expect(seeds('--seeds', '50', '--large-seeds', '7')).toEqual([50, 7, 7]);
  });

  it('says how to run it again, and writes nothing where it is not whole', () => {
    expect(readProveOptions(['--large-seeds', '2', '--jobs', '8', '--out', 'x'])).toMatchObject({
      command: 'npm run -s prove -- --seeds 200 --large-seeds 2',
      out: 'x',
      jobs: 8,
    });
    expect(readProveOptions([]).out).toBe('docs/evidence');
    expect(readProveOptions(['--only', 'single'])).toMatchObject({ out: undefined, cases: [{ name: 'single' }] });
    expect(() => readProveOptions(['--only', 'nothing', '--seeds', '0'])).toThrow(/--seeds is "0"[^]*--only is "nothing": use one of total-outage-50,/);
    expect(() => readProveOptions(['--sedes', '1'])).toThrow(/--sedes/);
  });
});
