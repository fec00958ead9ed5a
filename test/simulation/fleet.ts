import { isRejection } from '../../runtime/src/core/errors.ts';
import type { Gate, Permit } from '../../runtime/src/core/gate.ts';
import type { Outcome } from '../../runtime/src/core/outcome.ts';
import { uniform, type Random } from '../../runtime/src/core/random.ts';
import { ArrivalTimes } from './arrivals.ts';
import { Demand } from './demand.ts';
import { Dependency } from './dependency.ts';
import type { Environment } from './environment.ts';
import { IdlePool } from './idle-pool.ts';
import type { Ledger } from './ledger.ts';
import type { SimulationRun } from './policy-fleet.ts';
import { RandomStream, STREAMS } from './random-streams.ts';
import type { ResolvedScenario } from './scenario.ts';
import { EVENTS, type DueEvent, type VirtualTime } from './virtual-time.ts';

const SUCCESS: Outcome = Object.freeze({ kind: 'success', value: undefined });
const FAILURE: Outcome = Object.freeze({ kind: 'failure', error: new Error('the dependency failed') });

/** Requests that wait for one environment, on average, before more are dropped. */
const LINE_PER_ENVIRONMENT = 10;

/** How long a freeze lasts. */
const FREEZE_MS = { low: 1000, high: 60_000 };
const MINUTE_MS = 60_000;

/** The environments of one function at work: requests arrive, are admitted or refused, call the dependency and end. */
export class Fleet {
  readonly #scenario: ResolvedScenario;
  readonly #time: VirtualTime;
  readonly #ledger: Ledger;
  readonly #createGate: (environment: Environment) => Gate;
  readonly #pool: IdlePool;
  readonly #arrivals: ArrivalTimes;
  readonly #demand: Demand;
  readonly #dependency: Dependency;
  readonly #trouble: Random;
  #defect: unknown;
  #unfinished = 0;
  #waiting = 0;

  constructor(
    { scenario, seed, time, ledger }: SimulationRun,
    createGate: (environment: Environment) => Gate,
  ) {
    const stream = (name: keyof typeof STREAMS) => new RandomStream(seed, STREAMS[name]);
    this.#scenario = scenario;
    this.#time = time;
    this.#ledger = ledger;
    this.#createGate = createGate;
    this.#pool = new IdlePool(scenario, { routing: stream('routing'), skews: stream('skew') });
    this.#arrivals = new ArrivalTimes(scenario, stream('arrivals'));
    this.#demand = new Demand(scenario.demand, stream('demand'));
    this.#dependency = new Dependency(scenario, { durations: stream('calls'), failures: stream('faults') });
    this.#trouble = stream('trouble');
  }

  /** Runs until the last request has been answered. */
  async run(): Promise<void> {
    this.#expect(EVENTS.arrival, this.#arrivals.next());
    this.#expectTrouble(EVENTS.crash);
    this.#expectTrouble(EVENTS.freeze);
    for (let event = this.#time.advance(); event !== undefined; event = this.#time.advance()) {
      this.#handle(event);
      if (this.#time.promisesMoved) await this.#time.letPromisesRun();
      if (this.#defect !== undefined) throw this.#defect as Error;
    }
    if (this.#unfinished > 0) throw new Error(`${this.#unfinished} requests were never answered: the policy does not settle`);
  }

  #handle({ kind, subject }: DueEvent): void {
    if (kind === EVENTS.arrival) this.#arrive();
    else if (kind === EVENTS.callEnd) this.#endCall(this.#environment(subject));
    else if (kind === EVENTS.callback) this.#time.run(subject);
    else this.#strike(kind);
  }

  #arrive(): void {
    const { nowMs } = this.#time;
    this.#expect(EVENTS.arrival, this.#arrivals.next());
    this.#ledger.count('requests', nowMs);
    const environment = this.#pool.take();
    if (environment === undefined) return this.#wait(nowMs);
    this.#serve(environment, nowMs);
  }

  /** All are busy: the request waits in line, or is dropped where the line is long. */
  #wait(nowMs: number): void {
    if (this.#waiting < this.#scenario.fleet.environments * LINE_PER_ENVIRONMENT) this.#waiting += 1;
    else this.#ledger.count('dropped', nowMs);
  }

  #serve(environment: Environment, nowMs: number): void {
    this.#unfinished += 1;
    environment.activity = 'busy';
    environment.arrivedAtMs = nowMs;
    if (environment.release()) this.#time.promisesMoved = true;
    this.#admit(environment);
  }

  #admit(environment: Environment): void {
    if (environment.gate === undefined) {
      this.#ledger.coldStarts += 1;
      environment.gate = this.#createGate(environment);
    }
    let permit: Permit | Promise<Permit>;
    try {
      permit = environment.gate.acquire(this.#demand.next());
    } catch (error) {
      return this.#refuse(environment, error);
    }
    if (!isPromise(permit)) return this.#startCall(environment, permit);
    this.#time.promisesMoved = true;
    permit.then(
      (granted) => this.#startCall(environment, granted),
      (error: unknown) => this.#refuse(environment, error),
    );
  }

  #refuse(environment: Environment, error: unknown): void {
    if (!isRejection(error)) this.#defect ??= error;
    this.#ledger.count('refused', this.#time.nowMs);
    this.#answer(environment, this.#time.nowMs - environment.arrivedAtMs, false);
  }

  #startCall(environment: Environment, permit: Permit): void {
    const { nowMs } = this.#time;
    this.#ledger.count('calls', nowMs);
    const { fails, durationMs } = this.#dependency.fate(environment.index, nowMs);
    environment.activity = 'calling';
    environment.permit = permit;
    environment.callFails = fails;
    environment.callStartedAtMs = nowMs;
    this.#setEnd(environment, nowMs + durationMs);
  }

  #endCall(environment: Environment): void {
    const { nowMs } = this.#time;
    // A freeze or a crash has moved the end: this event is of no meaning any more.
    if (environment.activity !== 'calling' || environment.callEndsAtMs !== nowMs) return;
    environment.activity = 'busy';
    if (environment.dies) return this.#bury(environment);
    if (environment.callFails) this.#ledger.count('failedCalls', nowMs);
    const beforeMs = environment.callStartedAtMs - environment.arrivedAtMs;
    const settling = environment.permit?.settle(environment.callFails ? FAILURE : SUCCESS);
    environment.permit = undefined;
    if (settling === undefined) return this.#answer(environment, beforeMs, true);
    this.#time.promisesMoved = true;
    settling.then(
      () => this.#answer(environment, beforeMs + this.#time.nowMs - nowMs, true),
      (error: unknown) => {
        this.#defect ??= error;
      },
    );
  }

  #answer(environment: Environment, addedMs: number, called: boolean): void {
    this.#ledger.answered(addedMs, called);
    this.#rest(environment);
  }

  #rest(environment: Environment): void {
    environment.activity = 'idle';
    this.#unfinished -= 1;
    this.#pool.give(environment);
    if (this.#waiting === 0) return;
    this.#waiting -= 1;
    const next = this.#pool.take();
    if (next !== undefined) this.#serve(next, this.#time.nowMs);
  }

  #bury(environment: Environment): void {
    this.#ledger.crashedCalls += 1;
    environment.replace();
    this.#rest(environment);
  }

  /** A crash or a freeze befalls one environment. Between two requests a crash costs its memory, and a freeze nothing. */
  #strike(kind: number): void {
    this.#expectTrouble(kind);
    const { environments } = this.#pool;
    const environment = this.#environment(Math.floor(this.#trouble.next() * environments.length));
    if (environment.activity === 'calling') {
      if (kind === EVENTS.crash) return this.#crash(environment, this.#time.nowMs);
      return this.#freeze(environment, uniform(this.#trouble, FREEZE_MS.low, FREEZE_MS.high));
    }
    if (kind === EVENTS.crash && environment.activity === 'idle') environment.replace();
  }

  #crash(environment: Environment, atMs: number): void {
    environment.dies = true;
    this.#setEnd(environment, atMs);
  }

  #freeze(environment: Environment, durationMs: number): void {
    environment.frozenUntilMs = this.#time.nowMs + durationMs;
    this.#ledger.frozenCalls += 1;
    this.#setEnd(environment, environment.callEndsAtMs + durationMs);
  }

  #setEnd(environment: Environment, atMs: number): void {
    environment.callEndsAtMs = atMs;
    this.#time.schedule(atMs, EVENTS.callEnd, environment.index);
  }

  #expectTrouble(kind: number): void {
    const { crashesPerMinute, freezesPerMinute } = this.#scenario.environmentFaults;
    const perMinute = kind === EVENTS.crash ? crashesPerMinute : freezesPerMinute;
    if (perMinute === 0) return;
    this.#expect(kind, this.#time.nowMs - (Math.log(1 - this.#trouble.next()) * MINUTE_MS) / perMinute);
  }

  #expect(kind: number, atMs: number): void {
    if (atMs < this.#scenario.durationMs) this.#time.schedule(atMs, kind);
  }

  #environment(index: number): Environment {
    const environment = this.#pool.environments[index];
    if (environment === undefined) throw new Error(`there is no environment ${index}`);
    return environment;
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T>).then === 'function';
}
