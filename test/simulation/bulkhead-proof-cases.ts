import type { BulkheadFigures } from './bulkhead-observer.ts';
import type { Figures } from './figures.ts';
import type { Bound, ProofCase, Requirement } from './proof-cases.ts';

type BulkheadRequirement = Requirement<Figures<BulkheadFigures>>;

/** What can be measured. */
const FIGURES = {
  live: { figure: 'calls at the same time', unit: '', measure: ({ liveLeasesMax }) => liveLeasesMax },
  liveOfTenant: { figure: 'calls of one tenant at the same time', unit: '', measure: ({ liveOfTenantMax }) => liveOfTenantMax },
  utilisation: { figure: 'share of the slots in which a call ran', unit: ' %', measure: ({ utilisation }) => 100 * utilisation },
  crashed: { figure: 'holders that crashed', unit: '', measure: ({ crashedHolders }) => crashedHolders },
  // Where nobody crashed, nobody waited.
  late: { figure: 'slot of a crashed holder in use again after the end of its lease', unit: ' ms', measure: ({ reclaimedLateMs }) => reclaimedLateMs ?? 0 },
  after: { figure: 'the same, after the crash', unit: ' s', measure: ({ reclaimedAfterMs }) => (reclaimedAfterMs ?? 0) / 1000 },
  calls: { figure: 'calls', unit: '', measure: ({ calls }) => calls },
  refused: { figure: 'refused requests', unit: '', measure: ({ refused }) => refused },
  queue: { figure: 'requests that wait at the same time', unit: '', measure: ({ queueMax }) => queueMax },
  refusedOfQuiet: { figure: 'refused share of tenant b', unit: ' %', measure: ({ refusedShareOfTenants }) => 100 * (refusedShareOfTenants['b'] ?? 1) },
  refusedOfNoisy: { figure: 'refused share of tenant a', unit: ' %', measure: ({ refusedShareOfTenants }) => 100 * (refusedShareOfTenants['a'] ?? 1) },
  writes: { figure: 'writes per call', unit: '', measure: ({ writesPerCall }) => writesPerCall },
  vainWrites: {
    figure: 'writes in vain per environment and second',
    unit: '',
    measure: ({ vainWritesPerEnvironmentPerSecond }) => vainWritesPerEnvironmentPerSecond,
  },
  itemWrites: { figure: 'writes of one item in a second', unit: '', measure: ({ maxItemWritesPerSecond }) => maxItemWritesPerSecond },
  unanswered: {
    figure: 'requests without an answer',
    unit: '',
    measure: ({ requests, calls, refused, dropped }) => requests - calls - refused - dropped,
  },
  goodput: { figure: 'answers in time', unit: ' in a second', measure: ({ goodput }) => goodput },
  addedMedian: { figure: 'added latency of calls, p50', unit: ' ms', measure: ({ addedLatencyOfCallsMs }) => addedLatencyOfCallsMs.p50 },
  addedWorst: { figure: 'added latency of calls, p99', unit: ' ms', measure: ({ addedLatencyOfCallsMs }) => addedLatencyOfCallsMs.p99 },
} as const satisfies Record<string, Pick<BulkheadRequirement, 'figure' | 'unit' | 'measure'>>;

type FigureName = keyof typeof FIGURES;

const must = (name: FigureName, bound: Bound): BulkheadRequirement => ({ ...FIGURES[name], bound, medianOnly: false });
const mustAlways = (name: FigureName, bound: Bound): BulkheadRequirement => ({ ...must(name, bound), everySeed: true });
const shown = (name: FigureName): BulkheadRequirement => must(name, undefined);

const NEVER_MORE = mustAlways('live', { atMost: 20 });
const USED = must('utilisation', { atLeast: 90 });
const RECLAIMED = [mustAlways('late', { atMost: 1000 }), shown('after'), shown('crashed')];
const FEW_WRITES = mustAlways('itemWrites', { atMost: 1000 });
const ALL_ANSWERED = mustAlways('unanswered', { exactly: 0 });

/** Seeds of what is shown beside what is claimed, and of the largest fleet. */
const FURTHER_SEEDS = 40;
const LARGE_SEEDS = 20;

/** Everything that is claimed of the bulkhead. */
export const BULKHEAD_PROOF_CASES: readonly ProofCase<Figures<BulkheadFigures>>[] = [
  {
    name: 'bulkhead-crashes-200',
    title: '200 environments, 20 slots, 60 crashes in a minute, 5 % of all replies lost (deny)',
    requirements: [NEVER_MORE, ...RECLAIMED, USED, shown('writes'), shown('vainWrites')],
  },
  {
    name: 'bulkhead-contended-200',
    title: '200 environments, 20 slots, four times the demand',
    requirements: [NEVER_MORE, USED, FEW_WRITES, shown('writes'), shown('vainWrites')],
  },
  {
    name: 'bulkhead-tenants',
    title: 'tenant a floods 20 slots, tenant b sends 1 rps, 5 slots each',
    requirements: [must('refusedOfQuiet', { atMost: 1 }), mustAlways('liveOfTenant', { atMost: 5 }), shown('refusedOfNoisy')],
  },
  {
    name: 'bulkhead-borrow',
    title: 'the same, and tenant a may borrow',
    requirements: [must('refusedOfQuiet', { atMost: 1 }), NEVER_MORE, shown('liveOfTenant'), shown('refusedOfNoisy'), shown('utilisation')],
  },
  {
    name: 'bulkhead-burst',
    title: '100 requests at once in one environment, 10 slots, a queue of 5',
    requirements: [
      mustAlways('live', { exactly: 10 }),
      mustAlways('queue', { exactly: 5 }),
      mustAlways('refused', { exactly: 85 }),
      mustAlways('calls', { exactly: 15 }),
    ],
  },
  {
    name: 'bulkhead-large',
    title: '1,000 environments, 4,000 rps, 400 slots',
    requirements: [mustAlways('live', { atMost: 400 }), FEW_WRITES, USED, shown('writes'), shown('vainWrites')],
    seedCap: LARGE_SEEDS,
  },
  {
    name: 'bulkhead-keeping-5',
    title: '5 environments, 20 rps, nobody waits',
    requirements: [mustAlways('refused', { exactly: 0 }), must('writes', { atMost: 0.6 }), shown('addedMedian'), shown('addedWorst')],
  },
  {
    name: 'bulkhead-calm-20',
    title: '20 environments, 20 rps: too few calls in each to keep a slot for',
    requirements: [mustAlways('refused', { exactly: 0 }), must('writes', { atMost: 2 }), shown('addedMedian'), shown('addedWorst')],
  },
  {
    name: 'bulkhead-skew-freezes',
    title: 'clocks 400 ms off, 60 freezes and 30 crashes in a minute (deny)',
    requirements: [NEVER_MORE, ...RECLAIMED, shown('utilisation')],
  },
  {
    name: 'bulkhead-lost-replies',
    title: 'contended, a quarter of all replies lost (deny)',
    requirements: [NEVER_MORE, ALL_ANSWERED, shown('utilisation'), shown('writes')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'bulkhead-short-calls',
    title: 'contended, calls of 40 ms, 4 parts',
    requirements: [NEVER_MORE, FEW_WRITES, shown('utilisation'), shown('writes'), shown('vainWrites')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'bulkhead-outage-local',
    title: 'contended, 10 s without a store (local: each environment has as many slots as the fleet)',
    requirements: [ALL_ANSWERED, shown('live'), shown('refused'), shown('addedWorst')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'bulkhead-outage-allow',
    title: 'contended, 10 s without a store (allow)',
    requirements: [ALL_ANSWERED, shown('live'), shown('refused'), shown('addedWorst')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'bulkhead-outage-deny',
    title: 'contended, 10 s without a store (deny)',
    requirements: [ALL_ANSWERED, NEVER_MORE, shown('refused'), shown('addedWorst')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'bulkhead-dependency',
    title: 'a dependency that does 100 calls in a second, and slows down beyond 20 at a time; 200 rps, callers wait for 2 s',
    requirements: [must('goodput', { atLeast: 90 }), NEVER_MORE],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'unprotected-dependency',
    title: 'the same without a bulkhead',
    requirements: [shown('goodput'), shown('live')],
    seedCap: FURTHER_SEEDS,
  },
];
