import type { Fleet } from '../local/index.ts';
import { fleetOf, sendSteadily, storeMeter, type RunPlan } from './load.ts';
import { startPaymentsServer, type PaymentsServer } from './payments-server.ts';
import { Recorder, type CircuitCount, type Phase, type Transition } from './recorder.ts';
import type { Tick } from './tally.ts';

/** What the payments service does, in order. */
export type Weather = 'healthy' | 'failing' | 'recovered';

/** A look at a run of the checkout that is under way. */
export interface CircuitProgress {
  readonly weather: Weather;
  readonly elapsedMs: number;
  readonly requestsPerSecond: number;
  readonly phases: readonly Phase[];
  readonly failingCalls: number;
  readonly refused: number;
  readonly storeCalls: number;
}

/** What one run of the checkout showed. */
export interface CircuitRunResult {
  readonly environments: number;
  readonly failFromMs: number;
  readonly failToMs: number;
  readonly ticks: readonly Tick<CircuitCount>[];
  readonly transitions: readonly Transition[];
  readonly requests: number;
  readonly failingCalls: number;
  readonly refused: number;
  readonly storeCalls: number;
  /** When the last environment was first seen to refuse, in milliseconds since the failure began; undefined if one never did. */
  readonly allOpenAfterMs: number | undefined;
}

/** A quarter of the run is healthy, three eighths fail, three eighths are recovery. */
const HEALTHY_SHARE = 0.25;
const FAILING_SHARE = 0.375;

/** A request as a function URL hands it on. */
const CHECKOUT_EVENT = {
  version: '2.0',
  rawPath: '/checkout',
  requestContext: { http: { method: 'POST', path: '/checkout' } },
  body: '{"amount":42}',
};

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

/** Sends a steady load through a fresh fleet while the payments service is healthy, fails and recovers. */
export async function runCircuits(plan: RunPlan<CircuitProgress>): Promise<CircuitRunResult> {
  const recorder = new Recorder(plan.environments);
  const payments = await startPaymentsServer((failed) => {
    if (failed) recorder.tally.count('failingCalls');
  });
  try {
    const fleet = await fleetOf(plan, { PAYMENTS_URL: payments.url }, (line, environment) => recorder.readLog(line, environment));
    try {
      return await new CircuitRun(plan, fleet, payments, recorder).run();
    } finally {
      await fleet.close();
    }
  } finally {
    await payments.close();
  }
}

class CircuitRun {
  readonly #plan: RunPlan<CircuitProgress>;
  readonly #fleet: Fleet;
  readonly #payments: PaymentsServer;
  readonly #recorder: Recorder;
  readonly #failFromMs: number;
  readonly #failToMs: number;
  #weather: Weather = 'healthy';
  #allOpenAtMs: number | undefined;

  constructor(plan: RunPlan<CircuitProgress>, fleet: Fleet, payments: PaymentsServer, recorder: Recorder) {
    this.#plan = plan;
    this.#fleet = fleet;
    this.#payments = payments;
    this.#recorder = recorder;
    this.#failFromMs = plan.seconds * HEALTHY_SHARE * 1000;
    this.#failToMs = plan.seconds * (HEALTHY_SHARE + FAILING_SHARE) * 1000;
  }

  async run(): Promise<CircuitRunResult> {
    const { tally } = this.#recorder;
    const { environments, seconds, storeCalls } = this.#plan;
    const meter = storeMeter(storeCalls, (what, times) => tally.count(what, times));
    tally.start();
    await sendSteadily(environments, seconds, {
      elapsedMs: () => tally.elapsedMs,
      observe: () => {
        this.#setWeather();
        meter();
      },
      showProgress: () => this.#showProgress(),
      request: (environment) => this.#request(environment),
    });
    return this.#result();
  }

  #setWeather(): void {
    const { elapsedMs } = this.#recorder.tally;
    this.#weather = elapsedMs < this.#failFromMs ? 'healthy' : elapsedMs < this.#failToMs ? 'failing' : 'recovered';
    this.#payments.setFailing(this.#weather === 'failing');
  }

  #showProgress(): void {
    const { tally, phases } = this.#recorder;
    const { elapsedMs } = tally;
    this.#plan.onProgress({
      weather: this.#weather,
      elapsedMs,
      requestsPerSecond: (tally.total('requests') * 1000) / elapsedMs,
      phases,
      failingCalls: tally.total('failingCalls'),
      refused: tally.total('refused'),
      storeCalls: tally.total('storeCalls'),
    });
  }

  async #request(environment: number): Promise<void> {
    const { tally } = this.#recorder;
    tally.count('requests');
    const result = await this.#fleet.invokeOn(environment, CHECKOUT_EVENT);
    const answer = result.ok ? (result.payload as Answer) : undefined;
    if (answer?.statusCode === 503) {
      tally.count('refused');
      this.#recorder.see(environment, 'open');
    } else if (answer === undefined) {
      tally.count('errors');
    } else {
      if (answer.statusCode === 200) tally.count('paid');
      this.#recorder.see(environment, (JSON.parse(answer.body) as { circuit: Phase }).circuit);
    }
    if (this.#recorder.phases.every((phase) => phase !== 'closed')) this.#allOpenAtMs ??= tally.elapsedMs;
  }

  #result(): CircuitRunResult {
    const { tally, transitions } = this.#recorder;
    return {
      environments: this.#plan.environments,
      failFromMs: this.#failFromMs,
      failToMs: this.#failToMs,
      // The last tick is cut off by the end of the run.
      ticks: tally.ticks.slice(0, -1),
      transitions,
      requests: tally.total('requests'),
      failingCalls: tally.total('failingCalls'),
      refused: tally.total('refused'),
      storeCalls: tally.total('storeCalls'),
      allOpenAfterMs: this.#allOpenAtMs === undefined ? undefined : this.#allOpenAtMs - this.#failFromMs,
    };
  }
}
