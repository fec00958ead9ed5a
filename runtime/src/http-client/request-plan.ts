import type { CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { earlierDeadline } from '../core/deadline.ts';
import type { ResolvedClientOptions } from './client-options.ts';
import { callWithin, currentCall } from './current-call.ts';
import type { DependencyCall } from './dependency-parts.ts';
import { bodyOfRequest, preparedBody, type PreparedBody, type RequestBody } from './request-body.ts';
import { pathUnderBase, type PathUnderBase } from './request-url.ts';

/** What `fetch` takes, and what a client takes besides. */
export interface ClientRequestInit extends RequestInit {
  /**
   * Key by which the dependency knows a repetition, sent as `Idempotency-Key`: with it a POST or PATCH is tried again as well. One key
   * for each thing that is to happen once. Default: none.
   */
  readonly idempotencyKey?: string | undefined;
  /** Time for this call, in milliseconds; it can only be shorter than that of the client. Default: that of the client. */
  readonly timeoutMs?: number | undefined;
  /** Body as JSON, in place of `body`. */
  readonly json?: unknown;
  /** Whether the body of the answer is handed on as it arrives, see `streamResponses`. Default: as the client says. */
  readonly streamResponse?: boolean | undefined;
  /** What is known of the call: its tenant, operation, priority, deadline. Default: what is known of the call around it. */
  readonly call?: CallContext | undefined;
}

/** What a client can be asked for: a path under its base address, a whole address under it, or a request. */
export type ClientRequestInput = string | URL | Request;

/** A request, ready to be sent as often as need be. */
export interface RequestPlan {
  readonly method: string;
  readonly path: PathUnderBase;
  /** What the choice of an endpoint depends on; undefined if on nothing of the request. */
  readonly key: string | undefined;
  readonly headers: Headers;
  readonly body: RequestBody | undefined;
  readonly isReplayable: boolean;
  readonly redirect: 'follow' | 'manual' | 'error';
  readonly streamsResponse: boolean;
  /** What else `fetch` was given. */
  readonly rest: RequestInit;
  readonly call: DependencyCall;
  readonly startedAtMs: number;
  /** When a body that is handed on has to be over, in epoch milliseconds: undefined if nothing says so. */
  readonly endsAtMs: number | undefined;
}

/** Where what `fetch` would refuse is refused before anything is sent. */
const PROBE = 'http://request.invalid/';

/**
 * Reads a request before anything is done for it.
 *
 * @throws UrlRefusedError if it would leave the base address; TypeError for what `fetch` refuses as well.
 */
export async function plannedRequest(
  input: ClientRequestInput,
  init: ClientRequestInit,
  options: ResolvedClientOptions,
  clock: Clock,
): Promise<RequestPlan> {
  const request = input instanceof Request ? input : undefined;
  const path = pathUnderBase(options.name, (input instanceof Request ? input.url : input).toString(), options.baseUrl);
  const { rest, ...head } = headOf(init, request, options);
  const { body, isReplayable } = await bodyFrom(init, request);
  const startedAtMs = clock.nowMs();
  const call = callOf(init, request, startedAtMs);
  const { timeoutMs } = options;
  return {
    ...head,
    path,
    key: options.hashBy?.({ method: head.method, path, headers: head.headers, call }) ?? undefined,
    body,
    isReplayable,
    rest,
    streamsResponse: init.streamResponse ?? options.streamResponses,
    call: { ...call, method: head.method, isReplayable },
    startedAtMs,
    endsAtMs: earlierDeadline(call.deadlineMs, timeoutMs === false ? undefined : startedAtMs + timeoutMs),
  };
}

/** Everything but the body, which would be used up by looking at it. */
function headOf(init: ClientRequestInit, request: Request | undefined, options: ResolvedClientOptions): Pick<RequestPlan, 'method' | 'headers' | 'redirect' | 'rest'> {
  const { idempotencyKey: _key, timeoutMs: _time, json, streamResponse: _streams, call: _call, signal: _signal, body: given, ...rest } = init;
  const { method: asked = 'GET', redirect: wanted = 'follow', body = null } = request ?? {};
  const { method: name = asked, redirect = wanted } = init;
  const method = methodOf(name);
  const headers = headersOf(init, request, options);
  const hasBody = json !== undefined || (given ?? body) !== null;
  // Bad names of methods and headers, and bodies where none may be.
  new Request(PROBE, { ...rest, method, headers, redirect, ...(hasBody && { body: '' }) });
  return { method, headers, redirect, rest };
}

/** Methods in capitals, which `fetch` does for some of them only. */
function methodOf(method: string): string {
  const capitals = method.toUpperCase();
  return /^(?:get|head|options|post|put|patch|delete)$/i.test(method) ? capitals : method;
}

function headersOf(init: ClientRequestInit, request: Request | undefined, options: ResolvedClientOptions): Headers {
  const headers = new Headers(options.headers());
  for (const [name, value] of new Headers(init.headers ?? request?.headers ?? {})) headers.set(name, value);
  if (init.json !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
  if (init.idempotencyKey !== undefined) headers.set('idempotency-key', init.idempotencyKey);
  return headers;
}

function bodyFrom({ json, body }: ClientRequestInit, request: Request | undefined): PreparedBody | Promise<PreparedBody> {
  if (json !== undefined) return { body: JSON.stringify(json), isReplayable: true };
  if (body !== undefined && body !== null) return preparedBody(body);
  return request === undefined ? preparedBody(undefined) : bodyOfRequest(request);
}

function signalOf({ signal, call }: ClientRequestInit, request: Request | undefined): { readonly signal?: AbortSignal } {
  const found = signal ?? request?.signal ?? call?.signal;
  return found === undefined ? {} : { signal: found };
}

function callOf(init: ClientRequestInit, request: Request | undefined, nowMs: number): DependencyCall {
  const { idempotencyKey, timeoutMs } = init;
  const call = callWithin({ ...init.call, ...signalOf(init, request) }, currentCall());
  const deadlineMs = earlierDeadline(call.deadlineMs, timeoutMs === undefined ? undefined : nowMs + timeoutMs);
  return { ...call, ...(idempotencyKey !== undefined && { idempotencyKey }), ...(deadlineMs !== undefined && { deadlineMs }) };
}
