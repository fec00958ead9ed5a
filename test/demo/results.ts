import type { CircuitRunResult } from '../../demo/circuit-run.ts';
import type { LimitRunResult } from '../../demo/limit-run.ts';
import type { Transition } from '../../demo/recorder.ts';

/** A run of the checkout as it might have been. */
export function circuitRun(transitions: readonly Transition[], more: Partial<CircuitRunResult> = {}): CircuitRunResult {
  const counts = { requests: 15, paid: 15, failingCalls: 0, refused: 0, errors: 0, storeCalls: 3, storeWrites: 2, openEnvironments: 0 };
  return {
    environments: 10,
    failFromMs: 5000,
    failToMs: 9000,
    ticks: [
      { atMs: 0, counts },
      { atMs: 250, counts: { ...counts, failingCalls: 5 } },
    ],
    transitions,
    requests: 1000,
    failingCalls: 40,
    refused: 360,
    storeCalls: 120,
    allOpenAfterMs: 1100,
    ...more,
  };
}

/** A run of the search as it might have been. */
export function limitRun(more: Partial<LimitRunResult> = {}): LimitRunResult {
  const counts = { requests: 15, admitted: 5, refused: 10, errors: 0, storeCalls: 3, storeWrites: 2 };
  return {
    environments: 10,
    limit: { limit: 20, periodMs: 1000, burst: 20 },
    seconds: 4,
    elapsedMs: 4050,
    ticks: [
      { atMs: 0, counts },
      { atMs: 250, counts },
    ],
    requests: 240,
    admitted: 98,
    refused: 142,
    storeCalls: 120,
    storeWrites: 90,
    mostInOneSecond: 39,
    decidedAlone: 0,
    ...more,
  };
}
