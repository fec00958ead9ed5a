import { AsyncLocalStorage } from 'node:async_hooks';
import { UNKNOWN_CALL, type CallContext } from '../core/call-context.ts';
import { deadlineOfSignal, earlierDeadline } from '../core/deadline.ts';
import { givenOf } from '../core/record.ts';

const calls = new AsyncLocalStorage<CallContext>();

/**
 * The call on whose behalf code runs now: set within `resilient()`, `withCall()` and handlers that follow their request, and followed by
 * clients, so that the deadline and the signal of a request reach all that is called for it. Undefined outside.
 */
export function currentCall(): CallContext | undefined {
  return calls.getStore();
}

/** Runs code on behalf of a call, and of no other; `{}` stands for none, for work that is not to end with a request. */
export function withCall<T>(call: CallContext, code: () => T): T {
  return calls.run(call, code);
}

/**
 * What is known of a call: what is given comes before what the code around it says; of two deadlines the earlier one counts, and
 * either signal ends it. For whom a call is made is handed on, what it is (its operation, method, cost, key) is not.
 */
export function callWithin<Call extends CallContext>(given: Call, around: CallContext | undefined): Call {
  const { tenant, user, ip, priority, signal: outer, deadlineMs: outerMs } = around ?? UNKNOWN_CALL;
  const signal = eitherSignal(given.signal, outer);
  const deadlineMs = [given.deadlineMs, outerMs, deadlineOfSignal(given.signal), deadlineOfSignal(outer)].reduce(earlierDeadline, undefined);
  return { ...givenOf({ tenant, user, ip, priority }), ...given, ...(signal !== undefined && { signal }), ...(deadlineMs !== undefined && { deadlineMs }) };
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  return AbortSignal.any([one, other]);
}
