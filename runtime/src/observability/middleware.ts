import type { MiddlewareObj, Request } from '@middy/core';
import { ConfigurationError } from '../core/errors.ts';
import { createPermit } from '../core/gate.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { ABANDONED, type Outcome } from '../core/outcome.ts';
import { isRecord } from '../core/record.ts';
import { describeCaller, identityProblems, type CallerIdentity } from '../middy/caller.ts';
import { operationOf } from '../middy/event-source.ts';
import { isHttpEvent } from '../middy/http.ts';
import { holdPermit, takePermit } from '../middy/permit-ledger.ts';
import { textAt } from '../middy/read.ts';
import { bodyForLog, messageBody, responseBytes } from './body.ts';
import { createObservability, observabilityProblems, type ObservabilityDependencies } from './create.ts';
import type { ObservabilityOptions } from './options.ts';
import { Observability, type DescribedEnd, type ObservabilityStatistics, type RequestDescription } from './policy.ts';

/** How requests are described. What these functions throw is reported, and touches no request. */
export interface ObservedRequestOptions {
  /** Where it is said who makes a call. Default: the platform and its authorizers, never the caller. */
  readonly identity?: CallerIdentity | undefined;
  /** What a request asks for; of these there must be few. Default: the route, or the source of the event. */
  readonly operationOf?: ((event: unknown, context: unknown) => string | undefined) | undefined;
  /** Under which lines of several services are found. Default: the id that the platform gave to the request. */
  readonly correlationIdOf?: ((event: unknown, context: unknown) => string | undefined) | undefined;
}

/** Options of the middleware: those of the observability, and how requests are described. */
export interface ObservabilityMiddlewareOptions extends ObservabilityOptions, ObservedRequestOptions {}

/** The hooks of the observability, and what it has done so far. */
export interface ObservabilityMiddleware extends Required<Pick<MiddlewareObj, 'before' | 'after' | 'onError'>> {
  /** What was done since the environment began. */
  readonly statistics: () => ObservabilityStatistics;
}

const MAXIMUM_TEXT = 250;
const REQUEST_OPTIONS = ['identity', 'operationOf', 'correlationIdOf'] as const;

/**
 * Logs, counts and traces requests through Powertools, and takes in the events of every policy that is given no sink of its own.
 * Use it first, so that it sees all there is. Works on stock `@middy/core` and on the exported `middy`, beside Powertools' own
 * middlewares, and where one environment serves several requests at once.
 *
 * A request that another middleware answers before the handler is reported at once on the exported `middy`. Stock Middy does not
 * say that it is over: it is reported when the next request begins, or a minute after its deadline where several run at once.
 *
 * @param target Options, or an observability made by `createObservability`.
 * @param rest With options, what `createObservability` takes; with a ready one, how requests are described.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function observability(target: Observability, rest?: ObservedRequestOptions): ObservabilityMiddleware;
export function observability(target?: ObservabilityMiddlewareOptions, rest?: ObservabilityDependencies): ObservabilityMiddleware;
export function observability(
  target: Observability | ObservabilityMiddlewareOptions = {},
  rest: ObservedRequestOptions | ObservabilityDependencies = {},
): ObservabilityMiddleware {
  const { observed, own } = made(target, rest);
  const describe = describer(observed, own);
  const owner = {};

  function observabilityBefore(request: Request): void {
    const described = describe(request.event, request.context);
    const one = observed.attempt('callback', () => observed.begin(described, request.context, () => endOf(request, ABANDONED, observed)));
    if (one === undefined) return;
    holdPermit(request, owner, createPermit((outcome) => observed.attempt('callback', () => one.end(endOf(request, outcome, observed)))));
  }

  function observabilityAfter(request: Request): void {
    void takePermit(request, owner)?.settle({ kind: 'success', value: request.response });
  }

  function observabilityOnError(request: Request): void {
    void takePermit(request, owner)?.settle({ kind: 'failure', error: request.error });
  }

  return {
    before: observabilityBefore,
    after: observabilityAfter,
    onError: observabilityOnError,
    statistics: () => observed.statistics(),
  };
}

interface Made {
  readonly observed: Observability;
  readonly own: ObservedRequestOptions;
}

function made(target: Observability | ObservabilityMiddlewareOptions, rest: ObservedRequestOptions | ObservabilityDependencies): Made {
  const ready = target instanceof Observability ? target : undefined;
  if (!isRecord(target) || !isRecord(rest)) throw new ConfigurationError('the observability cannot work', [`options is ${show(target)}: pass an object`]);
  const { identity, operationOf: operation, correlationIdOf, ...others } = (ready === undefined ? target : rest) as ObservabilityMiddlewareOptions;
  const own: ObservedRequestOptions = { identity, operationOf: operation, correlationIdOf };
  const problems = [
    ...identityProblems('options.identity', identity),
    ...Object.entries({ operationOf: operation, correlationIdOf })
      .filter(([, value]) => value !== undefined && typeof value !== 'function')
      .map(([key, value]) => `options.${key} is ${show(value)}: pass a function`),
    ...(ready === undefined
      ? observabilityProblems(others, rest)
      : Object.keys(others).map((key) => unknownOption('options', key, REQUEST_OPTIONS))),
  ];
  if (problems.length > 0) throw new ConfigurationError('the observability cannot work', problems);
  return { observed: ready ?? createObservability(others, rest), own };
}

type Describe = (event: unknown, context: unknown) => RequestDescription;

function describer(observed: Observability, { identity, operationOf: operation = operationOf, correlationIdOf = requestIdOf }: ObservedRequestOptions): Describe {
  const caller = describeCaller(identity);
  const nobody = describeCaller({ tenant: () => undefined, user: () => undefined });
  return (event, context) => {
    const { tenant, user, method, operation: route } = observed.attempt('extractor', () => caller(event, context)) ?? nobody(event, context);
    return {
      isHttp: isHttpEvent(event),
      // Text of callers has no bounds, and X-Ray drops a trace with an annotation that is too long.
      ...{ method: shortText(method), route: shortText(route), tenant: shortText(tenant), user: shortText(user) },
      operation: shortText(observed.attempt('extractor', () => operation(event, context))),
      correlationId: shortText(observed.attempt('extractor', () => correlationIdOf(event, context))),
    };
  };
}

function shortText(found: unknown): string | undefined {
  return typeof found === 'string' && found !== '' ? found.slice(0, MAXIMUM_TEXT) : undefined;
}

function requestIdOf(event: unknown, context: unknown): string | undefined {
  return textAt(event, 'requestContext', 'requestId') ?? textAt(context, 'awsRequestId') ?? textAt(context, 'lambdaContext', 'awsRequestId');
}

/** How a request ended; undefined if it was answered by something that is not to be counted, before anybody set a response. */
function endOf(request: Request, outcome: Outcome, observed: Observability): DescribedEnd | undefined {
  const response: unknown = request.response;
  const error = errorOf(request, outcome);
  if (outcome.kind === 'abandoned' && response === undefined && error === undefined) return undefined;
  const { logRequestBody, logResponseBody } = observed.options;
  return {
    response,
    error,
    responseBytes: observed.attempt('body', () => responseBytes(response)),
    bodies: logRequestBody || logResponseBody ? () => bodiesOf(request, observed) : undefined,
  };
}

/** What was thrown. Where a hook that threw has kept ours from running, only the request knows. */
function errorOf(request: Request, outcome: Outcome): unknown {
  if (outcome.kind === 'success') return undefined;
  return outcome.kind === 'failure' ? (outcome.error ?? new Error('thrown without a reason')) : request.error;
}

function bodiesOf({ event, response }: Request, { options }: Observability): { readonly request?: unknown; readonly response?: unknown } {
  const { logRequestBody, logResponseBody, maxBodyLogBytes: maxBytes, redactPaths } = options;
  const shown = (message: unknown) => {
    const { body, ...about } = messageBody(message);
    return bodyForLog(body, { ...about, maxBytes, redactPaths });
  };
  return { request: logRequestBody && isHttpEvent(event) ? shown(event) : undefined, response: logResponseBody ? shown(response) : undefined };
}
