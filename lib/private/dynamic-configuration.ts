import { Duration, Lazy, Stack, Validations, type IResolvable } from 'aws-cdk-lib';
import * as appconfig from 'aws-cdk-lib/aws-appconfig';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DynamicConfigOptions } from '../dynamic-config-options';
import type { ConfigurationDocument } from './configuration-registry';
import { configurationSchema } from './configuration-schema';
import { alarmProblems } from './dynamic-config-problems';

/** All that the runtime asks AppConfig for. */
const ACTIONS = ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'];

/** The strategy that the functions of a stack share. */
const STRATEGY_ID = 'ResilientLambdaConfigDeploymentStrategy';

/** What is kept in AppConfig, for whom, and by whom. */
export interface DynamicConfigurationProps {
  /** The construct that protects the function: the resources are created in it. */
  readonly owner: Construct;
  /** The function that is to find its configuration. */
  readonly target: lambda.Function;
  /** What is declared when the template is made. */
  readonly document: () => ConfigurationDocument;
  /** What the caller says. */
  readonly options: DynamicConfigOptions;
}

/** What holds the configuration, once there is one. */
interface Deployed {
  readonly scope: Construct;
  readonly environment: appconfig.Environment;
  readonly configuration: appconfig.HostedConfiguration;
}

/** The configuration of a function in AppConfig. */
export class DynamicConfiguration {
  private readonly props: DynamicConfigurationProps;
  private readonly alarms: cloudwatch.IAlarm[];
  private deployed: Deployed | undefined;
  private alarmRole: iam.IRole | undefined;

  constructor(props: DynamicConfigurationProps) {
    this.props = props;
    this.alarms = [...(props.options.rollbackAlarms ?? [])];
  }

  /** The hosted configuration; undefined while nothing is declared. */
  get configuration(): appconfig.HostedConfiguration | undefined {
    return this.deployed?.configuration;
  }

  /** Where AppConfig keeps the configuration, in the words of the contract. Creates what it needs at the first time. */
  location(): string {
    const { application, environment, configurationProfileId } = this.deploy();
    return `${application.applicationId}/${environment}/${configurationProfileId}`;
  }

  /**
   * Adds alarms on which a configuration is taken back.
   *
   * @throws if they cannot be used, or are too many
   */
  addRollbackAlarms(alarms: readonly cloudwatch.IAlarm[]): void {
    const all = [...this.alarms, ...alarms];
    const problems = alarmProblems('dynamicConfig.rollbackAlarms', all);
    if (problems.length > 0) throw new Error(`the rollback alarms of ${this.props.owner.node.path} cannot be used: ${problems.join('; ')}`);
    this.alarms.push(...alarms);
    this.letAlarmsBeSeen();
  }

  private deploy(): { readonly application: appconfig.IApplication; readonly environment: string; readonly configurationProfileId: string } {
    this.deployed ??= this.create();
    this.letAlarmsBeSeen();
    const { environment, configuration } = this.deployed;
    // By name where there are alarms: an alarm knows the function, the environment knows its alarms, and the function would have to know the
    // environment, which no template can hold. AppConfig takes either.
    const known = Lazy.uncachedString({ produce: () => (this.alarms.length > 0 ? environment.name : environment.environmentId) });
    return { application: configuration.application, environment: known, configurationProfileId: configuration.configurationProfileId };
  }

  private create(): Deployed {
    const { owner, target, document, options } = this.props;
    const scope = new Construct(owner, 'DynamicConfig');
    const application = options.application ?? new appconfig.Application(scope, 'Application');
    const environment = new appconfig.Environment(scope, 'Environment', { application });
    (environment.node.defaultChild as appconfig.CfnEnvironment).monitors = this.monitors();
    const configuration = new appconfig.HostedConfiguration(scope, 'Configuration', {
      application,
      // Lazy: what is declared later is included.
      content: appconfig.ConfigurationContent.fromInlineJson(Lazy.uncachedString({ produce: () => Stack.of(scope).toJsonString(document()) })),
      validators: [appconfig.JsonSchemaValidator.fromInline(JSON.stringify(configurationSchema()))],
      deploymentStrategy: options.deploymentStrategy ?? sharedStrategy(scope),
      deployTo: [environment],
    });
    grantRead(target, environment, configuration);
    return { scope, environment, configuration };
  }

  private monitors(): IResolvable {
    const produce = () => this.alarms.map(({ alarmArn }) => ({ alarmArn, alarmRoleArn: this.alarmRole?.roleArn }));
    return Lazy.any({ produce }, { omitEmptyArray: true });
  }

  private letAlarmsBeSeen(): void {
    if (this.deployed === undefined || this.alarms.length === 0) return;
    this.alarmRole ??= newAlarmRole(this.deployed.scope);
  }
}

function newAlarmRole(scope: Construct): iam.Role {
  const statement = new iam.PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] });
  const role = new iam.Role(scope, 'AlarmRole', {
    assumedBy: new iam.ServicePrincipal('appconfig.amazonaws.com'),
    inlinePolicies: { DescribeAlarms: new iam.PolicyDocument({ statements: [statement] }) },
  });
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'AWS AppConfig asks for the state of alarms with this permission, and composite alarms cannot be described with a narrower one.',
  });
  return role;
}

function sharedStrategy(scope: Construct): appconfig.IDeploymentStrategy {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(STRATEGY_ID) as appconfig.DeploymentStrategy | undefined;
  if (existing !== undefined) return existing;
  const [deploymentDuration, finalBakeTime] = [Duration.minutes(5), Duration.minutes(5)];
  const rolloutStrategy = appconfig.RolloutStrategy.linear({ growthFactor: 20, deploymentDuration, finalBakeTime });
  return new appconfig.DeploymentStrategy(stack, STRATEGY_ID, { rolloutStrategy });
}

/** In a policy of its own: a function waits for the policy of its role, which would wait for the environment and its alarms. */
function grantRead(target: lambda.Function, { environmentArn }: appconfig.Environment, { configurationProfileId }: appconfig.HostedConfiguration): void {
  const statement = new iam.PolicyStatement({ actions: ACTIONS, resources: [`${environmentArn}/configuration/${configurationProfileId}`] });
  // In the function: its stack knows of this one, and not the other way round.
  target.role?.attachInlinePolicy(new iam.Policy(target, 'DynamicConfigPolicy', { statements: [statement] }));
}
