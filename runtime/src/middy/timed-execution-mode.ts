import { executionModeStandard } from '@middy/core/executionModeStandard';
import type { PluginExecutionMode, Request } from '@middy/core';
import { ConfigurationError } from '../core/errors.ts';
import { show } from '../core/option-schema.ts';
import { systemStopwatch } from '../core/system-sources.ts';

/** One step of a request, and how long it took. */
export interface Stage {
  /** Which part of a middleware it was, or the handler. */
  readonly part: 'before' | 'handler' | 'after' | 'onError';
  /** Name of the function that ran. */
  readonly name: string;
  /** How long it took, in milliseconds with fractions, the time that it waited included. */
  readonly durationMs: number;
}

/** What stages are told to. What it throws is dropped: measuring must never touch a request. */
export type OnStage = (stage: Stage, request: Request) => void;

type Step = (...args: readonly unknown[]) => unknown;
/** Hooks of middlewares, the handler, hooks after it, hooks for errors, and the plugin. */
type Steps = readonly [befores: readonly Step[], handler: Step, afters: readonly Step[], onErrors: readonly Step[], ...rest: unknown[]];
type Run = (request: Request, ...steps: Steps) => unknown;

/** What Middy hands to an execution mode; its own declaration says `() => void`. */
type ExecutionMode = (core: { readonly runRequest: Run }, ...rest: readonly unknown[]) => unknown;

/**
 * An execution mode that tells how long every step of a request takes: each hook of each middleware, and the handler. Give it to
 * `middy({ executionMode })` while looking for what makes a function slow.
 *
 * @param onStage Told after each step.
 * @param inner The mode to compose with: standard (default), streaming, durable or your own.
 * @param stopwatch Milliseconds from any fixed instant. Default: the one of this machine.
 * @throws ConfigurationError if there is nobody to tell.
 */
export function timedExecutionMode(
  onStage: OnStage,
  inner: PluginExecutionMode = executionModeStandard,
  stopwatch: () => number = systemStopwatch,
): PluginExecutionMode {
  if (typeof onStage !== 'function') {
    throw new ConfigurationError('the timed execution mode cannot work', [`onStage is ${show(onStage)}: pass a function`]);
  }
  const runInner = inner as unknown as ExecutionMode;
  const mode: ExecutionMode = (core, ...rest) => runInner({ ...core, runRequest: timedRun(core.runRequest, onStage, stopwatch) }, ...rest);
  return mode as unknown as PluginExecutionMode;
}

function timedRun(run: Run, onStage: OnStage, stopwatch: () => number): Run {
  return (request, ...[befores, handler, afters, onErrors, ...rest]) => {
    const timed = (part: Stage['part']) => (step: Step) => {
      const tell = (startedAtMs: number): void => {
        const stage: Stage = { part, name: step.name, durationMs: stopwatch() - startedAtMs };
        quietly(() => onStage(stage, request));
      };
      // Hooks of the plugin are told the names of middlewares.
      return Object.defineProperty(timedStep(step, stopwatch, tell), 'name', { value: step.name });
    };
    // Made anew for each request: Middy adds to its lists for as long as `use` is called.
    return run(request, befores.map(timed('before')), timed('handler')(handler), afters.map(timed('after')), onErrors.map(timed('onError')), ...rest);
  };
}

function quietly(work: () => unknown): void {
  try {
    const result = work();
    // A rejection that nobody handles ends the process.
    if (result instanceof Promise) result.catch(() => undefined);
  } catch {
    // There is nobody to tell.
  }
}

function timedStep(step: Step, stopwatch: () => number, tell: (startedAtMs: number) => void): Step {
  return (...args) => {
    const startedAtMs = stopwatch();
    let result: unknown;
    try {
      result = step(...args);
    } catch (error) {
      tell(startedAtMs);
      throw error;
    }
    // Middy awaits promises only: what is returned must stay what it is.
    if (!(result instanceof Promise)) {
      tell(startedAtMs);
      return result;
    }
    return result.finally(() => tell(startedAtMs));
  };
}
