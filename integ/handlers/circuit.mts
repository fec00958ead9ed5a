import { circuitBreaker, middy } from 'resilient-lambda-runtime';

/** A handler behind one circuit, as small as it gets. */
export const handler = middy()
  .use(circuitBreaker({ name: 'payments' }))
  .handler(async () => ({ statusCode: 200, body: 'ok' }));
