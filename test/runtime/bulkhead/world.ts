import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { ABANDONED, type Outcome } from '../../../runtime/src/core/outcome.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import { createBulkhead } from '../../../runtime/src/bulkhead/create.ts';
import { BulkheadFullError } from '../../../runtime/src/bulkhead/errors.ts';
import { resolveBulkheadOptions, type BulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import { Bulkhead } from '../../../runtime/src/bulkhead/policy.ts';
import type { SlotSource } from '../../../runtime/src/bulkhead/slots.ts';
import { World } from '../health/fixture.ts';

export const SUCCESS: Outcome = { kind: 'success', value: undefined };
export const FAILURE: Outcome = { kind: 'failure', error: new Error('it failed') };
export { ABANDONED };

/** A call that was asked for, and what has come of it so far. */
export interface Asked {
  readonly call: CallContext;
  state: 'waiting' | 'running' | 'refused' | 'cancelled' | 'done';
  /** Whether it was decided before `acquire` returned. */
  atOnce: boolean;
  permit: Permit | undefined;
  error: unknown;
}

/** Bulkheads in a world whose time passes when a test says so. */
export class BulkheadWorld extends World {
  /** A bulkhead of this environment alone. */
  local(options: Partial<BulkheadOptions> = {}): Bulkhead {
    return createBulkhead({ name: 'payments', shared: false, ...options }, this.dependencies);
  }

  /** A bulkhead whose slots come from a source of the test's own. */
  over(slots: SlotSource, options: Partial<BulkheadOptions> = {}): Bulkhead {
    const { clock, sink, sleep } = this;
    return new Bulkhead(resolveBulkheadOptions({ name: 'payments', ...options }), { slots, clock, sink, sleep });
  }
}

/** Asks for a slot, and notes what comes of it. */
export function ask(bulkhead: Bulkhead, call: CallContext = {}): Asked {
  const asked: Asked = { call, state: 'waiting', atOnce: true, permit: undefined, error: undefined };
  const admitted = (permit: Permit): void => {
    asked.permit = permit;
    asked.state = 'running';
  };
  const failed = (error: unknown): void => {
    asked.error = error;
    asked.state = error instanceof BulkheadFullError ? 'refused' : 'cancelled';
  };
  try {
    const admission = bulkhead.acquire(call);
    if (admission instanceof Promise) admission.then(admitted, failed);
    else admitted(admission);
  } catch (error) {
    failed(error);
  }
  asked.atOnce = asked.state !== 'waiting';
  return asked;
}

/** Asks so many times. */
export function askMany(count: number, bulkhead: Bulkhead, call: CallContext = {}): Asked[] {
  return Array.from({ length: count }, () => ask(bulkhead, call));
}

/** Ends a call that runs. */
export function finish(asked: Asked | undefined, outcome: Outcome = SUCCESS): void | Promise<void> {
  if (asked?.permit === undefined) throw new Error('this call does not run');
  asked.state = 'done';
  return asked.permit.settle(outcome);
}

export function statesOf(calls: readonly Asked[]): string[] {
  return calls.map(({ state }) => state);
}

export function countOf(calls: readonly Asked[], state: Asked['state']): number {
  return calls.filter((asked) => asked.state === state).length;
}

/** Why a call was refused. */
export function reasonOf({ error }: Asked): string | undefined {
  return error instanceof BulkheadFullError ? error.reason : undefined;
}
