import { circuitBreaker, middy } from 'resilient-lambda-runtime';

async function checkout(): Promise<{ statusCode: number; body: string }> {
  const answer = await fetch('https://payments.example.com/charges', { method: 'POST' });
  return { statusCode: answer.ok ? 200 : 502, body: await answer.text() };
}

export const handler = middy()
  .use(circuitBreaker({ name: 'payments' }))
  .handler(checkout);
