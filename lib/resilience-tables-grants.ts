import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CONTRACT } from './private/contract';

/**
 * What a principal needs of a customer-managed key to read and write a table encrypted with it. The same permissions as
 * core's `grantReadWriteData` gives, spelled out instead of `kms:ReEncrypt*` and `kms:GenerateDataKey*`.
 */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The tables that `ResilienceTablesGrants` grants permissions on. */
export interface ResilienceTablesGrantsProps {
  /**
   * The table that holds circuit state.
   *
   * @default - no permissions on circuit state can be granted
   */
  readonly circuitTable?: dynamodb.ITable;

  /**
   * The table that holds rate limits.
   *
   * @default - no permissions on rate limits can be granted
   */
  readonly rateLimitTable?: dynamodb.ITable;

  /**
   * The table that holds the slots of bulkheads.
   *
   * @default - no permissions on bulkheads can be granted
   */
  readonly bulkheadTable?: dynamodb.ITable;
}

/** Permissions on the tables that hold resilience state: exactly what the runtime uses, on exactly these tables. */
export class ResilienceTablesGrants {
  private readonly tables: ResilienceTablesGrantsProps;

  /** @param props the tables to grant permissions on */
  public constructor(props: ResilienceTablesGrantsProps) {
    // Kept whole and read only when a permission is granted: a table may be created by being asked for.
    this.tables = props;
  }

  /**
   * Lets a principal read and update the state of circuits.
   *
   * Where the table is encrypted with a customer-managed key, the use of that key is granted too.
   *
   * @param grantee the principal, usually a function
   * @returns the grant
   * @throws if there is no circuit table
   */
  public circuitState(grantee: iam.IGrantable): iam.Grant {
    return grantOn('circuitTable', this.tables.circuitTable, CONTRACT.tables.circuit.actions, grantee);
  }

  /**
   * Lets a principal read and update the state of rate limits.
   *
   * Where the table is encrypted with a customer-managed key, the use of that key is granted too.
   *
   * @param grantee the principal, usually a function
   * @returns the grant
   * @throws if there is no rate-limit table
   */
  public rateLimits(grantee: iam.IGrantable): iam.Grant {
    return grantOn('rateLimitTable', this.tables.rateLimitTable, CONTRACT.tables.rateLimit.actions, grantee);
  }

  /**
   * Lets a principal read and update the slots of bulkheads.
   *
   * Where the table is encrypted with a customer-managed key, the use of that key is granted too.
   *
   * @param grantee the principal, usually a function
   * @returns the grant
   * @throws if there is no bulkhead table
   */
  public bulkheads(grantee: iam.IGrantable): iam.Grant {
    return grantOn('bulkheadTable', this.tables.bulkheadTable, CONTRACT.tables.bulkhead.actions, grantee);
  }
}

function grantOn(name: string, table: dynamodb.ITable | undefined, actions: readonly string[], grantee: iam.IGrantable): iam.Grant {
  if (table === undefined) throw new Error(`${name} is undefined: pass it to ResilienceTablesGrants to grant permissions on it`);
  const { tableArn, encryptionKey } = table;
  // Not the table's own grants: those add the ARNs of its indexes, and none of our requests uses an index.
  const grant = iam.Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [tableArn] });
  return encryptionKey === undefined ? grant : grant.combine(encryptionKey.grant(grantee, ...KEY_ACTIONS));
}
