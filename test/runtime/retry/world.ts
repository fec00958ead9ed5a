import type { RetryEvent } from '../../../runtime/src/retry/events.ts';
import { createRetry, type RetryDependencies } from '../../../runtime/src/retry/create.ts';
import { RetryBudgets } from '../../../runtime/src/retry/budget.ts';
import type { RetryOptions } from '../../../runtime/src/retry/options.ts';
import type { Retry } from '../../../runtime/src/retry/policy.ts';
import type { AttemptCall } from '../../../runtime/src/retry/series.ts';
import { World } from '../health/fixture.ts';

/** Retries in a world whose time passes when a test says so. */
export class RetryWorld extends World {
  readonly budgets = new RetryBudgets();

  override get dependencies(): World['dependencies'] & Required<RetryDependencies> {
    return { ...super.dependencies, budgets: this.budgets };
  }

  /** A retry without jitter, so that waits are what a table says; a test that is about jitter sets it. */
  retry(options: RetryOptions = {}): Retry {
    return createRetry({ name: 'payments', jitter: 'none', ...options }, this.dependencies);
  }

  /** The types of everything that was reported, in order. */
  get types(): string[] {
    return this.sink.events.map(({ type }) => type);
  }

  /** Events of one type without their name and time. */
  told(type: RetryEvent['type']): Readonly<Record<string, unknown>>[] {
    return this.sink.events.filter((event) => event.type === type).map(({ type: _type, name: _name, atMs: _atMs, ...rest }) => rest);
  }
}

/** An operation that ends as it is told, call by call; the last ending is for all further calls. Errors are thrown. */
export class Script {
  /** Contexts of all attempts. */
  readonly calls: AttemptCall[] = [];
  /** When each attempt began, in milliseconds since the start. */
  readonly atMs: number[] = [];
  readonly #world: World;
  readonly #endings: readonly unknown[];

  constructor(world: World, ...endings: readonly unknown[]) {
    this.#world = world;
    this.#endings = endings;
  }

  readonly run = async (call: AttemptCall): Promise<unknown> => {
    this.calls.push(call);
    this.atMs.push(this.#world.elapsedMs);
    const ending = this.#endings[Math.min(this.calls.length, this.#endings.length) - 1];
    const ended: unknown = typeof ending === 'function' ? await (ending as (call: AttemptCall) => unknown)(call) : ending;
    if (ended instanceof Error) throw ended;
    return ended;
  };
}

/** An error that a network gives. */
export function networkError(code = 'ECONNRESET'): Error {
  return Object.assign(new Error(`read ${code}`), { code });
}

/** An error with a status, as HTTP clients throw it. */
export function statusError(statusCode: number, extra: object = {}): Error {
  return Object.assign(new Error(`status ${statusCode}`), { statusCode, ...extra });
}

/** What a call throws. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
