import { PRIORITIES, type CallContext, type Priority } from '../../runtime/src/core/call-context.ts';
import { CallReferee } from './call-referee.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { Place } from './place.ts';
import type { RequestWatcher, SimulationRun } from './policy-fleet.ts';
import { rounded } from './round.ts';
import { isWithin } from './scenario.ts';

/** Numbers of requests by priority. */
export type ByClass = Readonly<Record<Priority, number>>;

/** What a simulation finds of the service that callers get. Lists hold one entry per stretch of traffic of the scenario. */
export interface ServiceFigures {
  /** Calls that were answered with success while their callers still waited, in a second. */
  readonly goodput: number;
  readonly goodputOfStretches: readonly number[];
  /** Time from sending a request to the answer after its call: that of 99 in 100. */
  readonly p99Ms: number;
  /** Refused requests, and the share of all requests of their class that they are. */
  readonly shedByClass: ByClass;
  readonly shedShareByClass: ByClass;
  /** The share of its requests that were refused, for each tenant of the scenario. */
  readonly refusedShareOfTenants: Readonly<Record<string, number>>;
  /** Most requests that waited in one environment to be admitted. */
  readonly queueMax: number;
}

const CLASSES = Object.keys(PRIORITIES) as readonly Priority[];

/** Watches requests from outside: who asks, who is refused, what runs at the same time, and who still waits for an answer. */
export class ServiceObserver implements RequestWatcher {
  readonly referee: CallReferee;
  readonly #run: SimulationRun;
  /** Times from sending a request to the answer after its call. */
  readonly latencyMs = new LatencyHistogram();
  readonly #asked = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #waiting = new Map<number, number>();
  readonly #inTime: number[];
  #inTimeTotal = 0;
  #queueMax = 0;

  constructor(run: SimulationRun) {
    this.#run = run;
    this.referee = new CallReferee(run.scenario.durationMs);
    this.#inTime = run.scenario.traffic.map(() => 0);
  }

  asked({ call }: Place): void {
    for (const kind of kindsOf(call)) count(this.#asked, kind);
  }

  waits({ environment }: Place): void {
    const waiting = (this.#waiting.get(environment.index) ?? 0) + 1;
    this.#waiting.set(environment.index, waiting);
    this.#queueMax = Math.max(this.#queueMax, waiting);
  }

  refused({ call }: Place): void {
    for (const kind of kindsOf(call)) count(this.#refused, kind);
  }

  waited({ environment }: Place): void {
    this.#waiting.set(environment.index, (this.#waiting.get(environment.index) ?? 1) - 1);
  }

  started({ call }: Place, nowMs: number): void {
    this.referee.started(call.tenant, nowMs);
  }

  ended({ call }: Place, nowMs: number): void {
    this.referee.ended(call.tenant, nowMs);
  }

  answered({ sentAtMs, callFails }: Place, nowMs: number): void {
    const { scenario, ledger } = this.#run;
    const tookMs = nowMs - sentAtMs;
    this.latencyMs.record(tookMs);
    if (callFails || (scenario.call.patienceMs > 0 && tookMs > scenario.call.patienceMs)) return;
    ledger.count('inTime', nowMs);
    if (nowMs < scenario.durationMs) this.#inTimeTotal += 1;
    scenario.traffic.forEach((stretch, index) => {
      if (isWithin(stretch, nowMs)) this.#inTime[index] = (this.#inTime[index] ?? 0) + 1;
    });
  }

  died({ activity, call }: Place, nowMs: number): void {
    if (activity === 'calling') this.referee.ended(call.tenant, nowMs);
  }

  /** What was found in the end. */
  serviceFigures(): ServiceFigures {
    const { scenario } = this.#run;
    const perSecond = (inTime: number, durationMs: number) => rounded((1000 * inTime) / durationMs, 3);
    return {
      goodput: perSecond(this.#inTimeTotal, scenario.durationMs),
      goodputOfStretches: scenario.traffic.map(({ fromMs, toMs }, index) => perSecond(this.#inTime[index] ?? 0, toMs - fromMs)),
      p99Ms: this.latencyMs.quantile(0.99),
      shedByClass: this.#byClass((name) => this.#refused.get(name) ?? 0),
      shedShareByClass: this.#byClass((name) => this.#refusedShare(name)),
      refusedShareOfTenants: Object.fromEntries(Object.keys(scenario.demand.tenants ?? {}).map((tenant) => [tenant, this.#refusedShare(`tenant ${tenant}`)])),
      queueMax: this.#queueMax,
    };
  }

  #byClass(numberOf: (name: string) => number): ByClass {
    return Object.fromEntries(CLASSES.map((name) => [name, numberOf(name)])) as ByClass;
  }

  #refusedShare(kind: string): number {
    const asked = this.#asked.get(kind) ?? 0;
    return asked === 0 ? 0 : rounded((this.#refused.get(kind) ?? 0) / asked, 6);
  }
}

/** What a request is counted as. */
function kindsOf({ priority = 'normal', tenant }: CallContext): string[] {
  return tenant === undefined ? [priority] : [priority, `tenant ${tenant}`];
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
