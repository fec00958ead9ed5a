import Table from 'cli-table3';
import type { RunResult } from './load.ts';

/** Both runs of the demo, over the same weather. */
export interface DemoResult {
  /** Every environment keeps its own circuit. */
  readonly inMemory: RunResult;
  /** The fleet shares one circuit. */
  readonly shared: RunResult;
}

/** One line of the summary: what is compared, and the two values. */
export interface SummaryRow {
  readonly what: string;
  readonly inMemory: string;
  readonly shared: string;
}

/** How often the circuit went from closed to open. */
export function opened({ transitions }: RunResult): number {
  return transitions.filter(({ from, to }) => from === 'closed' && to === 'open').length;
}

/** How often a failed probe opened the circuit again. */
export function reopened({ transitions }: RunResult): number {
  return transitions.filter(({ from, to }) => from === 'half_open' && to === 'open').length;
}

/** How often the circuit closed. */
export function closed({ transitions }: RunResult): number {
  return transitions.filter(({ to }) => to === 'closed').length;
}

/** Milliseconds from the failure to the first transition to open; undefined if there was none. */
export function openedAfterMs({ transitions, failFromMs }: RunResult): number | undefined {
  const first = transitions.find(({ to }) => to === 'open');
  return first === undefined ? undefined : first.atMs - failFromMs;
}

/** Whether the shared circuit did what it is for: it opened once for the whole fleet, and closed again. */
export function succeeded({ shared }: DemoResult): boolean {
  return opened(shared) === 1 && closed(shared) === 1;
}

/** The comparison, line by line. */
export function summaryRows({ inMemory, shared }: DemoResult): SummaryRow[] {
  const row = (what: string, value: (run: RunResult) => string): SummaryRow => ({
    what,
    inMemory: value(inMemory),
    shared: value(shared),
  });
  return [
    row('requests', (run) => String(run.requests)),
    row('time to open, first environment', (run) => seconds(openedAfterMs(run))),
    row('time to open, all environments', (run) => seconds(run.allOpenAfterMs)),
    row('transitions to OPEN from closed', (run) => String(opened(run))),
    row('transitions to OPEN by a failed probe', (run) => String(reopened(run))),
    row('transitions to CLOSED', (run) => String(closed(run))),
    row('failing calls made', (run) => String(run.failingCalls)),
    row('requests refused', (run) => String(run.refused)),
    row('store calls per request', (run) => (run.storeCalls / run.requests).toFixed(3)),
  ];
}

/** The comparison as a table for the terminal. */
export function renderSummary(result: DemoResult): string {
  const table = new Table({
    head: [`${result.shared.environments} environments`, 'in memory', 'shared'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  table.push(...summaryRows(result).map(({ what, inMemory, shared }) => [what, inMemory, shared]));
  return table.toString();
}

function seconds(durationMs: number | undefined): string {
  return durationMs === undefined ? 'never' : `${(durationMs / 1000).toFixed(2)} s`;
}
