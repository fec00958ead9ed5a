import type { CallListener, CallMaker } from './calls.ts';
import type { Environment } from './environment.ts';
import type { IdlePool } from './idle-pool.ts';
import type { Place } from './place.ts';
import type { SimulationRun } from './policy-fleet.ts';
import { Trouble } from './trouble.ts';
import { EVENTS } from './virtual-time.ts';

/** What makes outbound calls for requests. */
export interface Outbound {
  /** Makes the call of a place, with all that belongs to it. Says whether it brought what it was made for; never rejects. */
  call(place: Place): Promise<boolean>;
  /** An event of the capacity of the dependency has come due. */
  due(): void;
}

/** Calls that a policy makes itself, as often and for as long as it likes, until the platform ends the environment. */
export class OutboundCalls implements CallMaker {
  readonly #run: SimulationRun;
  readonly #places: readonly Place[];
  readonly #listener: CallListener;
  readonly #outbound: Outbound;
  readonly #trouble: Trouble;

  constructor(run: SimulationRun, { places, environments }: Pick<IdlePool, 'places' | 'environments'>, listener: CallListener, outbound: Outbound) {
    this.#run = run;
    this.#places = places;
    this.#listener = listener;
    this.#outbound = outbound;
    this.#trouble = new Trouble(run, environments, {
      crashes: (environment) => listener.died(environment),
      freezes: (environment, calling, durationMs) => this.#freeze(environment, calling.length, durationMs),
    });
  }

  expectTrouble(): void {
    this.#trouble.begin();
  }

  start(place: Place): void {
    const { time } = this.#run;
    const { visit, killedAtMs } = place;
    place.activity = 'calling';
    place.callFails = false;
    place.callStartedAtMs = time.nowMs;
    if (killedAtMs < Infinity) time.schedule(killedAtMs, EVENTS.callEnd, place.index);
    time.promisesMoved = true;
    void this.#outbound.call(place).then((succeeded) => {
      // Its environment may have died meanwhile.
      if (place.visit !== visit) return;
      place.callFails = !succeeded;
      this.#listener.ended(place);
    });
  }

  due(kind: number, subject: number): void {
    if (kind === EVENTS.capacity) this.#outbound.due();
    else if (kind === EVENTS.callEnd) this.#end(subject);
    else this.#trouble.strike(kind);
  }

  /** The time of a request is over: if it is still there, the platform ends its environment. */
  #end(index: number): void {
    const place = this.#places[index];
    if (place?.activity === 'calling' && place.killedAtMs === this.#run.time.nowMs) this.#listener.died(place.environment);
  }

  #freeze(environment: Environment, calls: number, durationMs: number): void {
    const { time, ledger } = this.#run;
    environment.frozenUntilMs = Math.max(environment.frozenUntilMs, time.nowMs + durationMs);
    ledger.frozenCalls += calls;
  }
}
