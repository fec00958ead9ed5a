import { parentPort } from 'node:worker_threads';
import { withoutTimeline } from './report.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

/** One run. */
export interface SimulationTask {
  readonly scenario: Scenario;
  readonly seed: number;
}

parentPort?.on('message', ({ scenario, seed }: SimulationTask) => {
  // What a run throws ends the worker, and the pool hears of it.
  void simulate(scenario, seed).then((result) => parentPort?.postMessage(withoutTimeline(result)));
});
