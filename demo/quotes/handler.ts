import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { middy, resilience } from 'resilient-lambda-runtime';

// The stack says where the carrier is, how long a call, an attempt and a request may take, and how often is tried again.
const resilient = resilience();
const carrier = resilient.client('carrier');

/** Asks the carrier what a delivery costs. The call ends when the request does, because the client knows for which it is made. */
async function quote(): Promise<APIGatewayProxyStructuredResultV2> {
  const answer = await carrier.get('/quotes');
  return { statusCode: answer.ok ? 200 : 502, body: await answer.text() };
}

export const handler = middy<APIGatewayProxyEventV2>().use(resilient).handler(quote);

// What the demo compares it with.
export { plain } from './plain.ts';
