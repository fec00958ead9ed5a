import type { MiddlewareObj, Request } from '@middy/core';
import { PRIORITIES, type Priority } from '../core/call-context.ts';
import { DEADLINE_HEADER, deadlineFromHeader, earlierDeadline } from '../core/deadline.ts';
import { ConfigurationError } from '../core/errors.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import { describeCaller, identityProblems, type CallerIdentity } from '../middy/caller.ts';
import { deadlineOf } from '../middy/gate-middleware.ts';
import { wrapHandler, type HandlerArguments, type RunHandler } from '../middy/handler-wrappers.ts';
import { requestHeader } from '../middy/headers.ts';
import { httpAnswer, isHttpEvent } from '../middy/http.ts';
import { prioritySourceProblems, withPriority, type PrioritySource } from '../middy/priority.ts';
import { createTimeout, type TimeoutDependencies } from './create.ts';
import type { NoTimeLeftError, TimedOutError } from './errors.ts';
import type { TimedCall } from './timed-call.ts';
import { asOpenStream } from './open-stream.ts';
import type { TimeoutOptions } from './options.ts';
import { Timeout } from './policy.ts';
import { sizeOf } from './request-size.ts';

/** How the middleware meets requests. */
export interface TimeoutRequestOptions {
  /** Where it is said who makes a call. Default: the platform and its authorizers, never the caller. */
  readonly identity?: CallerIdentity | undefined;
  /** Header in which a request says how much it matters. Callers choose it themselves unless a hop in front overwrites it. Default `x-priority`. */
  readonly priority?: PrioritySource | undefined;
  /** The priority of a request, in place of the header; undefined leaves it to the header, and so does what it throws. Default: none. */
  readonly priorityOf?: ((event: unknown, context: unknown) => Priority | undefined) | undefined;
  /** Header in which callers state how long they still wait, in milliseconds; looked at only with `trustDeadline`. Default `x-deadline-ms`. */
  readonly deadlineHeader?: string | undefined;
}

/** Options of the middleware: those of a timeout, and how it meets requests. */
export interface TimeoutMiddlewareOptions extends TimeoutOptions, TimeoutRequestOptions {}

/** The hooks of the middleware. */
export type TimeoutMiddleware = Required<Pick<MiddlewareObj, 'before' | 'after' | 'onError'>>;

const REQUEST_OPTIONS = ['identity', 'priority', 'priorityOf', 'deadlineHeader'] as const;

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

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
  const policy = withProblems(problems, () => ready ?? createTimeout(others, rest as TimeoutDependencies));
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

function describer({ identity, priority, priorityOf, deadlineHeader = DEADLINE_HEADER }: TimeoutRequestOptions, { clock, options }: Timeout) {
  const describe = withPriority(describeCaller(identity), priority);
  const measures = options.calculator === 'adaptive' || options.timeoutFor !== undefined;
  return (event: unknown, context: unknown): TimedCall => {
    const chosen = priorityOf === undefined ? undefined : attempt(() => priorityOf(event, context));
    const stated = options.trustDeadline && isHttpEvent(event) ? deadlineFromHeader(requestHeader(event, deadlineHeader), clock.nowMs()) : undefined;
    return {
      ...describe(event, context),
      ...(chosen !== undefined && Object.hasOwn(PRIORITIES, chosen) && { priority: chosen }),
      ...(measures && isHttpEvent(event) && sizeOf(event)),
      ...(stated !== undefined && { deadlineMs: stated }),
    };
  };
}

/** What cannot say how much a request matters must not fail it. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function split(options: unknown): { own: TimeoutRequestOptions; others: TimeoutOptions } {
  if (!isRecord(options)) return { own: {}, others: options as TimeoutOptions };
  const { identity, priority, priorityOf, deadlineHeader, ...others } = options as TimeoutMiddlewareOptions;
  return { own: { identity, priority, priorityOf, deadlineHeader }, others };
}

function requestProblems({ identity, priority, priorityOf, deadlineHeader }: TimeoutRequestOptions): string[] {
  const isHeader = deadlineHeader === undefined || (typeof deadlineHeader === 'string' && HEADER.test(deadlineHeader));
  return [
    ...identityProblems('options.identity', identity),
    ...prioritySourceProblems('options.priority', priority),
    ...(priorityOf === undefined || typeof priorityOf === 'function' ? [] : [`options.priorityOf is ${show(priorityOf)}: pass a function`]),
    ...(isHeader ? [] : [`options.deadlineHeader is ${show(deadlineHeader)}: set the name of a header`]),
  ];
}

/** Makes a timeout; where that fails, its problems are told with those that were found before. */
function withProblems(problems: readonly string[], make: () => Timeout): Timeout {
  let made: Timeout | undefined;
  const all = [...problems];
  try {
    made = make();
  } catch (error) {
    if (!(error instanceof ConfigurationError) || all.length === 0) throw error;
    all.push(...error.problems);
  }
  if (made === undefined || all.length > 0) throw new ConfigurationError('the timeout cannot work', all);
  return made;
}
