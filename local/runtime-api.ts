import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from './listen.ts';

const API_VERSION = '2018-06-01';
const INVOCATION_ROUTE = new RegExp(`^POST /${API_VERSION}/runtime/invocation/([^/]+)/(response|error)$`);

/** How an invocation failed, in the words of the Lambda runtime. */
export interface InvocationFailure {
  readonly ok: false;
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}

/** How an invocation ended. */
export type InvocationResult = { readonly ok: true; readonly payload: unknown } | InvocationFailure;

/** One event for the runtime. */
export interface Invocation {
  readonly requestId: string;
  /** When the function times out, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Has to survive JSON. */
  readonly event: unknown;
  readonly traceId: string;
}

/** What the platform learns from the runtime. */
export interface RuntimeApiHooks {
  /** The runtime asked for work, and there is none: it is idle now. */
  readonly onIdle?: () => void;
  /** The handler could not be loaded. */
  readonly onInitError?: (failure: InvocationFailure) => void;
}

/** The Lambda Runtime API of one execution environment. */
export interface RuntimeApi {
  /** `host:port`, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /**
   * Hands an event to the runtime as soon as it asks, and waits for its answer.
   *
   * @throws TypeError when the event cannot be written as JSON.
   */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Answers everything that is queued or in flight in place of a runtime that is gone. */
  abandon(failure: (requestId: string) => InvocationFailure): void;
  /** Ends the server and its connections. Invocations in flight have to be abandoned first. */
  close(): Promise<void>;
}

/**
 * Starts the Runtime API, version 2018-06-01, on a free port of the loopback interface.
 *
 * @param functionArn the ARN that invocations carry.
 */
export async function startRuntimeApi(functionArn: string, hooks: RuntimeApiHooks = {}): Promise<RuntimeApi> {
  const exchange = new Exchange(functionArn, hooks);
  const server = createServer((request, response) => {
    exchange.serve(request, response).catch(() => response.destroy());
  });
  // The runtime waits on one connection for as long as it is idle or frozen.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  const address = await listenOnLoopback(server);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    address,
    invoke: (invocation) => exchange.invoke(invocation),
    abandon: (failure) => exchange.abandon(failure),
    close,
  };
}

interface Pending {
  readonly invocation: Invocation;
  readonly payload: string;
  readonly settle: (result: InvocationResult) => void;
}

/** Events on one side, the runtime that asks for them on the other. */
class Exchange {
  readonly #functionArn: string;
  readonly #hooks: RuntimeApiHooks;
  readonly #inFlight = new Map<string, Pending>();
  #queue: Pending[] = [];
  #asking: ServerResponse | undefined;

  constructor(functionArn: string, hooks: RuntimeApiHooks) {
    this.#functionArn = functionArn;
    this.#hooks = hooks;
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    return new Promise((settle) => {
      this.#queue.push({ invocation, payload: JSON.stringify(invocation.event ?? null), settle });
      this.#match();
    });
  }

  abandon(failure: (requestId: string) => InvocationFailure): void {
    const lost = [...this.#inFlight.values(), ...this.#queue];
    this.#inFlight.clear();
    this.#queue = [];
    for (const { invocation, settle } of lost) settle(failure(invocation.requestId));
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`;
    if (route === `GET /${API_VERSION}/runtime/invocation/next`) return this.#next(response);
    const body = await text(request);
    if (route === `POST /${API_VERSION}/runtime/init/error`) {
      this.#hooks.onInitError?.(failureOf(body));
      return accept(response);
    }
    const [, requestId = '', kind] = INVOCATION_ROUTE.exec(route) ?? [];
    if (kind === undefined) return refuse(response, 404, 'NotFound', `No such resource: ${route}`);
    const result: InvocationResult = kind === 'response' ? { ok: true, payload: parseJson(body) } : failureOf(body);
    this.#answer(requestId, result, response);
  }

  #answer(requestId: string, result: InvocationResult, response: ServerResponse): void {
    const pending = this.#inFlight.get(requestId);
    if (!pending) return refuse(response, 400, 'InvalidRequestID', `Unknown request id ${requestId}`);
    this.#inFlight.delete(requestId);
    accept(response);
    pending.settle(result);
  }

  #next(response: ServerResponse): void {
    const idle = this.#queue.length === 0;
    this.#asking = response;
    response.once('close', () => {
      if (this.#asking === response) this.#asking = undefined;
    });
    this.#match();
    if (idle) this.#hooks.onIdle?.();
  }

  #match(): void {
    const response = this.#asking;
    const pending = response && this.#queue.shift();
    if (!pending) return;
    this.#asking = undefined;
    const { requestId, deadlineMs, traceId } = pending.invocation;
    this.#inFlight.set(requestId, pending);
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': this.#functionArn,
      'Lambda-Runtime-Trace-Id': traceId,
    });
    response.end(pending.payload);
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' });
  response.end('{"status":"OK"}');
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errorType, errorMessage }));
}

function failureOf(body: string): InvocationFailure {
  const reported = parseJson(body);
  const { errorType, errorMessage, stackTrace } = (
    typeof reported === 'object' && reported !== null ? reported : {}
  ) as { errorType?: unknown; errorMessage?: unknown; stackTrace?: unknown };
  return {
    ok: false,
    errorType: typeof errorType === 'string' ? errorType : 'Runtime.Unknown',
    errorMessage: typeof errorMessage === 'string' ? errorMessage : '',
    ...(Array.isArray(stackTrace) ? { stackTrace: stackTrace.map(String) } : {}),
  };
}

// A runtime may answer with text that is no JSON; Lambda hands it on as it is.
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
