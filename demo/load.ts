import { setTimeout as delay } from 'node:timers/promises';
import { startFleet, type Fleet } from '../local/index.ts';
import { startPaymentsServer, type PaymentsServer } from './payments-server.ts';
import { Recorder, type Phase, type Tick, type Transition } from './recorder.ts';
import type { SynthesizedFunction } from './synthesized-function.ts';

/** Requests per second in every run. */
export const REQUESTS_PER_SECOND = 60;

/** What the payments service does, in order. */
export type Weather = 'healthy' | 'failing' | 'recovered';

/** A run to make. */
export interface RunPlan {
  readonly environments: number;
  readonly seconds: number;
  readonly code: SynthesizedFunction;
  readonly variables: Readonly<Record<string, string>>;
  /** Requests that the state table has had so far; called often. */
  readonly storeCalls: () => number;
  readonly onProgress: (progress: Progress) => void;
}

/** A look at a run that is under way. */
export interface Progress {
  readonly weather: Weather;
  readonly elapsedMs: number;
  readonly requestsPerSecond: number;
  readonly phases: readonly Phase[];
  readonly failingCalls: number;
  readonly refused: number;
  readonly storeCalls: number;
}

/** What one run showed. */
export interface RunResult {
  readonly environments: number;
  readonly failFromMs: number;
  readonly failToMs: number;
  readonly ticks: readonly Tick[];
  readonly transitions: readonly Transition[];
  readonly requests: number;
  readonly paid: number;
  readonly failingCalls: number;
  readonly refused: number;
  readonly errors: number;
  readonly storeCalls: number;
  /** When the last environment was first seen to refuse, in milliseconds since the failure began; undefined if one never did. */
  readonly allOpenAfterMs: number | undefined;
}

const PROGRESS_INTERVAL_MS = 500;

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
export async function runLoad(plan: RunPlan): Promise<RunResult> {
  const { code, variables, environments } = plan;
  const recorder = new Recorder(environments);
  const payments = await startPaymentsServer((failed) => {
    if (failed) recorder.count('failingCalls');
  });
  const fleet = await startFleet(environments, {
    taskRoot: code.taskRoot,
    handler: code.handler,
    memoryMb: code.memoryMb,
    timeoutMs: code.timeoutMs,
    environment: { ...variables, PAYMENTS_URL: payments.url },
    strategy: 'random',
    onLog: (line, environment) => recorder.readLog(line, environment),
  });
  try {
    return await new LoadRun(plan, fleet, payments, recorder).run();
  } finally {
    await fleet.close();
    await payments.close();
  }
}

class LoadRun {
  readonly #plan: RunPlan;
  readonly #fleet: Fleet;
  readonly #payments: PaymentsServer;
  readonly #recorder: Recorder;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #idle: number[];
  readonly #failFromMs: number;
  readonly #failToMs: number;
  #weather: Weather = 'healthy';
  #storeCallsSeen: number;
  #allOpenAtMs: number | undefined;
  #shownAtMs = 0;

  constructor(plan: RunPlan, fleet: Fleet, payments: PaymentsServer, recorder: Recorder) {
    this.#plan = plan;
    this.#fleet = fleet;
    this.#payments = payments;
    this.#recorder = recorder;
    this.#idle = fleet.environments.map((_, index) => index);
    this.#storeCallsSeen = plan.storeCalls();
    this.#failFromMs = plan.seconds * HEALTHY_SHARE * 1000;
    this.#failToMs = plan.seconds * (HEALTHY_SHARE + FAILING_SHARE) * 1000;
  }

  async run(): Promise<RunResult> {
    const { seconds } = this.#plan;
    this.#recorder.start();
    for (let sent = 0; this.#recorder.elapsedMs < seconds * 1000; sent += 1) {
      this.#setWeather();
      this.#watch();
      this.#send();
      const nextAtMs = ((sent + 1) * 1000) / REQUESTS_PER_SECOND;
      await delay(Math.max(0, nextAtMs - this.#recorder.elapsedMs));
    }
    await Promise.all(this.#inFlight);
    this.#watch();
    return this.#result();
  }

  #setWeather(): void {
    const { elapsedMs } = this.#recorder;
    this.#weather = elapsedMs < this.#failFromMs ? 'healthy' : elapsedMs < this.#failToMs ? 'failing' : 'recovered';
    this.#payments.setFailing(this.#weather === 'failing');
  }

  #watch(): void {
    const storeCalls = this.#plan.storeCalls();
    this.#recorder.count('storeCalls', storeCalls - this.#storeCallsSeen);
    this.#storeCallsSeen = storeCalls;
    const { elapsedMs } = this.#recorder;
    if (elapsedMs - this.#shownAtMs < PROGRESS_INTERVAL_MS) return;
    this.#shownAtMs = elapsedMs;
    this.#plan.onProgress({
      weather: this.#weather,
      elapsedMs,
      requestsPerSecond: (this.#recorder.total('requests') * 1000) / elapsedMs,
      phases: this.#recorder.phases,
      failingCalls: this.#recorder.total('failingCalls'),
      refused: this.#recorder.total('refused'),
      storeCalls: this.#recorder.total('storeCalls'),
    });
  }

  /** Sends a request to an idle environment, chosen at random; one that finds all of them busy is dropped, not queued. */
  #send(): void {
    const [environment] = this.#idle.splice(Math.floor(Math.random() * this.#idle.length), 1);
    if (environment === undefined) return;
    const request = this.#request(environment).finally(() => {
      this.#idle.push(environment);
      this.#inFlight.delete(request);
    });
    this.#inFlight.add(request);
  }

  async #request(environment: number): Promise<void> {
    this.#recorder.count('requests');
    const result = await this.#fleet.invokeOn(environment, CHECKOUT_EVENT);
    const answer = result.ok ? (result.payload as Answer) : undefined;
    if (answer?.statusCode === 503) {
      this.#recorder.count('refused');
      this.#recorder.see(environment, 'open');
    } else if (answer === undefined) {
      this.#recorder.count('errors');
    } else {
      if (answer.statusCode === 200) this.#recorder.count('paid');
      this.#recorder.see(environment, (JSON.parse(answer.body) as { circuit: Phase }).circuit);
    }
    if (this.#recorder.phases.every((phase) => phase !== 'closed')) this.#allOpenAtMs ??= this.#recorder.elapsedMs;
  }

  #result(): RunResult {
    const recorder = this.#recorder;
    return {
      environments: this.#plan.environments,
      failFromMs: this.#failFromMs,
      failToMs: this.#failToMs,
      // The last tick is cut off by the end of the run.
      ticks: recorder.ticks.slice(0, -1),
      transitions: recorder.transitions,
      requests: recorder.total('requests'),
      paid: recorder.total('paid'),
      failingCalls: recorder.total('failingCalls'),
      refused: recorder.total('refused'),
      errors: recorder.total('errors'),
      storeCalls: recorder.total('storeCalls'),
      allOpenAfterMs: this.#allOpenAtMs === undefined ? undefined : this.#allOpenAtMs - this.#failFromMs,
    };
  }
}
