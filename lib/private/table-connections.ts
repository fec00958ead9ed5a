import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IResilienceTables } from '../resilience-tables';
import { CONTRACT } from './contract';
import { BULKHEADS, CIRCUITS, RATE_LIMITS, type DeclarationKind } from './declaration-kinds';

/** How a function comes to the table of a kind of thing that is declared for it. */
export interface TableConnection {
  /** Id of the table among the state tables. */
  readonly id: string;
  /** What is declared. */
  readonly kind: DeclarationKind;
  /** The environment variable that names the table. */
  readonly variable: string;
  /** The table itself. */
  tableOf(tables: IResilienceTables): dynamodb.ITable;
  /** Grants what the runtime does with the table. */
  grant(tables: IResilienceTables, grantee: iam.IGrantable): iam.Grant;
}

const { circuitTable: CIRCUIT_TABLE, rateLimitTable: RATE_LIMIT_TABLE, bulkheadTable: BULKHEAD_TABLE } = CONTRACT.environment;

/** A connection for every kind. */
export const CONNECTIONS: readonly TableConnection[] = [
  {
    id: 'CircuitTable',
    kind: CIRCUITS,
    variable: CIRCUIT_TABLE.name,
    tableOf: (tables) => tables.circuitTable,
    grant: (tables, grantee) => tables.grants.circuitState(grantee),
  },
  {
    id: 'RateLimitTable',
    kind: RATE_LIMITS,
    variable: RATE_LIMIT_TABLE.name,
    tableOf: (tables) => tables.rateLimitTable,
    grant: (tables, grantee) => tables.grants.rateLimits(grantee),
  },
  {
    id: 'BulkheadTable',
    kind: BULKHEADS,
    variable: BULKHEAD_TABLE.name,
    tableOf: (tables) => tables.bulkheadTable,
    grant: (tables, grantee) => tables.grants.bulkheads(grantee),
  },
];
