import type { StoreErrorReason } from '../../runtime/src/core/events.ts';

/** Counts what the store is asked to do. */
export class StoreMeter {
  reads = 0;
  /** Those of them that had to be consistent, and cost twice as much. */
  consistentReads = 0;
  writes = 0;
  /** Answers that came to an environment between two requests, when nothing can run. */
  lateReplies = 0;
  readonly failures = new Map<StoreErrorReason, number>();
  readonly #writesPerSecond = new Map<string, number[]>();

  /** Counts one read. */
  read(): void {
    this.reads += 1;
  }

  /** Counts one read that had to be consistent. */
  readConsistently(): void {
    this.reads += 1;
    this.consistentReads += 1;
  }

  /** Counts one write of an item. */
  write(item: string, nowMs: number): void {
    this.writes += 1;
    const seconds = this.#writesPerSecond.get(item) ?? [];
    this.#writesPerSecond.set(item, seconds);
    const second = Math.floor(nowMs / 1000);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }

  /** Writes of an item so far within the whole second that an instant lies in. */
  writesOfSecond(item: string, nowMs: number): number {
    return this.#writesPerSecond.get(item)?.[Math.floor(nowMs / 1000)] ?? 0;
  }

  /** Counts one request that brought no answer. */
  failed(reason: StoreErrorReason): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  /** Most writes of one item within a whole second, from a second on. */
  maxItemWritesPerSecond(fromSecond: number): number {
    let most = 0;
    for (const seconds of this.#writesPerSecond.values()) {
      seconds.forEach((writes, second) => {
        if (second >= fromSecond) most = Math.max(most, writes);
      });
    }
    return most;
  }
}
