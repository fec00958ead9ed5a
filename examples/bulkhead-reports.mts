import { bulkhead, middy } from 'resilient-lambda-runtime';

async function report(): Promise<{ statusCode: number; body: string }> {
  const answer = await fetch('https://warehouse.example.com/report');
  return { statusCode: answer.status, body: await answer.text() };
}

// A slot of all and one of the tenant, whom the authorizer has proven.
export const handler = middy()
  .use(bulkhead({ name: 'reports', identity: { tenant: { claim: 'custom:tenant' } } }))
  .handler(report);
