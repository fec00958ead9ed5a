import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { middy, rateLimitRecords } from 'resilient-lambda-runtime';

async function send({ Records: records }: SQSEvent): Promise<SQSBatchResponse> {
  for (const { body } of records) await fetch('https://mail.example.com/send', { method: 'POST', body });
  return { batchItemFailures: [] };
}

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(rateLimitRecords<SQSRecord>({ name: 'mails' }, { keyOf: () => [] }))
  .handler(send);
