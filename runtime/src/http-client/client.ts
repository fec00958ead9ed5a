import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { ResolvedClientOptions } from './client-options.ts';
import { wasGivenUp, type Dependency, type DependencyStatistics } from './dependency.ts';
import type { EndpointSource } from './endpoints.ts';
import type { ClientFallbackEvent, ClientRequestEvent } from './events.ts';
import { answerOf, type ClientFailure, type FallbackAnswer } from './fallback.ts';
import { plannedRequest, type ClientRequestInit, type ClientRequestInput, type RequestPlan } from './request-plan.ts';
import { cancelBody } from './response-body.ts';
import { RefusedAnswer, type Progress, type Sender } from './sender.ts';
import { StaleAnswers, type AnswerKey } from './stale-answers.ts';
import type { Transport } from './transport.ts';

/** What has come of the calls of a client in this environment. */
export interface ClientStatistics extends DependencyStatistics {
  /** Requests sent, of all calls. */
  readonly attempts: number;
  /** Calls that failed and were answered all the same: by a fallback or by the last good answer. */
  readonly fallbacks: number;
}

/** What a client is made of. */
export interface ClientParts {
  readonly clock: Clock;
  readonly sink: EventSink;
  readonly dependency: Dependency;
  readonly endpoints: EndpointSource;
  readonly sender: Sender;
  /** Undefined where the connections are those of the process. */
  readonly transport: Transport | undefined;
}

/** A request without what its method says. */
export type MethodInit = Omit<ClientRequestInit, 'method'>;

/** Calls one dependency over HTTP, under all that protects it. Made by `createResilientClient`, once, outside the handler. */
export class ResilientHttpClient {
  readonly name: string;
  readonly options: ResolvedClientOptions;
  /** The policies: `dependency.parts.circuit`, `retry`, `bulkhead` and the two timeouts, each with its own statistics. */
  readonly dependency: Dependency;
  /** Where each attempt gets its base address from: of a list of endpoints an `EndpointPool`, which says what it knows of each. */
  readonly endpoints: EndpointSource;
  readonly #parts: ClientParts;
  readonly #stale: StaleAnswers;
  #attempts = 0;
  #fallbacks = 0;

  constructor(options: ResolvedClientOptions, parts: ClientParts) {
    this.name = options.name;
    this.options = options;
    this.dependency = parts.dependency;
    this.endpoints = parts.endpoints;
    this.#parts = parts;
    this.#stale = new StaleAnswers(options.staleIfErrorMs, parts.clock);
  }

  /**
   * As the global `fetch`, for which it can be handed to whoever takes one: a path, an address under the base address or a `Request`.
   * Answers with a status below 500 are returned; of others the last one, after all attempts, unless `onExhausted` is `throw`.
   *
   * @throws RetryExhaustedError if all attempts threw, TimedOutError if the total time has passed, CircuitOpenError or
   * BulkheadFullError if it was refused, NetworkError if there was no answer and the request could not be repeated,
   * ResponseTooLargeError, UrlRefusedError; the reason of the signal if that is aborted.
   */
  readonly fetch = async (input: ClientRequestInput, init: ClientRequestInit = {}): Promise<Response> => {
    const plan = await plannedRequest(input, init, this.options, this.#parts.clock);
    const failure = await this.#sent(plan);
    if (failure instanceof Response) return failure;
    const answer = wasGivenUp(plan.call) ? undefined : await this.#instead(plan, failure);
    if (answer !== undefined) return this.#fallenBack(failure, answer);
    if (failure.response === undefined) throw failure.error;
    return failure.response;
  };

  /** Sends a request with any method, see `fetch`. */
  request(method: string, path: ClientRequestInput, init: MethodInit = {}): Promise<Response> {
    return this.fetch(path, { ...init, method });
  }

  /** Sends a GET, see `fetch`. */
  get(path: ClientRequestInput, init?: MethodInit): Promise<Response> {
    return this.request('GET', path, init);
  }

  /** Sends a POST, see `fetch`. It is tried again only with an `idempotencyKey`. */
  post(path: ClientRequestInput, init?: MethodInit): Promise<Response> {
    return this.request('POST', path, init);
  }

  /** Sends a PUT, see `fetch`. */
  put(path: ClientRequestInput, init?: MethodInit): Promise<Response> {
    return this.request('PUT', path, init);
  }

  /** Sends a PATCH, see `fetch`. It is tried again only with an `idempotencyKey`. */
  patch(path: ClientRequestInput, init?: MethodInit): Promise<Response> {
    return this.request('PATCH', path, init);
  }

  /** Sends a DELETE, see `fetch`. */
  delete(path: ClientRequestInput, init?: MethodInit): Promise<Response> {
    return this.request('DELETE', path, init);
  }

  /** What has come of the calls so far, in this environment. */
  get statistics(): ClientStatistics {
    return { ...this.dependency.statistics, attempts: this.#attempts, fallbacks: this.#fallbacks };
  }

  /** Whether the limits of `transport` hold; false where the connections are those of the process. */
  get hasOwnTransport(): boolean {
    return this.#parts.transport?.isOwn === true;
  }

  /** Closes connections of its own, once what is going on has ended. Nothing to do on Lambda, which ends without notice. */
  async close(): Promise<void> {
    await this.#parts.transport?.close();
  }

  async #sent(plan: RequestPlan): Promise<Response | ClientFailure> {
    const { dependency, sender, clock } = this.#parts;
    const startedAtMs = clock.nowMs();
    const progress: Progress = { attempts: 0, tried: [], endpoint: undefined };
    let status = 'error';
    try {
      const answer = await dependency.execute((call) => sender.send(plan, call, progress), plan.call);
      if (answer instanceof RefusedAnswer) return { error: answer.error };
      status = String(answer.status);
      if (answer.status >= 500) return { response: answer };
      if (plan.method === 'GET') this.#stale.keep(keyOf(plan), answer);
      return answer;
    } catch (error) {
      return { error };
    } finally {
      this.#attempts += progress.attempts;
      this.#report(plan, status, progress, startedAtMs);
    }
  }

  #report({ method }: RequestPlan, status: string, { attempts, endpoint }: Progress, startedAtMs: number): void {
    const { clock, sink } = this.#parts;
    const atMs = clock.nowMs();
    const durationMs = Math.max(0, atMs - startedAtMs);
    const event: ClientRequestEvent = { type: 'client.request', name: this.name, atMs, method, status, durationMs, attempts, ...(endpoint !== undefined && { endpoint }) };
    sink.emit(event);
  }

  async #instead(plan: RequestPlan, failure: ClientFailure): Promise<FallbackAnswer | undefined> {
    const stale = plan.method === 'GET' ? this.#stale.find(keyOf(plan)) : undefined;
    if (stale !== undefined) return { kind: 'stale', response: stale };
    const { method, path, call } = plan;
    return answerOf(this.options.fallback, failure, { method, path, call });
  }

  async #fallenBack({ response: failed }: ClientFailure, { kind, response }: FallbackAnswer): Promise<Response> {
    const { clock, sink } = this.#parts;
    this.#fallbacks += 1;
    const event: ClientFallbackEvent = { type: 'client.fallback', name: this.name, atMs: clock.nowMs(), kind };
    sink.emit(event);
    if (failed !== undefined && failed !== response) await cancelBody(failed);
    return response;
  }
}

function keyOf({ path, headers, call }: RequestPlan): AnswerKey {
  return { path, headers, tenant: call.tenant };
}
