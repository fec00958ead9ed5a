import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { middy, resilience } from 'resilient-lambda-runtime';

/** Finds something at once. */
async function search(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return { statusCode: 200, body: JSON.stringify({ query: event.rawQueryString, found: ['teapot'] }) };
}

// The stack says what there is: a limit of the requests of this function.
export const handler = middy<APIGatewayProxyEventV2>().use(resilience()).handler(search);
