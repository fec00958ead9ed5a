import type { MiddlewareObj } from '@middy/core';
import type { EventSink } from '../../runtime/src/core/events.ts';
import type { Permit } from '../../runtime/src/core/gate.ts';
import { createLoadShedder } from '../../runtime/src/load-shedding/create.ts';
import { loadShedding } from '../../runtime/src/load-shedding/middleware.ts';
import type { LoadShedder } from '../../runtime/src/load-shedding/policy.ts';
import { medianOf } from '../../test/simulation/median.ts';
import type { Contender } from '../load-rounds.ts';
import { MeasuredChain, PacedClock } from './measured-chain.ts';

/** Samples in the window, from few to many. */
export const WINDOWS: readonly number[] = [10, 100, 1_000, 10_000, 100_000];

/** Time that samples stay in the window: the default. */
export const WINDOW_MS = 30_000;

/** Once in that time the process is looked at: the default. */
const SAMPLE_INTERVAL_MS = 1_000;

/** Requests of a round that look at everything, each timed alone. */
const LOOKS = 20;

/** What such a request takes of the time to the next one. */
const LOOK_MS = 10;

const LATENCIES_MS = [20, 35, 50, 65, 80];
const CALL = Object.freeze({ operation: 'GET /orders/{id}' });
const NO_SINK: EventSink = { emit: () => undefined };
const SUCCESS = { kind: 'success', value: undefined } as const;

/** Requests that come steadily, so many in the length of the window: some look at the load, as it falls due. */
export function steadyRequests(samples: number): Contender {
  const paceMs = WINDOW_MS / samples;
  const window = new MeasuredWindow(samples, paceMs, paceMs);
  window.fill(samples);
  // As many at least as come in a sample interval, so that each round has its part of what is done once in that time.
  return { name: String(samples), play: (calls) => window.play(Math.max(calls, Math.ceil(SAMPLE_INTERVAL_MS / paceMs))) };
}

/** Requests each of which looks at processor, memory, event loop, quantiles and all, with so many samples in the window. */
export function lookingRequests(samples: number): Contender {
  const paceMs = Math.max(SAMPLE_INTERVAL_MS, WINDOW_MS / samples);
  const window = new MeasuredWindow(samples, paceMs, LOOK_MS);
  window.fillLooking();
  return { name: String(samples), play: () => window.playLooking() };
}

/** One request after the other, each timed alone as those that look are: what these are measured by. */
export function singleRequests(middleware: MiddlewareObj): Contender {
  const chain = new MeasuredChain({ middlewares: [middleware], clock: new PacedClock(), paceMs: LOOK_MS, statusCode: 200 });
  return { name: 'a middleware that does nothing', play: () => medianOfTimes(LOOKS, () => playWarm(chain)) };
}

const WARMING_REQUESTS = 30;
let warmer: MeasuredChain | undefined;

/** One request, timed behind some of another function: whatever was done before, the code and the processor are as in steady traffic. */
async function playWarm(chain: MeasuredChain): Promise<number> {
  warmer ??= createWarmer();
  await warmer.play(WARMING_REQUESTS);
  return chain.playOne();
}

function createWarmer(): MeasuredChain {
  const clock = new PacedClock();
  const middlewares = [loadShedding({}, { clock, sink: NO_SINK, environment: {} }) as MiddlewareObj];
  return new MeasuredChain({ middlewares, clock, paceMs: SAMPLE_INTERVAL_MS, statusCode: 200 });
}

/** A load shedder whose window always has the same number of samples. */
class MeasuredWindow {
  readonly #samples: number;
  readonly #paceMs: number;
  readonly #clock = new PacedClock();
  readonly #shedder: LoadShedder;
  readonly #chain: MeasuredChain;
  #looks = 0;
  #owed = 0;

  /** `chainPaceMs` is the part of the pace that a request through Middy takes. */
  constructor(samples: number, paceMs: number, chainPaceMs: number) {
    const sink: EventSink = { emit: ({ type }) => void (this.#looks += type === 'shedding.rate' ? 1 : 0) };
    this.#samples = samples;
    this.#paceMs = paceMs;
    this.#shedder = createLoadShedder({}, { clock: this.#clock, sink, environment: {} });
    const middlewares = [loadShedding(this.#shedder) as MiddlewareObj];
    this.#chain = new MeasuredChain({ middlewares, clock: this.#clock, paceMs: chainPaceMs, statusCode: 200 });
  }

  /** Lets so many requests pass without Middy, as steadily as those that are timed. */
  fill(requests: number): void {
    for (let request = 0; request < requests; request += 1) {
      void this.#shedder.acquire(CALL).settle(SUCCESS);
      this.#clock.advance(this.#paceMs);
    }
  }

  async play(calls: number): Promise<number> {
    const ns = await this.#chain.play(calls);
    this.#check();
    return ns;
  }

  /** Fills the window between requests that look. */
  fillLooking(): void {
    for (let look = 0; look < WINDOW_MS / this.#paceMs; look += 1) {
      void this.#shedder.acquire(CALL).settle(SUCCESS);
      this.#clock.advance(LOOK_MS);
      this.#fillBetween();
    }
  }

  async playLooking(): Promise<number> {
    const looksBefore = this.#looks;
    const ns = await medianOfTimes(LOOKS, async () => {
      const took = await playWarm(this.#chain);
      this.#fillBetween();
      return took;
    });
    if (this.#looks - looksBefore !== LOOKS) throw new Error(`${this.#looks - looksBefore} of ${LOOKS} requests looked at the load`);
    this.#check();
    return ns;
  }

  /** What comes between two requests that look: requests side by side, of latencies of all kinds. */
  #fillBetween(): void {
    this.#owed += (this.#samples * this.#paceMs) / WINDOW_MS - 1;
    const permits: Permit[] = [];
    for (; this.#owed >= 1; this.#owed -= 1) permits.push(this.#shedder.acquire(CALL));
    const each = Math.ceil(permits.length / LATENCIES_MS.length);
    let sinceMs = 0;
    // All of them have come before the next look is due, and have ended before the one that is timed comes.
    for (const [index, latencyMs] of LATENCIES_MS.entries()) {
      this.#clock.advance(latencyMs - sinceMs);
      sinceMs = latencyMs;
      for (const permit of permits.slice(index * each, (index + 1) * each)) void permit.settle(SUCCESS);
    }
    this.#clock.advance(this.#paceMs - LOOK_MS - sinceMs);
  }

  #check(): void {
    const { requestsPerSecond, shed, inFlight } = this.#shedder.statistics;
    const samples = (requestsPerSecond * WINDOW_MS) / 1000;
    if (Math.abs(samples / this.#samples - 1) > 0.2) throw new Error(`${samples} samples in the window instead of ${this.#samples}`);
    if (shed > 0 || inFlight > 0) throw new Error(`${shed} requests were shed, ${inFlight} have not ended`);
  }
}

async function medianOfTimes(times: number, play: () => Promise<number>): Promise<number> {
  const played: number[] = [];
  for (let time = 0; time < times; time += 1) played.push(await play());
  return medianOf(played);
}
