import type { CircuitRunResult } from './circuit-run.ts';
import { compare, seconds, SHARING_COLUMNS, type Comparison, type Summary } from './comparison.ts';

/** How often the circuit went from closed to open. */
export function opened({ transitions }: CircuitRunResult): number {
  return transitions.filter(({ from, to }) => from === 'closed' && to === 'open').length;
}

/** How often a failed probe opened the circuit again. */
export function reopened({ transitions }: CircuitRunResult): number {
  return transitions.filter(({ from, to }) => from === 'half_open' && to === 'open').length;
}

/** How often the circuit closed. */
export function closed({ transitions }: CircuitRunResult): number {
  return transitions.filter(({ to }) => to === 'closed').length;
}

/** Milliseconds from the failure to the first transition to open; undefined if there was none. */
export function openedAfterMs({ transitions, failFromMs }: CircuitRunResult): number | undefined {
  const first = transitions.find(({ to }) => to === 'open');
  return first === undefined ? undefined : first.atMs - failFromMs;
}

/** What the shared circuit did that it is not for: it is to open once for the whole fleet, and to close again. */
export function circuitShortcomings({ shared }: Comparison<CircuitRunResult>): string[] {
  const [opens, closes] = [opened(shared), closed(shared)];
  if (opens === 1 && closes === 1) return [];
  return [`The shared circuit opened ${opens} times and closed ${closes} times: it should have done both once.`];
}

/** The comparison of the circuits, line by line. */
export function circuitSummary(runs: Comparison<CircuitRunResult>): Summary {
  const row = (what: string, value: (run: CircuitRunResult) => string) => compare([runs.inMemory, runs.shared], what, value);
  return {
    head: `${runs.shared.environments} environments, a circuit`,
    columns: SHARING_COLUMNS,
    rows: [
      row('requests', (run) => String(run.requests)),
      row('time to open, first environment', (run) => seconds(openedAfterMs(run))),
      row('time to open, all environments', (run) => seconds(run.allOpenAfterMs)),
      row('transitions to OPEN from closed', (run) => String(opened(run))),
      row('transitions to OPEN by a failed probe', (run) => String(reopened(run))),
      row('transitions to CLOSED', (run) => String(closed(run))),
      row('failing calls made', (run) => String(run.failingCalls)),
      row('requests refused', (run) => String(run.refused)),
      row('store calls per request', (run) => (run.storeCalls / run.requests).toFixed(3)),
    ],
  };
}
