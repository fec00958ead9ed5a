import { createTimeout, NoTimeLeftError, TimedOutError } from 'resilient-lambda-runtime';

const quotes = createTimeout({ name: 'quotes', timeoutMs: 2000, marginMs: 100 });

/** The price of an article; undefined if it is not known in time. */
export async function quote(article: string, deadlineMs: number): Promise<string | undefined> {
  try {
    // The body as well: what hangs there is within the limit too.
    return await quotes.execute(async ({ signal = null }) => (await fetch(`https://quotes.example.com/${article}`, { signal })).text(), { deadlineMs });
  } catch (error) {
    if (error instanceof TimedOutError || error instanceof NoTimeLeftError) return undefined;
    throw error;
  }
}
