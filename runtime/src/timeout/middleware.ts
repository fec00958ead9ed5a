import type { MiddlewareObj, Request } from '@middy/core';
import { DEADLINE_HEADER, deadlineFromHeader, earlierDeadline } from '../core/deadline.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { withProblems } from '../core/problems.ts';
import { isRecord } from '../core/record.ts';
import { describeRequest, requestSourceProblems, type RequestSources } from '../middy/describe-request.ts';
import { deadlineOf } from '../middy/gate-middleware.ts';
import { wrapHandler, type HandlerArguments, type RunHandler } from '../middy/handler-wrappers.ts';
import { isHeaderName, requestHeader } from '../middy/headers.ts';
import { httpAnswer, isHttpEvent } from '../middy/http.ts';
import { createTimeout, type TimeoutDependencies } from './create.ts';
import type { NoTimeLeftError, TimedOutError } from './errors.ts';
import type { TimedCall } from './timed-call.ts';
import { asOpenStream } from './open-stream.ts';
import type { TimeoutOptions } from './options.ts';
import { Timeout } from './policy.ts';
import { sizeOf } from './request-size.ts';

/** How the middleware meets requests. */
export interface TimeoutRequestOptions extends RequestSources {
  /** Header in which callers state how long they still wait, in milliseconds; looked at only with `trustDeadline`. Default `x-deadline-ms`. */
  readonly deadlineHeader?: string | undefined;
}

/** Options of the middleware: those of a timeout, and how it meets requests. */
export interface TimeoutMiddlewareOptions extends TimeoutOptions, TimeoutRequestOptions {}

/** The hooks of the middleware. */
export type TimeoutMiddleware = Required<Pick<MiddlewareObj, 'before' | 'after' | 'onError'>>;

const REQUEST_OPTIONS = ['identity', 'priority', 'priorityOf', 'deadlineHeader'] as const;

/**
 * Lets the handler take so long and no longer, and never so long that the platform would end it without an answer: the `signal` in
 * its third argument is aborted, and HTTP events are answered with 504 (or 408); others get the error, so that the platform's own
 * retry applies. What the handler does after that reaches nobody. Stands around the handler, in `.use()` order with `retry()`:
 * used before it, the limit is for all attempts, used after it, for each.
 *
 * Works on the exported `middy`, in the standard and the streaming mode; stock `@middy/core` and durable functions are refused at
 * the first request. A stream that has begun cannot be answered anew: the limit is for the time until it begins, and at the
 * deadline, less the margin, it is cut off.
 *
 * @param target Options, or a timeout made by `createTimeout`.
 * @param rest With options, what `createTimeout` takes; with a ready one, how it meets requests.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function timeout(target: Timeout, rest?: TimeoutRequestOptions): TimeoutMiddleware;
export function timeout(target?: TimeoutMiddlewareOptions, rest?: TimeoutDependencies): TimeoutMiddleware;
export function timeout(target: Timeout | TimeoutMiddlewareOptions = {}, rest: TimeoutRequestOptions | TimeoutDependencies = {}): TimeoutMiddleware {
  const ready = target instanceof Timeout ? target : undefined;
  const { own, others } = split(ready === undefined ? target : rest);
  const problems = requestProblems(own);
  if (ready !== undefined) problems.push(...Object.keys(others).map((key) => unknownOption('options', key, REQUEST_OPTIONS)));
  const policy = withProblems('the timeout cannot work', problems, () => ready ?? createTimeout(others, rest as TimeoutDependencies));
  return middlewareOf(policy, describer(own, policy));
}

interface Failed {
  readonly error: TimedOutError | NoTimeLeftError;
  readonly call: TimedCall;
}

function middlewareOf(policy: Timeout, describe: (event: unknown, context: unknown) => TimedCall): TimeoutMiddleware {
  const failed = new WeakMap<Request, Failed>();

  function timeoutBefore(request: Request): void {
    if (!policy.options.enabled) return;
    const described = describe(request.event, request.context);
    wrapHandler(request, 'timeout()', async (run, given) => {
      const call = { ...described, ...bounds(described, given, policy), signal: given.signal };
      try {
        return await policy.run(handlerOf(run), call, asOpenStream);
      } catch (error) {
        if (policy.isOwn(error)) failed.set(request, { error, call });
        throw error;
      }
    });
  }

  function timeoutAfter(): void {
    // The limit is for the handler alone.
  }

  async function timeoutOnError(request: Request): Promise<void> {
    const { error, call } = failed.get(request) ?? {};
    // Somebody further in may have answered already, or put an error of his own in its place.
    if (error === undefined || call === undefined || request.error !== error || request.response !== undefined) return;
    const answer = await policy.answerTo(error, call, request.event);
    if (answer !== undefined) request.response = answer.value;
    else if (isHttpEvent(request.event)) request.response = httpAnswer(error, request.event);
  }

  return { before: timeoutBefore, after: timeoutAfter, onError: timeoutOnError };
}

function handlerOf(run: RunHandler): (call: TimedCall) => Promise<unknown> {
  return ({ signal }) => run(signal === undefined ? {} : { signal });
}

/** The earlier of the deadlines that the platform and the caller set. */
function bounds({ deadlineMs: stated }: TimedCall, { context }: HandlerArguments, { clock }: Timeout): Pick<TimedCall, 'deadlineMs'> {
  const deadlineMs = earlierDeadline(deadlineOf(context, clock).deadlineMs, stated);
  return deadlineMs === undefined ? {} : { deadlineMs };
}

function describer({ deadlineHeader = DEADLINE_HEADER, ...sources }: TimeoutRequestOptions, { clock, options }: Timeout) {
  const describe = describeRequest(sources);
  const measures = options.calculator === 'adaptive' || options.timeoutFor !== undefined;
  return (event: unknown, context: unknown): TimedCall => {
    const stated = options.trustDeadline && isHttpEvent(event) ? deadlineFromHeader(requestHeader(event, deadlineHeader), clock.nowMs()) : undefined;
    return {
      ...describe(event, context),
      ...(measures && isHttpEvent(event) && sizeOf(event)),
      ...(stated !== undefined && { deadlineMs: stated }),
    };
  };
}

function split(options: unknown): { own: TimeoutRequestOptions; others: TimeoutOptions } {
  if (!isRecord(options)) return { own: {}, others: options as TimeoutOptions };
  const { identity, priority, priorityOf, deadlineHeader, ...others } = options as TimeoutMiddlewareOptions;
  return { own: { identity, priority, priorityOf, deadlineHeader }, others };
}

function requestProblems({ deadlineHeader, ...sources }: TimeoutRequestOptions): string[] {
  return [
    ...requestSourceProblems('options', sources),
    ...(deadlineHeader === undefined || isHeaderName(deadlineHeader) ? [] : [`options.deadlineHeader is ${show(deadlineHeader)}: set the name of a header`]),
  ];
}
