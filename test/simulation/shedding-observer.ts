import type { EventSink, ResilienceEvent } from '../../runtime/src/core/events.ts';
import type { LoadSheddingEvent } from '../../runtime/src/load-shedding/events.ts';
import type { Place } from './place.ts';
import type { FleetObserver, SimulationRun } from './policy-fleet.ts';
import { rounded } from './round.ts';
import { isWithin } from './scenario.ts';
import { ServiceObserver, type ServiceFigures } from './service-observer.ts';

/** What a simulation finds of load shedding. Lists hold one entry per stretch of traffic of the scenario. */
export interface SheddingFigures extends ServiceFigures {
  /** Most calls at once: nobody leases anything here. */
  readonly liveLeasesMax: number;
  /** Nor is anything reclaimed. */
  readonly reclaimedAfterMs: null;
  /** How often shedding began and ended, in all environments together. */
  readonly sheddingStarted: number;
  readonly sheddingEnded: number;
  /** Highest share of requests that was to be shed. */
  readonly rateMax: number;
  /** Requests that were shed because of the load, and because of the age of their event. */
  readonly shedBy: Readonly<Record<'load' | 'age' | 'custom', number>>;
  /** From the start of each stretch to the last refusal in it; 0 if there is none. */
  readonly lastRefusedAfterMs: readonly number[];
}

/** Watches load shedders: what callers get, and what the policies report. */
export class SheddingObserver extends ServiceObserver implements EventSink, FleetObserver {
  defect: unknown;
  readonly #run: SimulationRun;
  readonly #shedBy = { load: 0, age: 0, custom: 0 };
  readonly #lastRefusedAfterMs: number[];
  #started = 0;
  #ended = 0;
  #rateMax = 0;

  constructor(run: SimulationRun) {
    super(run);
    this.#run = run;
    this.#lastRefusedAfterMs = run.scenario.traffic.map(() => 0);
  }

  emit(event: ResilienceEvent): void {
    const reported = event as LoadSheddingEvent;
    if (reported.type === 'shedding.callback_failed') this.defect ??= reported.error;
    else if (reported.type === 'shedding.started') this.#started += 1;
    else if (reported.type === 'shedding.ended') this.#ended += 1;
    else if (reported.type === 'shedding.refused') {
      this.#shedBy[reported.reason] += 1;
      this.#rateMax = Math.max(this.#rateMax, reported.rate);
    }
  }

  override refused(place: Place): void {
    super.refused(place);
    const { nowMs } = this.#run.time;
    this.#run.scenario.traffic.forEach((stretch, index) => {
      if (isWithin(stretch, nowMs)) this.#lastRefusedAfterMs[index] = rounded(nowMs - stretch.fromMs, 1);
    });
  }

  figures(): SheddingFigures {
    return {
      liveLeasesMax: this.referee.liveMax,
      reclaimedAfterMs: null,
      ...this.serviceFigures(),
      sheddingStarted: this.#started,
      sheddingEnded: this.#ended,
      rateMax: rounded(this.#rateMax, 4),
      shedBy: { ...this.#shedBy },
      lastRefusedAfterMs: [...this.#lastRefusedAfterMs],
    };
  }
}
