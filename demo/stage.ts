import type { CreatedTable, EmbeddedDynamoDb, FaultProxy } from '../local/index.ts';
import type { WrittenDashboard } from './dashboard.ts';
import type { DemoResult } from './summary.ts';
import type { SynthesizedStack } from './synthesized-stack.ts';

/** What the steps hand on to each other. */
export interface Stage {
  stack?: SynthesizedStack;
  engine?: EmbeddedDynamoDb;
  /** Counts the requests to the state tables, and passes them on. */
  proxy?: FaultProxy;
  tables?: ReadonlyMap<string, CreatedTable>;
  /** Results of the runs that have been made. */
  readonly results: { readonly [Kind in keyof DemoResult]: Made<DemoResult[Kind]> };
  /** What functions printed for CloudWatch to take metrics out of, in the runs that are drawn on the dashboard. */
  readonly metricLines: string[];
  report?: string;
  dashboard?: WrittenDashboard;
}

/** What there is so far of a comparison. */
type Made<Runs> = { -readonly [Way in keyof Runs]?: Runs[Way] };

/** Nothing has run. */
export function newStage(): Stage {
  return { results: { circuits: {}, limits: {}, bulkheads: {}, clients: {} }, metricLines: [] };
}

/** Everything that the demo showed, when all has run. */
export function demoResult({ results: { circuits, limits, bulkheads, clients } }: Stage): DemoResult {
  return {
    circuits: { inMemory: required(circuits.inMemory), shared: required(circuits.shared) },
    limits: { inMemory: required(limits.inMemory), shared: required(limits.shared) },
    bulkheads: { inMemory: required(bulkheads.inMemory), shared: required(bulkheads.shared) },
    clients: { plain: required(clients.plain), client: required(clients.client) },
  };
}

/** What an earlier step has left. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an earlier step has not run');
  return value;
}
