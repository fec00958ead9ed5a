import { createResilientClient } from 'resilient-lambda-runtime';

const rates = createResilientClient({
  name: 'rates',
  endpoints: [{ url: 'https://rates-a.example.com/v1', zone: 'a' }, { url: 'https://rates-b.example.com/v1', zone: 'b' }],
  balancing: 'local-first',
  zone: 'a',
  hedgeAfterQuantile: 0.95,
});

/** The rate of a currency; from the other zone while this one is down, or when it takes long. */
export async function rateOf(currency: string): Promise<unknown> {
  const answer = await rates.get(`/rates/${encodeURIComponent(currency)}`);
  return answer.json();
}
