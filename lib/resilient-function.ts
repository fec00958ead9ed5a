import { Validations } from 'aws-cdk-lib';
import type * as appconfig from 'aws-cdk-lib/aws-appconfig';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import type { BulkheadOptions } from './bulkhead-options';
import type { CanaryOptions } from './canary-options';
import type { CircuitOptions } from './circuit-options';
import type { DependencyOptions } from './dependency-options';
import { Attachment } from './private/attachment';
import { newCanary, type Canary } from './private/canary';
import { ConfigurationRegistry } from './private/configuration-registry';
import { refuseReservedVariable } from './private/function-environment';
import { withDefaults } from './private/function-defaults';
import { show } from './private/option-problem';
import type { RateLimitOptions } from './rate-limit-options';
import type { ResilienceOptions } from './resilience-options';
import type { IResilienceTables } from './resilience-tables';
import type { IResilient } from './resilient';

const CONSTRUCT = 'ResilientFunction';

/**
 * A `NodejsFunction` and what protects it.
 *
 * `entry` or `code` is needed. What is not set takes the library's default: Node.js 24 on arm64, 512 MB, 30 seconds,
 * active tracing, logs in JSON, and a minified ESM bundle with source map and AWS SDK.
 *
 * Some protection is the platform's own, and cheaper there. These properties keep Lambda's defaults, because what is right
 * depends on the function:
 *
 * - `reservedConcurrentExecutions`: so that a function cannot use up the account's concurrency, and as a limit on the calls
 *   to something that the whole function depends on. It is taken out of what other functions share. A bulkhead whose `enforcement`
 *   is `RESERVED_CONCURRENCY` sets it.
 * - `maxConcurrency` of `SqsEventSource`: the same for one queue, without refusals; `EVENT_SOURCES` sets it for all. Together with rate limits set
 *   `reportBatchItemFailures`; there is a warning where it is missing.
 * - `retryAttempts`, `maxEventAge` and `onFailure` for asynchronous calls: two retries within six hours, after which the
 *   event is lost. Set `onFailure` (or `deadLetterQueue`) wherever an event matters, and a shorter age where a late answer is of no use.
 *   The handler need not retry what Lambda retries.
 * - `recursiveLoop`: Lambda stops loops through SQS, SNS and S3. Allow them only where they are meant.
 * - `logGroup`: a group with a retention that suits the logs; Lambda's own keeps them forever.
 * - `tenancyConfig`: an environment serves one tenant only. For isolation, not for limits, which count tenants without it.
 * - `currentVersionOptions.provisionedConcurrentExecutions`: environments that are ready before the first call. Set it on the
 *   version if there is a `canary`: an alias whose calls are being shifted cannot have any.
 */
export interface ResilientFunctionProps extends NodejsFunctionProps, ResilienceOptions {
  /**
   * How a new version takes over: calls of an alias are shifted to it in steps, and back if an alarm goes off.
   *
   * Prefer it where a bad version costs more than a deployment that takes minutes longer. Callers have to call the alias: the
   * sources in `events` do, and the settings of asynchronous calls hold for it; connect everything else to `liveAlias`.
   *
   * @default - a new version takes over at once, and there is no alias
   */
  readonly canary?: CanaryOptions;
}

/**
 * A Lambda function with the tables, grants and configuration that the resilience runtime needs.
 *
 * The function may read and update the items of its tables and nothing else. Two cdk-nag findings that no function of this kind
 * can avoid are acknowledged on it: the managed policy of the default role, and the resource wildcard that X-Ray needs.
 */
@propertyInjectable
export class ResilientFunction extends NodejsFunction implements IResilient {
  /** Identifies the construct to property injectors; those for `lambda.Function` apply as well. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilientFunction';

  private readonly attachment: Attachment;
  private readonly canary: Canary | undefined;

  /**
   * @param scope the scope to create the function in
   * @param id the id of the construct
   * @param props the function and what protects it
   * @throws if neither `entry` nor `code` is given, if anything that is declared cannot be used (every problem at once), if tables
   * lack what they need, or if `environment` sets a variable that the construct sets itself
   */
  public constructor(scope: Construct, id: string, props: ResilientFunctionProps = {}) {
    const { functionProps, declarations, tables, canary } = partsOf(props);
    const path = `${scope.node.path}/${id}`;
    // Before anything is created: bundling takes time and fails less clearly.
    refuseMissingCode(path, functionProps);
    Object.keys(functionProps.environment ?? {}).forEach((name) => refuseReservedVariable(name, CONSTRUCT));
    const registry = new ConfigurationRegistry(path);
    registry.declare(declarations);
    const { events, ...effective } = withDefaults(functionProps);
    // With an alias, event sources call that, and not whatever version is the latest.
    super(scope, id, canary === undefined && events !== undefined ? { ...effective, events } : effective);
    const setVariable = (name: string, value: string) => void super.addEnvironment(name, value);
    this.attachment = new Attachment({ owner: this, target: this, registry, tables, setVariable });
    this.canary = canary && newCanary(this, canary, functionProps);
    acknowledgeUnavoidable(this, effective);
  }

  /** The function that is protected: this one. */
  public get protectedFunction(): lambda.IFunction {
    return this;
  }

  /** The service that the function's metrics are found under: `POWERTOOLS_SERVICE_NAME` of its environment, else its name. */
  public get serviceName(): string {
    return this.attachment.serviceName;
  }

  /** Names of the circuits that are declared. */
  public get circuitNames(): string[] {
    return this.attachment.circuitNames;
  }

  /** Names of the rate limits that are declared. */
  public get rateLimitNames(): string[] {
    return this.attachment.rateLimitNames;
  }

  /** Names of the bulkheads that are declared and kept by the runtime. */
  public get bulkheadNames(): string[] {
    return this.attachment.bulkheadNames;
  }

  /** Names of the dependencies that are declared. */
  public get dependencyNames(): string[] {
    return this.attachment.dependencyNames;
  }

  /** Names under which calls that are tried again report: `retry` where the work of the handler is, and dependencies whose calls are. */
  public get retryNames(): string[] {
    return this.attachment.retryNames;
  }

  /** Whether the function bounds the time of its work. */
  public get limitsTime(): boolean {
    return this.attachment.limitsTime;
  }

  /** Whether the function sheds load. */
  public get shedsLoad(): boolean {
    return this.attachment.shedsLoad;
  }

  /**
   * The tables that hold shared state: those passed in, or the function's own.
   *
   * Undefined while neither exists.
   */
  public get tables(): IResilienceTables | undefined {
    return this.attachment.tables;
  }

  /** The alias to call where there is a `canary`; undefined where there is none. */
  public get liveAlias(): lambda.Alias | undefined {
    return this.canary?.alias;
  }

  /** What shifts the calls of `liveAlias` to a new version; undefined where there is no `canary`. */
  public get deploymentGroup(): codedeploy.LambdaDeploymentGroup | undefined {
    return this.canary?.deploymentGroup;
  }

  /** The configuration in AWS AppConfig; undefined without `dynamicConfig`, and while nothing is declared. */
  public get dynamicConfiguration(): appconfig.HostedConfiguration | undefined {
    return this.attachment.dynamicConfiguration;
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
    this.attachment.declare({ circuits: { [name]: options } });
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
    this.attachment.declare({ rateLimits: { [name]: options } });
    return this;
  }

  /**
   * Declares one more bulkhead.
   *
   * @param name the bulkhead's name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter
   * @param options what the bulkhead does; without them it has the defaults
   * @returns the function, for chaining
   * @throws if the name is declared already, if anything about the bulkhead cannot be used (every problem at once), or if
   * Lambda is to keep it and the function is limited already
   */
  public addBulkhead(name: string, options: BulkheadOptions = {}): ResilientFunction {
    this.attachment.declare({ bulkheads: { [name]: options } });
    return this;
  }

  /**
   * Declares one more dependency, and the circuit and the bulkhead of its name.
   *
   * @param name the dependency's name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter
   * @param options where it is, and what protects calls to it
   * @returns the function, for chaining
   * @throws if the name is declared already, or if anything about the dependency cannot be used (every problem at once)
   */
  public addDependency(name: string, options: DependencyOptions): ResilientFunction {
    this.attachment.declare({ dependencies: { [name]: options } });
    return this;
  }

  /**
   * Adds alarms that take a deployment back while calls are being shifted.
   *
   * @param alarms the alarms, in the stack of the function
   * @returns the function, for chaining
   * @throws if the function has no `canary`
   */
  public addRollbackAlarm(...alarms: cloudwatch.IAlarm[]): ResilientFunction {
    if (this.canary === undefined) {
      throw new Error(`canary of ${this.node.path} is undefined: set canary, {} for the defaults, so that an alarm has a deployment to take back`);
    }
    for (const alarm of alarms) this.canary.deploymentGroup.addAlarm(alarm);
    return this;
  }

  /**
   * Adds alarms on which AppConfig takes a configuration back while it is deployed.
   *
   * @param alarms the alarms; there may be 5 in all
   * @returns the function, for chaining
   * @throws if there is no `dynamicConfig`, or if there are too many alarms
   */
  public addConfigurationRollbackAlarm(...alarms: cloudwatch.IAlarm[]): ResilientFunction {
    this.attachment.addRollbackAlarms(alarms);
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
    refuseReservedVariable(key, CONSTRUCT);
    return super.addEnvironment(key, value, options);
  }
}

/** What NodejsFunction knows, and what it does not. */
function partsOf(props: ResilientFunctionProps) {
  const { circuits, rateLimits, bulkheads, dependencies, requestTimeout, retry, loadShedding, observability, dynamicConfig, ...rest } = props;
  const { tables, canary, ...functionProps } = rest;
  const declarations = { circuits, rateLimits, bulkheads, dependencies, requestTimeout, retry, loadShedding, observability, dynamicConfig };
  return { functionProps, declarations, tables, canary };
}

function refuseMissingCode(path: string, { entry, code }: NodejsFunctionProps): void {
  if (Boolean(entry) || code !== undefined) return;
  // NodejsFunction would look beside the file that calls its constructor, which here is this one.
  throw new Error(`entry of ${path} is ${show(entry)}: set entry to the file of the handler, or code and handler`);
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
