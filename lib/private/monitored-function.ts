import { Duration, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';

/** What functions of this app tell of themselves, and imported ones do not. */
type OwnFunction = lambda.IFunction & { readonly timeout?: Duration; readonly deadLetterQueue?: sqs.IQueue };

/** What Lambda takes where a function does not say. */
const LAMBDA_TIMEOUT = Duration.seconds(3);
const LAMBDA_MEMORY_MB = 128;

/** The resource of a function of this app; undefined for an imported one. Recognised by its type: there may be several copies of aws-cdk-lib. */
function resourceOf(fn: lambda.IFunction): lambda.CfnFunction | undefined {
  const resource = fn.node.defaultChild as lambda.CfnFunction | undefined;
  return resource?.cfnResourceType === lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME ? resource : undefined;
}

/** The timeout of a function in milliseconds; undefined where it cannot be known: of an imported function, or a token. */
export function timeoutMsOf(fn: lambda.IFunction): number | undefined {
  if (resourceOf(fn) === undefined) return undefined;
  const { timeout = LAMBDA_TIMEOUT } = fn as OwnFunction;
  return timeout.isUnresolved() ? undefined : timeout.toMilliseconds();
}

/** The reserved concurrency of a function; undefined where it has none, or where it cannot be known: of an imported function, or a token. */
export function reservedConcurrencyOf(fn: lambda.IFunction): number | undefined {
  const reserved = resourceOf(fn)?.reservedConcurrentExecutions;
  return Token.isUnresolved(reserved) ? undefined : reserved;
}

/** The memory of a function in MB, a token included; undefined for an imported function. */
export function memoryMbOf(fn: lambda.IFunction): number | undefined {
  const resource = resourceOf(fn);
  return resource && (resource.memorySize ?? LAMBDA_MEMORY_MB);
}

/** The queue that takes the events of a function that failed for good, if the function has one. */
export function deadLetterQueueOf(fn: lambda.IFunction): sqs.IQueue | undefined {
  return resourceOf(fn) && (fn as OwnFunction).deadLetterQueue;
}

/** The log group of a function. Not the function's own `logGroup`: asking for that may create a custom resource. */
export function logGroupNameOf(fn: lambda.IFunction): string {
  const logging = resourceOf(fn)?.loggingConfig;
  const own = logging === undefined || Token.isUnresolved(logging) ? undefined : (logging as lambda.CfnFunction.LoggingConfigProperty).logGroup;
  return own ?? `/aws/lambda/${fn.functionName}`;
}
