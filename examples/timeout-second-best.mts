import { middy, timeout } from 'resilient-lambda-runtime';

type Answer = { statusCode: number; body: string };

async function suggestions(_event: unknown, _context: unknown, { signal }: { signal: AbortSignal }): Promise<Answer> {
  const answer = await fetch('https://words.example.com/', { signal });
  return { statusCode: 200, body: await answer.text() };
}

export const handler = middy()
  .use(timeout({ timeoutMs: 1000, onTimeout: () => ({ statusCode: 200, body: '[]' }) }))
  .handler(suggestions);
