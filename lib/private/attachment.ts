import { Annotations, Arn, ArnFormat, AspectPriority, Aspects, Lazy, Token, type ResourceEnvironment } from 'aws-cdk-lib';
import type * as appconfig from 'aws-cdk-lib/aws-appconfig';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import { ResilienceTables, type IResilienceTables } from '../resilience-tables';
import type { ConfigurationRegistry, Declarations } from './configuration-registry';
import { CONTRACT } from './contract';
import { BULKHEADS, CIRCUITS, DEPENDENCIES, RATE_LIMITS } from './declaration-kinds';
import { DiscoveryPermission } from './discovery-permission';
import { isElsewhere } from './distance';
import { DynamicConfiguration } from './dynamic-configuration';
import { environmentProblems, serviceNameOf } from './function-environment';
import { LongTimeoutWarning } from './long-timeouts';
import { PlatformBulkheads } from './platform-bulkheads';
import { LOAD_SHEDDING, TIMEOUT } from './single-kinds';
import { CONNECTIONS, type TableConnection } from './table-connections';
import { WholeBatchWarning } from './whole-batches';

/**
 * Marks a function that is protected with the path of what protects it. Registered, because several copies of the library may be
 * loaded.
 */
const PROTECTOR = Symbol.for('resilient-lambda.protector');

/** Marks it with the ids of the state tables that it uses. */
const STATE_TABLES = Symbol.for('resilient-lambda.state-tables');

/** What is attached to which function, and by whom. */
export interface AttachmentProps {
  /** The construct that protects the function: its own tables are created in it. */
  readonly owner: Construct;
  /** The function that is protected. */
  readonly target: lambda.Function;
  /** What is declared so far. */
  readonly registry: ConfigurationRegistry;
  /** The tables passed in. */
  readonly tables: IResilienceTables | undefined;
  /** Sets an environment variable that callers may not set. */
  readonly setVariable: (name: string, value: string) => void;
}

/** What makes a function find its configuration and its tables: the same for new functions and for those that exist. */
export class Attachment {
  private readonly props: AttachmentProps;
  private readonly dynamic: DynamicConfiguration | undefined;
  private readonly platform: PlatformBulkheads;
  private readonly discovery: DiscoveryPermission;
  private readonly connected = new Set<string>();
  private stateTables: IResilienceTables | undefined;
  private sizeDoubted = false;

  constructor(props: AttachmentProps) {
    this.props = props;
    this.stateTables = props.tables;
    const { owner, target, registry } = props;
    this.dynamic = newDynamicConfiguration(props);
    this.platform = new PlatformBulkheads(owner, target);
    this.discovery = new DiscoveryPermission(target);
    Object.defineProperty(target, PROTECTOR, { value: owner.node.path });
    Object.defineProperty(target, STATE_TABLES, { value: this.connected });
    target.node.addValidation({ validate: () => environmentProblems(target) });
    const limits = () => registry.namesOf(RATE_LIMITS).length > 0;
    Aspects.of(target).add(new WholeBatchWarning(limits), { priority: AspectPriority.READONLY });
    Aspects.of(target).add(new LongTimeoutWarning(target, () => registry.document), { priority: AspectPriority.READONLY });
    this.apply();
  }

  /** The tables passed in, or those that were created; undefined while there are none. */
  get tables(): IResilienceTables | undefined {
    return this.stateTables;
  }

  /** The configuration in AppConfig; undefined where there is none. */
  get dynamicConfiguration(): appconfig.HostedConfiguration | undefined {
    return this.dynamic?.configuration;
  }

  /** The service that the function reports as. */
  get serviceName(): string {
    return serviceNameOf(this.props.target);
  }

  /** Names of the circuits that are declared. */
  get circuitNames(): string[] {
    return this.props.registry.namesOf(CIRCUITS);
  }

  /** Names of the rate limits that are declared. */
  get rateLimitNames(): string[] {
    return this.props.registry.namesOf(RATE_LIMITS);
  }

  /** Names of the bulkheads that are declared and that the runtime keeps. */
  get bulkheadNames(): string[] {
    return this.props.registry.namesOf(BULKHEADS);
  }

  /** Names of the dependencies that are declared. */
  get dependencyNames(): string[] {
    return this.props.registry.namesOf(DEPENDENCIES);
  }

  /** Names under which calls that are tried again report. */
  get retryNames(): string[] {
    return this.props.registry.retryNames;
  }

  /** Whether the function bounds the time of its work. */
  get limitsTime(): boolean {
    return this.props.registry.isOn(TIMEOUT);
  }

  /** Whether the function sheds load. */
  get shedsLoad(): boolean {
    return this.props.registry.isOn(LOAD_SHEDDING);
  }

  /**
   * Declares more: all of it, or nothing.
   *
   * @throws one error with every problem
   */
  declare(declarations: Declarations): void {
    this.props.registry.declare(declarations, () => this.apply());
  }

  /**
   * Adds alarms on which AppConfig takes a configuration back.
   *
   * @throws if the configuration is not kept there, or the alarms cannot be used
   */
  addRollbackAlarms(alarms: readonly cloudwatch.IAlarm[]): void {
    if (this.dynamic !== undefined) return this.dynamic.addRollbackAlarms(alarms);
    const { path } = this.props.owner.node;
    throw new Error(`dynamicConfig of ${path} is undefined: set dynamicConfig, {} for the defaults, so that an alarm has a configuration to take back`);
  }

  private apply(): void {
    const { owner, registry, setVariable } = this.props;
    for (const [name, options] of registry.leftToPlatform(BULKHEADS)) this.platform.keep(name, options);
    if (registry.isEmpty) return;
    setVariable(CONTRACT.environment.configuration.name, this.document());
    if (this.dynamic !== undefined) setVariable(CONTRACT.environment.dynamicConfiguration.name, this.dynamic.location());
    for (const [name, service] of registry.services) this.allowDiscovery(name, service);
    for (const connection of CONNECTIONS) if (registry.needsTable(connection.kind)) this.connect(connection);
    if (registry.sizeDoubt !== undefined && !this.sizeDoubted) {
      this.sizeDoubted = true;
      Annotations.of(owner).addWarningV2('resilient-lambda:configurationSize', registry.sizeDoubt);
    }
  }

  /** Lazy: what is declared later is included, and every declaration repeats the same value. */
  private document(): string {
    const { target, registry } = this.props;
    // What the environment does not take is left to AppConfig; without that it has been refused.
    const fits = () => this.dynamic === undefined || registry.fitsEnvironment;
    return Lazy.string({ produce: () => (fits() ? target.stack.toJsonString(registry.document) : undefined) });
  }

  private allowDiscovery(name: string, service: servicediscovery.IService): void {
    refuseDistant(this.props, `dependencies.${name}.cloudMap.service`, 'a service', whereIs(service.serviceArn, service.env));
    this.discovery.grant(service);
  }

  private connect(connection: TableConnection): void {
    if (this.connected.has(connection.id)) return;
    const { owner, target, setVariable } = this.props;
    this.stateTables ??= new ResilienceTables(owner, 'Tables');
    const table = connection.tableOf(this.stateTables);
    refuseDistant(this.props, 'tables', 'tables', table.env);
    setVariable(connection.variable, table.tableName);
    connection.grant(this.stateTables, target);
    this.connected.add(connection.id);
  }
}

/** Path of what protects a function already; undefined if nothing does. */
export function protectorOf(target: object): string | undefined {
  return (target as { readonly [PROTECTOR]?: string })[PROTECTOR];
}

/** Ids of the state tables that a function uses; undefined if nothing here protects it. */
export function stateTableIdsOf(target: object): ReadonlySet<string> | undefined {
  return (target as { readonly [STATE_TABLES]?: ReadonlySet<string> })[STATE_TABLES];
}

function newDynamicConfiguration(props: AttachmentProps): DynamicConfiguration | undefined {
  const { owner, target, registry } = props;
  const { dynamicConfig: options } = registry;
  if (options === undefined) return undefined;
  const { application } = options;
  if (application !== undefined) refuseDistant(props, 'dynamicConfig.application', 'an application', whereIs(application.applicationArn, application.env));
  return new DynamicConfiguration({ owner, target, options, document: () => registry.document });
}

/** What is imported by its ARN says so there alone. */
function whereIs(arn: string, env: ResourceEnvironment): Partial<ResourceEnvironment> {
  return Token.isUnresolved(arn) ? env : Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME);
}

/** What has to be where the function is, because the runtime knows it by name or id alone and asks for it there. */
function refuseDistant({ owner, target }: AttachmentProps, option: string, remedy: string, where: Partial<ResourceEnvironment>): void {
  const { env } = target;
  if (!isElsewhere(env, where)) return;
  const { account = env.account, region = env.region } = where;
  throw new Error(`${option} of ${owner.node.path} is in ${account}/${region}: use ${remedy} in ${env.account}/${env.region}, where the function is`);
}
