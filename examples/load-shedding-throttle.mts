import { createAdaptiveThrottle, ThrottledError } from 'resilient-lambda-runtime';

const suggestions = createAdaptiveThrottle({ name: 'suggestions' });

/** Words that begin like this; none while the service accepts few calls. */
export async function suggest(beginning: string): Promise<unknown> {
  try {
    const answer = await suggestions.execute(() => fetch(`https://words.example.com/?q=${encodeURIComponent(beginning)}`));
    return answer.ok ? await answer.json() : [];
  } catch (error) {
    if (error instanceof ThrottledError) return [];
    throw error;
  }
}
