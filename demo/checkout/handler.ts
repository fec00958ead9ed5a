import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { circuitBreaker, createCircuitBreaker, middy, observability } from 'resilient-lambda-runtime';

const PAYMENTS_TIMEOUT_MS = 1000;

// The stack says what the circuit does; its name is all that the code needs.
const payments = createCircuitBreaker({ name: 'payments' });

/** Charges the customer. An answer of 500 or more from the payments service counts against its circuit. */
async function checkout(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const answer = await fetch(process.env['PAYMENTS_URL'] ?? '', {
    method: 'POST',
    body: event.body ?? null,
    signal: AbortSignal.timeout(PAYMENTS_TIMEOUT_MS),
  });
  const { phase } = payments.snapshot();
  return { statusCode: answer.ok ? 200 : 502, body: JSON.stringify({ paid: answer.ok, circuit: phase }) };
}

export const handler = middy<APIGatewayProxyEventV2>().use(observability()).use(circuitBreaker(payments)).handler(checkout);
