import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, type IConstruct } from 'constructs';
import { CONTRACT } from './private/contract';
import { ResilienceTablesGrants } from './resilience-tables-grants';

/** The tables that hold the state a fleet shares, whether created in this app or imported. */
export interface IResilienceTables extends IConstruct {
  /** The table that holds circuit state. */
  readonly circuitTable: dynamodb.ITable;

  /** Permissions on the tables. */
  readonly grants: ResilienceTablesGrants;
}

/** Names of tables that exist already. */
export interface ResilienceTableNames {
  /** Name of the table that holds circuit state, in the account and region of the importing stack. */
  readonly circuitTableName: string;

  /**
   * The customer-managed key that the tables are encrypted with, so that grants include its use.
   *
   * @default - the tables are encrypted with a key owned or managed by AWS, which needs no grant
   */
  readonly encryptionKey?: kms.IKey;
}

/** How the tables are created. */
export interface ResilienceTablesProps {
  /**
   * How the tables are encrypted at rest.
   *
   * The default costs nothing and needs no grant. A customer-managed key adds KMS requests, its use is granted with
   * the table, and CDK asks for a stack whose region is stated.
   *
   * @default TableEncryptionV2.dynamoOwnedKey()
   */
  readonly encryption?: dynamodb.TableEncryptionV2;

  /**
   * What happens to the tables when they leave the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the tables can be restored to a point in time.
   *
   * The state describes the last minutes and is rebuilt from live traffic, so a restored copy is of no use; switch it on
   * where a policy of your organisation asks for it.
   *
   * @default false
   */
  readonly pointInTimeRecovery?: boolean;

  /**
   * Whether CloudWatch Contributor Insights reports the keys that are throttled, and only those.
   *
   * @default false
   */
  readonly contributorInsights?: boolean;
}

/**
 * The DynamoDB tables that hold the state a fleet shares.
 *
 * On demand, without physical names, and with a time to live that collects what is no longer used. One set of tables
 * serves any number of functions: pass it to each as `tables`.
 */
@propertyInjectable
export class ResilienceTables extends Construct implements IResilienceTables {
  /** Identifies the construct to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilienceTables';

  /**
   * Uses tables that exist already, for instance those of another app.
   *
   * @param scope the scope to import into
   * @param id the id of the imported construct
   * @param names the names of the tables
   */
  public static fromTableNames(scope: Construct, id: string, names: ResilienceTableNames): IResilienceTables {
    return new ImportedResilienceTables(scope, id, names);
  }

  /** The table that holds circuit state. */
  public readonly circuitTable: dynamodb.ITable;

  /** Permissions on the tables. */
  public readonly grants: ResilienceTablesGrants;

  /**
   * @param scope the scope to create the tables in
   * @param id the id of the construct
   * @param props how the tables are created
   */
  public constructor(scope: Construct, id: string, props: ResilienceTablesProps = {}) {
    super(scope, id);
    this.circuitTable = new dynamodb.TableV2(this, 'CircuitTable', {
      ...tableOptions(props),
      partitionKey: { name: CONTRACT.tables.circuit.partitionKey, type: dynamodb.AttributeType.STRING },
      timeToLiveAttribute: CONTRACT.tables.circuit.timeToLiveAttribute,
    });
    this.grants = new ResilienceTablesGrants({ circuitTable: this.circuitTable });
  }
}

/** Tables known by name only. */
class ImportedResilienceTables extends Construct implements IResilienceTables {
  public readonly circuitTable: dynamodb.ITable;
  public readonly grants: ResilienceTablesGrants;

  constructor(scope: Construct, id: string, { circuitTableName, encryptionKey }: ResilienceTableNames) {
    super(scope, id);
    this.circuitTable = dynamodb.TableV2.fromTableAttributes(this, 'CircuitTable', {
      tableName: circuitTableName,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
    });
    this.grants = new ResilienceTablesGrants({ circuitTable: this.circuitTable });
  }
}

function tableOptions(props: ResilienceTablesProps) {
  const { encryption, removalPolicy, pointInTimeRecovery = false, contributorInsights = false } = props;
  return {
    billing: dynamodb.Billing.onDemand(),
    encryption: encryption ?? dynamodb.TableEncryptionV2.dynamoOwnedKey(),
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
    // Only throttled keys: what is accessed is no question here, and every event reported is paid for.
    contributorInsightsSpecification: contributorInsights
      ? { enabled: true, mode: dynamodb.ContributorInsightsMode.THROTTLED_KEYS }
      : { enabled: false },
  };
}
