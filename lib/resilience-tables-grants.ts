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
  /** The table that holds circuit state. */
  readonly circuitTable: dynamodb.ITable;
}

/** Permissions on the tables that hold resilience state: exactly what the runtime uses, on exactly these tables. */
export class ResilienceTablesGrants {
  private readonly circuitTable: dynamodb.ITable;

  /** @param props the tables to grant permissions on */
  public constructor(props: ResilienceTablesGrantsProps) {
    this.circuitTable = props.circuitTable;
  }

  /**
   * Lets a principal read and update the state of circuits.
   *
   * Where the table is encrypted with a customer-managed key, the use of that key is granted too.
   *
   * @param grantee the principal, usually a function
   */
  public circuitState(grantee: iam.IGrantable): iam.Grant {
    const { tableArn, encryptionKey } = this.circuitTable;
    // Not the table's own grants: those add the ARNs of its indexes, and none of our requests uses an index.
    const grant = iam.Grant.addToPrincipal({
      grantee,
      actions: [...CONTRACT.tables.circuit.actions],
      resourceArns: [tableArn],
    });
    return encryptionKey === undefined ? grant : grant.combine(encryptionKey.grant(grantee, ...KEY_ACTIONS));
  }
}
