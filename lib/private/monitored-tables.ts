import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { IResilienceTables } from '../resilience-tables';
import type { IResilient } from '../resilient';
import { stateTableIdsOf } from './attachment';

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
  // What is declared is not always shared. Of what others protect, nothing but the names is known.
  const used = stateTableIdsOf(resilient.protectedFunction);
  const isUsed = ({ id, namesOf }: (typeof KINDS)[number]) => used?.has(id) ?? namesOf(resilient).length > 0;
  return KINDS.filter((kind) => isUsed(kind) && tables.node.tryFindChild(kind.id) !== undefined).map(({ id, holds, tableOf }) => ({
    id,
    holds,
    table: tableOf(tables),
  }));
}
