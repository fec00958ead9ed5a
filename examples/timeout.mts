import { middy, resilience } from 'resilient-lambda-runtime';

type Answer = { statusCode: number; body: string };

async function report(_event: unknown, _context: unknown, { signal }: { signal: AbortSignal }): Promise<Answer> {
  // Whatever is handed the signal ends with the time.
  const answer = await fetch('https://reports.example.com/today', { signal });
  return { statusCode: answer.status, body: await answer.text() };
}

export const handler = middy().use(resilience()).handler(report);
