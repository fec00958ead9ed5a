import type { DependencyFigures } from './dependency-observer.ts';
import type { Figures } from './figures.ts';
import type { Bound, ProofCase, Requirement } from './proof-cases.ts';

type DependencyRequirement = Requirement<Figures<DependencyFigures>>;

/** What can be measured. */
const FIGURES = {
  inFault: { figure: 'requests at the dependency per call, during the fault', unit: '', measure: ({ requestsPerCallInFaults: [first] }) => first ?? null },
  afterFault: { figure: 'the same, in the 10 s after it', unit: '', measure: ({ requestsPerCallAfterFaults: [first] }) => first ?? null },
  requests: { figure: 'requests at the dependency per call', unit: '', measure: ({ requestsPerCall }) => requestsPerCall },
  beyond: { figure: 'further requests beyond the bucket of their environment', unit: '', measure: ({ requestsBeyondBudget }) => requestsBeyondBudget },
  ofAllowed: {
    figure: 'further requests, of what the full buckets of all environments allow',
    unit: ' %',
    measure: ({ extraRequests, allowedExtraRequests }) => (100 * extraRequests) / allowedExtraRequests,
  },
  environments: { figure: 'environments started', unit: '', measure: ({ coldStarts }) => coldStarts },
  recovers: { figure: 'time to recover after the fault', unit: ' s', measure: ({ recoveredAfterMs: [first] }) => (typeof first === 'number' ? first / 1000 : null) },
  failed: { figure: 'share of the calls that fail', unit: ' %', measure: ({ failedCalls, calls }) => (100 * failedCalls) / calls },
  refused: { figure: 'refused by the circuit', unit: ' %', measure: ({ refusedCalls, calls }) => (100 * refusedCalls) / calls },
  served: { figure: 'longest time that a request kept its environment', unit: ' s', measure: ({ longestServedMs }) => longestServedMs / 1000 },
  inUse: { figure: 'environments in use at the same time', unit: '', measure: ({ servedAtOnceMax }) => servedAtOnceMax },
  ended: { figure: 'environments that the platform had to end', unit: '', measure: ({ deadEnvironments }) => deadEnvironments },
  dropped: { figure: 'requests for which there was no environment', unit: '', measure: ({ dropped }) => dropped },
  median: { figure: 'time to the answer, p50', unit: ' ms', measure: ({ p50Ms }) => p50Ms },
  slow: { figure: 'time to the answer, p99', unit: ' ms', measure: ({ p99Ms }) => p99Ms },
  // Where nobody came back, nobody came back too early.
  earliest: { figure: 'shortest time by which a request came later than asked', unit: ' ms', measure: ({ earliestReturnMs }) => earliestReturnMs ?? 0 },
  peak: { figure: 'most requests within a tenth of a second, over the mean of what arrives', unit: '', measure: ({ peakLoad }) => peakLoad },
  unanswered: { figure: 'requests without an answer', unit: '', measure: ({ requests, calls, refused, dropped }) => requests - calls - refused - dropped },
  callsLeft: { figure: 'calls that a policy still takes for being made in the end', unit: '', measure: ({ callsLeft }) => callsLeft },
  timersLeft: { figure: 'timers that ended between two requests', unit: '', measure: ({ timersLeft }) => timersLeft },
  crashed: { figure: 'environments that crashed or were ended', unit: '', measure: ({ deadEnvironments }) => deadEnvironments },
  frozen: { figure: 'calls that were frozen', unit: '', measure: ({ frozenCalls }) => frozenCalls },
} as const satisfies Record<string, Pick<DependencyRequirement, 'figure' | 'unit' | 'measure'>>;

type FigureName = keyof typeof FIGURES;

const must = (name: FigureName, bound: Bound): DependencyRequirement => ({ ...FIGURES[name], bound, medianOnly: false });
const mustAlways = (name: FigureName, bound: Bound): DependencyRequirement => ({ ...must(name, bound), everySeed: true });
const shown = (name: FigureName): DependencyRequirement => must(name, undefined);

const FEW_MORE = [mustAlways('inFault', { atMost: 1.2 }), mustAlways('afterFault', { atMost: 1.2 })];
const FAR_LESS = mustAlways('inFault', { atMost: 0.8 });
const WITHIN_BUDGET = mustAlways('beyond', { exactly: 0 });
const NOTHING_LEFT = [mustAlways('callsLeft', { exactly: 0 }), mustAlways('timersLeft', { exactly: 0 })];
const AS_IT_WENT = [shown('inFault'), shown('afterFault'), shown('recovers'), shown('failed')];

/** Seeds of what is shown beside what is claimed. */
const FURTHER_SEEDS = 40;

type DependencyCase = ProofCase<Figures<DependencyFigures>>;

/** A dependency with room for twice the traffic, three environments that serve many requests each. */
const OVERLOADS: readonly DependencyCase[] = [
  {
    name: 'dependency-brown-out',
    title: '10 s in which requests take more than three times as long; 3 environments, many calls each',
    requirements: [...FEW_MORE, WITHIN_BUDGET, must('recovers', { atMost: 30 }), shown('failed')],
  },
  { name: 'dependency-brown-out-no-budget', title: 'the same, retries without a budget', requirements: AS_IT_WENT, seedCap: FURTHER_SEEDS },
  { name: 'dependency-brown-out-no-retry', title: 'the same, no retries', requirements: AS_IT_WENT, seedCap: FURTHER_SEEDS },
  {
    name: 'dependency-brown-out-circuit',
    title: 'the same, with a circuit that the fleet shares, open for 5 s',
    requirements: [FAR_LESS, WITHIN_BUDGET, must('recovers', { atMost: 10 }), shown('failed'), shown('refused')],
  },
  {
    name: 'dependency-outage',
    title: '10 s in which every request fails; 3 environments, many calls each',
    requirements: [...FEW_MORE, WITHIN_BUDGET, must('recovers', { atMost: 1 }), shown('failed')],
  },
  { name: 'dependency-outage-no-budget', title: 'the same, retries without a budget', requirements: AS_IT_WENT, seedCap: FURTHER_SEEDS },
  {
    name: 'dependency-outage-circuit',
    title: 'the same, with a circuit that the fleet shares, open for 5 s',
    requirements: [mustAlways('inFault', { atMost: 0.2 }), WITHIN_BUDGET, must('recovers', { atMost: 10 }), shown('failed'), shown('refused')],
  },
];

/** Environments that serve one request each, so that a slow dependency has new ones started, each with a full bucket. */
const FRESH: readonly DependencyCase[] = [
  {
    name: 'dependency-fresh',
    title: 'the slow dependency, and environments that serve one request each: every new one has a full bucket',
    requirements: [WITHIN_BUDGET, shown('environments'), shown('ofAllowed'), ...AS_IT_WENT],
  },
  {
    name: 'dependency-fresh-one-token',
    title: 'the same, buckets of one token',
    requirements: [must('inFault', { atMost: 1.2 }), must('afterFault', { atMost: 1.2 }), WITHIN_BUDGET, shown('recovers'), shown('environments'), shown('failed')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'dependency-fresh-ratio',
    title: 'the same, a budget by share of what is in flight: it never forbids the retries of a single call',
    requirements: AS_IT_WENT,
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'dependency-fresh-circuit',
    title: 'the same with full buckets, and a circuit that the fleet shares, open for 5 s',
    requirements: [mustAlways('inFault', { atMost: 1.2 }), must('recovers', { atMost: 20 }), shown('environments'), shown('failed'), shown('refused')],
  },
];

/** Failures that pass by themselves; everything is on. */
const TRANSIENT: readonly DependencyCase[] = [
  ...[1, 5].map((percent) => ({
    name: `dependency-transient-${percent}`,
    title: `${percent} % of all requests fail at random; all is on`,
    requirements: [must('failed', { atMost: 0.1 }), mustAlways('requests', { atMost: 1.1 }), shown('refused'), shown('slow')],
  })),
  {
    name: 'dependency-transient-5-one-token',
    title: '5 %, buckets of one token',
    requirements: [shown('failed'), shown('requests')],
    seedCap: FURTHER_SEEDS,
  },
  { name: 'dependency-transient-5-no-retry', title: '5 %, no retries', requirements: [shown('failed'), shown('slow')], seedCap: FURTHER_SEEDS },
];

const SLOW: readonly DependencyCase[] = [
  {
    name: 'dependency-hang',
    title: '10 s in which no request is ever answered; a call has 2 s, an attempt 500 ms',
    requirements: [
      mustAlways('served', { atMost: 2 }),
      mustAlways('ended', { exactly: 0 }),
      mustAlways('dropped', { exactly: 0 }),
      must('recovers', { atMost: 2 }),
      shown('inUse'),
    ],
  },
  {
    name: 'dependency-hang-circuit',
    title: 'the same, with a circuit that the fleet shares, open for 5 s',
    requirements: [mustAlways('served', { atMost: 2 }), must('recovers', { atMost: 20 }), shown('inUse'), shown('refused')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'dependency-hang-no-timeout',
    title: 'the same, calls without any time limit: the platform ends the environment after 30 s',
    requirements: [shown('served'), shown('ended'), shown('dropped'), shown('recovers'), shown('inUse')],
    seedCap: FURTHER_SEEDS,
  },
  {
    name: 'dependency-tail',
    title: '2 % of all requests take 50 times as long; what takes longer than 95 % is sent twice',
    requirements: [must('slow', { atMost: 200 }), mustAlways('requests', { atMost: 1.06 }), shown('median')],
  },
  { name: 'dependency-tail-no-hedge', title: 'the same, nothing is sent twice', requirements: [shown('slow'), shown('median')], seedCap: FURTHER_SEEDS },
];

const THE_REST: readonly DependencyCase[] = [
  {
    name: 'dependency-retry-after',
    title: '3 s in which every answer asks to come back after 5 s',
    requirements: [mustAlways('earliest', { atLeast: 0 }), mustAlways('failed', { exactly: 0 }), must('peak', { atMost: 5 })],
  },
  {
    name: 'dependency-retry-after-date',
    title: '3 s in which every answer asks to come back at their end, all at the same instant',
    requirements: [mustAlways('earliest', { atLeast: 0 }), mustAlways('failed', { exactly: 0 }), shown('peak')],
  },
  {
    name: 'dependency-chaos',
    title: '60 crashes and 60 freezes in a minute, clocks 100 ms off, 10 % fail, 5 % take longer than an attempt may; all is on, what is slow is sent twice',
    requirements: [...NOTHING_LEFT, WITHIN_BUDGET, mustAlways('unanswered', { exactly: 0 }), shown('failed'), shown('crashed'), shown('frozen')],
  },
];

/** Everything that is claimed of outbound calls. */
export const DEPENDENCY_PROOF_CASES: readonly DependencyCase[] = [...OVERLOADS, ...FRESH, ...TRANSIENT, ...SLOW, ...THE_REST];
