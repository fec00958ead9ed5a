import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as codedeploy from 'aws-cdk-lib/aws-codedeploy';

/**
 * How a new version of a function takes over.
 *
 * Meanwhile both versions share circuits, rate limits and metrics: an alarm on them tells that something is wrong, not with which.
 */
export interface CanaryOptions {
  /**
   * Name of the alias whose calls are shifted to the new version.
   *
   * @default 'live'
   */
  readonly aliasName?: string;

  /**
   * How many calls the new version gets, and for how long, before it gets all of them.
   *
   * @default LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES
   */
  readonly deploymentConfig?: codedeploy.ILambdaDeploymentConfig;

  /**
   * Alarms that stop a deployment and take it back while calls are being shifted.
   *
   * Those that a bad version sets off, such as on errors: a dependency that fails meanwhile sets off others. They must be in the
   * stack of the function, and CodeDeploy takes 50 unless your quota is higher. More can be added with `addRollbackAlarm`, for
   * instance `fn.addRollbackAlarm(...alarms.alarms)` for all of `ResilienceAlarms`.
   *
   * @default - only a deployment that fails is taken back
   */
  readonly alarms?: cloudwatch.IAlarm[];
}
