import { isStoreError, type EventSink, type ResilienceEvent } from '../../runtime/src/core/events.ts';
import { parseRetryAfter } from '../../runtime/src/core/retry-after.ts';
import type { Dependency } from '../../runtime/src/http-client/index.ts';
import { BudgetReferee, type BudgetTerms } from './budget-referee.ts';
import { START_MS, type Environment, type Instance } from './environment.ts';
import { LoadCurve } from './load-curve.ts';
import type { Place } from './place.ts';
import type { FleetObserver, SimulationRun } from './policy-fleet.ts';
import type { Answer } from './remote-dependency.ts';
import { rounded } from './round.ts';
import { ServiceObserver, type ServiceFigures } from './service-observer.ts';

/** What a simulation finds of outbound calls. Lists hold one entry per fault of the scenario. */
export interface DependencyFigures extends ServiceFigures {
  /** Requests that reached the dependency. */
  readonly dependencyRequests: number;
  /** The same over the calls that were begun: of the whole run, while each fault lasted, and in the 10 s after it. */
  readonly requestsPerCall: number;
  readonly requestsPerCallInFaults: readonly number[];
  readonly requestsPerCallAfterFaults: readonly number[];
  /** Most requests that reached the dependency within a tenth of a second, over what arrived in one on average. */
  readonly peakLoad: number;
  /** Calls that a policy refused, after whatever attempts. */
  readonly refusedCalls: number;
  /** From the end of each fault to the end of the last second whose requests were not answered with success, up to one in ten; null if that lasted to the end of the run. */
  readonly recoveredAfterMs: readonly (number | null)[];
  /** Most requests that were served at the same time: the environments in use, where each serves one. */
  readonly servedAtOnceMax: number;
  /** Longest time that a request kept its place, and environments that the platform ended for that or that crashed. */
  readonly longestServedMs: number;
  readonly deadEnvironments: number;
  /** Requests at the dependency beyond the first of their call, and what the buckets of all instances allow together. */
  readonly extraRequests: number;
  readonly allowedExtraRequests: number;
  /** Requests beyond what the bucket of their own instance allows. */
  readonly requestsBeyondBudget: number;
  /** Time between the instant that an answer asked to stay away until and the next request of that call: the shortest; null if there was none. */
  readonly earliestReturnMs: number | null;
  /** Calls that policies still take for being made when all is over. */
  readonly callsLeft: number;
  /** Timers that ended between two requests: what nobody waits for. */
  readonly timersLeft: number;
  /** Time from sending a request to the answer, that of every second one: those that fail are among them. */
  readonly p50Ms: number;
}

/** What is known of one call. */
export interface WatchedCall {
  readonly instance: Instance;
  requests: number;
  /** Until when the last answer asked to stay away, in the one true time; NaN if it did not. */
  awayUntilMs: number;
}

type Watched = Pick<Dependency, 'parts' | 'statistics'>;

/** Share of the requests of a second that have to be answered with success. */
const RECOVERED_SHARE = 0.9;
/** A run that is not well in its last seconds has not recovered. */
const LAST_MS = 5000;
const AFTER_MS = 10_000;

/** Watches outbound calls: what callers get, what reaches the dependency, and what policies leave behind. */
export class DependencyObserver extends ServiceObserver implements EventSink, FleetObserver {
  defect: unknown;
  readonly #run: SimulationRun;
  readonly #budgets: BudgetReferee;
  readonly #dependencies: () => readonly Watched[];
  readonly #load: LoadCurve;
  readonly #counts = { refusedCalls: 0, timersLeft: 0, deadEnvironments: 0 };
  #longestServedMs = 0;
  #earliestReturnMs = Infinity;

  /** @param dependencies Those of the living. */
  constructor(run: SimulationRun, terms: BudgetTerms, dependencies: () => readonly Watched[]) {
    super(run);
    this.#run = run;
    this.#budgets = new BudgetReferee(terms);
    this.#dependencies = dependencies;
    this.#load = new LoadCurve(run.scenario.durationMs);
  }

  emit(event: ResilienceEvent): void {
    if (isStoreError(event) && event.reason === 'other') this.defect ??= event.error;
  }

  /** A call begins. */
  began(instance: Instance): WatchedCall {
    this.#load.count('calls', this.#run.time.nowMs);
    this.#budgets.began(instance);
    return { instance, requests: 0, awayUntilMs: NaN };
  }

  /** A request of a call reaches the dependency. */
  requested(call: WatchedCall): void {
    const { nowMs } = this.#run.time;
    this.#load.count('requests', nowMs);
    call.requests += 1;
    if (call.requests > 1) this.#budgets.repeated(call.instance);
    if (call.awayUntilMs > 0) this.#earliestReturnMs = Math.min(this.#earliestReturnMs, nowMs - call.awayUntilMs);
    call.awayUntilMs = NaN;
  }

  /** The dependency has answered a request of a call. */
  answeredBy(call: WatchedCall, { headers }: Answer): void {
    const { nowMs } = this.#run.time;
    const header = headers['retry-after'];
    call.awayUntilMs = header === undefined ? NaN : nowMs + (parseRetryAfter(header, START_MS + nowMs) ?? NaN);
  }

  /** A call was refused by one of its policies. */
  refusedCall(): void {
    this.#counts.refusedCalls += 1;
  }

  /** A timer has ended between two requests. */
  leftTimer(): void {
    this.#counts.timersLeft += 1;
  }

  override answered(place: Place, nowMs: number): void {
    super.answered(place, nowMs);
    this.#longestServedMs = Math.max(this.#longestServedMs, nowMs - place.arrivedAtMs);
    if (!place.callFails) this.#load.count('served', place.sentAtMs);
  }

  override died(place: Place, nowMs: number): void {
    super.died(place, nowMs);
    this.#longestServedMs = Math.max(this.#longestServedMs, nowMs - place.arrivedAtMs);
  }

  crashed(_environment: Environment): void {
    this.#counts.deadEnvironments += 1;
  }

  figures({ scenario, ledger }: SimulationRun): DependencyFigures {
    const { faults, durationMs, fleet } = scenario;
    const load = this.#load;
    const perTenth = fleet.requestsPerSecond / 10;
    return {
      dependencyRequests: load.total('requests', 0, durationMs),
      requestsPerCall: load.requestsPerCall(0, Infinity),
      requestsPerCallInFaults: faults.map(({ fromMs, toMs }) => load.requestsPerCall(fromMs, toMs)),
      requestsPerCallAfterFaults: faults.map(({ toMs }) => load.requestsPerCall(toMs, toMs + AFTER_MS)),
      peakLoad: rounded(load.most('requests') / perTenth, 3),
      recoveredAfterMs: faults.map(({ toMs }) => load.recoveredAfterMs(toMs, { timeline: ledger.timeline, share: RECOVERED_SHARE, lastMs: LAST_MS })),
      servedAtOnceMax: this.referee.liveMax,
      longestServedMs: rounded(this.#longestServedMs, 1),
      ...this.#budgets.figures(),
      earliestReturnMs: this.#earliestReturnMs === Infinity ? null : rounded(this.#earliestReturnMs, 3),
      callsLeft: this.#callsLeft(),
      ...this.#counts,
      p50Ms: this.latencyMs.quantile(0.5),
      ...this.serviceFigures(),
    };
  }

  #callsLeft(): number {
    return this.#dependencies().reduce((sum, { statistics, parts }) => sum + statistics.inFlight + (parts.retry?.budget.inFlight ?? 0), 0);
  }
}
