import type { Context } from 'aws-lambda';
import coreMiddy from '@middy/core';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { RejectedError } from '../../../runtime/src/core/errors.ts';
import { createPermit, type Gate, type Permit } from '../../../runtime/src/core/gate.ts';
import type { Outcome } from '../../../runtime/src/core/outcome.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';

/** Every test that can runs on both. `settlesAll`: whether permits are given back however a request ends. */
export const FACTORIES = [
  { factory: 'stock @middy/core', create: coreMiddy, settlesAll: false },
  { factory: 'the exported middy', create: middy, settlesAll: true },
];

export const HTTP_EVENT = { version: '2.0', requestContext: { http: { method: 'GET', path: '/' } } };
export const QUEUE_EVENT = { Records: [{ eventSource: 'aws:sqs', body: '{}' }] };

/** The context of an invocation with that much time left. */
export function lambdaContext(remainingMs = 3000): Context {
  return { awsRequestId: 'request', getRemainingTimeInMillis: () => remainingMs } as Context;
}

/** Invokes as Lambda does, without regard to the types of the handler. */
export function invoke(handler: unknown, event: unknown = HTTP_EVENT, context: unknown = lambdaContext()): Promise<unknown> {
  return (handler as (event: unknown, context: unknown) => Promise<unknown>)(event, context);
}

/** The refusal of the gates below, with details that the answer shows. */
export class GateClosedError extends RejectedError {
  constructor(gate: string) {
    super(`${gate} is closed`, { code: 'GATE_CLOSED', statusCode: 503, retryAfterMs: 1500, publicFields: { service: gate } });
  }
}

/** A gate that remembers what it gave out and what came back. */
export class TestGate implements Gate {
  readonly name: string;
  /** Contexts of all admissions asked for. */
  readonly calls: CallContext[] = [];
  /** How the permits were settled, in order. */
  readonly outcomes: Outcome[] = [];
  /** Permits that are out. */
  held = 0;
  open = true;
  readonly #settling: ((outcome: Outcome) => Promise<void>) | undefined;

  constructor(name = 'gate', settling?: (outcome: Outcome) => Promise<void>) {
    this.name = name;
    this.#settling = settling;
  }

  acquire(call: CallContext): Permit | Promise<Permit> {
    this.calls.push(call);
    if (!this.open) throw new GateClosedError(this.name);
    this.held += 1;
    return createPermit((outcome) => {
      this.held -= 1;
      this.outcomes.push(outcome);
      return this.#settling?.(outcome);
    });
  }

  get outcomeKinds(): string[] {
    return this.outcomes.map(({ kind }) => kind);
  }
}

/** A gate that has to ask somebody first. */
export class AskingGate extends TestGate {
  override async acquire(call: CallContext): Promise<Permit> {
    await Promise.resolve();
    return super.acquire(call);
  }
}
