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
  /**
   * Told of the answer to every call that the gate has decided on, once the permit is settled, with the permit or the refusal.
   * It may replace `request.response`, for example to add headers, and does not throw. Default: nothing.
   */
  readonly onAnswer?: ((request: Request, decided: Permit | Refusal) => void) | undefined;
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

  function gateBefore(request: Request): Promise<void> | undefined {
    const call = callContext(request, clock, options.describe);
    const hold = (permit: Permit): void => holdPermit(request, owner, permit);
    const refuse = (error: unknown): never => {
      refused.set(request, { error, call });
      throw error;
    };
    try {
      const admission = gate.acquire(call);
      if (admission instanceof Promise) return admission.then(hold, refuse);
      hold(admission);
      return undefined;
    } catch (error) {
      return refuse(error);
    }
  }

  function gateAfter(request: Request): Promise<void> | undefined {
    const permit = takePermit(request, owner);
    const settling = permit?.settle({ kind: 'success', value: request.response });
    tellAnswer(request, permit, options);
    return settling ?? undefined;
  }

  async function gateOnError(request: Request): Promise<void> {
    const permit = takePermit(request, owner);
    await permit?.settle(outcomeOfError(request.error));
    const refusal = ownRefusal(request, refused.get(request));
    if (refusal !== undefined && request.response === undefined) await answerRefusal(request, refusal, options);
    tellAnswer(request, permit ?? refusal?.error, options);
  }

  return { before: gateBefore, after: gateAfter, onError: gateOnError };
}

interface Refused {
  readonly error: unknown;
  readonly call: CallContext;
}

/** What the gate has refused with, unless somebody further in has put an error of his own in its place. */
function ownRefusal(request: Request, refused: Refused | undefined): Refused | undefined {
  return refused?.error === request.error && isRejection(request.error) ? refused : undefined;
}

function tellAnswer<Refusal extends RejectedError>(request: Request, decided: unknown, options: GateMiddlewareOptions<Refusal>): void {
  if (decided !== undefined && request.response !== undefined) options.onAnswer?.(request, decided as Permit | Refusal);
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
  if (fallback !== undefined) return fallback(error as Refusal, call, event);
  return isHttpEvent(event) ? httpAnswer(error as Refusal, event) : undefined;
}

function callContext({ event, context }: Request, clock: Clock, describe: GateMiddlewareOptions['describe']): CallContext {
  return { ...deadlineOf(context, clock), ...describe?.(event, context) };
}

/** Time that is left to answer a request whose wait, or whose last call, ends with the function, in milliseconds. */
const ANSWER_MS = 50;

/** When what a request waits for has to be over, so that there is time to answer: shortly before its invocation ends. */
export function deadlineToAnswer(context: unknown, clock: Clock): Pick<CallContext, 'deadlineMs'> {
  const { deadlineMs } = deadlineOf(context, clock);
  return deadlineMs === undefined ? {} : { deadlineMs: deadlineMs - ANSWER_MS };
}

/** When the invocation ends, as far as its context says. */
export function deadlineOf(context: unknown, clock: Clock): Pick<CallContext, 'deadlineMs'> {
  const lambda = context as { getRemainingTimeInMillis?: () => number; lambdaContext?: { getRemainingTimeInMillis?: () => number } };
  // The durable mode keeps Lambda's own context one level down.
  const remainingMs = (lambda.getRemainingTimeInMillis ?? lambda.lambdaContext?.getRemainingTimeInMillis)?.();
  return remainingMs === undefined ? {} : { deadlineMs: clock.nowMs() + remainingMs };
}
