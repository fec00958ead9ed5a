import { Annotations, CfnResource, Reference, Token, Tokenization, type IAspect } from 'aws-cdk-lib';
import type { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';

/** Sources whose batches can be answered record by record, as part of an ARN and as part of a type. */
const SOURCE_ARN = /:(sqs|kinesis|dynamodb):/;
const SOURCE_TYPE = /^AWS::(SQS|Kinesis|DynamoDB)::/;

/** Warns of event sources that take refused records for done, where there are rate limits that may refuse them. */
export class WholeBatchWarning implements IAspect {
  private readonly applies: () => boolean;

  /** @param applies whether there are rate limits; asked at the end, when all are declared */
  constructor(applies: () => boolean) {
    this.applies = applies;
  }

  visit(node: IConstruct): void {
    if (!isMapping(node) || !this.applies() || !isAnsweredByRecord(node)) return;
    if (node.functionResponseTypes?.includes('ReportBatchItemFailures') === true) return;
    Annotations.of(node).addWarningV2(
      'resilient-lambda:wholeBatches',
      'this event source does not report failed records one by one, so Lambda takes records for done that a rate limit refuses: ' +
        'set reportBatchItemFailures',
    );
  }
}

function isMapping(node: IConstruct): node is CfnEventSourceMapping {
  return CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::Lambda::EventSourceMapping';
}

function isAnsweredByRecord({ eventSourceArn = '' }: CfnEventSourceMapping): boolean {
  if (SOURCE_ARN.test(eventSourceArn)) return true;
  if (!Token.isUnresolved(eventSourceArn)) return false;
  return Tokenization.reverseString(eventSourceArn).tokens.some(
    (token) => Reference.isReference(token) && CfnResource.isCfnResource(token.target) && SOURCE_TYPE.test(token.target.cfnResourceType),
  );
}
