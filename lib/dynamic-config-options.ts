import type * as appconfig from 'aws-cdk-lib/aws-appconfig';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/**
 * How the configuration of a function is kept in AWS AppConfig, where it can be changed while the function runs.
 *
 * The function has an environment and a hosted configuration of its own there. AppConfig refuses a document that is not of the
 * library's schema, and the runtime checks it again.
 */
export interface DynamicConfigOptions {
  /**
   * The AppConfig application to keep the configuration in, in the account and region of the function.
   *
   * Pass one to several functions so that operators find them in one place. Unless your quotas are higher, a region has 100
   * applications and an application has 20 environments, of which every function takes one.
   *
   * @default - an application of the function's own
   */
  readonly application?: appconfig.IApplication;

  /**
   * How a configuration that the stack changes gets to the environments of the function. CloudFormation waits until it has.
   *
   * The default is between the plans that AppConfig comes with: those for production take half an hour or more, too long for what
   * is changed because something is going wrong, and the fast ones end before an alarm of a few minutes can go off. In a sandbox
   * pass one that waits for nothing: `RolloutStrategy.linear({ growthFactor: 100, deploymentDuration: Duration.minutes(0) })`.
   * Operators who deploy a configuration by hand choose a strategy for each deployment.
   *
   * @default - a fifth of the environments each minute, and five more minutes in which alarms take it back; one strategy for
   * all functions of a stack, because a region has 20 unless your quota is higher
   */
  readonly deploymentStrategy?: appconfig.IDeploymentStrategy;

  /**
   * Alarms on which AppConfig takes a configuration back while it is deployed, whether by the stack or by hand.
   *
   * Those that a bad configuration sets off, such as on refused or failed requests, at most 5; a composite alarm counts as one. While one of
   * them is on, AppConfig takes every deployment back. Alarms that are made after the function are added with
   * `addConfigurationRollbackAlarm`.
   *
   * @default - a configuration is taken back by operators only
   */
  readonly rollbackAlarms?: cloudwatch.IAlarm[];
}
