import { executionModeStandard } from '@middy/core/executionModeStandard';
import type { PluginExecutionMode, Request } from '@middy/core';
import { ABANDONED } from '../core/outcome.ts';
import { wrappableHandler, type WrappableHandler } from './handler-wrappers.ts';
import { settleHeld } from './permit-ledger.ts';

type Run = (request: Request, befores: unknown, handler: WrappableHandler, ...rest: readonly unknown[]) => Promise<unknown>;
type RequestEnd = (request: Request) => unknown;

/** What Middy hands to an execution mode; its own declaration says `() => void`. */
type ExecutionMode = (
  core: { readonly middyRequest: unknown; readonly runRequest: Run },
  befores: unknown,
  handler: unknown,
  afters: unknown,
  onErrors: unknown,
  plugin: { readonly requestEnd: RequestEnd },
) => unknown;

/**
 * An execution mode that runs requests as `inner` does, lets middlewares such as `timeout()` and `retry()` stand around the
 * handler, and leaves no permit behind: whatever a middleware still holds when the request ends, because somebody answered
 * early, is given back.
 *
 * @param inner The mode to compose with: standard (default), streaming, durable or your own.
 */
export function resilientExecutionMode(inner: PluginExecutionMode = executionModeStandard): PluginExecutionMode {
  const runInner = inner as unknown as ExecutionMode;
  const mode: ExecutionMode = (core, befores, handler, afters, onErrors, plugin) =>
    runInner(
      { ...core, runRequest: resilientRun(core.runRequest) },
      befores,
      handler,
      afters,
      onErrors,
      { ...plugin, requestEnd: settlingEnd(plugin.requestEnd) },
    );
  return mode as unknown as PluginExecutionMode;
}

/** In streaming mode `requestEnd` is not called when the run rejects, so a run that rejects settles by itself. */
function resilientRun(run: Run): Run {
  return async (request, befores, handler, ...rest) => {
    try {
      return await run(request, befores, wrappableHandler(request, handler), ...rest);
    } catch (error) {
      await settleHeld(request, ABANDONED);
      throw error;
    }
  };
}

function settlingEnd(requestEnd: RequestEnd): RequestEnd {
  // A hook may rely on `this`, which Middy makes the plugin.
  return function settleAndEnd(this: unknown, request) {
    const settling = settleHeld(request, ABANDONED);
    return settling === undefined ? requestEnd.call(this, request) : settling.then(() => requestEnd.call(this, request));
  };
}
