import type { CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import { SYSTEM_CLOCK } from '../core/system-sources.ts';
import { callWithin, currentCall, withCall } from '../http-client/index.ts';
import { describeRequest, requestSourceProblems, type RequestSources } from '../middy/describe-request.ts';
import { deadlineToAnswer, type GateMiddleware } from '../middy/gate-middleware.ts';
import { isWrappable, wrapHandler } from '../middy/handler-wrappers.ts';

/** What is known of a request, and so of all that is called for it. */
export type FollowRequestOptions = RequestSources;

/** What the middleware may be given instead of what the environment provides. */
export interface FollowRequestDependencies {
  /** Source of time, for deadlines. Default: the clock of this machine. */
  readonly clock?: Clock | undefined;
}

const OPTIONS = ['identity', 'priority', 'priorityOf'] as const;

/**
 * Lets everything that the handler calls follow its request: within it `currentCall()` has the signal that the handler is given, the
 * deadline, the tenant, the user and the priority, so that clients and `resilient()` functions end with the request and tell those
 * they call how much time is left, without being handed anything. What the handler still calls after its time is over is refused.
 * Use it last, within `timeout()` and `retry()`, so that each attempt has its own; `resilience()` does, where it has clients.
 *
 * Works on the exported `middy`. On stock `@middy/core` and in durable functions, where nothing can stand around a handler, it does
 * nothing: there, hand on the signal yourself.
 *
 * @throws ConfigurationError at init, with every problem at once.
 */
export function followRequest(options: FollowRequestOptions = {}, { clock = SYSTEM_CLOCK }: FollowRequestDependencies = {}): GateMiddleware {
  const problems = problemsOf(options);
  if (problems.length > 0) throw new ConfigurationError('followRequest() cannot work', problems);
  const describe = describeRequest(options);

  function followBefore(request: Parameters<GateMiddleware['before']>[0]): void {
    if (!isWrappable(request)) return;
    wrapHandler(request, 'followRequest()', (run, { event, context, signal }) => {
      const call: CallContext = { ...describe(event, context), ...deadlineToAnswer(context, clock), signal };
      return withCall(callWithin(call, currentCall()), run);
    });
  }

  function followAfter(): void {
    // What was called has come back.
  }

  return { before: followBefore, after: followAfter, onError: followAfter };
}

function problemsOf(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object`];
  const unknown = Object.keys(options).filter((key) => !OPTIONS.some((known) => known === key));
  return [...unknown.map((key) => unknownOption('options', key, OPTIONS)), ...requestSourceProblems('options', options)];
}
