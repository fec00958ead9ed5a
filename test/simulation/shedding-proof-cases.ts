import type { Figures } from './figures.ts';
import type { Bound, ProofCase, Requirement } from './proof-cases.ts';
import type { ResolvedScenario } from './scenario.ts';
import type { SheddingFigures } from './shedding-observer.ts';

type SheddingRequirement = Requirement<Figures<SheddingFigures>>;

/** What can be measured. */
const FIGURES = {
  goodput: { figure: 'answers in time, of what the environment can do', unit: ' %', measure: ({ goodput }, scenario) => (100 * goodput) / capacityOf(scenario) },
  p99: { figure: 'latency of calls, p99', unit: ' ms', measure: ({ p99Ms }) => p99Ms },
  refused: { figure: 'refused requests', unit: '', measure: ({ refused }) => refused },
  refusedCritical: { figure: 'refused requests, critical', unit: '', measure: ({ shedByClass }) => shedByClass.critical },
  refusedHigh: { figure: 'refused share, high', unit: ' %', measure: ({ shedShareByClass }) => 100 * shedShareByClass.high },
  refusedImportant: { figure: 'refused requests, critical and high', unit: '', measure: ({ shedByClass }) => shedByClass.critical + shedByClass.high },
  refusedNormal: { figure: 'refused share, normal', unit: ' %', measure: ({ shedShareByClass }) => 100 * shedShareByClass.normal },
  refusedLow: { figure: 'refused share, low', unit: ' %', measure: ({ shedShareByClass }) => 100 * shedShareByClass.low },
  refusedBackground: { figure: 'refused share, background', unit: ' %', measure: ({ shedShareByClass }) => 100 * shedShareByClass.background },
  begins: { figure: 'times that shedding begins', unit: '', measure: ({ sheddingStarted }) => sheddingStarted },
  recovers: { figure: 'last refusal after the end of the overload', unit: ' s', measure: ({ lastRefusedAfterMs }) => (lastRefusedAfterMs[2] ?? 0) / 1000 },
  duringSpike: { figure: 'answers in time in the overload, of what the environment can do', unit: ' %', measure: ofStretch(1) },
  afterSpike: { figure: 'answers in time in the minute after it, of what was asked', unit: ' %', measure: ({ goodputOfStretches }, { fleet }) => (100 * (goodputOfStretches[2] ?? 0)) / fleet.requestsPerSecond },
  refusedByAge: { figure: 'refused because of their age', unit: '', measure: ({ shedBy }) => shedBy.age },
} as const satisfies Record<string, Pick<SheddingRequirement, 'figure' | 'unit' | 'measure'>>;

type FigureName = keyof typeof FIGURES;

const must = (name: FigureName, bound: Bound): SheddingRequirement => ({ ...FIGURES[name], bound, medianOnly: false });
const mustAlways = (name: FigureName, bound: Bound): SheddingRequirement => ({ ...must(name, bound), everySeed: true });
const shown = (name: FigureName): SheddingRequirement => must(name, undefined);

/** Load in times the capacity. */
export const LOADS = ['0.5', '1', '2', '5', '10'] as const;

/** Seeds of what is shown beside what is claimed. */
const FURTHER_SEEDS = 40;

/** Least goodput at each load, in hundredths of the capacity. At 10 times it is nine tenths of the best, which is below 96. */
const LEAST_GOODPUT = { '0.5': 48, '1': 80, '2': 88, '5': 88, '10': 86.4 } as const;

const UNDER_LOAD: readonly ProofCase<Figures<SheddingFigures>>[] = LOADS.flatMap((load) => [
  {
    name: `shed-${load}x`,
    title: `${load} times the load that the environment can take`,
    requirements: [
      must('goodput', { atLeast: LEAST_GOODPUT[load] }),
      mustAlways('refusedCritical', { exactly: 0 }),
      ...(load === '0.5' ? [must('refused', { exactly: 0 })] : [shown('refusedHigh'), shown('refusedNormal'), shown('refusedBackground')]),
      shown('p99'),
    ],
  },
  { name: `unshed-${load}x`, title: 'the same without load shedding', requirements: [shown('goodput'), shown('p99')], seedCap: FURTHER_SEEDS },
]);

/** Everything that is claimed of load shedding. */
export const SHEDDING_PROOF_CASES: readonly ProofCase<Figures<SheddingFigures>>[] = [
  ...UNDER_LOAD,
  {
    name: 'shed-priorities-3x',
    title: 'the load grows to three times the capacity within 30 s and stays there, a fifth of it is critical or high',
    requirements: [
      mustAlways('refusedCritical', { exactly: 0 }),
      must('refusedImportant', { exactly: 0 }),
      mustAlways('refusedHigh', { atMost: 0.2 }),
      must('refusedBackground', { atLeast: 95 }),
      shown('refusedLow'),
      shown('refusedNormal'),
      shown('goodput'),
    ],
  },
  {
    name: 'shed-steady-1.5x',
    title: 'one and a half times the load for 5 min',
    requirements: [must('begins', { atMost: 3 }), shown('goodput'), shown('p99')],
  },
  {
    name: 'shed-spike',
    title: 'half the load, ten times the load for 30 s, half the load',
    requirements: [must('duringSpike', { atLeast: 60 }), must('recovers', { atMost: 15 }), must('afterSpike', { atLeast: 85 }), mustAlways('refusedCritical', { exactly: 0 })],
  },
  { name: 'unshed-spike', title: 'the same without load shedding', requirements: [shown('duringSpike'), shown('afterSpike')], seedCap: FURTHER_SEEDS },
  {
    name: 'shed-old-events',
    title: '10 environments that serve one request at a time, a queue in front of them, twice the load, events refused from an age of 3 s on',
    requirements: [must('goodput', { atLeast: 90 }), shown('refusedByAge'), shown('p99')],
  },
  { name: 'unshed-old-events', title: 'the same without load shedding', requirements: [shown('goodput'), shown('p99')], seedCap: FURTHER_SEEDS },
];

/** Calls that a fleet can do in a second. */
function capacityOf({ capacity, fleet, call }: ResolvedScenario): number {
  return ((capacity?.knee ?? 1) * fleet.environments * 1000) / call.durationMs;
}

function ofStretch(index: number): SheddingRequirement['measure'] {
  return ({ goodputOfStretches }, scenario) => (100 * (goodputOfStretches[index] ?? 0)) / capacityOf(scenario);
}
