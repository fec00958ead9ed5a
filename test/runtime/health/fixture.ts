import { setImmediate as turn } from 'node:timers/promises';
import { createHealth, type HealthDependencies } from '../../../runtime/src/health/create.ts';
import type { HealthCheck } from '../../../runtime/src/health/check.ts';
import type { HealthOptions } from '../../../runtime/src/health/options.ts';
import type { Health } from '../../../runtime/src/health/policy.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** A clock with sleepers: time passes when a test says so, and wakes those whose time has come, in their order. */
export class World {
  readonly clock = new ManualClock();
  readonly sink = new RecordingSink();
  readonly startMs = this.clock.nowMs();
  readonly #sleepers = new Set<Sleeper>();
  /** How long each sleep was asked for. */
  readonly sleeps: number[] = [];

  readonly sleep = (durationMs: number, signal?: AbortSignal): Promise<void> => {
    this.sleeps.push(durationMs);
    return new Promise((resolve) => {
      const sleeper = { untilMs: this.clock.nowMs() + durationMs, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => this.#sleepers.delete(sleeper));
    });
  };

  /** Timers that nobody has ended. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  get dependencies(): Required<HealthDependencies> {
    return { clock: this.clock, sink: this.sink, random: new SeededRandom(1), sleep: this.sleep, environment: {} };
  }

  /** Time since the start, in milliseconds. */
  get elapsedMs(): number {
    return this.clock.nowMs() - this.startMs;
  }

  async pass(durationMs: number): Promise<void> {
    const untilMs = this.clock.nowMs() + durationMs;
    await settle();
    for (;;) {
      const [next] = [...this.#sleepers].filter((sleeper) => sleeper.untilMs <= untilMs).sort((a, b) => a.untilMs - b.untilMs);
      if (next === undefined) break;
      this.#sleepers.delete(next);
      this.clock.advance(Math.max(0, next.untilMs - this.clock.nowMs()));
      next.wake();
      await settle();
    }
    this.clock.advance(untilMs - this.clock.nowMs());
  }

  /** What a promise comes to if only sleepers keep it waiting, and how long that took. */
  async finish<T>(work: Promise<T>): Promise<{ readonly value: T; readonly tookMs: number }> {
    const startedAtMs = this.clock.nowMs();
    const progress = { isOver: false };
    const over = work.finally(() => {
      progress.isOver = true;
    });
    over.catch(() => undefined);
    await settle();
    while (!progress.isOver) {
      if (this.sleeping === 0) throw new Error('nothing is waited for, and still there is no answer');
      await this.pass(Math.min(...[...this.#sleepers].map(({ untilMs }) => untilMs)) - this.clock.nowMs());
    }
    return { value: await over, tookMs: this.clock.nowMs() - startedAtMs };
  }
}

/** Lets everything that needs no time happen. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await turn();
}

/** A check that answers as it is told, and counts. */
export class Probe {
  runs = 0;
  /** Signals of all runs. */
  readonly signals: AbortSignal[] = [];
  answer: () => unknown = () => true;
  readonly check: HealthCheck;

  constructor(name: string, options: Partial<HealthCheck> = {}) {
    const run = ({ signal }: { readonly signal: AbortSignal }) => {
      this.runs += 1;
      this.signals.push(signal);
      return this.answer() as boolean;
    };
    this.check = { name, run, ...options };
  }

  fails(error = new Error('password=hunter2 at 10.0.0.7')): this {
    this.answer = () => Promise.reject(error);
    return this;
  }

  hangs(): this {
    this.answer = () => new Promise(() => undefined);
    return this;
  }

  works(): this {
    this.answer = () => true;
    return this;
  }

  /** Answers after so long. */
  takes(world: World, durationMs: number, answer: unknown = true): this {
    this.answer = () => world.sleep(durationMs).then(() => answer);
    return this;
  }
}

/** A health in a world of its own, with probes as checks. */
export function healthWith(options: HealthOptions = {}, ...probes: Probe[]): { readonly world: World; readonly health: Health } {
  const world = new World();
  const health = createHealth({ ...options, checks: [...(options.checks ?? []), ...probes.map(({ check }) => check)] }, world.dependencies);
  return { world, health };
}
