import { createTimeout } from '../../../runtime/src/timeout/create.ts';
import type { TimeoutEvent } from '../../../runtime/src/timeout/events.ts';
import type { TimeoutOptions } from '../../../runtime/src/timeout/options.ts';
import type { Timeout } from '../../../runtime/src/timeout/policy.ts';
import { World } from '../health/fixture.ts';

/** Timeouts in a world whose time passes when a test says so. */
export class TimeoutWorld extends World {
  timeout(options: TimeoutOptions = {}): Timeout {
    return createTimeout(options, this.dependencies);
  }

  /** What was reported so far, without name and instant. */
  get reported(): Record<string, unknown>[] {
    return (this.sink.events as TimeoutEvent[]).map(({ name: _name, atMs: _atMs, ...rest }) => rest);
  }

  /** What was reported of one type. */
  ofType(type: TimeoutEvent['type']): Record<string, unknown>[] {
    return this.reported.filter((event) => event['type'] === type);
  }
}

/** What comes of a promise, and whether anything has yet. */
export function watch(promise: Promise<unknown>): { state: 'open' | 'value' | 'error'; result: unknown } {
  const watched: { state: 'open' | 'value' | 'error'; result: unknown } = { state: 'open', result: undefined };
  promise.then(
    (value) => Object.assign(watched, { state: 'value', result: value }),
    (error: unknown) => Object.assign(watched, { state: 'error', result: error }),
  );
  return watched;
}
