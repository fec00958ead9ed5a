import { ConfigurationError } from '../core/errors.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import type { Discovery } from './cloud-map-discovery.ts';
import type { AddressOptions, InstanceFilters } from './cloud-map-instance.ts';
import { resolvedRouting, ROUTING_OPTIONS, routingProblems, type ResolvedRoutingOptions, type RoutingOptions } from './endpoint-options.ts';

/** Options of endpoints that are found in a registry. */
export interface CloudMapEndpointsOptions extends RoutingOptions, AddressOptions {
  /** Name of the dependency: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** Whom to ask. */
  readonly discovery: Discovery;
  /** Which instances are wanted. Default: all. */
  readonly filters?: InstanceFilters | undefined;
  /** How long an answer counts as fresh, in milliseconds: 100 ms to 1 h; up to a fifth less by chance. Default 5 s. */
  readonly cacheMs?: number | undefined;
  /** How old the last answer may be while there is no fresh one, in milliseconds: 1 s to 24 h, and at least `cacheMs`. Default 5 min. */
  readonly maxStaleMs?: number | undefined;
  /** Age of the attribute `heartbeatAtMs` beyond which an instance is dead, in milliseconds: 0 to 24 h; 0 means that nobody looks. Default 0. */
  readonly heartbeatLifeMs?: number | undefined;
}

type Times = 'cacheMs' | 'maxStaleMs' | 'heartbeatLifeMs';

/** Options with every default filled in. */
export type ResolvedCloudMapOptions = Readonly<Record<Times, number>> &
  Required<Pick<AddressOptions, 'scheme' | 'path'>> &
  Pick<AddressOptions, 'port'> & {
    readonly name: string;
    readonly discovery: Discovery;
    readonly filters: InstanceFilters;
    readonly routing: ResolvedRoutingOptions;
  };

const DEFAULTS = Object.freeze({ cacheMs: 5000, maxStaleMs: 300_000, heartbeatLifeMs: 0, scheme: 'http', path: '', port: undefined, filters: Object.freeze({}) });

const BOUNDS: Readonly<Record<Times | 'port', readonly [number, number]>> = {
  cacheMs: [100, 3_600_000],
  maxStaleMs: [1000, 86_400_000],
  heartbeatLifeMs: [0, 86_400_000],
  port: [1, 65_535],
};

const FILTERS = ['tenant', 'version', 'region', 'tags', 'attributes'];
const KNOWN: readonly string[] = ['name', 'discovery', 'filters', 'cacheMs', 'maxStaleMs', 'heartbeatLifeMs', 'scheme', 'port', 'path', ...ROUTING_OPTIONS];

/**
 * Fills in the defaults.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function resolveCloudMapOptions(options: CloudMapEndpointsOptions): ResolvedCloudMapOptions {
  const problems = cloudMapProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the discovery of endpoints cannot work', problems);
  const { name, discovery, filters, cacheMs, maxStaleMs, heartbeatLifeMs, scheme, port, path } = options;
  const given = givenOf({ filters, cacheMs, maxStaleMs, heartbeatLifeMs, scheme, port, path });
  return Object.freeze({ ...DEFAULTS, name, discovery, routing: resolvedRouting(options), ...given } as ResolvedCloudMapOptions);
}

function cloudMapProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object with a name and a discovery`];
  const { cacheMs = DEFAULTS.cacheMs, maxStaleMs = DEFAULTS.maxStaleMs } = options;
  return [
    ...Object.keys(options).flatMap((key) => (KNOWN.includes(key) ? [] : [unknownOption('options', key, KNOWN)])),
    ...routingProblems(options),
    ...discoveryProblems(options['discovery']),
    ...Object.entries(BOUNDS).flatMap(([key, bounds]) => numberProblems(`options.${key}`, options[key], bounds)),
    ...(Number(maxStaleMs) < Number(cacheMs) ? [`options.maxStaleMs is ${show(maxStaleMs)}: set at least cacheMs, which is ${show(cacheMs)}`] : []),
    ...addressProblems(options),
    ...filterProblems(options['filters']),
  ];
}

function discoveryProblems(discovery: unknown): string[] {
  const isDiscovery = isRecord(discovery) && typeof discovery['discover'] === 'function';
  return isDiscovery ? [] : [`options.discovery is ${show(discovery)}: pass what cloudMapDiscovery() gives, or an object with discover()`];
}

function numberProblems(path: string, value: unknown, [low, high]: readonly [number, number]): string[] {
  const isRight = value === undefined || (Number.isInteger(value) && Number(value) >= low && Number(value) <= high);
  return isRight ? [] : [`${path} is ${show(value)}: set a whole number from ${low} to ${high}`];
}

function addressProblems({ scheme, path }: Readonly<Record<string, unknown>>): string[] {
  const isScheme = scheme === undefined || scheme === 'http' || scheme === 'https';
  const isPath = path === undefined || (typeof path === 'string' && /^(?:|\/[^?#\s]*)$/.test(path));
  return [
    ...(isScheme ? [] : [`options.scheme is ${show(scheme)}: use one of http, https`]),
    ...(isPath ? [] : [`options.path is ${show(path)}: pass a path that begins with a slash, without query and fragment`]),
  ];
}

function filterProblems(filters: unknown): string[] {
  if (filters === undefined) return [];
  if (!isRecord(filters)) return [`options.filters is ${show(filters)}: pass an object`];
  return Object.entries(filters).flatMap(([key, value]) => {
    if (!FILTERS.includes(key)) return [unknownOption('options.filters', key, FILTERS)];
    const isRight = value === undefined || isFilter(key, value);
    return isRight ? [] : [`options.filters.${key} is ${show(value)}: pass ${key === 'tags' ? 'a list of texts' : key === 'attributes' ? 'an object of texts' : 'a text'}`];
  });
}

function isFilter(key: string, value: unknown): boolean {
  if (key === 'tags') return Array.isArray(value) && value.every((tag) => typeof tag === 'string');
  if (key === 'attributes') return isRecord(value) && Object.values(value).every((each) => typeof each === 'string');
  return typeof value === 'string';
}
