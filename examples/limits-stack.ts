import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { RateLimitKeyPart, ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Orders');

new ResilientFunction(stack, 'Api', {
  entry: join(__dirname, 'orders.mts'),
  rateLimits: {
    orders: {
      by: [RateLimitKeyPart.TENANT],
      limits: [{ limit: 100, period: Duration.seconds(1) }, { limit: 50_000, period: Duration.days(1) }],
      tenantLimits: { acme: [{ limit: 1_000, period: Duration.seconds(1) }] },
    },
    geocoding: { limits: [{ limit: 90, period: Duration.minutes(1), burst: 10 }], maxWait: Duration.seconds(5) },
    exports: { limits: [{ limit: 500, period: Duration.hours(1) }] },
  },
});

const queue = new Queue(stack, 'MailQueue', {
  visibilityTimeout: Duration.minutes(1),
  deadLetterQueue: { queue: new Queue(stack, 'LostMail'), maxReceiveCount: 100 },
});
new ResilientFunction(stack, 'Mail', {
  entry: join(__dirname, 'mails.mts'),
  rateLimits: { mails: { limits: [{ limit: 14, period: Duration.seconds(1) }] } },
}).addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true, maxConcurrency: 5 }));
