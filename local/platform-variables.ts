import { randomUUID } from 'node:crypto';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './client-config.ts';

/** What the platform tells a function about itself. */
export interface FunctionIdentity {
  readonly functionName: string;
  readonly handler: string;
  readonly taskRoot: string;
  /** In megabytes. */
  readonly memoryMb: number;
}

/** The ARN of a function that runs locally. */
export function localFunctionArn(functionName: string): string {
  return `arn:aws:lambda:${LOCAL_REGION}:123456789012:function:${functionName}`;
}

/** The name of a new environment's log stream, in Lambda's form. */
export function newLogStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}

/**
 * The environment of a Lambda process: the function's own variables and those of the platform, which win as on AWS.
 * Nothing of this process's environment is in it.
 *
 * @param runtimeApi `host:port` of the Runtime API.
 */
export function lambdaVariables(
  own: Readonly<Record<string, string>>,
  identity: FunctionIdentity,
  runtimeApi: string,
  logStreamName: string,
): Record<string, string> {
  return {
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    ...own,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    _HANDLER: identity.handler,
    LAMBDA_TASK_ROOT: identity.taskRoot,
    AWS_LAMBDA_FUNCTION_NAME: identity.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(identity.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${identity.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  };
}
