import { CLOUD_MAP_DEFAULTS, cloudMapProblems, cloudMapValueProblems } from '../core/cloud-map-schema.ts';
import { ConfigurationError } from '../core/errors.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import type { CloudMapDiscoveryOptions, Discovery } from './cloud-map-discovery.ts';
import type { AddressOptions, InstanceFilters } from './cloud-map-instance.ts';
import { resolvedRouting, ROUTING_OPTIONS, routingProblems, type ResolvedRoutingOptions, type RoutingOptions } from './endpoint-options.ts';

/** How endpoints are asked for, and what is made of what is registered. */
export interface InstanceOptions extends AddressOptions {
  /** Which instances are wanted. Default: all. */
  readonly filters?: InstanceFilters | undefined;
  /** How long an answer counts as fresh, in milliseconds: 100 ms to 1 h; up to a fifth less by chance. Default 5 s. */
  readonly cacheMs?: number | undefined;
  /** How old the last answer may be while there is no fresh one, in milliseconds: 1 s to 24 h, and at least `cacheMs`. Default 5 min. */
  readonly maxStaleMs?: number | undefined;
  /** Age of the attribute `heartbeatAtMs` beyond which an instance is dead, in milliseconds: 0 to 24 h; 0 means that nobody looks. Default 0. */
  readonly heartbeatLifeMs?: number | undefined;
}

/** Options of endpoints that are found in a registry. */
export interface CloudMapEndpointsOptions extends RoutingOptions, InstanceOptions {
  /** Name of the dependency: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** Whom to ask. */
  readonly discovery: Discovery;
}

/** The service in AWS Cloud Map in which a client finds its endpoints, and how. */
export interface CloudMapService extends InstanceOptions, Partial<Omit<CloudMapDiscoveryOptions, 'client'>> {}

/** Options with every default filled in. */
export type ResolvedCloudMapOptions = typeof CLOUD_MAP_DEFAULTS & {
  readonly name: string;
  readonly discovery: Discovery;
  readonly filters: InstanceFilters;
  readonly path: string;
  readonly routing: ResolvedRoutingOptions;
};

const VALUES = [...Object.keys(CLOUD_MAP_DEFAULTS), 'path', 'filters'] as (keyof InstanceOptions)[];
const FILTERS = ['tenant', 'version', 'region', 'tags', 'attributes'];
const KNOWN: readonly string[] = ['name', 'discovery', ...VALUES, ...ROUTING_OPTIONS];

/**
 * Fills in the defaults.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function resolveCloudMapOptions(options: CloudMapEndpointsOptions): ResolvedCloudMapOptions {
  const problems = endpointsProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the discovery of endpoints cannot work', problems);
  const { name, discovery } = options;
  return resolvedCloudMap(options, { name, discovery, routing: resolvedRouting(options) });
}

/** Fills in the defaults of options that have no problems. */
export function resolvedCloudMap(options: InstanceOptions, rest: Pick<ResolvedCloudMapOptions, 'name' | 'discovery' | 'routing'>): ResolvedCloudMapOptions {
  const given = givenOf(Object.fromEntries(VALUES.map((key) => [key, options[key]])));
  return Object.freeze({ ...CLOUD_MAP_DEFAULTS, path: '', filters: {}, ...given, ...rest } as ResolvedCloudMapOptions);
}

function endpointsProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object with a name and a discovery`];
  return [
    ...Object.keys(options).flatMap((key) => (KNOWN.includes(key) ? [] : [unknownOption('options', key, KNOWN)])),
    ...routingProblems(options),
    ...discoveryProblems(options['discovery']),
    ...cloudMapValueProblems('options', options),
    ...filterProblems('options.filters', options['filters']),
  ];
}

/** Every problem of the service in which a client finds its endpoints. */
export function serviceProblems(path: string, service: unknown): string[] {
  const { filters, query, ownerAccount } = isRecord(service) ? service : {};
  return [
    ...cloudMapProblems(path, service, ['filters', 'query', 'ownerAccount']),
    ...filterProblems(`${path}.filters`, filters),
    ...(query === undefined || areTexts(query) ? [] : [`${path}.query is ${show(query)}: pass an object of texts`]),
    ...(ownerAccount === undefined || typeof ownerAccount === 'string' ? [] : [`${path}.ownerAccount is ${show(ownerAccount)}: pass a text`]),
  ];
}

function discoveryProblems(discovery: unknown): string[] {
  const isDiscovery = isRecord(discovery) && typeof discovery['discover'] === 'function';
  return isDiscovery ? [] : [`options.discovery is ${show(discovery)}: pass what cloudMapDiscovery() gives, or an object with discover()`];
}

function filterProblems(path: string, filters: unknown): string[] {
  if (filters === undefined) return [];
  if (!isRecord(filters)) return [`${path} is ${show(filters)}: pass an object`];
  return Object.entries(filters).flatMap(([key, value]) => {
    if (!FILTERS.includes(key)) return [unknownOption(path, key, FILTERS)];
    const isRight = value === undefined || isFilter(key, value);
    return isRight ? [] : [`${path}.${key} is ${show(value)}: pass ${key === 'tags' ? 'a list of texts' : key === 'attributes' ? 'an object of texts' : 'a text'}`];
  });
}

function isFilter(key: string, value: unknown): boolean {
  if (key === 'tags') return Array.isArray(value) && value.every((tag) => typeof tag === 'string');
  return key === 'attributes' ? areTexts(value) : typeof value === 'string';
}

function areTexts(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((each) => typeof each === 'string');
}
