import type { Request } from '@middy/core';
import { ConfigurationError } from '../core/errors.ts';
import { valueAt } from '../core/read.ts';

/** What a handler is called with. */
export interface HandlerArguments {
  /** The event, as the middlewares further out have left it. */
  readonly event: unknown;
  /** The context of the invocation. */
  readonly context: unknown;
  /** Aborted when nobody waits for the handler any more. */
  readonly signal: AbortSignal;
}

/** Runs what is wrapped, as often as it is called. What it is not given stays as the wrapper was given it. Rejects, but never throws. */
export type RunHandler = (changes?: Partial<HandlerArguments>) => Promise<unknown>;

/**
 * Stands around the handler for one request, and answers in its place.
 *
 * @param run Runs the handler, in the wrappers of middlewares further in.
 * @param given What the handler is to be called with.
 */
export type HandlerWrapper = (run: RunHandler, given: HandlerArguments, request: Request) => Promise<unknown>;

/** A handler as Middy calls it. */
export type WrappableHandler = (event: unknown, context: unknown, extra: Extra) => unknown;

interface Extra {
  readonly signal: AbortSignal;
}

/**
 * Where a request keeps its wrappers: undefined while there are none. That it is there at all says that the handler will be
 * wrapped. A member of the request costs a request without wrappers next to nothing, and survives two copies of this package.
 */
const WRAPPERS = Symbol.for('resilient-lambda.handler-wrappers');

interface Wrappable {
  [WRAPPERS]?: HandlerWrapper[] | undefined;
}

/**
 * Puts a wrapper around the handler for one request. To be called in a `before`: who calls first stands outermost.
 *
 * @param middleware Who wraps, as an error names it, for example `timeout()`.
 * @throws ConfigurationError if the handler cannot be wrapped: on Middy's own execution modes, and in durable functions.
 */
export function wrapHandler(request: Request, middleware: string, wrapper: HandlerWrapper): void {
  if (!hasWrappers(request)) {
    throw new ConfigurationError(`${middleware} cannot work on stock Middy`, [
      'its hooks cannot stand around the handler: import { middy } from resilient-lambda-runtime, or set executionMode: resilientExecutionMode()',
    ]);
  }
  // A durable function runs again from its start when it is resumed: what a clock decided the first time would be decided anew.
  if (isDurable(request)) {
    throw new ConfigurationError(`${middleware} cannot work in a durable function`, [
      'its handler is run again whenever it is resumed: leave the middleware out, and limit and repeat the steps by their own options',
    ]);
  }
  request[WRAPPERS] = [...(request[WRAPPERS] ?? []), wrapper];
}

/** Whether the handler of a request can be wrapped, for a middleware that does without where it cannot. */
export function isWrappable(request: Request): boolean {
  return hasWrappers(request) && !isDurable(request);
}

function hasWrappers(request: object): request is Wrappable {
  return WRAPPERS in request;
}

function isDurable({ context }: Request): boolean {
  return valueAt(context, 'executionContext') !== undefined && valueAt(context, 'lambdaContext') !== undefined;
}

/** The handler for one request, in what middlewares will have wrapped around it by the time it is called. */
export function wrappableHandler(request: object, handler: WrappableHandler): WrappableHandler {
  const wrappable: Wrappable = request;
  // Modes may be composed twice: the outer one wraps.
  if (hasWrappers(request)) return handler;
  wrappable[WRAPPERS] = undefined;
  return (event, context, extra) => {
    const wrappers = wrappable[WRAPPERS];
    // Middy tells apart who answers at once and who with a promise, so it gets what the handler returns.
    if (wrappers === undefined) return handler(event, context, extra);
    const call: Call = { wrappers, request: request as Request, handler, extra };
    return runFrom(0, call, { event, context, signal: extra.signal });
  };
}

interface Call {
  readonly wrappers: readonly HandlerWrapper[];
  readonly request: Request;
  readonly handler: WrappableHandler;
  readonly extra: Extra;
}

async function runFrom(index: number, call: Call, given: HandlerArguments): Promise<unknown> {
  const wrapper = call.wrappers[index];
  if (wrapper === undefined) return call.handler(given.event, given.context, { ...call.extra, signal: given.signal });
  return wrapper((changes) => runFrom(index + 1, call, { ...given, ...changes }), given, call.request);
}
