import { CONTRACT } from '../contract/contract.ts';
import { DEADLINE_HEADER } from '../core/deadline.ts';
import { ConfigurationError } from '../core/errors.ts';
import { schemaDefaults, schemaProblems, show, unknownOption, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
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
} from './endpoint-options.ts';
import type { EndpointSource } from './endpoints.ts';
import type { ClientFallback } from './fallback.ts';
import { TRANSPORT_PROFILES, type TransportOptions } from './transport.ts';

const { maxResponseBytes, propagateDeadline, staleIfError } = CONTRACT.configuration.dependency;

/** The options of a client that the contract knows, besides the times. */
const SCHEMA = { maxResponseBytes, propagateDeadline, staleIfError } as const;

/** Headers as `fetch` takes them. */
export type HeaderList = NonNullable<RequestInit['headers']>;

/**
 * Options of a client. Either `baseUrl` or `endpoints` is needed. What says how one of several endpoints is chosen has no effect where
 * there is no list of them.
 */
export interface ClientOptions extends DependencyOptions, RoutingOptions {
  /** Base address of the dependency, `http:` or `https:`, without credentials, query and fragment. No request leaves it. */
  readonly baseUrl?: string | URL | undefined;
  /**
   * Where each attempt gets its base address from, in place of `baseUrl`: a list, from which one is chosen by health and latency, or a
   * source of your own.
   */
  readonly endpoints?: EndpointSource | readonly (string | Endpoint)[] | undefined;
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
  /** Undefined with `endpoints`. */
  readonly baseUrl: URL | undefined;
  readonly endpoints: EndpointSource | readonly Endpoint[] | undefined;
  /** How one of a list of endpoints is chosen. */
  readonly routing: ResolvedRoutingOptions;
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

const OWN_OPTIONS = ['baseUrl', 'endpoints', 'headers', 'streamResponses', 'deadlineHeader', 'fallback', 'transport'] as const;
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
  const { baseUrl, headers = {}, transport: given, endpoints, fallback } = options;
  const transport = typeof given === 'string' ? TRANSPORT_PROFILES[given] : given;
  const { maxResponseBytes: bytes, propagateDeadline: hands, staleIfErrorMs, streamResponses, deadlineHeader } = options;
  return Object.freeze({
    ...CLIENT_DEFAULTS,
    ...givenOf({ maxResponseBytes: bytes, propagateDeadline: hands, staleIfErrorMs, streamResponses, deadlineHeader }),
    ...resolvedDependency({ ...options, timeoutMs: options.timeoutMs ?? transport?.requestTimeoutMs }),
    baseUrl: baseUrl === undefined ? undefined : new URL(baseUrl),
    headers: typeof headers === 'function' ? headers : () => headers,
    endpoints: isList(endpoints) ? endpointList(endpoints) : endpoints,
    routing: resolvedRouting(options),
    fallback,
    transport,
  });
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function clientOptionProblems(options: ClientOptions): string[] {
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
    ...addressProblems(given),
    ...headerProblems(given['headers'], given['deadlineHeader']),
    ...otherProblems(given),
  ];
}

function isList(endpoints: ClientOptions['endpoints']): endpoints is readonly (string | Endpoint)[] {
  return Array.isArray(endpoints);
}

function addressProblems(options: Readonly<Record<string, unknown>>): string[] {
  const { baseUrl, endpoints } = options;
  if (endpoints === undefined) return baseUrlProblems(baseUrl);
  const isBoth = baseUrl !== undefined ? ['options.baseUrl and options.endpoints are both set: leave one of them out'] : [];
  if (Array.isArray(endpoints)) return [...isBoth, ...endpointListProblems(options)];
  const isSource = isRecord(endpoints) && typeof endpoints['pick'] === 'function';
  return isSource ? isBoth : [...isBoth, `options.endpoints is ${show(endpoints)}: pass a list of addresses or a source of endpoints`];
}

function baseUrlProblems(baseUrl: unknown): string[] {
  const text = baseUrl instanceof URL ? baseUrl.href : baseUrl;
  // The address is not shown: it may hold a password.
  const wanted = 'pass an http or https address without credentials, query and fragment';
  if (typeof text !== 'string' || !URL.canParse(text)) return [`options.baseUrl is no address: ${wanted}`];
  const { protocol, username, password, search, hash } = new URL(text);
  const isFine = /^https?:$/.test(protocol) && username + password + search + hash === '';
  return isFine ? [] : [`options.baseUrl has parts that a base address cannot have: ${wanted}`];
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

function otherProblems({ streamResponses, fallback, transport }: Readonly<Record<string, unknown>>): string[] {
  const isFallback = fallback === undefined || typeof fallback === 'function' || isRecord(fallback);
  return [
    ...(streamResponses === undefined || typeof streamResponses === 'boolean' ? [] : [`options.streamResponses is ${show(streamResponses)}: set true or false`]),
    ...(isFallback ? [] : [`options.fallback is ${show(fallback)}: pass a function or an answer`]),
    ...transportProblems(transport),
  ];
}

function transportProblems(transport: unknown): string[] {
  if (transport === undefined || (typeof transport === 'string' && Object.hasOwn(TRANSPORT_PROFILES, transport))) return [];
  if (isRecord(transport)) return schemaProblems(TRANSPORT_SCHEMA, transport, 'options.transport');
  return [`options.transport is ${show(transport)}: use one of ${Object.keys(TRANSPORT_PROFILES).join(', ')}, or pass an object of options`];
}
