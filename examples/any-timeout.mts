import { createTimeout, NoTimeLeftError, TimedOutError } from 'resilient-lambda-runtime';

const quotes = createTimeout({ name: 'quotes', timeoutMs: 2000, marginMs: 100 });

/** The price of an article; undefined if it is not known in time. */
export async function quote(article: string, deadlineMs: number): Promise<string | undefined> {
  try {
    const answer = await quotes.execute(({ signal = null }) => fetch(`https://quotes.example.com/${article}`, { signal }), { deadlineMs });
    return await answer.text();
  } catch (error) {
    if (error instanceof TimedOutError || error instanceof NoTimeLeftError) return undefined;
    throw error;
  }
}
