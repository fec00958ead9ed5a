import { middy, rateLimit } from 'resilient-lambda-runtime';

async function orders(): Promise<{ statusCode: number; body: string }> {
  return { statusCode: 200, body: '[]' };
}

// The tenant is a claim of a token that the authorizer has checked.
export const handler = middy()
  .use(rateLimit({ name: 'orders', identity: { tenant: { claim: 'custom:tenant' } } }))
  .handler(orders);
