import { Validations } from 'aws-cdk-lib';
import { LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { CanaryOptions } from '../canary-options';

/** The alias whose calls are shifted, and what shifts them. */
export interface Canary {
  /** The alias. */
  readonly alias: lambda.Alias;
  /** What shifts its calls. */
  readonly deploymentGroup: LambdaDeploymentGroup;
}

/** The settings of a function that an alias does not take over from it. */
export type AliasSettings = Pick<lambda.FunctionOptions, 'events' | 'maxEventAge' | 'onFailure' | 'onSuccess' | 'retryAttempts'>;

/** Creates an alias of a function whose calls are shifted to each new version. */
export function newCanary(fn: lambda.Function, options: CanaryOptions, settings: AliasSettings): Canary {
  const { aliasName = 'live', deploymentConfig, alarms = [] } = options;
  const { events = [], maxEventAge, onFailure, onSuccess, retryAttempts } = settings;
  // What a function is told of asynchronous calls holds for its latest version alone.
  const asynchronous = { maxEventAge, onFailure, onSuccess, retryAttempts };
  const alias = fn.addAlias(aliasName, asynchronous);
  events.forEach((event) => alias.addEventSource(event));
  const deploymentGroup = new LambdaDeploymentGroup(fn, 'Canary', { alias, alarms, ...(deploymentConfig && { deploymentConfig }) });
  Validations.of(deploymentGroup).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
    reason: 'CodeDeploy takes the permission to shift the calls of a Lambda alias from this managed policy.',
  });
  return { alias, deploymentGroup };
}
