import { CLIENT_PROFILES, createResilientClient } from 'resilient-lambda-runtime';

const hints = createResilientClient({
  name: 'hints',
  baseUrl: 'https://hints.example.com/v1',
  ...CLIENT_PROFILES.nonCritical,
  timeoutMs: 1000,
  staleIfErrorMs: 300_000,
  fallback: { json: [] },
  transport: 'production',
});

/** What goes well with an article; the hints of the last minutes, or none, while they are down. */
export async function hintsFor(article: string): Promise<string[]> {
  const answer = await hints.get(`/articles/${encodeURIComponent(article)}`);
  return answer.ok ? ((await answer.json()) as string[]) : [];
}
