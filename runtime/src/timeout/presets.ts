import type { TimedCall } from './timed-call.ts';
import type { TimeoutOptions } from './options.ts';

/** One limit for everything, in milliseconds. Answers with 504, since it is not the client who was slow. */
export function basicTimeout(name: string, timeoutMs: number): TimeoutOptions {
  return { name, enabled: true, timeoutMs };
}

/** A limit for each operation named, in milliseconds by routes such as `GET /orders/{id}`, and one for all others. */
export function operationTimeout(name: string, timeoutMs: number, operationTimeoutsMs: Readonly<Record<string, number>>): TimeoutOptions {
  return { ...basicTimeout(name, timeoutMs), operationTimeoutsMs };
}

/** A limit for each tenant named, in milliseconds, and one for all others. */
export function tenantTimeout(name: string, timeoutMs: number, tenantTimeoutsMs: Readonly<Record<string, number>>): TimeoutOptions {
  return { ...basicTimeout(name, timeoutMs), tenantTimeoutsMs };
}

/** A limit that the code computes for each call, in milliseconds, and one for calls of which it says nothing. */
export function dynamicTimeout(name: string, timeoutMs: number, timeoutFor: (call: TimedCall) => number | undefined): TimeoutOptions {
  return { ...basicTimeout(name, timeoutMs), timeoutFor };
}
