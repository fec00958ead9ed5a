import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** How a client connects. */
export interface ConnectionOptions {
  /** Longest time to open a connection, in milliseconds. */
  readonly connectionTimeoutMs: number;
  /** Longest time for a request, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Attempts at each request, the first included. */
  readonly maxAttempts: number;
  /** Region of the table. Default: as the SDK finds it in the environment or in its configuration files. */
  readonly region?: string | undefined;
}

/** Creates a client whose timeouts really abort. It connects at the first request. */
export function documentClient({ connectionTimeoutMs, requestTimeoutMs, maxAttempts, region }: ConnectionOptions): DynamoDBDocumentClient {
  const requestHandler = {
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Without this the SDK only logs a warning and goes on waiting.
    throwOnRequestTimeout: true,
  };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts, requestHandler, ...(region !== undefined && { region }) }), {
    marshallOptions: { removeUndefinedValues: true },
  });
}
