import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { middy, observability, rateLimit } from 'resilient-lambda-runtime';

/** Finds something at once. */
async function search(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return { statusCode: 200, body: JSON.stringify({ query: event.rawQueryString, found: ['teapot'] }) };
}

// The stack says how much the limit admits; its name is all that the code needs.
export const handler = middy<APIGatewayProxyEventV2>()
  .use(observability())
  .use(rateLimit({ name: 'search' }))
  .handler(search);
