import type { Sleep } from '../core/sleep.ts';
import { within } from './within.ts';

/** How a callback of the user is asked. */
export interface CallbackSetting {
  /** Longest time to wait for a promise, in milliseconds. */
  readonly timeoutMs: number;
  readonly sleep: Sleep;
  /** Told what it throws, or that it took too long. */
  readonly onFailure: (error: unknown) => void;
}

const LATE = Symbol('late');

/** What a callback answers; undefined if it throws, rejects, or takes too long. */
export async function askCallback<T>(callback: () => T | PromiseLike<T>, setting: CallbackSetting): Promise<T | undefined> {
  const { timeoutMs, sleep, onFailure } = setting;
  try {
    const answer = await within(new Promise<T>((resolve) => resolve(callback())), timeoutMs, LATE, sleep);
    if (answer !== LATE) return answer;
    onFailure(new Error(`no answer in ${timeoutMs} ms`));
  } catch (error) {
    onFailure(error);
  }
  return undefined;
}
