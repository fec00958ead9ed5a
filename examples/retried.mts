import { middy, retry, timeout } from 'resilient-lambda-runtime';

type Answer = { statusCode: number; body: string };

async function prices(_event: unknown, _context: unknown, { signal }: { signal: AbortSignal }): Promise<Answer> {
  const answer = await fetch('https://prices.example.com/today', { signal });
  return { statusCode: answer.status, body: await answer.text() };
}

// The limit is for all attempts and waits, because it stands further out.
export const handler = middy()
  .use(timeout({ timeoutMs: 3000 }))
  .use(retry({ name: 'prices', attemptTimeoutMs: 1000 }))
  .handler(prices);
