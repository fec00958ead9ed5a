import { middy } from 'resilient-lambda-runtime';
import { dynamicResilience } from 'resilient-lambda-runtime/dynamic';

/** A handler behind what AppConfig declares: without an answer from there it does not start. */
export const handler = middy()
  .use(await dynamicResilience())
  .handler(async () => ({ statusCode: 200, body: 'ok' }));
