import { middy, rateLimit } from 'resilient-lambda-runtime';

/** A handler behind one rate limit, as small as it gets. */
export const handler = middy()
  .use(rateLimit({ name: 'api' }))
  .handler(async () => ({ statusCode: 200, body: 'ok' }));
