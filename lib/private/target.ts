import { CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { protectorOf } from './attachment';
import { refuseReservedVariable, variablesOf } from './function-environment';

/** Whether a construct is a function of this app, so that its environment can be set. */
export function isFunction(construct: IConstruct): construct is lambda.Function {
  const resource = construct.node.defaultChild;
  // Recognised by what it is made of: an application may hold several copies of aws-cdk-lib, where `instanceof` fails.
  if (!CfnResource.isCfnResource(resource) || resource.cfnResourceType !== lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME) return false;
  return 'addEnvironment' in construct;
}

/**
 * The function to protect, if it can be protected from outside.
 *
 * @param path path of the construct that is to protect it, for messages
 * @throws if it cannot
 */
export function requireTarget(path: string, target: lambda.IFunction): lambda.Function {
  const found = `target of ${path} is ${target.node.path}`;
  if (!isFunction(target)) {
    throw new Error(`${found}, whose environment cannot be set: use the function itself in the app that creates it, not an import, a version or an alias`);
  }
  const protector = protectorOf(target);
  if (protector !== undefined) throw new Error(`${found}, which ${protector} protects already: declare there what is missing`);
  const { family, name } = target.runtime;
  if (family !== undefined && family !== lambda.RuntimeFamily.NODEJS && family !== lambda.RuntimeFamily.OTHER) {
    throw new Error(`${found}, whose runtime is ${name}: use a function that runs on Node.js`);
  }
  Object.keys(variablesOf(target)).forEach((variable) => refuseReservedVariable(variable, 'Resilience'));
  return target;
}
