import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, type IConstruct } from 'constructs';
import { CONTRACT } from './private/contract';
import { ResilienceTablesGrants } from './resilience-tables-grants';
import { ResilienceTablesMetrics } from './resilience-tables-metrics';

/** The tables that hold the state a fleet shares, whether created in this app or imported. */
export interface IResilienceTables extends IConstruct {
  /** The table that holds circuit state; imported tables that lack it throw when they are asked for it. */
  readonly circuitTable: dynamodb.ITable;

  /** The table that holds rate limits; imported tables that lack it throw when they are asked for it. */
  readonly rateLimitTable: dynamodb.ITable;

  /** The table that holds the slots of bulkheads; imported tables that lack it throw when they are asked for it. */
  readonly bulkheadTable: dynamodb.ITable;

  /** Permissions on the tables. */
  readonly grants: ResilienceTablesGrants;

  /** What the tables consume and refuse. */
  readonly metrics: ResilienceTablesMetrics;
}

/** Names of tables that exist already, in the account and region of the importing stack; at least one is needed. */
export interface ResilienceTableNames {
  /**
   * Name of the table that holds circuit state.
   *
   * @default - there is none: functions with circuits that are shared cannot use these tables
   */
  readonly circuitTableName?: string;

  /**
   * ARN of the stream of that table, which has to hold images of the items before and after a change.
   *
   * @default - none is known, so `ResilienceEvents` cannot use these tables
   */
  readonly circuitTableStreamArn?: string;

  /**
   * Name of the table that holds rate limits.
   *
   * @default - there is none: functions with rate limits that are shared cannot use these tables
   */
  readonly rateLimitTableName?: string;

  /**
   * Name of the table that holds the slots of bulkheads.
   *
   * @default - there is none: functions with bulkheads that are shared cannot use these tables
   */
  readonly bulkheadTableName?: string;

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
   * It shows which circuit or whose limit is too busy for one item. Every throttled request that it reports is paid for, and a
   * table on demand has few: switch it on when `StoreErrors` or the metrics of the tables show throttles.
   *
   * @default false
   */
  readonly contributorInsights?: boolean;

  /**
   * Whether the table that holds circuit state has a stream of its changes, which `ResilienceEvents` reads.
   *
   * @default false
   */
  readonly circuitStream?: boolean;
}

/**
 * The DynamoDB tables that hold the state a fleet shares.
 *
 * On demand, without physical names, and with a time to live that collects what is no longer used. One set of tables
 * serves any number of functions: pass it to each as `tables`. A table is created when it is first asked for, so there is
 * no rate-limit table where nothing limits, and no circuit table where there are only rate limits or bulkheads.
 *
 * What they hold counts in their Region: a limit holds for the functions of one Region, and a service that runs in two has it twice.
 * Replicas would not change that, because they take over each other's changes only after a while; so there are none.
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
   * @returns the tables
   * @throws if no name is given
   */
  public static fromTableNames(scope: Construct, id: string, names: ResilienceTableNames): IResilienceTables {
    return new ImportedResilienceTables(scope, id, names);
  }

  /** Permissions on the tables. */
  public readonly grants: ResilienceTablesGrants;

  /** What the tables consume and refuse. */
  public readonly metrics: ResilienceTablesMetrics;

  private readonly props: ResilienceTablesProps;
  private createdCircuitTable?: dynamodb.ITable;
  private createdRateLimitTable?: dynamodb.ITable;
  private createdBulkheadTable?: dynamodb.ITable;

  /**
   * @param scope the scope to create the tables in
   * @param id the id of the construct
   * @param props how the tables are created
   */
  public constructor(scope: Construct, id: string, props: ResilienceTablesProps = {}) {
    super(scope, id);
    this.props = props;
    this.grants = new ResilienceTablesGrants(this);
    this.metrics = new ResilienceTablesMetrics(this);
  }

  /** The table that holds circuit state, created when it is first asked for. */
  public get circuitTable(): dynamodb.ITable {
    const dynamoStream = this.props.circuitStream === true ? dynamodb.StreamViewType.NEW_AND_OLD_IMAGES : undefined;
    this.createdCircuitTable ??= newTable(this, 'CircuitTable', CONTRACT.tables.circuit, { ...tableOptions(this.props), dynamoStream });
    return this.createdCircuitTable;
  }

  /** The table that holds rate limits, created when it is first asked for. */
  public get rateLimitTable(): dynamodb.ITable {
    this.createdRateLimitTable ??= newTable(this, 'RateLimitTable', CONTRACT.tables.rateLimit, tableOptions(this.props));
    return this.createdRateLimitTable;
  }

  /** The table that holds the slots of bulkheads, created when it is first asked for. */
  public get bulkheadTable(): dynamodb.ITable {
    this.createdBulkheadTable ??= newTable(this, 'BulkheadTable', CONTRACT.tables.bulkhead, tableOptions(this.props));
    return this.createdBulkheadTable;
  }
}

/** Tables known by name only. */
class ImportedResilienceTables extends Construct implements IResilienceTables {
  public readonly grants: ResilienceTablesGrants;
  public readonly metrics: ResilienceTablesMetrics;
  private readonly knownCircuitTable: dynamodb.ITable | undefined;
  private readonly knownRateLimitTable: dynamodb.ITable | undefined;
  private readonly knownBulkheadTable: dynamodb.ITable | undefined;

  constructor(scope: Construct, id: string, names: ResilienceTableNames) {
    super(scope, id);
    const { circuitTableName, circuitTableStreamArn: tableStreamArn, rateLimitTableName, bulkheadTableName, encryptionKey } = names;
    if (!circuitTableName && !rateLimitTableName && !bulkheadTableName) {
      throw new Error(
        `fromTableNames for ${this.node.path} has no name: set at least one of circuitTableName, rateLimitTableName and bulkheadTableName`,
      );
    }
    if (tableStreamArn && !circuitTableName) {
      throw new Error(`fromTableNames for ${this.node.path} has circuitTableStreamArn alone: set circuitTableName, whose stream it is`);
    }
    this.knownCircuitTable = importedTable(this, 'CircuitTable', { tableName: circuitTableName, tableStreamArn, encryptionKey });
    this.knownRateLimitTable = importedTable(this, 'RateLimitTable', { tableName: rateLimitTableName, encryptionKey });
    this.knownBulkheadTable = importedTable(this, 'BulkheadTable', { tableName: bulkheadTableName, encryptionKey });
    this.grants = new ResilienceTablesGrants(this);
    this.metrics = new ResilienceTablesMetrics(this);
  }

  get circuitTable(): dynamodb.ITable {
    return this.knownCircuitTable ?? this.refuse('circuitTable');
  }

  get rateLimitTable(): dynamodb.ITable {
    return this.knownRateLimitTable ?? this.refuse('rateLimitTable');
  }

  get bulkheadTable(): dynamodb.ITable {
    return this.knownBulkheadTable ?? this.refuse('bulkheadTable');
  }

  private refuse(table: 'circuitTable' | 'rateLimitTable' | 'bulkheadTable'): never {
    throw new Error(`${table} of ${this.node.path} is not known: set ${table}Name in fromTableNames`);
  }
}

function importedTable(scope: Construct, id: string, attributes: dynamodb.TableAttributesV2): dynamodb.ITable | undefined {
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== '');
  return attributes.tableName ? dynamodb.TableV2.fromTableAttributes(scope, id, Object.fromEntries(known)) : undefined;
}

/** The keys of a table, as the contract states them. */
interface TableKeys {
  readonly partitionKey: string;
  readonly timeToLiveAttribute: string;
}

type TableOptions = Omit<dynamodb.TablePropsV2, 'partitionKey'>;

function newTable(scope: Construct, id: string, { partitionKey, timeToLiveAttribute }: TableKeys, options: TableOptions): dynamodb.ITable {
  return new dynamodb.TableV2(scope, id, {
    ...options,
    partitionKey: { name: partitionKey, type: dynamodb.AttributeType.STRING },
    timeToLiveAttribute,
  });
}

function tableOptions(props: ResilienceTablesProps): TableOptions {
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
