import { uniform } from '../core/random.ts';
import { sourcesFrom, type Sources } from '../core/sources.ts';
import { endpointOf, isAlive, matches, type Instance } from './cloud-map-instance.ts';
import { withCall } from './current-call.ts';
import { cloudMapDiscovery, type CloudMapClient } from './cloud-map-discovery.ts';
import {
  resolveCloudMapOptions,
  resolvedCloudMap,
  type CloudMapEndpointsOptions,
  type CloudMapService,
  type ResolvedCloudMapOptions,
} from './cloud-map-options.ts';
import { NoEndpointError } from './endpoint-errors.ts';
import type { Endpoint, ResolvedRoutingOptions } from './endpoint-options.ts';
import { EndpointPool, type EndpointChanges, type EndpointSnapshot } from './endpoint-pool.ts';
import type { EndpointSource, PickedEndpoint } from './endpoints.ts';
import type { ClientDiscoveryFailedEvent, ClientEndpointsFoundEvent } from './routing-events.ts';

/** Part of the time by which the questions of several environments are spread. */
const JITTER = 0.2;

/** How long nobody asks after a failure. */
const PAUSE_MS = 1000;

/** A question that has no answer by then was lost, for example because the environment was frozen: it is asked anew. */
const LONGEST_QUESTION_MS = 5000;

interface Question {
  readonly askedAtMs: number;
  readonly controller: AbortController;
  /** Never rejects. */
  readonly over: Promise<void>;
}

/**
 * The endpoints of a dependency that are found in AWS Cloud Map. Only the first request waits for them: later ones ask alongside
 * when the answer is no longer fresh, one at a time, and go on with the old one until it is too old. Each of these has the answer
 * to its own filters, and nobody else's.
 */
export class CloudMapEndpoints implements EndpointSource {
  /** Name of the dependency. */
  readonly name: string;
  readonly #options: ResolvedCloudMapOptions;
  readonly #sources: Sources;
  readonly #pool: EndpointPool;
  #question: Question | undefined;
  #answeredAtMs = -Infinity;
  #askFromMs = -Infinity;
  #error: unknown;

  constructor(options: ResolvedCloudMapOptions, sources: Sources) {
    this.name = options.name;
    this.#options = options;
    this.#sources = sources;
    this.#pool = new EndpointPool(options.name, options.routing, [], sources);
  }

  /**
   * Picks an endpoint for one attempt: at once, unless none is known or what is known is too old.
   *
   * Rejects with a NoEndpointError if nobody answers then; what happened is in its `cause`.
   */
  pick(avoid?: readonly string[], key?: string): PickedEndpoint | Promise<PickedEndpoint> {
    const nowMs = this.#sources.clock.nowMs();
    const asking = nowMs < this.#askFromMs ? undefined : this.refresh();
    return this.#isUsable(nowMs) ? this.#pool.pick(avoid, key) : this.#pickAfter(asking, avoid, key);
  }

  /**
   * Asks for the endpoints, unless what is known is fresh or somebody is asking; then it waits for the same answer. Never rejects.
   * Of use while a function starts, before the first request, and at the end of a request, so that nothing is left to a freeze.
   */
  refresh(): Promise<void> {
    const nowMs = this.#sources.clock.nowMs();
    const question = this.#question;
    if (question !== undefined && nowMs - question.askedAtMs < LONGEST_QUESTION_MS) return question.over;
    if (question === undefined && nowMs < this.#askFromMs) return Promise.resolve();
    question?.controller.abort(new Error(`no answer within ${LONGEST_QUESTION_MS} ms`));
    return this.#ask(nowMs);
  }

  /** What is known of the endpoints. */
  get endpoints(): EndpointSnapshot[] {
    return this.#pool.endpoints;
  }

  async #pickAfter(asking: Promise<void> | undefined, avoid?: readonly string[], key?: string): Promise<PickedEndpoint> {
    await asking;
    // If the question was lost and asked anew, there is another one by now.
    await this.#question?.over;
    if (this.#isUsable(this.#sources.clock.nowMs())) return this.#pool.pick(avoid, key);
    throw new NoEndpointError(this.name, this.#error);
  }

  #isUsable(nowMs: number): boolean {
    return nowMs - this.#answeredAtMs < this.#options.maxStaleMs;
  }

  #ask(askedAtMs: number): Promise<void> {
    const controller = new AbortController();
    // For all who wait, so not within the request that happens to ask.
    const asking = withCall({}, () => this.#discover(controller.signal));
    const over = asking.then(
      (endpoints) => this.#answered(question, endpoints),
      (error: unknown) => this.#failed(question, error),
    );
    const question: Question = { askedAtMs, controller, over };
    this.#question = question;
    return over;
  }

  async #discover(signal: AbortSignal): Promise<Endpoint[]> {
    const instances = await this.#options.discovery.discover(signal);
    const endpoints = this.#endpointsOf(instances);
    // An empty list would be the end of all calls: the last one may still be right.
    if (endpoints.length === 0) throw new Error(`none of ${instances.length} instances can be used`);
    return endpoints;
  }

  #answered(question: Question, endpoints: readonly Endpoint[]): void {
    if (this.#question !== question) return;
    const { clock, random } = this.#sources;
    const { cacheMs } = this.#options;
    this.#question = undefined;
    // From the question on: what the answer says is at least that old.
    this.#answeredAtMs = question.askedAtMs;
    this.#askFromMs = clock.nowMs() + cacheMs * uniform(random, 1 - JITTER, 1);
    this.#tellChanges(this.#pool.update(endpoints), endpoints.length);
  }

  #tellChanges({ added, removed }: EndpointChanges, endpoints: number): void {
    if (added + removed === 0) return;
    const { clock, sink } = this.#sources;
    const event: ClientEndpointsFoundEvent = { type: 'client.endpoints_found', name: this.name, atMs: clock.nowMs(), endpoints, added, removed };
    sink.emit(event);
  }

  #failed(question: Question, error: unknown): void {
    if (this.#question !== question) return;
    const { clock, sink } = this.#sources;
    const atMs = clock.nowMs();
    this.#question = undefined;
    this.#askFromMs = atMs + PAUSE_MS;
    this.#error = error;
    const event: ClientDiscoveryFailedEvent = { type: 'client.discovery_failed', name: this.name, atMs, error };
    sink.emit(event);
  }

  /** The endpoints that are wanted, in an order that does not change: the healthy ones, or all if none is. */
  #endpointsOf(instances: readonly Instance[]): Endpoint[] {
    const { filters, heartbeatLifeMs } = this.#options;
    const nowMs = this.#sources.clock.nowMs();
    const wanted = instances.filter((each) => matches(each, filters) && isAlive(each, heartbeatLifeMs, nowMs));
    const healthy = wanted.filter(({ isUnhealthy }) => isUnhealthy !== true);
    const endpoints = (healthy.length > 0 ? healthy : wanted).map((each) => endpointOf(each, this.#options)).filter((each) => each !== undefined);
    const byUrl = new Map(endpoints.map((each) => [each.url, each]));
    return [...byUrl.values()].sort((a, b) => (a.url < b.url ? -1 : 1));
  }
}

/**
 * Finds the endpoints of a dependency in AWS Cloud Map. Call it once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function cloudMapEndpoints(options: CloudMapEndpointsOptions, sources: Partial<Sources> = {}): CloudMapEndpoints {
  return new CloudMapEndpoints(resolveCloudMapOptions(options), sourcesFrom(sources));
}

/** Who wants to know the endpoints of a service, and how one is chosen. */
export interface ServiceCaller {
  readonly name: string;
  readonly routing: ResolvedRoutingOptions;
}

/** The endpoints of a client, whose options have no problems. */
export function endpointsOfService(service: CloudMapService, client: CloudMapClient, { name, routing }: ServiceCaller, sources: Sources): CloudMapEndpoints {
  const { namespace = '', service: serviceName = '', query, ownerAccount } = service;
  const discovery = cloudMapDiscovery({ client, namespace, service: serviceName, query, ownerAccount });
  return new CloudMapEndpoints(resolvedCloudMap(service, { name, discovery, routing }), sources);
}
