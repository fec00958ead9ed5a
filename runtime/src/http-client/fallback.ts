import type { CallContext } from '../core/call-context.ts';
import type { FallbackKind } from './events.ts';

/** How a call failed: with an error, or with an answer whose status is 500 or more. */
export type ClientFailure =
  | { readonly error: unknown; readonly response?: undefined }
  | { readonly error?: undefined; readonly response: Response };

/** The request that a fallback answers. */
export interface FailedRequest {
  readonly method: string;
  /** Path and query under the base address. */
  readonly path: string;
  readonly call: CallContext;
}

/** An answer that is always the same. */
export interface StaticAnswer {
  /** Default 200. */
  readonly status?: number | undefined;
  /** Default: none, and the type of JSON for `json`. */
  readonly headers?: NonNullable<RequestInit['headers']> | undefined;
  /** The body as text. Default: empty. */
  readonly body?: string | undefined;
  /** The body as JSON, in place of `body`. */
  readonly json?: unknown;
}

/** Answers in place of a call that failed. A function that returns undefined leaves the failure as it is; what it throws is thrown. */
export type ClientFallback =
  | ((failure: ClientFailure, request: FailedRequest) => Response | undefined | Promise<Response | undefined>)
  | StaticAnswer;

/** An answer in place of one that failed. */
export interface FallbackAnswer {
  readonly kind: FallbackKind;
  readonly response: Response;
}

/** What the fallback of the options answers; undefined if there is none, or it has no answer. */
export async function answerOf(fallback: ClientFallback | undefined, failure: ClientFailure, request: FailedRequest): Promise<FallbackAnswer | undefined> {
  if (fallback === undefined) return undefined;
  if (typeof fallback !== 'function') return { kind: 'static', response: staticResponse(fallback) };
  const response = await fallback(failure, request);
  return response === undefined ? undefined : { kind: 'function', response };
}

function staticResponse({ status = 200, headers = {}, body = '', json }: StaticAnswer): Response {
  if (json === undefined) return new Response(body === '' ? null : body, { status, headers });
  const all = new Headers(headers);
  if (!all.has('content-type')) all.set('content-type', 'application/json');
  return new Response(JSON.stringify(json), { status, headers: all });
}
