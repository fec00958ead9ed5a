import { StoreUnavailableError } from '../../runtime/src/core/store-unavailable.ts';
import type { StoreErrorReason } from '../../runtime/src/core/events.ts';
import { uniform, type Random } from '../../runtime/src/core/random.ts';
import { afterFailure, mayAsk, STORE_ANSWERS, type StoreGuard } from '../../runtime/src/dynamodb/store-guard.ts';
import { deliver, type Environment, type EnvironmentClock } from './environment.ts';
import { jittered } from './random-streams.ts';
import { isWithin, type ResolvedScenario } from './scenario.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a request does to an item. */
export type Access = 'read' | 'write';

/** One request as the store carries it out. */
export interface StoreCall {
  readonly access: Access;
  readonly method: string;
  readonly args: readonly unknown[];
  /** The item that it is about. Default: the first argument. */
  readonly item?: string;
  /** Whether whoever carries it out counts what it costs. Default false: it costs one read or write. */
  readonly chargesItself?: boolean;
  /** Whether a throttled request is about its own item alone, so that the guard does not hold back others. Default false. */
  readonly throttlesAlone?: boolean;
  /** Asks the store itself. */
  readonly ask: () => Promise<unknown>;
  /**
   * Asks the store once more, as the state client does on a connection found dead. Absent where it does not, and for commands
   * to a circuit, of which the store always knows its own write again.
   */
  readonly repeat?: () => Promise<unknown>;
}

/** Told of what happens between the fleet and its store. */
export interface StoreObserver {
  /** Whether the store takes a request at all; it is throttled if not. Default: it always does. */
  takes?(call: StoreCall): boolean;
  /** A request was carried out; `arrives` says whether the answer will be received. */
  carriedOut(call: StoreCall, answer: Promise<unknown>, arrives: boolean): void;
  /** A request was made once more, because its answer was lost, and recognised as one's own. */
  repeated(call: StoreCall): void;
  /** A request brought no answer. */
  failed(reason: StoreErrorReason): void;
  /** An answer came to an environment between two requests. */
  cameLate(): void;
}

/** The side of one environment. */
export interface StoreConnection {
  readonly environment: Environment;
  readonly clock: EnvironmentClock;
  readonly random: Random;
}

/** After this time the state client gives up. */
const REQUEST_TIMEOUT_MS = 300;

/** One request on its way, and what becomes of it. */
interface Trip {
  readonly call: StoreCall;
  /** Whether its first answer is lost and the second is not. */
  readonly answered: boolean;
  answer: Promise<unknown> | undefined;
  /** Why there will be no answer. */
  reason: StoreErrorReason | undefined;
}

/** What befalls a request on its way. */
type Trouble = 'outage' | 'throttled' | 'lost_reply' | undefined;

/** The way from the environments to the store: takes time, and loses, throttles and refuses as the scenario says. */
export class StoreTraffic {
  readonly #time: VirtualTime;
  readonly #scenario: ResolvedScenario;
  readonly #random: Random;
  readonly #observer: StoreObserver;

  constructor(time: VirtualTime, scenario: ResolvedScenario, random: Random, observer: StoreObserver) {
    this.#time = time;
    this.#scenario = scenario;
    this.#random = random;
    this.#observer = observer;
  }

  /** A way to send requests as the state client of one environment does, guard included. */
  connect({ environment, clock, random }: StoreConnection): (call: StoreCall) => Promise<unknown> {
    let guard: StoreGuard = STORE_ANSWERS;
    return async (call) => {
      const before = guard;
      if (!mayAsk(before, clock.nowMs())) throw this.#unavailable('paused');
      try {
        const answer = await this.#send(environment, call);
        guard = STORE_ANSWERS;
        return answer;
      } catch (error) {
        const chance = random.next();
        const isAlone = call.throttlesAlone === true && error instanceof StoreUnavailableError && error.reason === 'throttled';
        if (!isAlone) guard = afterFailure(before, clock.nowMs(), chance);
        throw error;
      }
    };
  }

  #send(environment: Environment, call: StoreCall): Promise<unknown> {
    const { store, call: protectedCall } = this.#scenario;
    const trouble = this.#trouble();
    const latencyMs = jittered(store.latencyMs, protectedCall.jitter, this.#random);
    const answered = trouble === 'lost_reply' && this.#repeatIsAnswered(call);
    const trip: Trip = { call, answered, answer: undefined, reason: answered ? undefined : failure(trouble, latencyMs) };
    const { repeat } = call;
    const repeats = answered || (trouble === 'lost_reply' && repeat !== undefined);
    const instance = { environment, life: environment.life };
    return new Promise((resolve, reject) => {
      const settle = () => {
        if (trip.reason === undefined) resolve(trip.answer);
        else reject(this.#unavailable(trip.reason));
      };
      if (trouble === undefined || trouble === 'lost_reply') this.#time.after(latencyMs / 2, () => this.#arrive(trip));
      if (repeats && repeat !== undefined) this.#time.after(1.5 * latencyMs, () => this.#arriveAgain(trip, repeat));
      const waitMs = trouble === 'outage' ? REQUEST_TIMEOUT_MS : Math.min(repeats ? 2 * latencyMs : latencyMs, REQUEST_TIMEOUT_MS);
      this.#time.after(waitMs, () => deliver(this.#time, instance, settle, () => this.#observer.cameLate()));
    });
  }

  #arrive(trip: Trip): void {
    const { call, answered } = trip;
    if (!this.#takes(trip)) return;
    trip.answer = call.ask();
    this.#observer.carriedOut(call, trip.answer, trip.reason === undefined);
    if (answered && call.repeat === undefined) this.#observer.repeated(call);
    this.#time.promisesMoved = true;
  }

  #arriveAgain(trip: Trip, repeat: () => Promise<unknown>): void {
    if (!this.#takes(trip)) return;
    trip.answer = repeat();
    this.#observer.repeated(trip.call);
    this.#time.promisesMoved = true;
  }

  #takes(trip: Trip): boolean {
    if (this.#observer.takes?.(trip.call) !== false) return true;
    trip.reason ??= 'throttled';
    return false;
  }

  /** Commands may be repeated: the state client does so at once on a dead connection. The second answer may be lost as well. */
  #repeatIsAnswered({ method, repeat }: StoreCall): boolean {
    return (method === 'apply' || repeat !== undefined) && this.#random.next() >= this.#scenario.store.lostReplyRate;
  }

  #trouble(): Trouble {
    const { outages, throttleRate, lostReplyRate } = this.#scenario.store;
    const chance = uniform(this.#random, 0, 1); // drawn always, so that a fault changes nothing but itself
    if (outages.some((outage) => isWithin(outage, this.#time.nowMs))) return 'outage';
    if (chance < throttleRate) return 'throttled';
    return chance < throttleRate + (1 - throttleRate) * lostReplyRate ? 'lost_reply' : undefined;
  }

  #unavailable(reason: StoreErrorReason): StoreUnavailableError {
    this.#observer.failed(reason);
    return new StoreUnavailableError(reason);
  }
}

function failure(trouble: Trouble, latencyMs: number): StoreErrorReason | undefined {
  if (trouble === 'outage' || latencyMs > REQUEST_TIMEOUT_MS) return 'timeout';
  if (trouble === 'throttled') return 'throttled';
  return trouble === 'lost_reply' ? 'unreachable' : undefined;
}
