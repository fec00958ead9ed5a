import type { CompletedOutcome, Outcome } from '../core/outcome.ts';

/** What an outcome means to a circuit. `ignored` says nothing about the dependency and counts neither way. */
export type Verdict = 'success' | 'failure' | 'ignored';

/** Decides whether a completed call counts as a failure of the dependency. */
export type FailurePredicate = (outcome: CompletedOutcome) => boolean;

/** The options that say what a slow call is worth. */
export interface SlowCallOptions {
  readonly slowCallDurationMs: number;
  readonly slowCallRateThreshold: number;
  readonly failureRateThreshold: number;
}

/**
 * How much of a failure a call is: 1 if it failed; if it was slow, so much that as many slow calls as their threshold allows
 * weigh as much as the failures that theirs allows; 0 otherwise. One sum then speaks for both thresholds.
 */
export function weightOf(verdict: 'success' | 'failure', durationMs: number, options: SlowCallOptions): number {
  if (verdict === 'failure') return 1;
  const { slowCallDurationMs, slowCallRateThreshold, failureRateThreshold } = options;
  if (slowCallDurationMs === 0 || durationMs < slowCallDurationMs) return 0;
  return failureRateThreshold / slowCallRateThreshold;
}

const SERVER_ERROR = 500;
const CLIENT_ERROR = 400;

/**
 * What an outcome means. With a predicate every completed call is a failure or a success as it says. Without one, a result
 * or an error with a status of 500 or more is a failure; an error with a status from 400 to 499, a cancellation and an
 * abandoned call are ignored, for a caller's bad input must not open the circuit for all; any other error is a failure.
 */
export function classify(outcome: Outcome, shouldTrip: FailurePredicate | undefined): Verdict {
  if (outcome.kind === 'abandoned') return 'ignored';
  if (shouldTrip !== undefined) return shouldTrip(outcome) ? 'failure' : 'success';
  if (outcome.kind === 'success') return statusOf(outcome.value) >= SERVER_ERROR ? 'failure' : 'success';
  return classifyError(outcome.error);
}

function classifyError(error: unknown): Verdict {
  const status = statusOf(error);
  if (status >= SERVER_ERROR) return 'failure';
  if (status >= CLIENT_ERROR || isCancellation(error)) return 'ignored';
  return 'failure';
}

/** The HTTP status of a response or an error in the shapes in use: Lambda's, fetch's and the SDK's. */
function statusOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const { statusCode, status, $metadata } = value as Record<string, unknown>;
  const found = [statusCode, status, ($metadata as Record<string, unknown> | undefined)?.['httpStatusCode']];
  return found.find((candidate) => typeof candidate === 'number') ?? 0;
}

function isCancellation(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === 'AbortError';
}

const LONGEST_ERROR_TYPE = 64;

/**
 * In one word what a failure was, see `CircuitFailureEvent`. Never a message, of which there is no end.
 *
 * @param verdict What the outcome meant; a success is a failure only because it was slow.
 */
export function errorTypeOf(verdict: Verdict, outcome: CompletedOutcome, shouldTrip: FailurePredicate | undefined): string {
  if (verdict === 'success') return 'slow';
  if (outcome.kind !== 'failure') return shouldTrip === undefined ? `status_${statusOf(outcome.value)}` : 'result';
  const { error } = outcome;
  return shouldTrip === undefined && statusOf(error) >= SERVER_ERROR ? `status_${statusOf(error)}` : nameOf(error);
}

/** The name of an error, and of anything else that was thrown its type. */
function nameOf(error: unknown): string {
  try {
    const { name } = error as { readonly name?: unknown };
    if (typeof name === 'string' && name !== '') return name.slice(0, LONGEST_ERROR_TYPE);
  } catch {
    // Nothing has no name, and a name may be anything.
  }
  return typeof error;
}
