import type { Clock } from '../../runtime/src/core/clock.ts';
import type { Gate } from '../../runtime/src/core/gate.ts';
import type { Place } from './place.ts';
import type { SharedCapacity } from './shared-capacity.ts';
import type { VirtualTime } from './virtual-time.ts';

/** First instant of every simulation: 2026-01-01T00:00:00Z. */
export const START_MS = 1_767_225_600_000;

/** One execution environment: places that serve one request each, and the instance of the policy that lives in it. */
export class Environment {
  readonly index: number;
  /** What its clock is off by. */
  readonly skewMs: number;
  /** Counts its instances: what belongs to one that crashed is dropped. */
  life = 0;
  /** The policy of the present instance; created by its first request. */
  gate: Gate | undefined;
  /** Requests that it serves. With none the platform has frozen it. */
  requests = 0;
  readonly places: Place[] = [];
  /** What its calls share; undefined where they do not. */
  capacity: SharedCapacity | undefined;
  /** End of the freeze that holds its calls; in the past if none does. */
  frozenUntilMs = 0;
  /** What reached it while nothing could run. */
  readonly #held: (() => void)[] = [];

  constructor(index: number, skewMs: number) {
    this.index = index;
    this.skewMs = skewMs;
  }

  /** Keeps something for the time when this environment runs again. */
  hold(delivery: () => void): void {
    this.#held.push(delivery);
  }

  /** Hands over what was kept; false if there was nothing. */
  release(): boolean {
    if (this.#held.length === 0) return false;
    for (const delivery of this.#held.splice(0)) delivery();
    return true;
  }

  /** A new instance with empty memory takes the place of this one. */
  replace(): void {
    this.life += 1;
    this.gate = undefined;
    this.frozenUntilMs = 0;
    this.#held.length = 0;
  }
}

/** The clock of one environment: whole milliseconds, off by its skew. */
export class EnvironmentClock implements Clock {
  readonly #time: VirtualTime;
  readonly #offsetMs: number;

  constructor(time: VirtualTime, skewMs: number) {
    this.#time = time;
    this.#offsetMs = START_MS + skewMs;
  }

  nowMs(): number {
    return Math.floor(this.#offsetMs + this.#time.nowMs);
  }
}

/** One life of an environment: the instance that something is meant for. */
export interface Instance {
  readonly environment: Environment;
  readonly life: number;
}

/**
 * Has something reach an instance of an environment: at once while it runs, after a freeze, or with its next request; never
 * if it has crashed. `onIdle` is told of what comes between requests, for a policy should leave nothing running then.
 */
export function deliver(time: VirtualTime, instance: Instance, delivery: () => void, onIdle: () => void = () => {}): void {
  const { environment, life } = instance;
  if (environment.life !== life) return;
  if (environment.frozenUntilMs > time.nowMs) {
    time.after(environment.frozenUntilMs - time.nowMs, () => deliver(time, instance, delivery, onIdle));
  } else if (environment.requests === 0) {
    onIdle();
    environment.hold(delivery);
  } else {
    delivery();
    time.promisesMoved = true;
  }
}
