import { middy } from 'resilient-lambda-runtime';
import { dynamicResilience } from 'resilient-lambda-runtime/dynamic';

const guard = await dynamicResilience();
const payments = guard.circuit('payments'); // taken once, follows every change

async function charge(): Promise<{ statusCode: number; body: string }> {
  const answer = await payments.execute(() => fetch('https://payments.example.com/charges', { method: 'POST' }));
  return { statusCode: answer.status, body: await answer.text() };
}

export const handler = middy().use(guard).handler(charge);
