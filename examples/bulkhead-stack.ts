import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { BulkheadEnforcement, ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Books');

new ResilientFunction(stack, 'Booking', {
  entry: join(__dirname, 'bulkhead.mts'),
  bulkheads: { ledger: { maxConcurrent: 20, maxWait: Duration.seconds(2) } },
});

new ResilientFunction(stack, 'Reports', {
  entry: join(__dirname, 'bulkhead-reports.mts'),
  bulkheads: { reports: { maxConcurrent: 40, perTenant: true, tenantLimits: { acme: 20 } } },
});

// The queue can wait by itself, so Lambda keeps this one: for nothing, and nothing is refused.
const queue = new Queue(stack, 'Prices', { visibilityTimeout: Duration.minutes(1) });
new ResilientFunction(stack, 'Import', {
  entry: join(__dirname, 'load-shedding-batch.mts'),
  bulkheads: { imports: { maxConcurrent: 5, enforcement: BulkheadEnforcement.EVENT_SOURCES } },
}).addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
