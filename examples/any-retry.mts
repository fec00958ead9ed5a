import { createRetry, RetryExhaustedError, RETRY_PROFILES, type AttemptCall } from 'resilient-lambda-runtime';

const stock = createRetry({ name: 'stock', ...RETRY_PROFILES.transientErrors, neverRetryOn: ['SoldOutError'] });

/** Reserves an article; undefined if the stock does not answer in time. The key makes it safe to ask twice. */
export async function reserve(article: string, key: string, signal: AbortSignal): Promise<unknown> {
  const ask = ({ signal: ofAttempt }: AttemptCall): Promise<Response> =>
    fetch(`https://stock.example.com/${article}`, { method: 'POST', headers: { 'Idempotency-Key': key }, signal: ofAttempt });
  try {
    const answer = await stock.execute(ask, { method: 'POST', idempotencyKey: key, signal });
    return answer.ok ? await answer.json() : undefined;
  } catch (error) {
    if (error instanceof RetryExhaustedError) return undefined;
    throw error;
  }
}
