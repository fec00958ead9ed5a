import { retryAfterSeconds, type ResilienceError } from '../core/errors.ts';
import { valueAt } from '../core/read.ts';
import { multiValue, usesMultiValueHeaders } from './headers.ts';

/** An answer that API Gateway (v1 and v2), function URLs, ALB and VPC Lattice all understand. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly isBase64Encoded: false;
  readonly body: string;
}

const REASON_PHRASES: Readonly<Record<number, string>> = {
  408: 'Request Timeout',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Whether a Lambda event is an HTTP request that expects a response object. */
export function isHttpEvent(event: unknown): boolean {
  // A Lambda authorizer of API Gateway sees the request as well, but answers with a policy.
  if (typeof (valueAt(event, 'methodArn') ?? valueAt(event, 'routeArn')) === 'string') return false;
  if (typeof valueAt(event, 'raw_path') === 'string') return true; // VPC Lattice, event version 1
  const requestContext = valueAt(event, 'requestContext');
  if (typeof requestContext !== 'object' || requestContext === null) return false;
  // API Gateway REST and ALB name the method; HTTP APIs and function URLs nest it; Lattice 2 names its network.
  const named = valueAt(requestContext, 'http') ?? valueAt(requestContext, 'serviceNetworkArn');
  return named !== undefined || typeof valueAt(event, 'httpMethod') === 'string';
}

/** Renders an error of this library: status, `Retry-After`, and a JSON body that leaks no internals. */
export function httpAnswer(error: ResilienceError, event: unknown): HttpAnswer {
  const phrase = REASON_PHRASES[error.statusCode] ?? 'Error';
  const retryAfter = retryAfterSeconds(error.retryAfterMs);
  const headers = { 'Content-Type': 'application/json', ...error.headers };
  return {
    statusCode: error.statusCode,
    statusDescription: `${error.statusCode} ${phrase}`,
    headers,
    // An ALB that sends multi-value headers reads no others in the answer.
    ...(usesMultiValueHeaders(event) && { multiValueHeaders: multiValue(headers) }),
    isBase64Encoded: false,
    body: JSON.stringify({
      error: phrase,
      message: error.expose ? error.message : phrase,
      code: error.code,
      ...error.publicFields,
      ...(retryAfter !== undefined && { retry_after: retryAfter }),
    }),
  };
}
