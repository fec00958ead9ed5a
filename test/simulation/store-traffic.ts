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
  /** Asks the store itself. */
  readonly ask: () => Promise<unknown>;
}

/** Told of what happens between the fleet and its store. */
export interface StoreObserver {
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
        guard = afterFailure(before, clock.nowMs(), random.next());
        throw error;
      }
    };
  }

  #send(environment: Environment, call: StoreCall): Promise<unknown> {
    const { store, call: protectedCall } = this.#scenario;
    const trouble = this.#trouble();
    const latencyMs = jittered(store.latencyMs, protectedCall.jitter, this.#random);
    const recognised = trouble === 'lost_reply' && this.#isRecognised(call);
    const reason = recognised ? undefined : failure(trouble, latencyMs);
    const instance = { environment, life: environment.life };
    return new Promise((resolve, reject) => {
      let answer: Promise<unknown> | undefined;
      const arrive = () => {
        answer = call.ask();
        this.#observer.carriedOut(call, answer, reason === undefined);
        if (recognised) this.#observer.repeated(call);
        this.#time.promisesMoved = true;
      };
      const settle = () => {
        if (reason === undefined) resolve(answer);
        else reject(this.#unavailable(reason));
      };
      if (trouble === undefined || trouble === 'lost_reply') this.#time.after(latencyMs / 2, arrive);
      const waitMs = trouble === 'outage' ? REQUEST_TIMEOUT_MS : Math.min(recognised ? 2 * latencyMs : latencyMs, REQUEST_TIMEOUT_MS);
      this.#time.after(waitMs, () => deliver(this.#time, instance, settle, () => this.#observer.cameLate()));
    });
  }

  /** Commands may be repeated: the state client does so at once on a dead connection, and the store knows its own write again. */
  #isRecognised({ method }: StoreCall): boolean {
    return method === 'apply' && this.#random.next() >= this.#scenario.store.lostReplyRate;
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
