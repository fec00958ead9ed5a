import type { MiddlewareObj, Request } from '@middy/core';
import type { CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { isRejection, type RejectedError } from '../core/errors.ts';
import type { Gate, Permit } from '../core/gate.ts';
import { outcomeOfError } from '../core/outcome.ts';
import { SYSTEM_CLOCK } from '../core/system-sources.ts';
import type { CallDescription } from './describe.ts';
import { httpAnswer, isHttpEvent } from './http.ts';
import { holdPermit, takePermit } from './permit-ledger.ts';

/** How a gate behaves as a middleware. */
export interface GateMiddlewareOptions<Refusal extends RejectedError = RejectedError> {
  /** Answers a refusal in place of the handler. Default: HTTP events get a response, others the error. */
  readonly fallback?: ((error: Refusal, call: CallContext, event: unknown) => unknown) | undefined;
  /** Source of time for deadlines. Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Says what kind of call a request is. Default: nothing, so that requests that need no description cost none. */
  readonly describe?: ((event: unknown, context: unknown) => CallDescription) | undefined;
}

/** All three hooks of a gate. */
export type GateMiddleware = Required<Pick<MiddlewareObj, 'before' | 'after' | 'onError'>>;

/**
 * Turns a gate into a Middy middleware that works on stock `@middy/core`. A refusal is thrown, so that `onError` of every
 * middleware further out runs and nothing of theirs is left open; the answer is set there without ending the chain.
 *
 * @typeParam Refusal The one kind of error with which this gate refuses.
 */
export function gateMiddleware<Refusal extends RejectedError>(
  gate: Gate,
  options: GateMiddlewareOptions<Refusal> = {},
): GateMiddleware {
  const clock = options.clock ?? SYSTEM_CLOCK;
  const owner = {};
  const refused = new WeakMap<object, Refused>();

  const refuse = (request: Request, call: CallContext, error: unknown): never => {
    refused.set(request, { error, call });
    throw error;
  };

  function gateBefore(request: Request): Promise<void> | undefined {
    const call = callContext(request, clock, options.describe);
    let admission: Permit | Promise<Permit>;
    try {
      admission = gate.acquire(call);
    } catch (error) {
      return refuse(request, call, error);
    }
    if (!(admission instanceof Promise)) {
      holdPermit(request, owner, admission);
      return undefined;
    }
    return admission.then(
      (permit) => holdPermit(request, owner, permit),
      (error: unknown) => refuse(request, call, error),
    );
  }

  function gateAfter(request: Request): Promise<void> | undefined {
    return takePermit(request, owner)?.settle({ kind: 'success', value: request.response }) ?? undefined;
  }

  async function gateOnError(request: Request): Promise<void> {
    await takePermit(request, owner)?.settle(outcomeOfError(request.error));
    const refusal = refused.get(request);
    if (refusal === undefined || refusal.error !== request.error || request.response !== undefined) return;
    await answerRefusal(request, refusal, options);
  }

  return { before: gateBefore, after: gateAfter, onError: gateOnError };
}

interface Refused {
  readonly error: unknown;
  readonly call: CallContext;
}

async function answerRefusal<Refusal extends RejectedError>(
  request: Request,
  refused: Refused,
  options: GateMiddlewareOptions<Refusal>,
): Promise<void> {
  try {
    const answer = await answerTo(refused, request.event, options);
    if (answer !== undefined) request.response = answer;
  } catch (error) {
    // Thrown on, it would end the chain before the middlewares further out have settled and rendered it.
    request.error = error as Error;
  }
}

function answerTo<Refusal extends RejectedError>(
  { error, call }: Refused,
  event: unknown,
  { fallback }: GateMiddlewareOptions<Refusal>,
): unknown {
  if (!isRejection(error)) return undefined;
  if (fallback !== undefined) return fallback(error as Refusal, call, event);
  return isHttpEvent(event) ? httpAnswer(error, event) : undefined;
}

function callContext({ event, context }: Request, clock: Clock, describe: GateMiddlewareOptions['describe']): CallContext {
  const lambda = context as { getRemainingTimeInMillis?: () => number; lambdaContext?: { getRemainingTimeInMillis?: () => number } };
  // The durable mode keeps Lambda's own context one level down.
  const remainingMs = (lambda.getRemainingTimeInMillis ?? lambda.lambdaContext?.getRemainingTimeInMillis)?.();
  const deadline = remainingMs === undefined ? undefined : { deadlineMs: clock.nowMs() + remainingMs };
  return { ...deadline, ...describe?.(event, context) };
}
