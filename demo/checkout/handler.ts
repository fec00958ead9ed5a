import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { middy, resilience } from 'resilient-lambda-runtime';

const PAYMENTS_TIMEOUT_MS = 1000;

// The stack says what there is and what it does.
const resilient = resilience();
const payments = resilient.circuit('payments');

/** Charges the customer. An answer of 500 or more from the payments service counts against its circuit. */
async function checkout(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const signal = AbortSignal.timeout(PAYMENTS_TIMEOUT_MS);
  const answer = await payments.execute(() => fetch(process.env['PAYMENTS_URL'] ?? '', { method: 'POST', body: event.body ?? null, signal }));
  const { phase } = payments.snapshot();
  return { statusCode: answer.ok ? 200 : 502, body: JSON.stringify({ paid: answer.ok, circuit: phase }) };
}

export const handler = middy<APIGatewayProxyEventV2>().use(resilient).handler(checkout);
