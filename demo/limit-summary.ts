import { compare, SHARING_COLUMNS, type Comparison, type Summary } from './comparison.ts';
import type { LimitRunResult } from './limit-run.ts';

/** How much of what a limit gives the fleet is to get, at least. */
const LEAST_SHARE = 0.9;

/** Calls that one limit admits in a span of time, at most. */
function allowance({ limit: { limit, periodMs, burst } }: LimitRunResult, durationMs: number): number {
  return Math.floor((limit * durationMs) / periodMs) + burst;
}

/** Calls that the limit should have admitted, at least: most of what it gives while the load lasts, as far as that was asked for. */
function leastAdmitted(run: LimitRunResult): number {
  return Math.ceil(LEAST_SHARE * Math.min(run.requests, allowance(run, run.seconds * 1000)));
}

/** What the limits did that they are not for: limits of single environments are to admit everything, the shared one its due. */
export function limitShortcomings({ inMemory, shared }: Comparison<LimitRunResult>): string[] {
  const [least, most] = [leastAdmitted(shared), allowance(shared, shared.elapsedMs)];
  const problems: string[] = [];
  if (inMemory.admitted < inMemory.requests) {
    problems.push(`Limits in memory admitted ${inMemory.admitted} of ${inMemory.requests} requests: they should have admitted all.`);
  }
  if (shared.admitted < least || shared.admitted > most) {
    problems.push(`The shared limit admitted ${shared.admitted} requests: it should have been ${least} to ${most}.`);
    if (shared.decidedAlone > 0) {
      problems.push(`${shared.decidedAlone} environments decided alone for a while, for the table did not answer: the machine is too busy.`);
    }
  }
  return problems;
}

/** The comparison of the limits, line by line. */
export function limitSummary(runs: Comparison<LimitRunResult>): Summary {
  const { environments, limit } = runs.shared;
  const row = (what: string, value: (run: LimitRunResult) => string) => compare([runs.inMemory, runs.shared], what, value);
  return {
    head: `${environments} environments, a limit of ${describeLimit(limit)}`,
    columns: SHARING_COLUMNS,
    rows: [
      row('requests', (run) => String(run.requests)),
      row('admitted', (run) => String(run.admitted)),
      row('refused', (run) => String(run.refused)),
      row('most admitted in one second', (run) => String(run.mostInOneSecond)),
      row('store calls per request', (run) => (run.storeCalls / run.requests).toFixed(3)),
      row('of these, writes', (run) => (run.storeWrites / run.requests).toFixed(3)),
    ],
  };
}

/** A limit in few words. */
export function describeLimit({ limit, periodMs }: LimitRunResult['limit']): string {
  return `${limit} per ${periodMs === 1000 ? 'second' : `${periodMs / 1000} s`}`;
}
