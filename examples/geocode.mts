import { createRateLimiter, RateLimitedError, type CallContext } from 'resilient-lambda-runtime';

const geocoding = createRateLimiter({ name: 'geocoding' });

/** Finds an address within a third party's quota of 100 calls a minute; undefined if its turn does not come in time. */
export async function locate(address: string, call: CallContext = {}): Promise<unknown> {
  try {
    const answer = await geocoding.execute(() => fetch(`https://geo.example.com/?q=${encodeURIComponent(address)}`), call);
    return await answer.json();
  } catch (error) {
    if (error instanceof RateLimitedError) return undefined;
    throw error;
  }
}
