import { httpCheck, middy, resilience } from 'resilient-lambda-runtime';

// The stack says what there is; the code adds what only code can say.
const resilient = resilience({
  identity: { tenant: { claim: 'custom:tenant' } },
  circuits: { stock: { fallback: () => new Response('{"reserved":"later"}', { status: 503 }) } },
});
const stock = resilient.circuit('stock');
resilient.health.register(httpCheck('stock', 'https://stock.example.com/health', { required: false }));

async function order(): Promise<{ statusCode: number; body: string }> {
  const answer = await stock.execute(() => fetch('https://stock.example.com/reservations', { method: 'POST' }));
  return { statusCode: answer.status, body: await answer.text() };
}

export const handler = middy().use(resilient).handler(order);
