import { middy, resilience } from 'resilient-lambda-runtime';

const resilient = resilience({ circuits: { stock: { fallback: () => new Response('[]') } } });
const stock = resilient.circuit('stock');

export const handler = middy().use(resilient).handler(async () => {
  const answer = await stock.execute(() => fetch('https://stock.example.com/items'));
  return { statusCode: answer.status, body: await answer.text() };
});
