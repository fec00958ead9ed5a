import type { Clock } from '../core/clock.ts';
import { unknownOption } from '../core/option-schema.ts';
import { withProblems } from '../core/problems.ts';
import { isRecord } from '../core/record.ts';
import { describeCaller, identityProblems, type CallerIdentity } from '../middy/caller.ts';
import type { CallDescription } from '../middy/describe.ts';
import { deadlineToAnswer, gateMiddleware, type GateMiddleware } from '../middy/gate-middleware.ts';
import { prioritySourceProblems, withPriority, type PrioritySource } from '../middy/priority.ts';
import { createBulkhead, type BulkheadDependencies } from './create.ts';
import type { BulkheadFullError } from './errors.ts';
import type { BulkheadOptions } from './options.ts';
import { Bulkhead } from './policy.ts';

/** How a bulkhead meets requests. */
export interface BulkheadRequestOptions {
  /** Where it is said who makes a call. Default: the platform and its authorizers, never the caller. */
  readonly identity?: CallerIdentity | undefined;
  /**
   * Header in which a request says how much it matters; `priorityOf` has the last word. Callers choose it themselves unless a
   * hop in front of the function overwrites it. Default `x-priority`.
   */
  readonly priorityFrom?: PrioritySource | undefined;
}

/** Options of the middleware: those of a bulkhead, and how it meets requests. */
export interface BulkheadMiddlewareOptions extends BulkheadOptions, BulkheadRequestOptions {}

const REQUEST_OPTIONS = ['identity', 'priorityFrom'] as const;

/**
 * Limits how many requests the handler serves at the same time. HTTP events that find no slot are answered with 429, or 503 if so
 * configured, and `Retry-After`; others get the `BulkheadFullError`, so that the platform's own retry applies. With `perTenant`
 * every tenant has slots of its own, with `perOperation` every route of API Gateway. Works on stock `@middy/core`; on the
 * exported `middy` no slot is left behind however a request ends.
 *
 * Classic Lambda serves one request at a time in an environment: there, only a shared bulkhead limits anything inbound, and
 * reserved concurrency does the same for nothing where it fits.
 *
 * @param target Options of the bulkhead and of the middleware, or a bulkhead made by `createBulkhead`.
 * @param rest With options, what `createBulkhead` takes; with a ready bulkhead, how it meets requests.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function bulkhead(target: Bulkhead, rest?: BulkheadRequestOptions): GateMiddleware;
export function bulkhead(target: BulkheadMiddlewareOptions, rest?: BulkheadDependencies): GateMiddleware;
export function bulkhead(
  target: Bulkhead | BulkheadMiddlewareOptions,
  rest: BulkheadRequestOptions | BulkheadDependencies = {},
): GateMiddleware {
  const ready = target instanceof Bulkhead ? target : undefined;
  const { own, others } = split(ready === undefined ? target : rest);
  const problems = requestProblems(own);
  if (ready !== undefined) problems.push(...Object.keys(others).map((key) => unknownOption('options', key, REQUEST_OPTIONS)));
  const gate = withProblems('the bulkhead cannot work', problems, () => ready ?? createBulkhead(others, rest as BulkheadDependencies));
  return gateMiddleware<BulkheadFullError>(gate, {
    fallback: gate.options.onRejected,
    clock: gate.clock,
    // What is switched off does not look at requests.
    describe: gate.options.enabled ? describer(own, gate.clock) : undefined,
  });
}

function describer({ identity, priorityFrom }: BulkheadRequestOptions, clock: Clock) {
  const describe = withPriority(describeCaller(identity), priorityFrom);
  return (event: unknown, context: unknown): CallDescription => ({ ...describe(event, context), ...deadlineToAnswer(context, clock) });
}

function split(options: unknown): { own: BulkheadRequestOptions; others: BulkheadOptions } {
  // What is no object at all is left to those who name its problem.
  if (!isRecord(options)) return { own: {}, others: options as BulkheadOptions };
  const { identity, priorityFrom, ...others } = options as unknown as BulkheadMiddlewareOptions;
  return { own: { identity, priorityFrom }, others };
}

function requestProblems({ identity, priorityFrom }: BulkheadRequestOptions): string[] {
  return [...identityProblems('options.identity', identity), ...prioritySourceProblems('options.priorityFrom', priorityFrom)];
}
