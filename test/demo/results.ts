import type { BulkheadRunResult } from '../../demo/bulkhead-run.ts';
import type { CircuitRunResult } from '../../demo/circuit-run.ts';
import type { CarrierCall } from '../../demo/client-recorder.ts';
import type { ClientRunResult } from '../../demo/client-run.ts';
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

/** A run of the reports as it might have been: three at once, one after the other. */
export function bulkheadRun(more: Partial<BulkheadRunResult> = {}): BulkheadRunResult {
  return {
    environments: 10,
    slots: 3,
    seconds: 3,
    reports: [0, 10, 20, 160, 170, 180].map((fromMs) => ({ fromMs, toMs: fromMs + 150 })),
    requests: 180,
    stale: 18,
    done: 60,
    refused: 102,
    shed: 18,
    storeCalls: 360,
    storeWrites: 270,
    decidedAlone: 0,
    ...more,
  };
}

/** Reports that were all made at once. */
export function allAtOnce(count: number): BulkheadRunResult['reports'] {
  return Array.from({ length: count }, (_, index) => ({ fromMs: index, toMs: index + 150 }));
}

/** A run of the quotes as it might have been: a hundred requests, and two calls that hung at first. */
export function clientRun(more: Partial<ClientRunResult> = {}): ClientRunResult {
  const counts = { requests: 15, dropped: 0, answered: 14, failed: 1, calls: 16, hangingCalls: 1, storeCalls: 2, storeWrites: 2 };
  return {
    environments: 10,
    endpoints: 3,
    requestTimeoutMs: 1000,
    seconds: 4,
    hangFromMs: 1000,
    hangToMs: 3000,
    ticks: [
      { atMs: 0, counts },
      { atMs: 250, counts },
    ],
    waits: Array.from({ length: 100 }, (_, index) => ({ atMs: 40 * index, durationMs: index === 30 ? 400 : 25 })),
    calls: carrierCalls([1040, 1200]),
    requests: 100,
    dropped: 0,
    answered: 100,
    storeCalls: 12,
    ...more,
  };
}

/** Calls of a carrier, one every 40 ms, of which some came to the endpoint that hung. */
export function carrierCalls(hangAtMs: readonly number[]): CarrierCall[] {
  return Array.from({ length: 100 }, (_, index) => ({ atMs: 40 * index, answer: hangAtMs.includes(40 * index) ? 'hang' : 'quote' }));
}
