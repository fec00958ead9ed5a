import { Annotations, type IAspect } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isMapping, readsFrom, type SourceService } from './event-sources';

/** Sources whose batches can be answered record by record. */
const ANSWERED_BY_RECORD: readonly SourceService[] = ['sqs', 'kinesis', 'dynamodb'];

/** Warns of event sources that take refused records for done, where there are rate limits that may refuse them. */
export class WholeBatchWarning implements IAspect {
  private readonly applies: () => boolean;

  /** @param applies whether there are rate limits; asked at the end, when all are declared */
  constructor(applies: () => boolean) {
    this.applies = applies;
  }

  visit(node: IConstruct): void {
    if (!isMapping(node) || !this.applies() || !readsFrom(node, ...ANSWERED_BY_RECORD)) return;
    if (node.functionResponseTypes?.includes('ReportBatchItemFailures') === true) return;
    Annotations.of(node).addWarningV2(
      'resilient-lambda:wholeBatches',
      'this event source does not report failed records one by one, so Lambda takes records for done that a rate limit refuses: ' +
        'set reportBatchItemFailures',
    );
  }
}
