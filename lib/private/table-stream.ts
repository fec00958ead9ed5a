import { CfnResource, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';

/** The ARN of the stream of a table; undefined if it has none, or none is known. */
export function streamArnOf(table: dynamodb.ITable): string | undefined {
  const resource = table.node.defaultChild;
  // A table that is created gives an ARN in any case, which deployment could not fill in.
  if (CfnResource.isCfnResource(resource) && 'streamSpecification' in resource) {
    const specification: unknown = Stack.of(resource).resolve(resource.streamSpecification);
    if (specification === undefined) return undefined;
  }
  return table.tableStreamArn;
}
