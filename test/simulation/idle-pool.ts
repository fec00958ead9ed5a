import type { Random } from '../../runtime/src/core/random.ts';
import { Environment } from './environment.ts';
import type { ResolvedScenario } from './scenario.ts';

/** Hands requests to environments that are idle. */
export class IdlePool {
  /** All environments there are. */
  readonly environments: Environment[] = [];
  readonly #idle: Environment[] = [];
  readonly #random: Random | undefined;
  readonly #skewMs: number;
  readonly #skews: Random;

  constructor({ fleet, environmentFaults }: ResolvedScenario, random: { readonly routing: Random; readonly skews: Random }) {
    this.#random = fleet.routing === 'random' ? random.routing : undefined;
    this.#skewMs = environmentFaults.clockSkewMs;
    this.#skews = random.skews;
    for (let count = 0; count < fleet.environments; count += 1) this.#idle.push(this.#start());
    this.#idle.reverse(); // the most recently used is taken from the end: begin with the first
  }

  /** An idle environment; undefined if all are busy. */
  take(): Environment | undefined {
    if (this.#idle.length === 0) return undefined;
    if (this.#random === undefined) return this.#idle.pop();
    const index = Math.floor(this.#random.next() * this.#idle.length);
    const taken = this.#idle[index];
    const last = this.#idle.pop();
    if (last !== undefined && last !== taken) this.#idle[index] = last;
    return taken;
  }

  /** Takes an environment back. */
  give(environment: Environment): void {
    this.#idle.push(environment);
  }

  #start(): Environment {
    const skewMs = this.#skewMs * (2 * this.#skews.next() - 1);
    const environment = new Environment(this.environments.length, skewMs);
    this.environments.push(environment);
    return environment;
  }
}
