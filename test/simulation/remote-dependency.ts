import { Dependency } from './dependency.ts';
import { deliver, type Instance } from './environment.ts';
import type { SimulationRun } from './policy-fleet.ts';
import { RandomStream, STREAMS } from './random-streams.ts';
import { SharedCapacity } from './shared-capacity.ts';

/** What the dependency answers. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that it works on. */
interface Request {
  readonly answer: () => void;
}

const DONE: Answer = Object.freeze({ status: 200, headers: Object.freeze({}) });
const FAILED: Answer = Object.freeze({ status: 503, headers: Object.freeze({}) });

/**
 * The dependency as requests reach it over a network. It does not learn that somebody has given up: what was begun is done, and
 * takes its share of what there is until the end, as with most servers.
 */
export class RemoteDependency {
  readonly #run: SimulationRun;
  readonly #dependency: Dependency;
  readonly #capacity: SharedCapacity<Request> | undefined;

  constructor(run: SimulationRun) {
    const stream = (name: keyof typeof STREAMS) => new RandomStream(run.seed, STREAMS[name]);
    const { capacity } = run.scenario;
    this.#run = run;
    this.#dependency = new Dependency(run.scenario, { durations: stream('calls'), failures: stream('faults') });
    this.#capacity = capacity && new SharedCapacity<Request>(run.time, 0, capacity, ({ answer }) => answer());
  }

  /** Sends a request; rejects as `fetch` does if it is given up. A request that hangs is never answered. */
  request(instance: Instance, signal: AbortSignal | undefined): Promise<Answer> {
    const { time } = this.#run;
    const { durationMs, fails, hangs, retryAfter } = this.#dependency.fate(instance.environment.index, time.nowMs);
    const answer = fails ? failure(retryAfter) : DONE;
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      if (hangs) return;
      this.#work(durationMs, () => {
        if (signal?.aborted !== true) deliver(time, instance, () => resolve(answer));
      });
    });
  }

  /** An event of its capacity has come due. */
  due(): void {
    this.#capacity?.due();
  }

  #work(durationMs: number, answer: () => void): void {
    if (this.#capacity === undefined) this.#run.time.after(durationMs, answer);
    else this.#capacity.start({ answer }, durationMs);
  }
}

function failure(retryAfter: string | undefined): Answer {
  return retryAfter === undefined ? FAILED : { ...FAILED, headers: { 'retry-after': retryAfter } };
}
