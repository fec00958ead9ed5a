import type { MiddlewareObj, Request } from '@middy/core';
import { ConfigurationError, retryAfterSeconds } from '../core/errors.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { valueAt } from '../core/read.ts';
import { isRecord } from '../core/record.ts';
import { answerEarly } from '../middy/early-answer.ts';
import { deadlineOf } from '../middy/gate-middleware.ts';
import { multiValue, requestHeader, usesMultiValueHeaders, withHeaders } from '../middy/headers.ts';
import { isHttpEvent, type HttpAnswer } from '../middy/http.ts';
import { textAt } from '../middy/read.ts';
import { prefersText } from './accept.ts';
import { answerText, type HealthAnswer } from './answer.ts';
import { corsHeaders, corsProblems, type HealthCors } from './cors.ts';
import { createHealth, type HealthDependencies } from './create.ts';
import { endpointsByPath, pathProblems, type HealthPaths } from './endpoints.ts';
import { probeRequest, type ProbeRequest } from './http-request.ts';
import type { HealthOptions } from './options.ts';
import { Health } from './policy.ts';

/** How health meets requests. */
export interface HealthRequestOptions {
  /** Where each endpoint is found; `false` switches one off. Default `/health`, `/health/detail`, `/ready`, `/live`. */
  readonly paths?: Partial<HealthPaths> | undefined;
  /** Who may see details: only `true` says yes; what it throws means no. Default: nobody. */
  readonly authorize?: ((request: Request) => unknown) | undefined;
  /** Which pages of browsers may read health. Default: none. */
  readonly cors?: HealthCors | undefined;
  /** Whether every HTTP answer of the function says what is known in `X-Health-Status`; nobody is asked for it. Default false. */
  readonly statusHeader?: boolean | undefined;
}

/** Options of the middleware: those of health, and how it meets requests. */
export interface HealthCheckOptions extends HealthOptions, HealthRequestOptions {}

/** The hooks of health. */
export type HealthMiddleware = Required<Pick<MiddlewareObj, 'before' | 'after' | 'onError'>>;

const REQUEST_OPTIONS = ['paths', 'authorize', 'cors', 'statusHeader'] as const;

/** Time that is left to the answer of its way back before the invocation ends, in milliseconds. */
const MARGIN_MS = 50;

/** By status. */
const PHRASES: Readonly<Record<number, string>> = { 200: 'OK', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' };

/**
 * Answers `/health`, `/health/detail`, `/ready` and `/live` in place of the handler, to GET and HEAD of every kind of HTTP event;
 * all other events pass. Use it first, at least before what may refuse: health requests must never be shed. Works on stock
 * `@middy/core` and on the exported `middy`.
 *
 * @param target Options of health and of the middleware, or a health made by `createHealth`.
 * @param rest With options, what `createHealth` takes; with a ready health, how it meets requests.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function healthCheck(target: Health, rest?: HealthRequestOptions): HealthMiddleware;
export function healthCheck(target?: HealthCheckOptions, rest?: HealthDependencies): HealthMiddleware;
export function healthCheck(target: Health | HealthCheckOptions = {}, rest: HealthRequestOptions | HealthDependencies = {}): HealthMiddleware {
  const { own, health } = target instanceof Health ? ready(target, rest) : created(target, rest as HealthDependencies);
  const endpoints = endpointsByPath(own.paths ?? {});

  async function healthBefore(request: Request): Promise<HttpAnswer | undefined> {
    const event: unknown = request.event;
    if (!health.options.enabled || !isHttpEvent(event)) return undefined;
    const { method, paths, check } = probeRequest(event);
    const endpoint = paths.map((path) => endpoints.get(path)).find((found) => found !== undefined);
    if (endpoint === undefined || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const { authorize } = own;
    const answer = await health.answer({
      endpoint,
      check,
      ...patience(request, health),
      ...(authorize !== undefined && { authorize: () => authorize(request) }),
    });
    return answerEarly(request, httpAnswerOf(answer, event, method, own));
  }

  function tellStatus(request: Request): void {
    const event: unknown = request.event;
    if (own.statusHeader !== true || request.response === undefined || !isHttpEvent(event)) return;
    request.response = withHeaders(request.response, { 'X-Health-Status': health.status().status }, event);
  }

  return { before: healthBefore, after: tellStatus, onError: tellStatus };
}

interface Wired {
  readonly own: HealthRequestOptions;
  readonly health: Health;
}

function ready(health: Health, options: unknown): Wired {
  const { own, others } = split(options);
  const problems = [...requestProblems(own), ...Object.keys(others).map((key) => unknownOption('options', key, REQUEST_OPTIONS))];
  if (problems.length > 0) throw new ConfigurationError('the health check cannot work', problems);
  return { own, health };
}

function created(options: unknown, dependencies: HealthDependencies): Wired {
  const { own, others } = split(options);
  const problems = requestProblems(own);
  let health: Health | undefined;
  try {
    health = createHealth(others, dependencies);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
  }
  if (health === undefined || problems.length > 0) throw new ConfigurationError('the health check cannot work', problems);
  return { own, health };
}

function split(options: unknown): { own: HealthRequestOptions; others: HealthOptions } {
  if (!isRecord(options)) return { own: {}, others: options as HealthOptions };
  const { paths, authorize, cors, statusHeader, ...others } = options as HealthCheckOptions;
  return { own: { paths, authorize, cors, statusHeader }, others };
}

function requestProblems({ paths, authorize, cors, statusHeader }: HealthRequestOptions): string[] {
  const isFlag = statusHeader === undefined || typeof statusHeader === 'boolean';
  return [
    ...pathProblems(paths),
    ...(authorize === undefined || typeof authorize === 'function' ? [] : [`options.authorize is ${show(authorize)}: pass a function`]),
    ...corsProblems(cors),
    ...(isFlag ? [] : [`options.statusHeader is ${show(statusHeader)}: set true or false`]),
  ];
}

/** How long the request can wait, and how large the function is, as far as its context says. */
function patience({ context }: Request, { clock }: Health): { deadlineMs?: number; memoryLimitMb?: number } {
  const { deadlineMs } = deadlineOf(context, clock);
  const size = Number(textAt(context, 'memoryLimitInMB') ?? valueAt(context, 'memoryLimitInMB'));
  return { ...(deadlineMs !== undefined && { deadlineMs: deadlineMs - MARGIN_MS }), ...(size > 0 && { memoryLimitMb: size }) };
}

function httpAnswerOf(answer: HealthAnswer, event: unknown, method: ProbeRequest['method'], { cors, statusHeader }: HealthRequestOptions): HttpAnswer {
  const isText = prefersText(requestHeader(event, 'accept'));
  const headers = {
    'Content-Type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'Cache-Control': 'no-store',
    Vary: 'Accept',
    ...(answer.retryAfterMs !== undefined && { 'Retry-After': String(retryAfterSeconds(answer.retryAfterMs)) }),
    ...(statusHeader === true && { 'X-Health-Status': answer.status }),
    ...corsHeaders(cors, requestHeader(event, 'origin')[0]),
  };
  return {
    statusCode: answer.statusCode,
    statusDescription: `${answer.statusCode} ${PHRASES[answer.statusCode] ?? ''}`.trim(),
    headers,
    ...(usesMultiValueHeaders(event) && { multiValueHeaders: multiValue(headers) }),
    isBase64Encoded: false,
    body: bodyOf(answer, isText, method),
  };
}

function bodyOf(answer: HealthAnswer, isText: boolean, method: ProbeRequest['method']): string {
  if (method === 'HEAD') return '';
  return isText ? answerText(answer) : JSON.stringify(answer.body);
}
