import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { shedBatch } from 'resilient-lambda-runtime';

/** Keeps what was too late to be of use. It must reject if that fails: what it has taken counts as done. */
async function archive(stale: readonly SQSRecord[]): Promise<void> {
  const answer = await fetch('https://archive.example.com/prices', { method: 'POST', body: JSON.stringify(stale) });
  if (!answer.ok) throw new Error(`the archive answers ${answer.status}`);
}

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const { fresh, batchItemFailures } = await shedBatch(event, { maxAgeMs: 60_000, store: archive });
  for (const { body } of fresh) await fetch('https://shop.example.com/prices', { method: 'PUT', body });
  return { batchItemFailures: [...batchItemFailures] };
}
