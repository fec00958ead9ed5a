import { parentPort } from 'node:worker_threads';
import { withoutTimeline } from '../test/simulation/report.ts';
import { simulate } from '../test/simulation/simulate.ts';
import type { SimulationTask } from '../test/simulation/simulation-worker.ts';
import { DESIGNS, type DesignName } from './peers/designs.ts';

/** One run of one design. */
export interface PeerTask extends SimulationTask {
  readonly design: DesignName;
}

parentPort?.on('message', ({ scenario, seed, design }: PeerTask) => {
  // What a run throws ends the worker, and the pool hears of it.
  void simulate(scenario, seed, DESIGNS[design]).then((result) => parentPort?.postMessage(withoutTimeline(result)));
});
