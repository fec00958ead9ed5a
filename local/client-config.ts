import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** The region of everything that runs locally. No engine here looks at it beyond the ARNs it makes up. */
export const LOCAL_REGION = 'eu-west-1';

/** Credentials that every engine accepts: DynamoDB Local refuses access keys that are not alphanumeric. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'LOCALACCESSKEY', secretAccessKey: 'LOCALSECRETKEY' } as const;

/**
 * Configuration of an SDK client for a local engine or the fault proxy.
 *
 * One attempt, so that a fault is seen by the caller instead of being repaired by the SDK.
 *
 * @param endpoint URL of the engine, such as `http://127.0.0.1:8000`.
 */
export function localClientConfig(endpoint: string) {
  return {
    endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  } satisfies DynamoDBClientConfig;
}
