import type { Request } from '@middy/core';
import { isResilienceError } from '../core/errors.ts';
import { unknownOption } from '../core/option-schema.ts';
import { withProblems } from '../core/problems.ts';
import { isRecord } from '../core/record.ts';
import { describeCaller, identityProblems, type CallerIdentity } from '../middy/caller.ts';
import { freshArguments, type SharedArguments } from '../middy/fresh-arguments.ts';
import { deadlineToAnswer, type GateMiddleware } from '../middy/gate-middleware.ts';
import { wrapHandler, type HandlerArguments, type RunHandler } from '../middy/handler-wrappers.ts';
import { requestHeader } from '../middy/headers.ts';
import { httpAnswer, isHttpEvent } from '../middy/http.ts';
import { createRetry, type RetryDependencies } from './create.ts';
import type { RetryableCall, RetryOptions } from './options.ts';
import { Retry } from './policy.ts';

/** How a retry meets requests. */
export interface RetryRequestOptions {
  /** Where it is said who makes a call, for `shouldRetry` and `isIdempotent`. Default: the platform and its authorizers. */
  readonly identity?: CallerIdentity | undefined;
}

/** Options of the middleware: those of a retry, and how it meets requests. */
export interface RetryMiddlewareOptions extends RetryOptions, RetryRequestOptions {}

/** Header in which callers name a request, so that a repetition is known as one. */
const KEY_HEADER = 'idempotency-key';

const REQUEST_OPTIONS = ['identity'] as const;

/**
 * Runs the handler again, and what stands further in, when it fails in a way that passes by itself. Use it last in the chain, on the
 * exported `middy`: hooks of stock `@middy/core` cannot stand around a handler, and there it refuses to work. Each attempt gets a
 * signal of its own as the third argument, and an event and a context in which no earlier attempt has written.
 *
 * HTTP requests are tried again if their method is idempotent or they carry an `Idempotency-Key`; everything else always. A response
 * with a status such as 503 counts as a failure; where nothing is left to try it is the answer. Streams are tried again until the
 * handler has returned, before the first byte leaves. Queues, streams and asynchronous invocations are tried again by the platform:
 * there, every attempt here multiplies with those.
 *
 * @param target Options of the retry and of the middleware, or a retry made by `createRetry`.
 * @param rest With options, what `createRetry` takes; with a ready retry, how it meets requests.
 * @throws ConfigurationError at init, with every problem at once; at the first request if the handler cannot be wrapped.
 */
export function retry(target: Retry, rest?: RetryRequestOptions): GateMiddleware;
export function retry(target?: RetryMiddlewareOptions, rest?: RetryDependencies): GateMiddleware;
export function retry(target: Retry | RetryMiddlewareOptions = {}, rest: RetryRequestOptions | RetryDependencies = {}): GateMiddleware {
  const ready = target instanceof Retry ? target : undefined;
  const { own, others } = split(ready === undefined ? target : rest);
  const problems = identityProblems('options.identity', own.identity);
  if (ready !== undefined) problems.push(...Object.keys(others).map((key) => unknownOption('options', key, REQUEST_OPTIONS)));
  const policy = withProblems('the retry cannot work', problems, () => ready ?? createRetry(others, rest as RetryDependencies));
  const describe = describeCaller(own.identity);

  function retryBefore(request: Request): void {
    if (!policy.options.enabled) return;
    wrapHandler(request, 'retry()', (run, given) => {
      const call = { ...deadlineToAnswer(given.context, policy.clock), ...describe(given.event, given.context), ...keyOf(given.event), signal: given.signal };
      return rerun(policy, run, given, call);
    });
  }

  function retryAfter(): void {
    // The handler is wrapped; there is nothing to add to its answer.
  }

  return { before: retryBefore, after: retryAfter, onError: answerOwnErrors };
}

function rerun(policy: Retry, run: RunHandler, given: HandlerArguments, call: RetryableCall): Promise<unknown> {
  const next: () => Partial<SharedArguments> = policy.mayRepeat(call) ? freshArguments(given) : () => ({});
  return policy.execute(({ signal }) => run({ ...next(), signal }), call);
}

/** HTTP events get a response for what this middleware throws; what somebody further in has answered stays. */
function answerOwnErrors(request: Request): void {
  const error: unknown = request.error;
  if (request.response !== undefined || !isHttpEvent(request.event) || !isResilienceError(error)) return;
  if (OWN_ERRORS.has(error.name)) request.response = httpAnswer(error, request.event);
}

/** By name, because a retry of another copy of this library throws classes of its own. */
const OWN_ERRORS: ReadonlySet<string> = new Set(['RetryExhaustedError', 'AttemptTimedOutError']);

function keyOf(event: unknown): Pick<RetryableCall, 'idempotencyKey'> {
  const [idempotencyKey] = isHttpEvent(event) ? requestHeader(event, KEY_HEADER) : [];
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}

function split(options: unknown): { own: RetryRequestOptions; others: RetryOptions } {
  // What is no object at all is left to those who name its problem.
  if (!isRecord(options)) return { own: {}, others: options as RetryOptions };
  const { identity, ...others } = options as RetryMiddlewareOptions;
  return { own: { identity }, others };
}
