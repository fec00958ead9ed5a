import type { Sleep } from '../core/sleep.ts';

/** What comes of work if it comes in time, else `late`. Infinite time has no timer. What the work throws is thrown on. */
export async function within<T, Late>(work: PromiseLike<T>, durationMs: number, late: Late, sleep: Sleep): Promise<T | Late> {
  if (!Number.isFinite(durationMs)) return work;
  const over = new AbortController();
  const giveUp = (): Late => late;
  try {
    return await Promise.race([work, sleep(durationMs, over.signal).then(giveUp, giveUp)]);
  } finally {
    over.abort();
  }
}
