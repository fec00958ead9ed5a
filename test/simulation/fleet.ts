import { isRejection } from '../../runtime/src/core/errors.ts';
import type { Gate, Permit } from '../../runtime/src/core/gate.ts';
import type { Outcome } from '../../runtime/src/core/outcome.ts';
import { ArrivalTimes } from './arrivals.ts';
import { Calls, type CallMaker, type CreateCalls } from './calls.ts';
import { Demand, type Timing } from './demand.ts';
import { START_MS, type Environment } from './environment.ts';
import { IdlePool } from './idle-pool.ts';
import type { Ledger } from './ledger.ts';
import { Line } from './line.ts';
import type { Place } from './place.ts';
import type { RequestWatcher, SimulationRun } from './policy-fleet.ts';
import { RandomStream, STREAMS } from './random-streams.ts';
import type { ResolvedScenario } from './scenario.ts';
import { EVENTS, type DueEvent, type VirtualTime } from './virtual-time.ts';

const SUCCESS: Outcome = Object.freeze({ kind: 'success', value: undefined });
const FAILURE: Outcome = Object.freeze({ kind: 'failure', error: new Error('the dependency failed') });

/** The environments of one function at work: requests arrive, are admitted or refused, call the dependency and end. */
export class Fleet {
  readonly #scenario: ResolvedScenario;
  readonly #time: VirtualTime;
  readonly #ledger: Ledger;
  readonly #createGate: (environment: Environment) => Gate;
  readonly #watcher: RequestWatcher;
  readonly #pool: IdlePool;
  readonly #line: Line;
  readonly #arrivals: ArrivalTimes;
  readonly #demand: Demand;
  readonly #calls: CallMaker;
  #defect: unknown;
  #unfinished = 0;

  /** @param createCalls Makes what makes the calls of admitted requests. Default: one call each. */
  constructor(
    run: SimulationRun,
    createGate: (environment: Environment) => Gate,
    watcher: RequestWatcher = {},
    createCalls: CreateCalls = (...args) => new Calls(...args),
  ) {
    const { scenario, seed, time, ledger } = run;
    const stream = (name: keyof typeof STREAMS) => new RandomStream(seed, STREAMS[name]);
    this.#scenario = scenario;
    this.#time = time;
    this.#ledger = ledger;
    this.#createGate = createGate;
    this.#watcher = watcher;
    this.#pool = new IdlePool(scenario, { routing: stream('routing'), skews: stream('skew') });
    this.#line = new Line(this.#pool.places.length * scenario.fleet.linePerPlace);
    this.#arrivals = new ArrivalTimes(scenario, stream('arrivals'));
    this.#demand = new Demand(scenario.demand, { keys: stream('demand'), priorities: stream('priorities') });
    this.#calls = createCalls(run, this.#pool, { ended: (place) => this.#endCall(place), died: (environment) => this.#bury(environment) });
  }

  /** Runs until the last request has been answered. */
  async run(): Promise<void> {
    this.#expectArrival();
    this.#calls.expectTrouble();
    for (let event = this.#time.advance(); event !== undefined; event = this.#time.advance()) {
      this.#handle(event);
      if (this.#time.promisesMoved) await this.#time.letPromisesRun();
      if (this.#defect !== undefined) throw this.#defect as Error;
    }
    if (this.#unfinished > 0) throw new Error(`${this.#unfinished} requests were never answered: the policy does not settle`);
  }

  #handle({ kind, subject }: DueEvent): void {
    if (kind === EVENTS.arrival) this.#arrive();
    else if (kind === EVENTS.callback) this.#time.run(subject);
    else this.#calls.due(kind, subject);
  }

  #arrive(): void {
    const { nowMs } = this.#time;
    this.#expectArrival();
    this.#ledger.count('requests', nowMs);
    const place = this.#pool.take();
    if (place !== undefined) return this.#serve(place, nowMs);
    // All are busy: the request waits in line, or is dropped where the line is long.
    if (!this.#line.push(nowMs)) this.#ledger.count('dropped', nowMs);
  }

  #serve(place: Place, sentAtMs: number): void {
    this.#unfinished += 1;
    place.enter(sentAtMs, this.#time.nowMs, this.#scenario.fleet.timeoutMs);
    if (place.environment.release()) this.#time.promisesMoved = true;
    this.#admit(place);
  }

  #admit(place: Place): void {
    const { environment, visit } = place;
    if (environment.gate === undefined) {
      this.#ledger.coldStarts += 1;
      environment.gate = this.#createGate(environment);
    }
    place.call = this.#demand.next(this.#timing(place));
    this.#watcher.asked?.(place, this.#time.nowMs);
    let permit: Permit | Promise<Permit>;
    try {
      permit = environment.gate.acquire(place.call);
    } catch (error) {
      return this.#refuse(place, error);
    }
    if (!isPromise(permit)) return this.#startCall(place, permit);
    this.#time.promisesMoved = true;
    this.#watcher.waits?.(place, this.#time.nowMs);
    // Who died in the meantime is admitted by nobody.
    const isThere = () => place.visit === visit && this.#hasWaited(place);
    permit.then(
      (granted) => isThere() && this.#startCall(place, granted),
      (error: unknown) => isThere() && this.#refuse(place, error),
    );
  }

  /** What an environment is told of a request by its own clock. Only events that were sent somewhere have an age. */
  #timing({ environment, killedAtMs, sentAtMs }: Place): Timing {
    const ageMs = this.#scenario.policy === 'load-shedding' ? Math.max(0, this.#time.nowMs + environment.skewMs - sentAtMs) : undefined;
    return { deadlineMs: START_MS + environment.skewMs + killedAtMs, ageMs };
  }

  #hasWaited(place: Place): true {
    this.#watcher.waited?.(place, this.#time.nowMs);
    return true;
  }

  #refuse(place: Place, error: unknown): void {
    const { nowMs } = this.#time;
    if (!isRejection(error)) this.#defect ??= error;
    this.#ledger.count('refused', nowMs);
    this.#watcher.refused?.(place, nowMs);
    this.#answer(place, nowMs - place.arrivedAtMs, false);
  }

  #startCall(place: Place, permit: Permit): void {
    const { nowMs } = this.#time;
    this.#ledger.count('calls', nowMs);
    place.permit = permit;
    place.called = true;
    this.#watcher.started?.(place, nowMs);
    this.#calls.start(place);
  }

  #endCall(place: Place): void {
    const { nowMs } = this.#time;
    const { visit, callFails } = place;
    place.activity = 'busy';
    if (callFails) this.#ledger.count('failedCalls', nowMs);
    this.#watcher.ended?.(place, nowMs);
    const beforeMs = place.callStartedAtMs - place.arrivedAtMs;
    const settling = place.permit?.settle(callFails ? FAILURE : SUCCESS);
    place.permit = undefined;
    // Others of this environment may have waited for what is given back.
    if (this.#scenario.fleet.concurrency > 1) this.#time.promisesMoved = true;
    if (settling === undefined) return this.#answerCall(place, beforeMs);
    this.#time.promisesMoved = true;
    settling.then(
      () => place.visit === visit && this.#answerCall(place, beforeMs + this.#time.nowMs - nowMs),
      (error: unknown) => {
        this.#defect ??= error;
      },
    );
  }

  #answerCall(place: Place, addedMs: number): void {
    this.#watcher.answered?.(place, this.#time.nowMs);
    this.#answer(place, addedMs, true);
  }

  #answer(place: Place, addedMs: number, called: boolean): void {
    this.#ledger.answered(addedMs, called);
    place.leave();
    this.#rest(place);
  }

  /** The place is free for the next request in line. */
  #rest(place: Place): void {
    this.#unfinished -= 1;
    this.#pool.give(place);
    const sentAtMs = this.#line.shift();
    if (sentAtMs === undefined) return;
    const next = this.#pool.take();
    if (next !== undefined) this.#serve(next, sentAtMs);
  }

  /** An environment is dead, and with it all that it was doing. */
  #bury(environment: Environment): void {
    const { nowMs } = this.#time;
    const busy = environment.places.filter(({ activity }) => activity !== 'idle');
    environment.replace();
    this.#watcher.crashed?.(environment, nowMs);
    for (const place of busy) {
      if (place.activity === 'calling') this.#ledger.crashedCalls += 1;
      else if (!place.called) this.#ledger.count('dropped', nowMs);
      if (!place.called) this.#watcher.waited?.(place, nowMs);
      this.#watcher.died?.(place, nowMs);
      place.leave();
    }
    for (const place of busy) this.#rest(place);
  }

  #expectArrival(): void {
    const atMs = this.#arrivals.next();
    if (atMs < this.#scenario.durationMs) this.#time.schedule(atMs, EVENTS.arrival);
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T>).then === 'function';
}
