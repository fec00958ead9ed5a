import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createPowertoolsSink, middy, rateLimit } from 'resilient-lambda-runtime';

const logger = new Logger();
const metrics = new Metrics();

/** Finds something at once. */
async function search(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return { statusCode: 200, body: JSON.stringify({ query: event.rawQueryString, found: ['teapot'] }) };
}

// The stack says how much the limit admits; its name is all that the code needs.
export const handler = middy<APIGatewayProxyEventV2>()
  .use(rateLimit({ name: 'search' }, { sink: createPowertoolsSink({ logger, metrics }) }))
  .handler(search);
