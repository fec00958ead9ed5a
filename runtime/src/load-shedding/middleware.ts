import type { Clock } from '../core/clock.ts';
import { FREE_PERMIT, type Gate } from '../core/gate.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { withProblems } from '../core/problems.ts';
import { isRecord } from '../core/record.ts';
import { describeRequest, requestSourceProblems, type RequestSources } from '../middy/describe-request.ts';
import type { CallDescription } from '../middy/describe.ts';
import { gateMiddleware, type GateMiddleware } from '../middy/gate-middleware.ts';
import { isHttpEvent } from '../middy/http.ts';
import { textAt } from '../middy/read.ts';
import { createLoadShedder, type LoadSheddingDependencies } from './create.ts';
import type { LoadShedError } from './errors.ts';
import { ageOf, patienceOf } from './event-age.ts';
import type { LoadSheddingOptions } from './options.ts';
import { LoadShedder, type SheddableCall } from './policy.ts';

/** How the middleware meets requests. */
export interface LoadSheddingRequestOptions extends RequestSources {
  /** Paths of which nothing is ever shed or measured. Default: `/health`, `/health/detail`, `/ready` and `/live`. */
  readonly exemptPaths?: readonly string[] | undefined;
}

/** Options of the middleware: those of load shedding, and how it meets requests. */
export interface LoadSheddingMiddlewareOptions extends LoadSheddingOptions, LoadSheddingRequestOptions {}

const REQUEST_OPTIONS = ['priority', 'priorityOf', 'exemptPaths', 'identity'] as const;

/** Where health is asked for unless it is told otherwise: an environment that sheds is busy, not dead. */
const HEALTH_PATHS: readonly string[] = ['/health', '/health/detail', '/ready', '/live'];

/**
 * Sheds requests while this environment has more to do than it can, and those of which nobody waits for the result any more. Use it
 * as far out as possible, behind health. HTTP events are answered with 503 and `Retry-After`; others get the `LoadShedError`, so
 * that the platform's own retry applies: for single records of a batch see `shedBatch`. Works on stock `@middy/core` and on the
 * exported `middy`.
 *
 * Classic Lambda serves one request at a time and holds no queue of them: there, only the age of events, latencies and failures
 * say anything about load, and nothing that runs side by side can be relieved.
 *
 * @param target Options, or a load shedder made by `createLoadShedder`.
 * @param rest With options, what `createLoadShedder` takes; with a ready one, how it meets requests.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function loadShedding(target: LoadShedder, rest?: LoadSheddingRequestOptions): GateMiddleware;
export function loadShedding(target?: LoadSheddingMiddlewareOptions, rest?: LoadSheddingDependencies): GateMiddleware;
export function loadShedding(
  target: LoadShedder | LoadSheddingMiddlewareOptions = {},
  rest: LoadSheddingRequestOptions | LoadSheddingDependencies = {},
): GateMiddleware {
  const ready = target instanceof LoadShedder ? target : undefined;
  const { own, others } = split(ready === undefined ? target : rest);
  const problems = requestProblems(own);
  if (ready !== undefined) problems.push(...Object.keys(others).map((key) => unknownOption('options', key, REQUEST_OPTIONS)));
  const shedder = withProblems('load shedding cannot work', problems, () => ready ?? createLoadShedder(others, rest as LoadSheddingDependencies));
  return gateMiddleware<LoadShedError>(sparing(shedder), {
    fallback: shedder.options.onShed,
    clock: shedder.clock,
    // What is switched off does not look at requests.
    describe: shedder.options.enabled ? describer(own, shedder.clock) : undefined,
  });
}

/** A request as it is described to the gate. */
interface RequestCall extends SheddableCall {
  readonly isExempt?: boolean;
}

/** The same gate, but open to what is exempt. */
function sparing(shedder: LoadShedder): Gate {
  return {
    name: shedder.name,
    acquire: (call: RequestCall) => (call.isExempt === true ? FREE_PERMIT : shedder.acquire(call)),
  };
}

function describer({ exemptPaths = HEALTH_PATHS, ...sources }: LoadSheddingRequestOptions, clock: Clock) {
  const describe = describeRequest(sources);
  const exempt = new Set(exemptPaths);
  return (event: unknown, context: unknown): CallDescription => {
    const call = describe(event, context);
    const ageMs = ageOf(event, clock.nowMs());
    const described: RequestCall = {
      ...call,
      ...(ageMs !== undefined && { ageMs, maxAgeMs: patienceOf(event) }),
      ...(isHttpEvent(event) && pathsOf(call, event).some((path) => exempt.has(path)) && { isExempt: true }),
    };
    return described;
  };
}

/** The path as sent, and without the name of the stage, which HTTP APIs put in front of it. */
function pathsOf({ path }: CallDescription, event: unknown): readonly string[] {
  if (path === undefined) return [];
  const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const stage = `/${textAt(event, 'requestContext', 'stage') ?? ''}/`;
  return plain.startsWith(stage) ? [plain, plain.slice(stage.length - 1)] : [plain];
}

function split(options: unknown): { own: LoadSheddingRequestOptions; others: LoadSheddingOptions } {
  if (!isRecord(options)) return { own: {}, others: options as LoadSheddingOptions };
  const { priority, priorityOf, exemptPaths, identity, ...others } = options as LoadSheddingMiddlewareOptions;
  return { own: { priority, priorityOf, exemptPaths, identity }, others };
}

function requestProblems({ exemptPaths, ...sources }: LoadSheddingRequestOptions): string[] {
  const isPaths = exemptPaths === undefined || (Array.isArray(exemptPaths) && exemptPaths.every((path) => typeof path === 'string' && path.startsWith('/')));
  return [
    ...requestSourceProblems('options', sources),
    ...(isPaths ? [] : [`options.exemptPaths is ${show(exemptPaths)}: pass a list of paths such as /health`]),
  ];
}
