import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { IResilienceTables } from '../resilience-tables';
import type { IResilient } from '../resilient';

/** A state table that a function uses. */
export interface StateTable {
  /** What the table holds, for titles. */
  readonly holds: string;
  /** Identifies the table among those of a function. */
  readonly id: string;
  readonly table: dynamodb.ITable;
}

/** Which table keeps what. */
const KINDS = [
  { id: 'CircuitTable', holds: 'circuits', namesOf: (user: IResilient) => user.circuitNames, tableOf: (tables: IResilienceTables) => tables.circuitTable },
  { id: 'RateLimitTable', holds: 'rate limits', namesOf: (user: IResilient) => user.rateLimitNames, tableOf: (tables: IResilienceTables) => tables.rateLimitTable },
  { id: 'BulkheadTable', holds: 'bulkheads', namesOf: (user: IResilient) => user.bulkheadNames, tableOf: (tables: IResilienceTables) => tables.bulkheadTable },
];

/**
 * The tables that a function uses. Only those that exist: a table is created by being asked for, and looking at one must not
 * create it.
 */
export function stateTablesOf(resilient: IResilient): StateTable[] {
  const { tables } = resilient;
  if (tables === undefined) return [];
  return KINDS.filter(({ id, namesOf }) => namesOf(resilient).length > 0 && tables.node.tryFindChild(id) !== undefined).map(
    ({ id, holds, tableOf }) => ({ id, holds, table: tableOf(tables) }),
  );
}
