import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConfigurationError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { show } from '../core/option-schema.ts';
import { documentClient } from '../dynamodb/document-client.ts';
import type { CheckOptions, CheckRequest, HealthCheck } from './check.ts';
import { makeCheck } from './check-schema.ts';

/** How a table is asked. */
export interface DynamoDbTableCheckOptions extends CheckOptions {
  /** Name of the table. */
  readonly table: string;
  /** Key of the item that is read; it need not exist. Default `{ id: 'health' }`, which fits the tables of this library. */
  readonly key?: Readonly<Record<string, string | number>> | undefined;
  /** Region of the table. Default: as the SDK finds it in the environment. */
  readonly region?: string | undefined;
}

/** A bound for connections that nobody answers; the time of the check is what counts. */
const CONNECTION = { connectionTimeoutMs: 5000, requestTimeoutMs: 900_000, maxAttempts: 1 };

/**
 * Reads one item of a DynamoDB table, which needs `dynamodb:GetItem` and costs half a read unit; `DescribeTable` would need a
 * right more and has a limit for the whole account. In one attempt over connections of its own, so that what policies know
 * of the table stays as it is. Required and shared by default.
 *
 * @param name Name of the check.
 * @param options Which table, and how the check counts.
 * @throws ConfigurationError with every problem at once.
 */
export function dynamoDbTableCheck(name: string, options: DynamoDbTableCheckOptions): HealthCheck {
  const given: unknown = options;
  if (!isRecord(given)) throw new ConfigurationError('the check cannot work', [`options is ${show(given)}: pass { table }`]);
  const { table, key = { id: 'health' }, region } = options;
  let documents: DynamoDBDocumentClient | undefined;
  async function run({ signal }: CheckRequest): Promise<boolean> {
    documents ??= documentClient({ ...CONNECTION, region });
    await documents.send(new GetCommand({ TableName: table, Key: key }), { abortSignal: signal });
    return true;
  }
  const problems = typeof table === 'string' && table !== '' ? [] : [`check.table is ${show(table)}: pass the name of a table`];
  return makeCheck({ check: { name, shared: true, run }, options, others: ['table', 'key', 'region'], problems });
}
