import type { InvocationResult } from '../local/index.ts';
import type { CarrierAnswer } from './carrier-servers.ts';
import { Tally } from './tally.ts';

const COUNTED = ['requests', 'dropped', 'answered', 'failed', 'calls', 'hangingCalls', 'storeCalls', 'storeWrites'] as const;

/** What is counted in a run of the quotes; `dropped` are requests that found no environment free. */
export type ClientCount = (typeof COUNTED)[number];

/** A look at a run of the quotes that is under way. */
export interface ClientProgress {
  readonly hanging: boolean;
  readonly elapsedMs: number;
  readonly requestsPerSecond: number;
  readonly answered: number;
  readonly failed: number;
  readonly dropped: number;
  readonly hangingCalls: number;
}

/** How long a request took, and when it was sent, in milliseconds since the run began. */
export interface Wait {
  readonly atMs: number;
  readonly durationMs: number;
}

/** A call as the carrier got it, in milliseconds since the run began. */
export interface CarrierCall {
  readonly atMs: number;
  readonly answer: CarrierAnswer;
}

/** Keeps what happens in one run of the quotes, from its start on. */
export class ClientRecorder {
  readonly tally = new Tally<ClientCount>(COUNTED);
  readonly #waits: Wait[] = [];
  readonly #calls: CarrierCall[] = [];
  #started = false;

  start(): void {
    this.#started = true;
    this.tally.start();
  }

  hear(answer: CarrierAnswer): void {
    if (!this.#started) return;
    this.#calls.push({ atMs: this.tally.elapsedMs, answer });
    this.tally.count('calls');
    if (answer === 'hang') this.tally.count('hangingCalls');
  }

  drop(): void {
    this.tally.count('requests');
    this.tally.count('dropped');
  }

  async request(invoke: () => Promise<InvocationResult>): Promise<void> {
    const atMs = this.tally.elapsedMs;
    this.tally.count('requests');
    const result = await invoke();
    const isAnswered = result.ok && (result.payload as { readonly statusCode: number }).statusCode === 200;
    this.tally.count(isAnswered ? 'answered' : 'failed');
    this.#waits.push({ atMs, durationMs: this.tally.elapsedMs - atMs });
  }

  progress(hanging: boolean): ClientProgress {
    const { tally } = this;
    const { elapsedMs } = tally;
    return {
      hanging,
      elapsedMs,
      requestsPerSecond: (tally.total('requests') * 1000) / elapsedMs,
      answered: tally.total('answered'),
      failed: tally.total('failed'),
      dropped: tally.total('dropped'),
      hangingCalls: tally.total('hangingCalls'),
    };
  }

  result(seconds: number) {
    const { tally } = this;
    return {
      // Answers that come when the load has ended are counted, but not drawn.
      ticks: tally.ticks.filter(({ atMs }) => atMs < seconds * 1000),
      waits: this.#waits,
      calls: this.#calls,
      requests: tally.total('requests'),
      dropped: tally.total('dropped'),
      answered: tally.total('answered'),
      storeCalls: tally.total('storeCalls'),
    };
  }
}
