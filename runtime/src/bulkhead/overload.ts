import type { Outcome } from '../core/outcome.ts';

const TOO_MANY_REQUESTS = 429;
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;

/**
 * Whether a call failed in a way that may come from too much at a time: a result or an error with a status of 500 or more or
 * of 429, or any other error, except one with a status from 400 to 499 and a cancellation, which are the caller's own.
 */
export function isFailed(outcome: Outcome): boolean {
  if (outcome.kind === 'abandoned') return false;
  const status = statusOf(outcome.kind === 'success' ? outcome.value : outcome.error);
  if (status >= SERVER_ERROR || status === TOO_MANY_REQUESTS) return true;
  return outcome.kind === 'failure' && status < CLIENT_ERROR && !isCancellation(outcome.error);
}

/** The HTTP status of a response or an error in the shapes in use: Lambda's, fetch's and the SDK's. */
function statusOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const { statusCode, status, $metadata } = value as Record<string, unknown>;
  const found = [statusCode, status, ($metadata as Record<string, unknown> | undefined)?.['httpStatusCode']];
  return found.find((candidate) => typeof candidate === 'number') ?? 0;
}

function isCancellation(error: unknown): boolean {
  return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
}
