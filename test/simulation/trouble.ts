import { uniform, type Random } from '../../runtime/src/core/random.ts';
import type { Environment } from './environment.ts';
import type { Place } from './place.ts';
import type { SimulationRun } from './policy-fleet.ts';
import { RandomStream, STREAMS } from './random-streams.ts';
import { EVENTS } from './virtual-time.ts';

/** How long a freeze lasts. */
const FREEZE_MS = { low: 1000, high: 60_000 };
const MINUTE_MS = 60_000;

/** Told of what befalls environments, and which of their places are calling. */
export interface TroubleListener {
  /** An environment dies, in its calls or between two requests. */
  crashes(environment: Environment, calling: readonly Place[]): void;
  /** An environment stands still for a while, in its calls. */
  freezes(environment: Environment, calling: readonly Place[], durationMs: number): void;
}

/** Has environments crash and freeze, at random. */
export class Trouble {
  readonly #run: SimulationRun;
  readonly #environments: readonly Environment[];
  readonly #listener: TroubleListener;
  readonly #random: Random;

  constructor(run: SimulationRun, environments: readonly Environment[], listener: TroubleListener) {
    this.#run = run;
    this.#environments = environments;
    this.#listener = listener;
    this.#random = new RandomStream(run.seed, STREAMS.trouble);
  }

  /** Has the first crash and the first freeze come. */
  begin(): void {
    this.#expect(EVENTS.crash);
    this.#expect(EVENTS.freeze);
  }

  /** A crash or a freeze befalls one environment. Between two requests a crash costs its memory, and a freeze nothing. */
  strike(kind: number): void {
    this.#expect(kind);
    const environment = this.#environments[Math.floor(this.#random.next() * this.#environments.length)];
    if (environment === undefined) return;
    const calling = environment.places.filter(({ activity }) => activity === 'calling');
    const isCrash = kind === EVENTS.crash;
    if (calling.length > 0 && !isCrash) this.#listener.freezes(environment, calling, uniform(this.#random, FREEZE_MS.low, FREEZE_MS.high));
    else if (isCrash && (calling.length > 0 || environment.requests === 0)) this.#listener.crashes(environment, calling);
  }

  #expect(kind: number): void {
    const { environmentFaults, durationMs } = this.#run.scenario;
    const perMinute = kind === EVENTS.crash ? environmentFaults.crashesPerMinute : environmentFaults.freezesPerMinute;
    if (perMinute === 0) return;
    const atMs = this.#run.time.nowMs - (Math.log(1 - this.#random.next()) * MINUTE_MS) / perMinute;
    if (atMs < durationMs) this.#run.time.schedule(atMs, kind);
  }
}
