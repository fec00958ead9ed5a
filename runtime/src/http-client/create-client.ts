import { processEnvironment } from '../config/process-environment.ts';
import { ConfigurationError } from '../core/errors.ts';
import { show } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import { sourcesFrom, type Sources } from '../core/sources.ts';
import { systemSleep } from '../core/system-sources.ts';
import { optionsOver } from '../config/declared.ts';
import { ResilientHttpClient } from './client.ts';
import { resolveClientOptions, type ClientOptions, type ResolvedClientOptions } from './client-options.ts';
import { isCloudMapClient, type CloudMapClient } from './cloud-map-discovery.ts';
import { endpointsOfService } from './cloud-map-endpoints.ts';
import { declaredDependency } from './declared-dependency.ts';
import { Dependency, isIdempotent } from './dependency.ts';
import { makeParts, type DependencyParts, type DependencySources } from './dependency-parts.ts';
import { EndpointPool } from './endpoint-pool.ts';
import { singleEndpoint, type EndpointSource } from './endpoints.ts';
import type { Unrepeatable } from './errors.ts';
import type { ClientCreatedEvent } from './events.ts';
import type { RequestPlan } from './request-plan.ts';
import { RefusedAnswer, Sender } from './sender.ts';
import { lambdaTrace, type TraceSource } from './trace.ts';
import { Transport } from './transport.ts';

/** What a client may be given instead of what the environment provides. */
export interface ClientSources extends DependencySources {
  /** Sends requests. Default: the global `fetch`, looked up at each request. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Where the trace of the work in hand is read. Default: the variable of Lambda, `_X_AMZN_TRACE_ID`. */
  readonly trace?: TraceSource | undefined;
  /** Who asks AWS Cloud Map: `cloudMapClient()` of `resilient-lambda-runtime/cloud-map`. Default: nobody. */
  readonly cloudMap?: CloudMapClient | undefined;
}

/**
 * Creates a client of one dependency. Call it once, outside the handler. Options given here win over those that the stack declares.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createResilientClient(options: ClientOptions, sources: ClientSources = {}): ResilientHttpClient {
  const { environment = processEnvironment() } = sources;
  const given: unknown = options;
  const declared = isRecord(given) && typeof given['name'] === 'string' ? declaredDependency(environment, given['name']).options : undefined;
  const resolved = resolveClientOptions(declared === undefined ? options : overDeclared(declared, options));
  const { clock, random, sink } = sourcesFrom(withoutUndefined(sources));
  const parts = makeParts(resolved, sources);
  const endpoints = endpointsOf(resolved, { clock, random, sink }, sources.cloudMap);
  const transport = resolved.transport === undefined ? undefined : new Transport(resolved.transport, clock);
  const tools = { ...sendingTools(sources), endpoints, clock, sink, transport, unrepeatable: (plan: RequestPlan) => unrepeatable(plan, parts) };
  const dependency = new Dependency(resolved.name, parts, isFailed);
  const client = new ResilientHttpClient(resolved, { clock, sink, dependency, endpoints, sender: new Sender(resolved, tools), transport });
  sink.emit(createdEvent(resolved, parts, clock.nowMs()));
  return client;
}

function createdEvent(options: ResolvedClientOptions, { total, attempt, retry, circuit, bulkhead }: DependencyParts, atMs: number): ClientCreatedEvent {
  return {
    ...{ type: 'client.created', name: options.name, atMs, ...endpointsKnown(options) },
    ...(total !== undefined && { timeoutMs: total.options.timeoutMs }),
    ...(attempt !== undefined && { attemptTimeoutMs: attempt.options.timeoutMs }),
    maxAttempts: retry?.options.enabled === true ? retry.options.maxAttempts : 1,
    circuit: circuit !== undefined,
    bulkhead: bulkhead !== undefined,
  };
}

function endpointsKnown({ endpoints, cloudMap, routing: { balancing } }: ResolvedClientOptions): Pick<ClientCreatedEvent, 'from' | 'endpoints' | 'balancing'> {
  if (cloudMap !== undefined) return { from: 'cloud-map', balancing };
  if (endpoints === undefined) return { from: 'address', endpoints: 1 };
  return 'pick' in endpoints ? { from: 'source' } : { from: 'list', endpoints: endpoints.length, balancing };
}

/** A dependency is in one place: the one that code names, or the one that the stack does. Code may say more of the same service. */
function overDeclared({ baseUrl, endpoints, cloudMap, ...rest }: Readonly<Record<string, unknown>>, options: ClientOptions): ClientOptions {
  if (options.baseUrl !== undefined || options.endpoints !== undefined) return optionsOver(rest, options);
  if (options.cloudMap === undefined) return optionsOver({ baseUrl, endpoints, cloudMap, ...rest }, options);
  return optionsOver(rest, { ...options, cloudMap: optionsOver(isRecord(cloudMap) ? cloudMap : undefined, options.cloudMap) });
}

function endpointsOf(options: ResolvedClientOptions, sources: Sources, client: unknown): EndpointSource {
  const { name, baseUrl, endpoints, cloudMap, routing } = options;
  if (cloudMap !== undefined) {
    if (isCloudMapClient(client)) return endpointsOfService(cloudMap, client, options, sources);
    const remedy = 'pass cloudMap: cloudMapClient(), which is in resilient-lambda-runtime/cloud-map, in the second argument';
    throw new ConfigurationError(`the client of ${name} cannot work`, [`options.cloudMap is asked through ${show(client)}: ${remedy}`]);
  }
  if (endpoints === undefined) return singleEndpoint(baseUrl?.href ?? '');
  return 'pick' in endpoints ? endpoints : new EndpointPool(name, routing, endpoints, sources);
}

function sendingTools({ fetch, trace, sleep = systemSleep, environment }: ClientSources) {
  return {
    sleep,
    fetch: () => fetch ?? globalThis.fetch,
    // Read at each request: Lambda changes the variable with every invocation.
    trace: trace ?? lambdaTrace(() => environment ?? processEnvironment()),
  };
}

function isFailed(answer: unknown): boolean {
  return answer instanceof RefusedAnswer || (answer instanceof Response && answer.status >= 500);
}

/** Only where somebody might wonder why there was but one attempt. */
function unrepeatable({ isReplayable, call }: RequestPlan, { retry }: DependencyParts): Unrepeatable | undefined {
  if (retry === undefined || retry.options.maxAttempts === 1 || !retry.options.enabled) return undefined;
  if (!isReplayable) return 'stream';
  return !retry.mayRepeat(call) && !isIdempotent(call) ? 'method' : undefined;
}

function withoutUndefined({ clock, random, sink }: DependencySources) {
  return { ...(clock !== undefined && { clock }), ...(random !== undefined && { random }), ...(sink !== undefined && { sink }) };
}
