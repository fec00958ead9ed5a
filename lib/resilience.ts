import type * as appconfig from 'aws-cdk-lib/aws-appconfig';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { BulkheadOptions } from './bulkhead-options';
import type { CircuitOptions } from './circuit-options';
import type { DependencyOptions } from './dependency-options';
import { Attachment } from './private/attachment';
import { ConfigurationRegistry } from './private/configuration-registry';
import { requireTarget } from './private/target';
import type { RateLimitOptions } from './rate-limit-options';
import type { ResilienceOptions } from './resilience-options';
import type { IResilienceTables } from './resilience-tables';
import type { IResilient } from './resilient';

/** A function that exists already, and what protects it. */
export interface ResilienceProps extends ResilienceOptions {
  /**
   * The function to protect: one of this app that runs on Node.js, in whatever way it is created.
   *
   * An imported function, a version or an alias cannot be protected, because its environment cannot be set.
   */
  readonly target: lambda.IFunction;
}

/**
 * The tables, grants and configuration that the resilience runtime needs, for a function that exists already.
 *
 * The same as `ResilientFunction` gives, for a function of another kind, for instance one that another construct creates. The function
 * keeps all its settings; only environment variables and permissions are added. A function is protected by one construct.
 */
@propertyInjectable
export class Resilience extends Construct implements IResilient {
  /** Identifies the construct to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.Resilience';

  /** The function that is protected. */
  public readonly protectedFunction: lambda.IFunction;

  private readonly attachment: Attachment;

  /**
   * @param scope the scope to create tables in
   * @param id the id of the construct
   * @param props the function and what protects it
   * @throws if the function cannot be protected or is already, if anything that is declared cannot be used (every problem at
   * once), or if tables lack what they need
   */
  public constructor(scope: Construct, id: string, props: ResilienceProps) {
    const { target, tables, ...declarations } = props;
    const path = `${scope.node.path}/${id}`;
    const fn = requireTarget(path, target);
    const registry = new ConfigurationRegistry(path);
    registry.declare(declarations);
    super(scope, id);
    this.protectedFunction = fn;
    const setVariable = (name: string, value: string) => void fn.addEnvironment(name, value);
    this.attachment = new Attachment({ owner: this, target: fn, registry, tables, setVariable });
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
   * The tables that hold shared state: those passed in, or own ones.
   *
   * Undefined while neither exists.
   */
  public get tables(): IResilienceTables | undefined {
    return this.attachment.tables;
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
   * @returns the construct, for chaining
   * @throws if the name is declared already, or if anything about the circuit cannot be used (every problem at once)
   */
  public addCircuit(name: string, options: CircuitOptions = {}): Resilience {
    this.attachment.declare({ circuits: { [name]: options } });
    return this;
  }

  /**
   * Declares one more rate limit.
   *
   * @param name the rate limit's name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter
   * @param options what the rate limit does
   * @returns the construct, for chaining
   * @throws if the name is declared already, or if anything about the rate limit cannot be used (every problem at once)
   */
  public addRateLimit(name: string, options: RateLimitOptions): Resilience {
    this.attachment.declare({ rateLimits: { [name]: options } });
    return this;
  }

  /**
   * Declares one more bulkhead.
   *
   * @param name the bulkhead's name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter
   * @param options what the bulkhead does; without them it has the defaults
   * @returns the construct, for chaining
   * @throws if the name is declared already, if anything about the bulkhead cannot be used (every problem at once), or if
   * Lambda is to keep it and the function is limited already
   */
  public addBulkhead(name: string, options: BulkheadOptions = {}): Resilience {
    this.attachment.declare({ bulkheads: { [name]: options } });
    return this;
  }

  /**
   * Declares one more dependency, and the circuit and the bulkhead of its name.
   *
   * @param name the dependency's name: 1 to 64 letters, digits, hyphens or underscores, starting with a letter
   * @param options where it is, and what protects calls to it
   * @returns the construct, for chaining
   * @throws if the name is declared already, or if anything about the dependency cannot be used (every problem at once)
   */
  public addDependency(name: string, options: DependencyOptions): Resilience {
    this.attachment.declare({ dependencies: { [name]: options } });
    return this;
  }

  /**
   * Adds alarms on which AppConfig takes a configuration back while it is deployed.
   *
   * @param alarms the alarms; there may be 5 in all
   * @returns the construct, for chaining
   * @throws if there is no `dynamicConfig`, or if there are too many alarms
   */
  public addConfigurationRollbackAlarm(...alarms: cloudwatch.IAlarm[]): Resilience {
    this.attachment.addRollbackAlarms(alarms);
    return this;
  }
}
