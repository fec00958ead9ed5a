import type { BulkheadFigures } from './bulkhead-observer.ts';
import type { DependencyFigures } from './dependency-observer.ts';
import type { Figures, FleetFigures } from './figures.ts';
import type { LimitFigures } from './limit-figures.ts';
import type { ResolvedScenario } from './scenario.ts';
import type { SheddingFigures } from './shedding-observer.ts';

/** What a figure has to be. Without a bound it is shown, and judged by nobody. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number } | { readonly exactly: number } | undefined;

/** One thing that must hold in a scenario. */
export interface Requirement<Found extends FleetFigures = Figures> {
  /** The figure in words. */
  readonly figure: string;
  readonly unit: string;
  readonly bound: Bound;
  /** Whether it is asked of the median alone, and not of every seed. */
  readonly medianOnly: boolean;
  /** Whether the case fails where it does not hold for a single seed. Default: the median decides. */
  readonly everySeed?: boolean;
  /** The figure of one run; null if what it measures never came. */
  readonly measure: (figures: Found, scenario: ResolvedScenario) => number | null;
}

/** Figures of whichever policy: a case measures those of its own. */
export type FoundFigures = Figures & Figures<LimitFigures> & Figures<BulkheadFigures> & Figures<SheddingFigures> & Figures<DependencyFigures>;

/** A scenario, by the name of its file, and what must hold in it. */
export interface ProofCase<Found extends FleetFigures = Figures> {
  readonly name: string;
  readonly title: string;
  readonly requirements: readonly Requirement<Found>[];
  /** Most seeds that it is run with, for it takes long. */
  readonly seedCap?: number;
}

/** What can be measured. */
const FIGURES = {
  opens: { figure: 'time to open', unit: ' s', measure: ({ openedAfterMs }) => seconds(openedAfterMs[0]) },
  closes: { figure: 'time to close after recovery', unit: ' s', measure: ({ closedAfterMs }) => seconds(closedAfterMs[0]) },
  // An environment that crashes reports nothing, and one whose reply was lost reports late: whichever side saw more.
  openings: {
    figure: 'CLOSED-to-OPEN transitions',
    unit: '',
    measure: ({ transitions, storedTransitions }) => Math.max(transitions.open, storedTransitions.open),
  },
  failingCalls: { figure: 'failing calls', unit: '', measure: ({ failedCalls }) => failedCalls },
  failingCallsEach: {
    figure: 'failing calls per environment',
    unit: '',
    measure: ({ failedCalls }, { fleet }) => failedCalls / fleet.environments,
  },
  itemWrites: {
    figure: 'writes of one item in a second, after start-up',
    unit: '',
    measure: ({ maxItemWritesPerSecondAfterStart }) => maxItemWritesPerSecondAfterStart,
  },
  itemWritesAtStart: {
    figure: 'the same, start-up included',
    unit: '',
    measure: ({ maxItemWritesPerSecond }) => maxItemWritesPerSecond,
  },
  refusedShare: { figure: 'refused share', unit: ' %', measure: ({ refusedShare }) => 100 * refusedShare },
  refusedOfFairShare: { figure: 'refused, in fair shares of the failing environments', unit: '', measure: refusedOfFairShare },
  storeCalls: {
    figure: 'store calls per million requests',
    unit: '',
    measure: ({ storeCallsPerMillionRequests }) => storeCallsPerMillionRequests,
  },
  addedMedian: { figure: 'added latency, p50', unit: ' ms', measure: ({ addedLatencyMs }) => addedLatencyMs.p50 },
  addedWorst: { figure: 'added latency, p99', unit: ' ms', measure: ({ addedLatencyMs }) => addedLatencyMs.p99 },
  unanswered: { figure: 'requests without an answer', unit: '', measure: ({ requests, calls, refused }) => requests - calls - refused },
  localOpenings: { figure: 'environments that open for themselves', unit: '', measure: ({ transitions }) => transitions.localOpen },
  probes: { figure: 'probes in flight at once', unit: '', measure: ({ halfOpenCallsMax }) => halfOpenCallsMax },
} as const satisfies Record<string, Pick<Requirement, 'figure' | 'unit' | 'measure'>>;

type FigureName = keyof typeof FIGURES;

const must = (name: FigureName, bound: Bound): Requirement => ({ ...FIGURES[name], bound, medianOnly: false });
const mustInMedian = (name: FigureName, bound: Bound): Requirement => ({ ...FIGURES[name], bound, medianOnly: true });
const shown = (name: FigureName): Requirement => must(name, undefined);

const ONCE = must('openings', { exactly: 1 });
const NEVER = must('openings', { exactly: 0 });
const FEW_WRITES = [must('itemWrites', { atMost: 1000 }), shown('itemWritesAtStart')];

const OUTAGES: readonly ProofCase[] = [
  {
    name: 'total-outage-50',
    title: '50 environments, 1,000 rps, total outage',
    requirements: [
      mustInMedian('opens', { atMost: 0.3 }),
      ONCE,
      must('closes', { atMost: 30 }),
      must('failingCalls', { atMost: 350 }),
    ],
  },
  {
    name: 'total-outage-500',
    title: '500 environments, 10,000 rps, total outage',
    requirements: [ONCE, must('opens', { atMost: 0.5 }), ...FEW_WRITES],
    seedCap: 200,
  },
  {
    name: 'total-outage-5000',
    title: '5,000 environments, 50,000 rps, total outage',
    requirements: [ONCE, must('opens', { atMost: 3 }), must('failingCallsEach', { atMost: 7 }), ...FEW_WRITES],
    seedCap: 5,
  },
  {
    name: 'sparse-200',
    title: '200 environments, 40 rps, total outage',
    requirements: [mustInMedian('opens', { atMost: 0.5 }), must('failingCalls', { atMost: 120 })],
  },
  {
    name: 'single',
    title: '1 environment, 5 rps, total outage',
    requirements: [mustInMedian('opens', { atMost: 1.5 }), must('failingCalls', { atMost: 8 })],
  },
  {
    name: 'brown-out-60',
    title: '50 environments, 1,000 rps, brown-out at 60 %',
    requirements: [mustInMedian('opens', { atMost: 0.7 }), ONCE],
  },
  { name: 'cold-outage', title: 'outage from the first second of a cold fleet', requirements: [ONCE, shown('failingCalls')] },
  { name: 'spike', title: 'ten-fold spike with 5 % errors', requirements: [NEVER, shown('refusedShare')] },
  {
    name: 'flapping',
    title: 'flapping, 5 s on and 5 s off',
    requirements: [must('openings', { atMost: 3 }), shown('failingCalls')],
  },
];

const BACKGROUND: readonly ProofCase[] = ['0.1', '5', '20', '35'].map((percent) => ({
  name: `background-${percent}`,
  title: `${percent} % errors everywhere for the whole run`,
  requirements: [NEVER, shown('refusedShare')],
}));

const MINORITIES: readonly ProofCase[] = ['', '-from-start'].flatMap((start) =>
  [1, 5, 10].map((count) => ({
    name: `minority-${count}${start}`,
    title: `${count} of 50 failing at 100 %, from ${start === '' ? '60 s' : 'the start'}`,
    requirements: [NEVER, must('refusedOfFairShare', { atMost: 1.5 })],
  })),
);

const THE_REST: readonly ProofCase[] = [
  {
    name: 'healthy',
    title: 'no errors, 20 rps per environment',
    requirements: [must('storeCalls', { atMost: 6500 }), mustInMedian('addedMedian', { exactly: 0 })],
  },
  {
    name: 'store-down',
    title: 'store down for the whole outage',
    requirements: [
      must('unanswered', { exactly: 0 }),
      must('localOpenings', { atLeast: 1 }),
      NEVER,
      must('addedWorst', { atMost: 300 }),
      shown('failingCalls'),
    ],
  },
  {
    name: 'chaos',
    title: 'crashes, freezes, 100 ms skew and 5 % lost replies together',
    requirements: [
      mustInMedian('opens', { atMost: 0.6 }),
      ONCE,
      must('closes', { atMost: 60 }),
      must('probes', { atMost: 3 }),
      shown('failingCalls'),
    ],
  },
];

/** Everything that is claimed of the circuit breaker. */
export const PROOF_CASES: readonly ProofCase[] = [...OUTAGES, ...BACKGROUND, ...MINORITIES, ...THE_REST];

/** What was refused, over what the environments of the fault would have been handed while it lasted. */
function refusedOfFairShare({ requests, refused }: Figures, { fleet, faults, durationMs }: ResolvedScenario): number {
  const fair = faults.reduce((sum, { environments, fromMs, toMs }) => {
    if (typeof environments !== 'number') throw new Error('only a minority has a fair share');
    return sum + (environments / fleet.environments) * ((toMs - fromMs) / durationMs);
  }, 0);
  return refused / (requests * fair);
}

function seconds(durationMs: number | null | undefined): number | null {
  return typeof durationMs === 'number' ? durationMs / 1000 : null;
}
