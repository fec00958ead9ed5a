import { MemoryCircuitStore, RecordingSink } from '../../../runtime/src/testing/index.ts';
import { RetryBudgets } from '../../../runtime/src/retry/index.ts';
import type { ClientSources } from '../../../runtime/src/http-client/index.ts';

/** Sources of a client that shares nothing with other tests. */
export function ownSources(): ClientSources & { readonly sink: RecordingSink } {
  return { sink: new RecordingSink(), environment: {}, retryBudgets: new RetryBudgets(), circuitStore: new MemoryCircuitStore() };
}

/** Retries without long waits. */
export const QUICK = Object.freeze({ initialDelayMs: 1, jitter: 'none', budget: 'none' } as const);

/** An error, and whatever hangs on it. */
export type FoundError = Error & Readonly<Record<string, unknown>>;

/** What a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<FoundError> {
  const marker = new Error('it did not reject');
  const error = await promise.then(
    () => marker,
    (reason: unknown) => reason as Error,
  );
  if (error === marker) throw marker;
  return error as FoundError;
}
