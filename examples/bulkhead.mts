import { BulkheadFullError, createBulkhead } from 'resilient-lambda-runtime';

const ledger = createBulkhead({ name: 'ledger' });
const TIMEOUT_MS = 3000;

/** Books an entry; false if the ledger has no room for it in time. */
export async function book(entry: string): Promise<boolean> {
  // The fleet has the slot back soon after the deadline, whoever has crashed; so the call must not last longer.
  const deadlineMs = Date.now() + TIMEOUT_MS;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await ledger.execute(() => fetch('https://ledger.example.com/entries', { method: 'POST', body: entry, signal }), { deadlineMs });
    return answer.ok;
  } catch (error) {
    if (error instanceof BulkheadFullError) return false;
    throw error;
  }
}
