import { isRejection } from './errors.ts';

/** A protected call that came to an end: it returned a value or threw an error. */
export type CompletedOutcome =
  | { readonly kind: 'success'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly error: unknown };

/**
 * How a call ended as far as a gate is concerned. `abandoned` says nothing about the protected thing: the call never
 * reached it, because a gate further in refused or somebody answered early.
 */
export type Outcome = CompletedOutcome | { readonly kind: 'abandoned' };

/** The outcome of a call that was given up before it reached the protected thing. */
export const ABANDONED: Outcome = Object.freeze({ kind: 'abandoned' });

/** The outcome of a call that threw: a refusal by another policy is abandoned, never a failure of the protected thing. */
export function outcomeOfError(error: unknown): Outcome {
  return isRejection(error) ? ABANDONED : { kind: 'failure', error };
}
