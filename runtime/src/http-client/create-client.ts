import { processEnvironment } from '../config/process-environment.ts';
import { isRecord } from '../core/record.ts';
import { sourcesFrom, type Sources } from '../core/sources.ts';
import { systemSleep } from '../core/system-sources.ts';
import { optionsOver } from '../config/declared.ts';
import { ResilientHttpClient } from './client.ts';
import { resolveClientOptions, type ClientOptions, type ResolvedClientOptions } from './client-options.ts';
import { declaredDependency } from './declared-dependency.ts';
import { Dependency, isIdempotent } from './dependency.ts';
import { makeParts, type DependencyParts, type DependencySources } from './dependency-parts.ts';
import { EndpointPool } from './endpoint-pool.ts';
import { singleEndpoint, type EndpointSource } from './endpoints.ts';
import type { Unrepeatable } from './errors.ts';
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
  const resolved = resolveClientOptions(optionsOver(declared && addressOnce(declared, options), options));
  const { clock, random, sink } = sourcesFrom(withoutUndefined(sources));
  const parts = makeParts(resolved, sources);
  const endpoints = endpointsOf(resolved, { clock, random, sink });
  const transport = resolved.transport === undefined ? undefined : new Transport(resolved.transport, clock);
  const tools = { ...sendingTools(sources), endpoints, clock, sink, transport, unrepeatable: (plan: RequestPlan) => unrepeatable(plan, parts) };
  const dependency = new Dependency(resolved.name, parts, isFailed);
  return new ResilientHttpClient(resolved, { clock, sink, dependency, endpoints, sender: new Sender(resolved, tools), transport });
}

/** A dependency is in one place: the one that code names, or the one that the stack does. */
function addressOnce(declared: Readonly<Record<string, unknown>>, { baseUrl, endpoints }: ClientOptions): Readonly<Record<string, unknown>> {
  if (baseUrl === undefined && endpoints === undefined) return declared;
  const { baseUrl: _url, endpoints: _list, ...rest } = declared;
  return rest;
}

function endpointsOf({ name, baseUrl, endpoints, routing }: ResolvedClientOptions, sources: Sources): EndpointSource {
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
