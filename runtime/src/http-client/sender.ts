import type { CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { deadlineHeaderValue } from '../core/deadline.ts';
import { isResilienceError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { Sleep } from '../core/sleep.ts';
import type { ResolvedClientOptions } from './client-options.ts';
import { wasGivenUp } from './dependency.ts';
import type { EndpointSource, PickedEndpoint } from './endpoints.ts';
import { NetworkError, ResponseTooLargeError, UrlRefusedError, type Unrepeatable } from './errors.ts';
import type { ClientAttemptEvent } from './events.ts';
import { redirected, type Hop } from './redirect.ts';
import type { RequestPlan } from './request-plan.ts';
import { urlAt } from './request-url.ts';
import { TimedOutError } from '../timeout/index.ts';
import { announcesTooMuch, brokenBody, cancelBody, drainBody, readBody, TOO_LARGE, watchedBody, withBody } from './response-body.ts';
import { propagateTrace, type TraceSource } from './trace.ts';
import type { Transport } from './transport.ts';

/** What requests are sent with. */
export interface SenderTools {
  readonly clock: Clock;
  readonly sink: EventSink;
  readonly sleep: Sleep;
  /** Looked up at each request: tracers replace the one of the process. */
  readonly fetch: () => typeof globalThis.fetch;
  readonly endpoints: EndpointSource;
  readonly trace: TraceSource;
  /** Undefined for the connections of the process. */
  readonly transport: Transport | undefined;
  /** Why a request would not be sent again; undefined if it would. */
  readonly unrepeatable: (plan: RequestPlan) => Unrepeatable | undefined;
}

/** How far a call has come. */
export interface Progress {
  attempts: number;
  /** Addresses that attempts were sent to. */
  readonly tried: string[];
  /** Host of the last attempt. */
  endpoint: string | undefined;
}

/** An answer that came, and that the caller must not have. It is no failure of the dependency, and would not be another one next time. */
export class RefusedAnswer {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}

/** Sends single attempts. */
export class Sender {
  readonly #options: ResolvedClientOptions;
  readonly #tools: SenderTools;

  constructor(options: ResolvedClientOptions, tools: SenderTools) {
    this.#options = options;
    this.#tools = tools;
  }

  /**
   * Sends a request to one endpoint, and reads the answer. What the endpoint is told and what is reported is the same.
   *
   * @throws NetworkError if there is no whole answer; the reason of the signal if that is aborted.
   */
  async send(plan: RequestPlan, call: CallContext, progress: Progress): Promise<Response | RefusedAnswer> {
    const { clock } = this.#tools;
    const startedAtMs = clock.nowMs();
    const picked = await this.#pick(plan, progress, call.signal);
    progress.attempts += 1;
    progress.tried.push(picked.url);
    progress.endpoint = new URL(picked.url).host;
    let status = 'error';
    let isFailed = true;
    try {
      const answer = await untilAborted(() => this.#exchange(plan, picked, call), call.signal, letGo);
      if (answer instanceof Response) status = String(answer.status);
      isFailed = answer instanceof Response && answer.status >= 500;
      return answer;
    } catch (error) {
      if (wasGivenUp(call)) status = 'cancelled';
      throw error;
    } finally {
      const durationMs = Math.max(0, clock.nowMs() - startedAtMs);
      const isAbandoned = status === 'cancelled';
      picked.settle({ durationMs, failed: isFailed && !isAbandoned, ...(isAbandoned && { abandoned: true }) });
      this.#report({ method: plan.method, status, durationMs, endpoint: progress.endpoint });
    }
  }

  /** An endpoint; one that is found when nobody waits for it any more is given back. */
  #pick({ key }: RequestPlan, { tried }: Progress, signal: AbortSignal | undefined): Promise<PickedEndpoint> {
    return untilAborted(
      () => this.#tools.endpoints.pick(tried, key),
      signal,
      (late) => late.settle({ durationMs: 0, failed: false, abandoned: true }),
    );
  }

  #report(attempt: Pick<ClientAttemptEvent, 'method' | 'status' | 'durationMs' | 'endpoint'>): void {
    const { sink, clock } = this.#tools;
    const event: ClientAttemptEvent = { type: 'client.attempt', name: this.#options.name, atMs: clock.nowMs(), ...attempt };
    sink.emit(event);
  }

  async #exchange(plan: RequestPlan, picked: PickedEndpoint, call: CallContext): Promise<Response | RefusedAnswer> {
    const lent = this.#tools.transport?.lend();
    try {
      const own: object = lent?.dispatcher === undefined ? {} : { dispatcher: lent.dispatcher };
      const init: RequestInit = { ...own, ...plan.rest, signal: call.signal ?? null };
      return await this.#follow(plan, this.#firstHop(plan, picked, call), init);
    } catch (error) {
      throw this.#asOurs(error, plan, call.signal);
    } finally {
      lent?.giveBack();
    }
  }

  /** What went wrong with a request or its answer, as an error of ours; the reason of a signal that was aborted meanwhile. */
  #asOurs(error: unknown, plan: RequestPlan, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true) return signal.reason;
    if (isResilienceError(error)) return error;
    return new NetworkError(this.#options.name, { reason: reasonOf(error), unrepeatable: this.#tools.unrepeatable(plan), cause: error });
  }

  #firstHop({ path, method, headers: given, body }: RequestPlan, { url }: PickedEndpoint, { deadlineMs }: CallContext): Hop {
    const { propagateDeadline, deadlineHeader } = this.#options;
    const headers = new Headers(given);
    propagateTrace(headers, this.#tools.trace);
    const left = propagateDeadline && !headers.has(deadlineHeader) ? deadlineHeaderValue(deadlineMs, this.#tools.clock.nowMs()) : undefined;
    if (left !== undefined) headers.set(deadlineHeader, left);
    return { url: urlAt(url, path), method, headers, body, redirects: 0 };
  }

  async #follow(plan: RequestPlan, first: Hop, init: RequestInit): Promise<Response | RefusedAnswer> {
    for (let hop = first; ; ) {
      const response = await this.#request(hop, init);
      const next = this.#next(plan, hop, response);
      if (next === undefined) return this.#answer(plan, response, hop);
      await drainBody(response);
      if (next instanceof RefusedAnswer) return next;
      hop = next;
    }
  }

  async #request({ url, method, headers, body }: Hop, init: RequestInit): Promise<Response> {
    const sent = body === undefined ? {} : { body, duplex: 'half' as const };
    // Redirections are followed here, where it is known what belongs to the dependency.
    const response = await this.#tools.fetch()(url, { ...init, method, headers, redirect: 'manual', ...sent });
    if (init.signal?.aborted === true) letGo(response);
    init.signal?.throwIfAborted();
    return response;
  }

  /** Where a response leads; undefined if it is the answer. */
  #next({ redirect, isReplayable }: RequestPlan, hop: Hop, response: Response): Hop | RefusedAnswer | undefined {
    if (redirect === 'manual') return undefined;
    const service = this.#options.name;
    try {
      const next = redirected({ service, hop, response, isReplayable });
      if (next === undefined || redirect === 'follow') return next;
      return new RefusedAnswer(new UrlRefusedError(service, 'redirect_limit', `${service} answered with a redirection`));
    } catch (error) {
      return new RefusedAnswer(error as Error);
    }
  }

  async #answer(plan: RequestPlan, response: Response, { redirects, method }: Hop): Promise<Response | RefusedAnswer> {
    const { maxResponseBytes: maxBytes, name } = this.#options;
    if (method === 'HEAD') return withBody(response, new Uint8Array(), redirects > 0);
    const tooLarge = (): ResponseTooLargeError => new ResponseTooLargeError(name, maxBytes);
    // What may have to make room for another attempt is read at once, so that it holds no connection meanwhile.
    if (plan.streamsResponse && response.ok && response.body !== null) {
      if (!announcesTooMuch(response, maxBytes)) return withBody(response, this.#watched(plan, response.body), redirects > 0);
      await cancelBody(response);
      return new RefusedAnswer(tooLarge());
    }
    const bytes = await readBody(response, maxBytes);
    if (bytes !== TOO_LARGE) return withBody(response, bytes, redirects > 0);
    // A failure stays one, whatever it has to say.
    return response.status >= 500 ? withBody(response, brokenBody(tooLarge()), redirects > 0) : new RefusedAnswer(tooLarge());
  }

  #watched(plan: RequestPlan, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const { maxResponseBytes: maxBytes, name } = this.#options;
    return watchedBody(body, { maxBytes, tooLarge: () => new ResponseTooLargeError(name, maxBytes), next: (read) => this.#inTime(plan, read) });
  }

  /** A piece of a body that was handed on, unless the time of its call is over or its caller has given up. */
  async #inTime<T>(plan: RequestPlan, read: () => Promise<T>): Promise<T> {
    const { clock, sleep } = this.#tools;
    const { startedAtMs, endsAtMs } = plan;
    const { signal } = plan.call;
    const over = new AbortController();
    const expired = async (): Promise<never> => {
      if (endsAtMs === undefined) return new Promise<never>(() => undefined);
      await sleep(Math.max(0, endsAtMs - clock.nowMs()), over.signal);
      throw new TimedOutError({ name: this.#options.name, limitMs: endsAtMs - startedAtMs, answer: 'gateway-timeout' });
    };
    try {
      return await untilAborted(() => Promise.race([read(), expired()]), signal);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw isResilienceError(error) ? error : new NetworkError(this.#options.name, { reason: reasonOf(error), cause: error });
    } finally {
      over.abort();
    }
  }
}

/** What a transport that does not obey its signal brings too late. */
function letGo(answer: Response | RefusedAnswer): void {
  if (answer instanceof Response) void cancelBody(answer);
}

/**
 * Some work, or the reason of the signal if that is aborted first. No listener is left behind.
 *
 * @param onLate Told what the work has brought after all. Default: it is dropped.
 */
async function untilAborted<T>(work: () => T | PromiseLike<T>, signal: AbortSignal | undefined, onLate?: (value: T) => void): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  const over = new AbortController();
  const working = Promise.resolve(work());
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([working, aborted]);
  } catch (error) {
    if (signal.aborted && onLate !== undefined) working.then(onLate, () => undefined);
    throw error;
  } finally {
    over.abort();
  }
}

/** The code of what went wrong, as far down as it is found. */
function reasonOf(error: unknown): string {
  let found = error as { readonly code?: unknown; readonly cause?: unknown } | null | undefined;
  for (let depth = 0; depth < 4 && typeof found === 'object' && found !== null; depth += 1) {
    if (typeof found.code === 'string') return found.code;
    found = found.cause as typeof found;
  }
  return 'unknown';
}
