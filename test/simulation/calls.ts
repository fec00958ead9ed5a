import { Dependency } from './dependency.ts';
import type { Environment } from './environment.ts';
import type { IdlePool } from './idle-pool.ts';
import type { Place } from './place.ts';
import type { SimulationRun } from './policy-fleet.ts';
import { RandomStream, STREAMS } from './random-streams.ts';
import { SharedCapacity } from './shared-capacity.ts';
import { Trouble } from './trouble.ts';
import { EVENTS } from './virtual-time.ts';

/** Told of what becomes of calls. */
export interface CallListener {
  /** A call has come to its end. */
  ended(place: Place): void;
  /** An environment has died with all that it was doing. */
  died(environment: Environment): void;
}

/** Makes the calls of requests that were admitted. */
export interface CallMaker {
  /** Has what befalls environments begin. */
  expectTrouble(): void;
  /** Begins the call of a place. */
  start(place: Place): void;
  /** An event has come due that is none of the fleet's own. */
  due(kind: number, subject: number): void;
}

/** Makes the maker of the calls of a fleet. */
export type CreateCalls = (run: SimulationRun, fleet: Pick<IdlePool, 'places' | 'environments'>, listener: CallListener) => CallMaker;

/** The calls of the dependency: how long they take, what they share, and what befalls the environments that make them. */
export class Calls implements CallMaker {
  readonly #run: SimulationRun;
  readonly #places: readonly Place[];
  readonly #environments: readonly Environment[];
  readonly #listener: CallListener;
  readonly #dependency: Dependency;
  readonly #capacities: readonly SharedCapacity[];
  readonly #trouble: Trouble;

  constructor(run: SimulationRun, fleet: Pick<IdlePool, 'places' | 'environments'>, listener: CallListener) {
    const stream = (name: keyof typeof STREAMS) => new RandomStream(run.seed, STREAMS[name]);
    this.#run = run;
    this.#places = fleet.places;
    this.#environments = fleet.environments;
    this.#listener = listener;
    this.#dependency = new Dependency(run.scenario, { durations: stream('calls'), failures: stream('faults') });
    this.#trouble = new Trouble(run, fleet.environments, {
      crashes: (environment, calling) => this.#crash(environment, calling),
      freezes: (environment, calling, durationMs) => this.#freeze(environment, calling, durationMs),
    });
    this.#capacities = this.#share();
  }

  expectTrouble(): void {
    this.#trouble.begin();
  }

  /** Begins the call of a place. */
  start(place: Place): void {
    const { nowMs } = this.#run.time;
    const { fails, durationMs } = this.#dependency.fate(place.environment.index, nowMs);
    place.activity = 'calling';
    place.callFails = fails;
    place.callStartedAtMs = nowMs;
    const { capacity } = place.environment;
    if (capacity === undefined) return this.#setEnd(place, nowMs + durationMs);
    this.#setEnd(place, Infinity);
    capacity.start(place, durationMs);
  }

  /** An event has come due. */
  due(kind: number, subject: number): void {
    if (kind === EVENTS.callEnd) this.#end(this.#place(subject));
    else if (kind === EVENTS.capacity) this.#capacities[subject]?.due();
    else this.#trouble.strike(kind);
  }

  #share(): SharedCapacity[] {
    const { scenario, time } = this.#run;
    const { capacity } = scenario;
    if (capacity === undefined) return [];
    const count = capacity.sharedBy === 'environment' ? this.#environments.length : 1;
    const all = Array.from({ length: count }, (_each, index) => new SharedCapacity(time, index, capacity, (place) => this.#done(place)));
    for (const environment of this.#environments) environment.capacity = all[environment.index % count];
    return all;
  }

  #done(place: Place): void {
    place.callEndsAtMs = this.#run.time.nowMs;
    place.dies = false;
    this.#end(place);
  }

  #end(place: Place): void {
    // A freeze or a crash has moved the end: this event is of no meaning any more.
    if (place.activity !== 'calling' || place.callEndsAtMs !== this.#run.time.nowMs) return;
    if (!place.dies) return this.#listener.ended(place);
    for (const each of place.environment.places) each.environment.capacity?.stop(each);
    this.#listener.died(place.environment);
  }

  #crash(environment: Environment, [calling]: readonly Place[]): void {
    if (calling === undefined) return this.#listener.died(environment);
    calling.dies = true;
    this.#setEnd(calling, this.#run.time.nowMs);
  }

  #freeze(environment: Environment, calling: readonly Place[], durationMs: number): void {
    environment.frozenUntilMs = this.#run.time.nowMs + durationMs;
    for (const place of calling) {
      this.#run.ledger.frozenCalls += 1;
      this.#setEnd(place, place.callEndsAtMs + durationMs);
    }
  }

  /** Sets when a call ends, unless the platform ends it before. */
  #setEnd(place: Place, atMs: number): void {
    if (atMs > place.killedAtMs) place.dies = true;
    place.callEndsAtMs = Math.min(atMs, place.killedAtMs);
    if (place.callEndsAtMs < Infinity) this.#run.time.schedule(place.callEndsAtMs, EVENTS.callEnd, place.index);
  }

  #place(index: number): Place {
    const place = this.#places[index];
    if (place === undefined) throw new Error(`there is no place ${index}`);
    return place;
  }
}
