import { currentCall, resilient } from 'resilient-lambda-runtime';

/** Looks an address up. What the attempt in hand has, its signal above all, is in `currentCall()`. */
export const lookUp = resilient(
  'addresses',
  async (address: string) => {
    const { signal = null } = currentCall() ?? {};
    const answer = await fetch(`https://addresses.example.com/?q=${encodeURIComponent(address)}`, { signal });
    // A status of 503 that is returned is tried again as one that is thrown.
    return { status: answer.status, found: await answer.text() };
  },
  { timeoutMs: 3000, attemptTimeoutMs: 1000 },
);
