import { UNKNOWN_CALL, type CallContext } from './call-context.ts';
import { outcomeOfError, type Outcome } from './outcome.ts';

/** The right to make one call, given out by a gate. */
export interface Permit {
  /**
   * Tells the gate how the call ended. Only the first call has an effect. Returns a promise only where something has to
   * be awaited before the response leaves the function; it never rejects.
   */
  settle(outcome: Outcome): void | Promise<void>;
}

/** A policy that admits and observes calls, but does not run them itself. */
export interface Gate {
  /** Name under which the gate reports. */
  readonly name: string;
  /**
   * Admits the call or throws a `RejectedError`. Answers synchronously whenever the decision is local.
   */
  acquire(call: CallContext): Permit | Promise<Permit>;
}

/** A policy that runs an operation under its protection. */
export interface Policy {
  /** Name under which the policy reports. */
  readonly name: string;
  /** Runs the operation, or throws a `RejectedError` without having run it. */
  execute<T>(operation: Operation<T>, call?: CallContext): Promise<T>;
}

/** Something to protect. It is handed the context of its call. */
export type Operation<T> = (call: CallContext) => T | PromiseLike<T>;

/** Runs an operation with a permit in hand and settles the permit whatever happens. */
export async function runWithPermit<T>(permit: Permit, operation: Operation<T>, call: CallContext): Promise<T> {
  let value: T;
  try {
    value = await operation(call);
  } catch (error) {
    const settling = permit.settle(outcomeOfError(error));
    if (settling !== undefined) await settling;
    throw error;
  }
  const settling = permit.settle({ kind: 'success', value });
  if (settling !== undefined) await settling;
  return value;
}

/**
 * Runs an operation behind a gate. Where the gate answers at once, the operation begins at once: a promise that nobody has to wait
 * for would be paid for by every call.
 *
 * @param onRefused What comes of a call for which the gate has thrown: another answer, or the error.
 */
export function runBehind<T>(
  gate: Gate,
  operation: Operation<T>,
  call: CallContext,
  onRefused: (error: unknown, call: CallContext) => Promise<unknown>,
): Promise<T> {
  let permit: Permit | Promise<Permit>;
  try {
    permit = gate.acquire(call);
  } catch (error) {
    return onRefused(error, call) as Promise<T>;
  }
  if (!(permit instanceof Promise)) return runWithPermit(permit, operation, call);
  return permit.then(
    (admitted) => runWithPermit(admitted, operation, call),
    (error: unknown) => onRefused(error, call) as Promise<T>,
  );
}

/** A promise that is rejected, whatever with. Takes less than throwing an error that has been caught. */
export function rejectedBy(error: unknown): Promise<never> {
  const reason = error as Error;
  return Promise.reject(reason);
}

/**
 * Composes policies into one, the first outermost: `pipeline(a, b).execute(f)` runs `f` under `b` under `a`.
 */
export function pipeline(...policies: readonly Policy[]): Policy {
  return {
    name: policies.map((policy) => policy.name).join(' > '),
    execute: (operation, call = UNKNOWN_CALL) => {
      try {
        // Without policies it may be a plain value.
        return Promise.resolve(runUnder(policies, 0, operation, call));
      } catch (error) {
        return rejectedBy(error);
      }
    },
  };
}

/** Runs an operation under the policies from an index on. Adds no promise of its own to theirs. */
function runUnder<T>(policies: readonly Policy[], index: number, operation: Operation<T>, call: CallContext): T | PromiseLike<T> {
  const policy = policies[index];
  if (policy === undefined) return operation(call);
  if (index === policies.length - 1) return policy.execute(operation, call);
  return policy.execute((inner) => runUnder(policies, index + 1, operation, inner), call);
}

/** Makes a permit of a function: the first settlement reaches it, later ones do nothing. */
export function createPermit(settle: (outcome: Outcome) => void | Promise<void>): Permit {
  let settled = false;
  return {
    settle(outcome) {
      if (settled) return undefined;
      settled = true;
      return settle(outcome);
    },
  };
}

/** A permit of a gate that is switched off. */
export const FREE_PERMIT: Permit = Object.freeze({ settle: () => undefined });
