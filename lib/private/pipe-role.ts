import { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** What EventBridge Pipes does with a stream of DynamoDB, by its documentation. */
const STREAM_ACTIONS = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];

/** What a pipe reads and writes. */
export interface PipeAccess {
  readonly table: dynamodb.ITable;
  readonly streamArn: string;
  readonly eventBusArn: string;
  readonly deadLetterQueue: sqs.IQueue | undefined;
}

/** The role of a pipe that reads one stream and puts events on one bus, and nothing else. */
export function newPipeRole(scope: Construct, id: string, { table, streamArn, eventBusArn, deadLetterQueue }: PipeAccess): iam.Role {
  // Only pipes of this account: the service acts for everybody.
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  const grantee = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('pipes.amazonaws.com', { conditions }) });
  iam.Grant.addToPrincipal({ grantee, actions: STREAM_ACTIONS, resourceArns: [streamArn] });
  iam.Grant.addToPrincipal({ grantee, actions: ['events:PutEvents'], resourceArns: [eventBusArn] });
  table.encryptionKey?.grantDecrypt(grantee);
  deadLetterQueue?.grantSendMessages(grantee);
  return grantee;
}
