import type { Transitions } from './circuit-observer.ts';
import type { PolicyFleet, SimulationRun } from './policy-fleet.ts';

/**
 * Assumption: DynamoDB on demand in us-east-1, in US dollars. A write of an item of up to 1 KB takes one unit, an eventually
 * consistent read of one of up to 4 KB half a unit.
 */
export const USD_PER_MILLION = { writes: 0.625, reads: 0.0625 } as const;

/** Said wherever the cost is shown. */
export const PRICE_NOTE =
  `Cost assumes ${USD_PER_MILLION.writes} USD per million writes and ${USD_PER_MILLION.reads} USD per million eventually ` +
  'consistent reads (DynamoDB on demand, us-east-1).';

/** Seconds after which a fleet that started cold should have settled. */
const START_SECONDS = 30;

/** Two quantiles, in milliseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** What a simulation found. Lists of times hold one entry per fault of the scenario. */
export interface Figures {
  readonly seed: number;
  /** All that arrived: calls, refused and dropped together. */
  readonly requests: number;
  /** Calls of the dependency that were begun: succeeded, failed and crashed together. */
  readonly calls: number;
  readonly failedCalls: number;
  /** Calls in which the environment died. */
  readonly crashedCalls: number;
  readonly frozenCalls: number;
  readonly refused: number;
  readonly refusedShare: number;
  /** Requests that found the line too long. */
  readonly dropped: number;
  /** Instances of the policy that were created. */
  readonly coldStarts: number;
  /** Changes of phase that the fleet shares, as reported by the environments that made them; and openings of one alone. */
  readonly transitions: Transitions & { readonly localOpen: number; readonly localReopened: number };
  /** Changes of phase that the store went through, reported or not. */
  readonly storedTransitions: Transitions;
  /** From the start of each fault to the first shared opening after it. */
  readonly openedAfterMs: readonly (number | null)[];
  /** From the end of each fault to the first shared closing after it. */
  readonly closedAfterMs: readonly (number | null)[];
  readonly halfOpenCallsMax: number;
  /** Requests that the store carried out. */
  readonly storeReads: number;
  readonly storeWrites: number;
  /** Requests that brought no answer, by reason. */
  readonly storeErrors: Readonly<Record<string, number>>;
  /** Answers that came between two requests, when nothing can run: whoever asked did not wait. */
  readonly storeLateReplies: number;
  readonly storeCallsPerMillionRequests: number;
  readonly storeCostPerMillionRequestsUsd: number;
  /** Most writes of one item within a whole second. */
  readonly maxItemWritesPerSecond: number;
  /** The same, without the first 30 seconds. */
  readonly maxItemWritesPerSecondAfterStart: number;
  /** Time added to requests by the policy, refusals included; and to those that ended in a call. */
  readonly addedLatencyMs: Quantiles;
  readonly addedLatencyOfCallsMs: Quantiles;
}

/** The figures of one run. */
export function figuresOf({ scenario, seed, ledger }: SimulationRun, { observer, meter }: PolicyFleet): Figures {
  const { timeline } = ledger;
  const requests = timeline.total('requests');
  const perMillion = requests === 0 ? 0 : 1e6 / requests;
  const costUsd = (meter.reads * USD_PER_MILLION.reads + meter.writes * USD_PER_MILLION.writes) / 1e6;
  const openings = observer.changes.filter(({ to }) => to === 'open').map(({ atMs }) => atMs);
  const closings = observer.changes.filter(({ to }) => to === 'closed').map(({ atMs }) => atMs);
  return {
    seed,
    requests,
    calls: timeline.total('calls'),
    failedCalls: timeline.total('failedCalls'),
    crashedCalls: ledger.crashedCalls,
    frozenCalls: ledger.frozenCalls,
    refused: timeline.total('refused'),
    refusedShare: requests === 0 ? 0 : rounded(timeline.total('refused') / requests, 6),
    dropped: timeline.total('dropped'),
    coldStarts: ledger.coldStarts,
    transitions: { ...observer.reported, localOpen: observer.localOpen, localReopened: observer.localReopened },
    storedTransitions: { ...observer.stored },
    openedAfterMs: scenario.faults.map(({ fromMs }) => firstAfter(openings, fromMs)),
    closedAfterMs: scenario.faults.map(({ toMs }) => firstAfter(closings, toMs)),
    halfOpenCallsMax: observer.halfOpenCallsMax,
    storeReads: meter.reads,
    storeWrites: meter.writes,
    storeErrors: Object.fromEntries([...meter.failures].sort(([a], [b]) => (a < b ? -1 : 1))),
    storeLateReplies: meter.lateReplies,
    storeCallsPerMillionRequests: Math.round((meter.reads + meter.writes) * perMillion),
    storeCostPerMillionRequestsUsd: rounded(costUsd * perMillion, 6),
    maxItemWritesPerSecond: meter.maxItemWritesPerSecond(0),
    maxItemWritesPerSecondAfterStart: meter.maxItemWritesPerSecond(START_SECONDS),
    addedLatencyMs: { p50: ledger.addedMs.quantile(0.5), p99: ledger.addedMs.quantile(0.99) },
    addedLatencyOfCallsMs: { p50: ledger.addedToCallsMs.quantile(0.5), p99: ledger.addedToCallsMs.quantile(0.99) },
  };
}

function firstAfter(instants: readonly number[], fromMs: number): number | null {
  const first = instants.find((instant) => instant >= fromMs);
  return first === undefined ? null : rounded(first - fromMs, 1);
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
