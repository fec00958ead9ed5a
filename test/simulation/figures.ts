import type { BulkheadFigures } from './bulkhead-observer.ts';
import type { CircuitFigures } from './circuit-figures.ts';
import type { DependencyFigures } from './dependency-observer.ts';
import type { LimitFigures } from './limit-figures.ts';
import type { PolicyFleet, SimulationRun } from './policy-fleet.ts';
import { rounded } from './round.ts';
import type { SheddingFigures } from './shedding-observer.ts';
import type { StoreMeter } from './store-meter.ts';

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

/** What a simulation found of the policy itself. */
export type PolicyFigures = CircuitFigures | LimitFigures | BulkheadFigures | SheddingFigures | DependencyFigures;

/** Everything that a simulation found. */
export type Figures<Of extends PolicyFigures = CircuitFigures> = FleetFigures & Of;

/** What a simulation finds whatever the policy. */
export interface FleetFigures {
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
export function figuresOf(run: SimulationRun, { observer, meter }: PolicyFleet): FleetFigures & PolicyFigures {
  return { ...requestFigures(run), ...observer.figures(run, meter), ...storeFigures(run, meter) };
}

type RequestFigure = 'seed' | 'requests' | 'calls' | 'failedCalls' | 'crashedCalls' | 'frozenCalls' | 'refused' | 'refusedShare' | 'dropped' | 'coldStarts';

function requestFigures({ seed, ledger }: SimulationRun): Pick<FleetFigures, RequestFigure> {
  const { timeline } = ledger;
  const requests = timeline.total('requests');
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
  };
}

function storeFigures({ ledger }: SimulationRun, meter: StoreMeter): Omit<FleetFigures, RequestFigure> {
  const requests = ledger.timeline.total('requests');
  const perMillion = requests === 0 ? 0 : 1e6 / requests;
  const costUsd = ((meter.reads + meter.consistentReads) * USD_PER_MILLION.reads + meter.writes * USD_PER_MILLION.writes) / 1e6;
  return {
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
