import { setTimeout as delay } from 'node:timers/promises';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { middy, resilience } from 'resilient-lambda-runtime';

/** Makes a report out of a database that can make three at once. */
async function report(): Promise<APIGatewayProxyStructuredResultV2> {
  const startedAtMs = Date.now();
  await delay(150);
  return { statusCode: 200, body: JSON.stringify({ startedAtMs, endedAtMs: Date.now() }) };
}

// The stack says what there is: a bulkhead of the whole fleet, and how old a request may be.
export const handler = middy().use(resilience()).handler(report);
