import { CfnResource, Reference, Token, Tokenization } from 'aws-cdk-lib';
import type { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';

/** Services that functions read from, as part of an ARN and as part of a type. */
const TYPES = { sqs: 'SQS', kinesis: 'Kinesis', dynamodb: 'DynamoDB' } as const;

/** A service that functions read from, as ARNs name it. */
export type SourceService = keyof typeof TYPES;

/** Whether a construct is what makes Lambda read from something. Recognised by its type: there may be several copies of aws-cdk-lib. */
export function isMapping(node: IConstruct): node is CfnEventSourceMapping {
  return CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::Lambda::EventSourceMapping';
}

/** Whether Lambda reads from one of some services; false where the source is a token that says nothing of its type. */
export function readsFrom({ eventSourceArn = '' }: CfnEventSourceMapping, ...services: readonly SourceService[]): boolean {
  if (services.some((service) => eventSourceArn.includes(`:${service}:`))) return true;
  if (!Token.isUnresolved(eventSourceArn)) return false;
  const prefixes = services.map((service) => `AWS::${TYPES[service]}::`);
  return Tokenization.reverseString(eventSourceArn).tokens.some((token) => Reference.isReference(token) && isOfType(token.target, prefixes));
}

function isOfType(construct: IConstruct, prefixes: readonly string[]): boolean {
  return CfnResource.isCfnResource(construct) && prefixes.some((prefix) => construct.cfnResourceType.startsWith(prefix));
}
