import type { Figures } from './figures.ts';
import type { LimitFigures } from './limit-figures.ts';
import type { Bound, ProofCase, Requirement } from './proof-cases.ts';

type LimitRequirement = Requirement<Figures<LimitFigures>>;

/** What can be measured. */
const FIGURES = {
  over: { figure: 'admitted beyond a limit, worst key', unit: '', measure: ({ overAdmission }) => overAdmission },
  // A call starts when its answer arrives, so that at low rates fractions of a token come together; calls are whole.
  overWhole: {
    figure: 'whole tokens admitted beyond a limit, worst key',
    unit: '',
    measure: ({ overAdmission }) => Math.floor(overAdmission),
  },
  utilisation: { figure: 'share of the possible that was admitted', unit: ' %', measure: ({ utilisation }) => 100 * utilisation },
  writes: { figure: 'writes per request', unit: '', measure: ({ writesPerRequest }) => writesPerRequest },
  refused: { figure: 'refused requests', unit: '', measure: ({ refused }) => refused },
  admitted: { figure: 'admitted requests', unit: '', measure: ({ admitted }) => admitted },
  refusedUnderLimit: { figure: 'refused while there was room', unit: '', measure: ({ refusedUnderLimit }) => refusedUnderLimit },
  vainWrites: {
    figure: 'writes in vain per environment and second',
    unit: '',
    measure: ({ refusalWritesPerEnvironmentPerSecond }) => refusalWritesPerEnvironmentPerSecond,
  },
  itemWrites: {
    figure: 'writes of one item in a second, after start-up',
    unit: '',
    measure: ({ maxItemWritesPerSecondAfterStart }) => maxItemWritesPerSecondAfterStart,
  },
  unanswered: {
    figure: 'requests without an answer',
    unit: '',
    measure: ({ requests, admitted, refused, dropped }) => requests - admitted - refused - dropped,
  },
  addedWorst: { figure: 'added latency of calls, p99', unit: ' ms', measure: ({ addedLatencyOfCallsMs }) => addedLatencyOfCallsMs.p99 },
} as const satisfies Record<string, Pick<LimitRequirement, 'figure' | 'unit' | 'measure'>>;

type FigureName = keyof typeof FIGURES;

const must = (name: FigureName, bound: Bound): LimitRequirement => ({ ...FIGURES[name], bound, medianOnly: false });
const mustAlways = (name: FigureName, bound: Bound): LimitRequirement => ({ ...must(name, bound), everySeed: true });
const shown = (name: FigureName): LimitRequirement => must(name, undefined);

const NEVER_OVER = mustAlways('over', { exactly: 0 });
const NEVER_OVER_BY_A_TOKEN = [mustAlways('overWhole', { exactly: 0 }), shown('over')];
const USED = must('utilisation', { atLeast: 95 });

/** Seeds of what is shown beside what is claimed. */
const FURTHER_SEEDS = 40;

/** Everything that is claimed of the rate limiter. */
export const LIMIT_PROOF_CASES: readonly ProofCase<Figures<LimitFigures>>[] = [
  {
    name: 'limit-contended-50',
    title: '50 environments, 1,000 rps, limit 500/s',
    requirements: [NEVER_OVER, USED, must('writes', { atMost: 0.15 }), shown('refusedUnderLimit'), shown('addedWorst')],
  },
  {
    name: 'limit-under-20',
    title: '20 environments, 400 rps, limit 500/s',
    requirements: [NEVER_OVER, must('refused', { exactly: 0 }), must('writes', { atMost: 0.06 })],
  },
  {
    name: 'limit-overload-10x',
    title: '50 environments, 5,000 rps, limit 500/s',
    requirements: [NEVER_OVER, USED, must('vainWrites', { atMost: 2 }), shown('writes')],
  },
  {
    name: 'limit-tenants-zipf',
    title: '200 environments, 4,000 rps of 10,000 tenants (Zipf), limit 10/s each',
    requirements: [...NEVER_OVER_BY_A_TOKEN, shown('utilisation'), shown('writes'), shown('refusedUnderLimit')],
  },
  {
    name: 'limit-hot-key',
    title: '1,000 environments, 20,000 rps, limit 10,000/s of one key',
    requirements: [NEVER_OVER, must('itemWrites', { atMost: 800 }), shown('utilisation'), shown('writes')],
  },
  {
    name: 'limit-four',
    title: 'four limits of one key',
    requirements: [...NEVER_OVER_BY_A_TOKEN, shown('utilisation'), shown('writes')],
  },
  {
    name: 'limit-lost-replies',
    title: 'contended, a quarter of all replies lost',
    requirements: [NEVER_OVER, shown('utilisation'), shown('writes')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'limit-chaos',
    title: 'crashes, freezes, 5 ms skew, lost replies, throttling and 10 s without a store (deny)',
    requirements: [NEVER_OVER, shown('utilisation'), must('unanswered', { exactly: 0 })],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'limit-outage-local',
    title: 'contended, 10 s without a store (local)',
    requirements: [mustAlways('unanswered', { exactly: 0 }), shown('over'), shown('utilisation')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'limit-store-down',
    title: 'no store for the whole run (local: nobody knows a share of the fleet)',
    requirements: [mustAlways('unanswered', { exactly: 0 }), shown('refused'), shown('utilisation'), shown('addedWorst')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'limit-store-down-allow',
    title: 'no store for the whole run (allow)',
    requirements: [mustAlways('unanswered', { exactly: 0 }), mustAlways('refused', { exactly: 0 }), shown('addedWorst')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'limit-store-down-deny',
    title: 'no store for the whole run (deny)',
    requirements: [mustAlways('unanswered', { exactly: 0 }), mustAlways('admitted', { exactly: 0 })],
    seedCap: FURTHER_SEEDS,
  },
  { name: 'limit-fixed-window', title: 'contended, fixed window', requirements: [NEVER_OVER, shown('utilisation'), shown('writes')], seedCap: FURTHER_SEEDS },
  { name: 'limit-sliding-window', title: 'contended, sliding window', requirements: [NEVER_OVER, shown('utilisation'), shown('writes')], seedCap: FURTHER_SEEDS },
];
