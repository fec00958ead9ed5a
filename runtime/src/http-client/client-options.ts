import { CONTRACT } from '../contract/contract.ts';
import { addressProblems } from '../core/base-address.ts';
import { DEADLINE_HEADER } from '../core/deadline.ts';
import { placeProblems } from '../core/dependency-schema.ts';
import { ConfigurationError } from '../core/errors.ts';
import { schemaDefaults, schemaProblems, show, unknownOption, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import { serviceProblems, type CloudMapService } from './cloud-map-options.ts';
import { DEPENDENCY_OPTIONS, dependencyOptionProblems, resolvedDependency, type DependencyOptions, type ResolvedDependencyOptions } from './dependency-options.ts';
import {
  endpointList,
  endpointListProblems,
  resolvedRouting,
  ROUTING_OPTIONS,
  routingValueProblems,
  type Endpoint,
  type ResolvedRoutingOptions,
  type RoutingOptions,
  zoneProblems,
} from './endpoint-options.ts';
import type { EndpointSource, HashBy } from './endpoints.ts';
import type { ClientFallback } from './fallback.ts';
import { CONSISTENT_HASH } from './routing-strategies.ts';
import { TRANSPORT_PROFILES, type TransportOptions } from './transport.ts';

const { maxResponseBytes, propagateDeadline, staleIfError } = CONTRACT.configuration.dependency;

/** The options of a client that the contract knows, besides the times. */
const SCHEMA = { maxResponseBytes, propagateDeadline, staleIfError } as const;

/** Headers as `fetch` takes them. */
export type HeaderList = NonNullable<RequestInit['headers']>;

/**
 * Options of a client. One of `baseUrl`, `endpoints` and `cloudMap` is needed. What says how one of several endpoints is chosen has no
 * effect where there is no list of them.
 */
export interface ClientOptions extends DependencyOptions, RoutingOptions {
  /** Base address of the dependency, `http:` or `https:`, without credentials, query and fragment. No request leaves it. */
  readonly baseUrl?: string | URL | undefined;
  /**
   * Where each attempt gets its base address from, in place of `baseUrl`: a list, from which one is chosen by health and latency, or a
   * source of your own.
   */
  readonly endpoints?: EndpointSource | readonly (string | Endpoint)[] | undefined;
  /**
   * The service in AWS Cloud Map in which the endpoints are found, in place of `baseUrl`; over what the stack declares of it. Needs a client
   * of AWS Cloud Map beside the options.
   */
  readonly cloudMap?: CloudMapService | undefined;
  /**
   * The key of a request, for `consistent-hash`: requests with the same key get the same endpoint, those without any get any. Asked
   * once for each call; what it throws is thrown. A source of endpoints is told the key as well. Default: none.
   */
  readonly hashBy?: HashBy | undefined;
  /** Headers of every request, or what gives them for each call; those of a request come before them. Default: none. */
  readonly headers?: HeaderList | (() => HeaderList) | undefined;
  /** Largest body of an answer, in bytes, after decompression: 0 to 1 GiB; 0 means that there is no limit. Default 10 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /**
   * Whether bodies of answers are handed on as they arrive. They are then bounded by the total time, but what goes wrong with them is
   * neither tried again nor counted by the circuit. Otherwise they are read within the attempt. Default false.
   */
  readonly streamResponses?: boolean | undefined;
  /** Whether the time left is handed on in a header. Default true. */
  readonly propagateDeadline?: boolean | undefined;
  /** The header in which the time left is handed on, in milliseconds. Default `x-deadline-ms`. */
  readonly deadlineHeader?: string | undefined;
  /** Age up to which the last good answer of a GET serves while calls fail, in milliseconds: 0 to 1 day; 0 means that it does not. Default 0. */
  readonly staleIfErrorMs?: number | undefined;
  /**
   * Answers in place of a call that failed, if there is no last good answer: a function, or the answer itself. It should be cheap and
   * local, never another service that may be down as well, and it should be used every day: what runs in an outage only has not been
   * tested. Default: none.
   */
  readonly fallback?: ClientFallback | undefined;
  /** Limits of the connections: a profile or options. The client then has connections of its own. Default: those of the process. */
  readonly transport?: keyof typeof TRANSPORT_PROFILES | TransportOptions | undefined;
}

/** Options with every default filled in. */
export interface ResolvedClientOptions extends ResolvedDependencyOptions, OptionValues<typeof SCHEMA> {
  /** Undefined with `endpoints` and `cloudMap`. */
  readonly baseUrl: URL | undefined;
  readonly endpoints: EndpointSource | readonly Endpoint[] | undefined;
  readonly cloudMap: CloudMapService | undefined;
  /** How one of a list of endpoints is chosen. */
  readonly routing: ResolvedRoutingOptions;
  readonly hashBy: HashBy | undefined;
  readonly headers: () => HeaderList;
  readonly streamResponses: boolean;
  readonly deadlineHeader: string;
  readonly fallback: ClientFallback | undefined;
  /** Undefined where the connections are those of the process. */
  readonly transport: TransportOptions | undefined;
}

/** The value of every option of a client that is not set, besides those of `DEPENDENCY_DEFAULTS`. */
export const CLIENT_DEFAULTS: OptionValues<typeof SCHEMA> & Pick<ResolvedClientOptions, 'streamResponses' | 'deadlineHeader'> = Object.freeze({
  ...schemaDefaults(SCHEMA),
  streamResponses: false,
  deadlineHeader: DEADLINE_HEADER,
});

const OWN_OPTIONS = ['baseUrl', 'endpoints', 'cloudMap', 'hashBy', 'headers', 'streamResponses', 'deadlineHeader', 'fallback', 'transport'] as const;
const PLAIN_OPTIONS = ['maxResponseBytes', 'propagateDeadline', 'staleIfErrorMs'] as const;
const ALL_OPTIONS = [...DEPENDENCY_OPTIONS, ...OWN_OPTIONS, ...PLAIN_OPTIONS, ...ROUTING_OPTIONS];

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range, an address that cannot
 * be one.
 */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  const problems = clientOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the client cannot work', problems);
  const { baseUrl, headers = {}, transport: given, endpoints, cloudMap, hashBy, fallback } = options;
  const transport = typeof given === 'string' ? TRANSPORT_PROFILES[given] : given;
  const { maxResponseBytes: bytes, propagateDeadline: hands, staleIfErrorMs, streamResponses, deadlineHeader } = options;
  return Object.freeze({
    ...CLIENT_DEFAULTS,
    ...givenOf({ maxResponseBytes: bytes, propagateDeadline: hands, staleIfErrorMs, streamResponses, deadlineHeader }),
    ...resolvedDependency({ ...options, timeoutMs: options.timeoutMs ?? transport?.requestTimeoutMs }),
    baseUrl: baseUrl === undefined ? undefined : new URL(baseUrl),
    headers: typeof headers === 'function' ? headers : () => headers,
    endpoints: isList(endpoints) ? endpointList(endpoints) : endpoints,
    cloudMap,
    routing: resolvedRouting(options),
    hashBy,
    fallback,
    transport,
  });
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
function clientOptionProblems(options: ClientOptions): string[] {
  const given: unknown = options;
  if (!isRecord(given)) return [`options is ${show(given)}: pass an object with a name and a baseUrl`];
  const plain = Object.fromEntries(PLAIN_OPTIONS.map((key) => [key, given[key]]));
  return [
    ...Object.keys(given)
      .filter((key) => !ALL_OPTIONS.some((known) => known === key))
      .map((key) => unknownOption('options', key, ALL_OPTIONS)),
    ...dependencyOptionProblems(given),
    ...schemaProblems(SCHEMA, plain, 'options'),
    ...routingValueProblems(given),
    ...addressesProblems(given),
    ...headerProblems(given['headers'], given['deadlineHeader']),
    ...otherProblems(given),
  ];
}

function isList(endpoints: ClientOptions['endpoints']): endpoints is readonly (string | Endpoint)[] {
  return Array.isArray(endpoints);
}

function addressesProblems(options: Readonly<Record<string, unknown>>): string[] {
  const { baseUrl, endpoints, cloudMap } = options;
  const places = placeProblems('options', { baseUrl, endpoints, cloudMap });
  if (cloudMap !== undefined) return [...places, ...zoneProblems(options), ...keyProblems(options), ...serviceProblems('options.cloudMap', cloudMap)];
  if (endpoints !== undefined) return [...places, ...endpointsProblems(options)];
  return addressProblems('options.baseUrl', baseUrl instanceof URL ? baseUrl.href : baseUrl);
}

function endpointsProblems(options: Readonly<Record<string, unknown>>): string[] {
  const { endpoints } = options;
  if (Array.isArray(endpoints)) return [...endpointListProblems(options), ...keyProblems(options)];
  const isSource = isRecord(endpoints) && typeof endpoints['pick'] === 'function';
  return isSource ? [] : [`options.endpoints is ${show(endpoints)}: pass a list of addresses or a source of endpoints`];
}

function keyProblems({ balancing, hashBy }: Readonly<Record<string, unknown>>): string[] {
  const isLost = balancing === CONSISTENT_HASH && hashBy === undefined;
  return isLost ? [`options.balancing is "${CONSISTENT_HASH}", but nobody says what the key of a request is: pass hashBy`] : [];
}

function headerProblems(headers: unknown, deadlineHeader: unknown): string[] {
  return [
    ...(headers === undefined || typeof headers === 'function' || areHeaders(headers) ? [] : ['options.headers cannot be sent: pass names and values of headers']),
    ...(deadlineHeader === undefined || (typeof deadlineHeader === 'string' && areHeaders({ [deadlineHeader]: '0' }))
      ? []
      : [`options.deadlineHeader is ${show(deadlineHeader)}: pass the name of a header`]),
  ];
}

function areHeaders(headers: unknown): boolean {
  try {
    new Headers(headers as HeaderList);
    return true;
  } catch {
    return false;
  }
}

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
const COUNT = { type: 'integer', minimum: 1, default: 1 } as const;
const TIME = { type: 'duration', minimumMs: 1, maximumMs: 900_000, defaultMs: 1 } as const;
const TRANSPORT_SCHEMA = {
  connectTimeout: TIME,
  headersTimeout: TIME,
  requestTimeout: TIME,
  socketsPerHost: { ...COUNT, maximum: 10_000 },
  maxHeaderBytes: { ...COUNT, minimum: 1024, maximum: 16_777_216 },
  keepAlive: TIME,
  minTlsVersion: { type: 'choice', values: TLS_VERSIONS, default: 'TLSv1.2' },
} as const;

function otherProblems({ streamResponses, hashBy, fallback, transport }: Readonly<Record<string, unknown>>): string[] {
  const isFallback = fallback === undefined || typeof fallback === 'function' || isRecord(fallback);
  return [
    ...(streamResponses === undefined || typeof streamResponses === 'boolean' ? [] : [`options.streamResponses is ${show(streamResponses)}: set true or false`]),
    ...(hashBy === undefined || typeof hashBy === 'function' ? [] : [`options.hashBy is ${show(hashBy)}: pass a function`]),
    ...(isFallback ? [] : [`options.fallback is ${show(fallback)}: pass a function or an answer`]),
    ...transportProblems(transport),
  ];
}

function transportProblems(transport: unknown): string[] {
  if (transport === undefined || (typeof transport === 'string' && Object.hasOwn(TRANSPORT_PROFILES, transport))) return [];
  if (isRecord(transport)) return schemaProblems(TRANSPORT_SCHEMA, transport, 'options.transport');
  return [`options.transport is ${show(transport)}: use one of ${Object.keys(TRANSPORT_PROFILES).join(', ')}, or pass an object of options`];
}
