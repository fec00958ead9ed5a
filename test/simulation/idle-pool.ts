import type { Random } from '../../runtime/src/core/random.ts';
import { Environment } from './environment.ts';
import { Place } from './place.ts';
import type { ResolvedScenario } from './scenario.ts';

/** Hands requests to places that are idle. */
export class IdlePool {
  /** All environments there are. */
  readonly environments: Environment[] = [];
  /** All their places. */
  readonly places: Place[] = [];
  readonly #idle: Place[] = [];
  readonly #random: Random | undefined;
  readonly #skewMs: number;
  readonly #skews: Random;

  constructor({ fleet, environmentFaults }: ResolvedScenario, random: { readonly routing: Random; readonly skews: Random }) {
    this.#random = fleet.routing === 'random' ? random.routing : undefined;
    this.#skewMs = environmentFaults.clockSkewMs;
    this.#skews = random.skews;
    for (let count = 0; count < fleet.environments; count += 1) this.#start(fleet.concurrency);
    this.#idle.push(...this.places);
    this.#idle.reverse(); // the most recently used is taken from the end: begin with the first
  }

  /** An idle place; undefined if all are busy. */
  take(): Place | undefined {
    if (this.#idle.length === 0) return undefined;
    if (this.#random === undefined) return this.#idle.pop();
    const index = Math.floor(this.#random.next() * this.#idle.length);
    const taken = this.#idle[index];
    const last = this.#idle.pop();
    if (last !== undefined && last !== taken) this.#idle[index] = last;
    return taken;
  }

  /** Takes a place back. */
  give(place: Place): void {
    this.#idle.push(place);
  }

  #start(places: number): void {
    const skewMs = this.#skewMs * (2 * this.#skews.next() - 1);
    const environment = new Environment(this.environments.length, skewMs);
    this.environments.push(environment);
    for (let count = 0; count < places; count += 1) {
      const place = new Place(this.places.length, environment);
      environment.places.push(place);
      this.places.push(place);
    }
  }
}
