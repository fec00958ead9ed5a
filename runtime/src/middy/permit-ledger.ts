import type { Permit } from '../core/gate.ts';
import type { Outcome } from '../core/outcome.ts';

interface HeldPermit {
  readonly owner: object;
  readonly permit: Permit;
}

// By request object: Middy runs `onError` of middlewares whose `before` never ran, and one environment may serve many
// requests at once. A permit is settled only by who acquired it, for the very request it was acquired for.
const heldByRequest = new WeakMap<object, HeldPermit[]>();

/** Notes that a middleware holds a permit for a request. */
export function holdPermit(request: object, owner: object, permit: Permit): void {
  const held = heldByRequest.get(request);
  if (held === undefined) heldByRequest.set(request, [{ owner, permit }]);
  else held.push({ owner, permit });
}

/** Takes the permit of a middleware out of the ledger; undefined if it holds none for this request. */
export function takePermit(request: object, owner: object): Permit | undefined {
  const held = heldByRequest.get(request);
  const index = held?.findIndex((entry) => entry.owner === owner) ?? -1;
  return index < 0 ? undefined : held?.splice(index, 1)[0]?.permit;
}

/** Settles whatever is still held for a request, innermost first. Undefined if there is nothing to wait for. */
export function settleHeld(request: object, outcome: Outcome): Promise<unknown> | undefined {
  const held = heldByRequest.get(request);
  if (held === undefined || held.length === 0) return undefined;
  heldByRequest.delete(request);
  return Promise.all(held.reverse().map(async ({ permit }) => permit.settle(outcome)));
}
