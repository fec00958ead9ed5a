import type { BulkheadRunResult } from './bulkhead-run.ts';
import { bulkheadShortcomings, bulkheadSummary } from './bulkhead-summary.ts';
import type { CircuitRunResult } from './circuit-run.ts';
import { circuitShortcomings, circuitSummary } from './circuit-summary.ts';
import type { ClientRunResult } from './client-run.ts';
import { clientShortcomings, clientSummary } from './client-summary.ts';
import { renderTable, type Calling, type Comparison, type Summary } from './comparison.ts';
import type { LimitRunResult } from './limit-run.ts';
import { limitShortcomings, limitSummary } from './limit-summary.ts';

/** Everything that the demo showed. */
export interface DemoResult {
  /** Runs of the checkout, over the same weather. */
  readonly circuits: Comparison<CircuitRunResult>;
  /** Runs of the search, under the same load. */
  readonly limits: Comparison<LimitRunResult>;
  /** Runs of the reports, under the same load. */
  readonly bulkheads: Comparison<BulkheadRunResult>;
  /** Runs of the quotes, over the same weather. */
  readonly clients: Comparison<ClientRunResult, Calling>;
}

/** What did not turn out as it should, as sentences; nothing if the demo succeeded. */
export function shortcomings({ circuits, limits, bulkheads, clients }: DemoResult): string[] {
  return [...circuitShortcomings(circuits), ...limitShortcomings(limits), ...bulkheadShortcomings(bulkheads), ...clientShortcomings(clients)];
}

/** The comparisons. */
export function summaries({ circuits, limits, bulkheads, clients }: DemoResult): Summary[] {
  return [circuitSummary(circuits), limitSummary(limits), bulkheadSummary(bulkheads), clientSummary(clients)];
}

/** The comparisons as tables for the terminal. */
export function renderSummary(result: DemoResult): string {
  return summaries(result).map(renderTable).join('\n\n');
}
