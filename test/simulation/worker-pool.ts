import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Runs one simulation per task, see `SimulationTask`. */
export const SIMULATION_WORKER = new URL('simulation-worker.ts', import.meta.url);

/** How tasks are run. */
export interface PoolOptions<Result> {
  /** Module of the workers: it answers every message, which is a task, with one message, its result. */
  readonly worker: URL;
  /** How many workers there are. */
  readonly jobs: number;
  /** Told of each result as it comes. */
  readonly onResult?: (result: Result, index: number) => void;
}

/**
 * Runs tasks in worker threads and gives their results in the order of the tasks.
 *
 * @throws What a task throws; the others are given up.
 */
export async function runInWorkers<Result>(tasks: readonly object[], options: PoolOptions<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = tasks.map((task, index) => ({ task, index })).values();
  const workers = Array.from({ length: Math.min(options.jobs, tasks.length) }, () => new Worker(options.worker));
  const work = async (worker: Worker) => {
    for (const { task, index } of waiting) {
      worker.postMessage(task);
      const [result] = (await once(worker, 'message')) as [Result];
      results[index] = result;
      options.onResult?.(result, index);
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}
