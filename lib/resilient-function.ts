import { Annotations, Lazy, Stack, Token, TokenComparison, Validations } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import type { CircuitOptions } from './circuit-options';
import { ConfigurationRegistry } from './private/configuration-registry';
import { CONTRACT } from './private/contract';
import { CIRCUITS, RATE_LIMITS, type DeclarationKind } from './private/declaration-kinds';
import { withDefaults } from './private/function-defaults';
import { show } from './private/option-problem';
import type { RateLimitOptions } from './rate-limit-options';
import { ResilienceTables, type IResilienceTables } from './resilience-tables';

const { configuration: CONFIGURATION, circuitTable: CIRCUIT_TABLE, rateLimitTable: RATE_LIMIT_TABLE } = CONTRACT.environment;

/** How a function comes to the table of a kind of thing that it declares. */
interface TableConnection {
  readonly kind: DeclarationKind;
  readonly variable: string;
  tableOf(tables: IResilienceTables): dynamodb.ITable;
  grant(tables: IResilienceTables, grantee: iam.IGrantable): iam.Grant;
}

const CONNECTIONS: readonly TableConnection[] = [
  {
    kind: CIRCUITS,
    variable: CIRCUIT_TABLE.name,
    tableOf: (tables) => tables.circuitTable,
    grant: (tables, grantee) => tables.grants.circuitState(grantee),
  },
  {
    kind: RATE_LIMITS,
    variable: RATE_LIMIT_TABLE.name,
    tableOf: (tables) => tables.rateLimitTable,
    grant: (tables, grantee) => tables.grants.rateLimits(grantee),
  },
];

/**
 * A `NodejsFunction` and what protects it.
 *
 * `entry` or `code` is needed. What is not set takes the library's default: Node.js 24 on arm64, 512 MB, 30 seconds,
 * active tracing, logs in JSON, and a minified ESM bundle with source map and AWS SDK.
 */
export interface ResilientFunctionProps extends NodejsFunctionProps {
  /**
   * The circuit breakers that the handler uses, by name.
   *
   * A name is 1 to 64 letters, digits, hyphens or underscores, starting with a letter; names must differ in more than
   * letter case. At most 50 circuits.
   *
   * @default - no circuits
   */
  readonly circuits?: { [name: string]: CircuitOptions };

  /**
   * The rate limits that the handler uses, by name.
   *
   * A name is 1 to 64 letters, digits, hyphens or underscores, starting with a letter; names must differ in more than
   * letter case. At most 50 rate limits.
   *
   * @default - no rate limits
   */
  readonly rateLimits?: { [name: string]: RateLimitOptions };

  /**
   * The tables that hold shared state. Pass the same ones to every function that is to share its circuits and rate limits.
   *
   * @default - the function's own tables, created only if a circuit or a rate limit is enabled and shared
   */
  readonly tables?: IResilienceTables;
}

/**
 * A Lambda function with the tables, grants and configuration that the resilience runtime needs.
 *
 * The function may read and update the items of its tables and nothing else. Two cdk-nag findings that no function of this kind
 * can avoid are acknowledged on it: the managed policy of the default role, and the resource wildcard that X-Ray needs.
 */
@propertyInjectable
export class ResilientFunction extends NodejsFunction {
  /** Identifies the construct to property injectors; those for `lambda.Function` apply as well. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilientFunction';

  private readonly registry: ConfigurationRegistry;
  private readonly connected = new Set<TableConnection>();
  private stateTables?: IResilienceTables;
  private sizeDoubted = false;

  /**
   * @param scope the scope to create the function in
   * @param id the id of the construct
   * @param props the function and what protects it
   * @throws if neither `entry` nor `code` is given, if circuits or rate limits cannot be used (every problem at
   * once), if tables lack what they need, or if `environment` sets a variable that the construct sets itself
   */
  public constructor(scope: Construct, id: string, props: ResilientFunctionProps = {}) {
    const { circuits, rateLimits, tables, ...functionProps } = props;
    const path = `${scope.node.path}/${id}`;
    // Before anything is created: bundling takes time and fails less clearly.
    refuseMissingCode(path, functionProps);
    Object.keys(functionProps.environment ?? {}).forEach(refuseReservedVariable);
    const registry = new ConfigurationRegistry(path);
    registry.declare({ circuits, rateLimits });
    const effective = withDefaults(functionProps);
    super(scope, id, effective);
    this.registry = registry;
    this.stateTables = tables;
    this.applyConfiguration();
    acknowledgeUnavoidable(this, effective);
  }

  /**
   * The tables that hold shared state: those passed in, or the function's own.
   *
   * Undefined while neither exists.
   */
  public get tables(): IResilienceTables | undefined {
    return this.stateTables;
  }

  /**
   * Declares one more circuit.
   *
   * @param name the circuit's name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter
   * @param options what the circuit does; without them it has the defaults
   * @returns the function, for chaining
   * @throws if the name is declared already, or if anything about the circuit cannot be used (every problem at once)
   */
  public addCircuit(name: string, options: CircuitOptions = {}): ResilientFunction {
    this.registry.declare({ circuits: { [name]: options } });
    this.applyConfiguration();
    return this;
  }

  /**
   * Declares one more rate limit.
   *
   * @param name the rate limit's name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter
   * @param options what the rate limit does
   * @returns the function, for chaining
   * @throws if the name is declared already, or if anything about the rate limit cannot be used (every problem at once)
   */
  public addRateLimit(name: string, options: RateLimitOptions): ResilientFunction {
    this.registry.declare({ rateLimits: { [name]: options } });
    this.applyConfiguration();
    return this;
  }

  /**
   * Adds an environment variable to the function.
   *
   * @param key the variable's name
   * @param value the variable's value
   * @param options how the variable is handled in Lambda@Edge
   * @throws if the construct sets that variable itself
   */
  public override addEnvironment(key: string, value: string, options?: lambda.EnvironmentOptions): this {
    refuseReservedVariable(key);
    return super.addEnvironment(key, value, options);
  }

  private applyConfiguration(): void {
    if (this.registry.isEmpty) return;
    // Lazy: what is declared later is included, and every declaration repeats the same value.
    const document = Lazy.string({ produce: () => Stack.of(this).toJsonString(this.registry.document) });
    super.addEnvironment(CONFIGURATION.name, document);
    for (const connection of CONNECTIONS) if (this.registry.needsTable(connection.kind)) this.connect(connection);
    if (this.registry.sizeDoubt !== undefined && !this.sizeDoubted) {
      this.sizeDoubted = true;
      Annotations.of(this).addWarningV2('resilient-lambda:configurationSize', this.registry.sizeDoubt);
    }
  }

  private connect(connection: TableConnection): void {
    if (this.connected.has(connection)) return;
    this.stateTables ??= new ResilienceTables(this, 'Tables');
    const table = connection.tableOf(this.stateTables);
    refuseDistantTable(this, table);
    super.addEnvironment(connection.variable, table.tableName);
    connection.grant(this.stateTables, this);
    this.connected.add(connection);
  }
}

function refuseMissingCode(path: string, { entry, code }: NodejsFunctionProps): void {
  if (Boolean(entry) || code !== undefined) return;
  // NodejsFunction would look beside the file that calls its constructor, which here is this one.
  throw new Error(`entry of ${path} is ${show(entry)}: set entry to the file of the handler, or code and handler`);
}

function refuseReservedVariable(name: string): void {
  const reserved = Object.values(CONTRACT.environment).find((variable) => variable.name === name);
  if (reserved === undefined) return;
  throw new Error(`environment.${name} is set by ResilientFunction: remove it and use circuits, rateLimits and tables instead`);
}

function refuseDistantTable(fn: ResilientFunction, { env: { region, account } }: dynamodb.ITable): void {
  const differs = (here: string, there: string) => Token.compareStrings(here, there) === TokenComparison.DIFFERENT;
  if (!differs(fn.env.region, region) && !differs(fn.env.account, account)) return;
  // The runtime knows the table by name alone and asks for it where the function runs.
  throw new Error(
    `tables of ${fn.node.path} is in ${account}/${region}: use tables in ${fn.env.account}/${fn.env.region}, where the function is`,
  );
}

function acknowledgeUnavoidable(fn: ResilientFunction, { role, tracing }: NodejsFunctionProps): void {
  const validations = Validations.of(fn);
  if (role === undefined) {
    validations.acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: 'The default role of a Lambda function takes the permission to write its logs from this managed policy.',
    });
  }
  if (tracing !== lambda.Tracing.DISABLED) {
    validations.acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'AWS X-Ray has no resource-level permissions for sending trace segments.',
    });
  }
}
