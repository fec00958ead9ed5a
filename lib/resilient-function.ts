import { Annotations, Lazy, Stack, Token, TokenComparison, Validations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import type { CircuitOptions } from './circuit-options';
import { CircuitRegistry } from './private/circuit-registry';
import { CONTRACT } from './private/contract';
import { withDefaults } from './private/function-defaults';
import { show } from './private/option-problem';
import { ResilienceTables, type IResilienceTables } from './resilience-tables';

const { configuration: CONFIGURATION, circuitTable: CIRCUIT_TABLE } = CONTRACT.environment;

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
   * The tables that hold shared state. Pass the same ones to every function that is to share its circuits.
   *
   * @default - the function's own tables, created only if a circuit is enabled and shared
   */
  readonly tables?: IResilienceTables;
}

/**
 * A Lambda function with the tables, grants and configuration that the resilience runtime needs.
 *
 * The function may read and update its table's items and nothing else. Two cdk-nag findings that no function of this kind
 * can avoid are acknowledged on it: the managed policy of the default role, and the resource wildcard that X-Ray needs.
 */
@propertyInjectable
export class ResilientFunction extends NodejsFunction {
  /** Identifies the construct to property injectors; those for `lambda.Function` apply as well. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilientFunction';

  private readonly circuits: CircuitRegistry;
  private stateTables?: IResilienceTables;
  private tableConnected = false;
  private sizeDoubted = false;

  /**
   * @param scope the scope to create the function in
   * @param id the id of the construct
   * @param props the function and what protects it
   * @throws if neither `entry` nor `code` is given, if circuits cannot be used (every problem at once), or if
   * `environment` sets a variable that the construct sets itself
   */
  public constructor(scope: Construct, id: string, props: ResilientFunctionProps = {}) {
    const { circuits = {}, tables, ...functionProps } = props;
    const path = `${scope.node.path}/${id}`;
    // Before anything is created: bundling takes time and fails less clearly.
    refuseMissingCode(path, functionProps);
    Object.keys(functionProps.environment ?? {}).forEach(refuseReservedVariable);
    const registry = new CircuitRegistry(path);
    registry.declare(circuits);
    const effective = withDefaults(functionProps);
    super(scope, id, effective);
    this.circuits = registry;
    this.stateTables = tables;
    this.applyCircuits();
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
    this.circuits.declare({ [name]: options });
    this.applyCircuits();
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

  private applyCircuits(): void {
    if (this.circuits.isEmpty) return;
    // Lazy: circuits declared later are included, and every declaration repeats the same value.
    const document = Lazy.string({ produce: () => Stack.of(this).toJsonString(this.circuits.document) });
    super.addEnvironment(CONFIGURATION.name, document);
    if (this.circuits.needsTable) this.connectTable();
    if (this.circuits.sizeDoubt !== undefined && !this.sizeDoubted) {
      this.sizeDoubted = true;
      Annotations.of(this).addWarningV2('resilient-lambda:configurationSize', this.circuits.sizeDoubt);
    }
  }

  private connectTable(): void {
    if (this.tableConnected) return;
    this.tableConnected = true;
    this.stateTables ??= new ResilienceTables(this, 'Tables');
    refuseDistantTable(this, this.stateTables);
    super.addEnvironment(CIRCUIT_TABLE.name, this.stateTables.circuitTable.tableName);
    this.stateTables.grants.circuitState(this);
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
  throw new Error(`environment.${name} is set by ResilientFunction: remove it and use circuits and tables instead`);
}

function refuseDistantTable(fn: ResilientFunction, { circuitTable }: IResilienceTables): void {
  const differs = (here: string, there: string) => Token.compareStrings(here, there) === TokenComparison.DIFFERENT;
  const { region, account } = circuitTable.env;
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
