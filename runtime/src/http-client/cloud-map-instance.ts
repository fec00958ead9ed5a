import { addressProblem } from '../core/base-address.ts';
import type { Endpoint } from './endpoint-options.ts';

/** One instance of a service, as a registry knows it: AWS Cloud Map, or anything that says the same. */
export interface Instance {
  /** Id under which it is registered. */
  readonly id: string;
  /** Whether the registry holds it for unhealthy; what is not known to be is healthy. Default false. */
  readonly isUnhealthy?: boolean | undefined;
  /** What was registered: address, port, and whatever else. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Which instances of a service are wanted: those that meet all that is said. */
export interface InstanceFilters {
  /** Attribute `tenant`. */
  readonly tenant?: string | undefined;
  /** Attribute `version`. */
  readonly version?: string | undefined;
  /** Attribute `region`, or `REGION`, as Amazon ECS registers it. */
  readonly region?: string | undefined;
  /** Tags that all have to be among those of the attribute `tags`, which are separated by commas. */
  readonly tags?: readonly string[] | undefined;
  /** Any other attributes. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** How addresses are made of what is registered. */
export interface AddressOptions {
  /** Scheme of all addresses. Default `http`. */
  readonly scheme?: 'http' | 'https' | undefined;
  /** Port of instances that are registered without one: 0 to 65535; 0 means that of the scheme. Default 0. */
  readonly port?: number | undefined;
  /** Path under which all serve, such as `/v1`. Default: none. */
  readonly path?: string | undefined;
}

/** What an instance tells of itself. */
export interface Registration extends Pick<Endpoint, 'weight' | 'zone'>, Omit<InstanceFilters, 'attributes'> {
  /** Address or name of the host. */
  readonly host: string;
  readonly port?: number | undefined;
}

const IPV4 = 'AWS_INSTANCE_IPV4';
const IPV6 = 'AWS_INSTANCE_IPV6';
const CNAME = 'AWS_INSTANCE_CNAME';
const PORT = 'AWS_INSTANCE_PORT';
const HEARTBEAT = 'heartbeatAtMs';

const IS_IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const LARGEST_WEIGHT = 1000;

/**
 * The attributes under which an instance registers itself, for `RegisterInstance`: flat strings, which is all that Cloud Map takes.
 * Registering anew with a later instant is the heartbeat.
 */
export function registrationAttributes({ host, port, weight, zone, tenant, version, region, tags }: Registration, nowMs: number): Record<string, string> {
  const key = IS_IPV4.test(host) ? IPV4 : host.includes(':') ? IPV6 : CNAME;
  const values = { [key]: host, [PORT]: port, weight, zone, tenant, version, region, tags: tags?.join(','), [HEARTBEAT]: nowMs };
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

/** The endpoint that an instance is; undefined if its address cannot be used. */
export function endpointOf({ attributes }: Instance, options: AddressOptions): Endpoint | undefined {
  const url = addressOf(attributes, options);
  const zone = attributes['zone'] ?? attributes['AVAILABILITY_ZONE'];
  return url === undefined ? undefined : { url, weight: weightOf(attributes), ...(zone !== undefined && { zone }) };
}

function addressOf(attributes: Instance['attributes'], { scheme = 'http', port = 0, path = '' }: AddressOptions): string | undefined {
  const host = hostOf(attributes);
  if (host === undefined) return undefined;
  const ownPort = attributes[PORT] ?? (port === 0 ? undefined : port);
  const url = `${scheme}://${host}${ownPort === undefined ? '' : `:${ownPort}`}${path}`;
  // A host that changes what the rest of the address means is none.
  return addressProblem(url) === undefined && new URL(url).hostname === host.toLowerCase() ? url : undefined;
}

function weightOf(attributes: Instance['attributes']): number {
  const weight = Number(attributes['weight'] ?? 1);
  return weight > 0 && weight <= LARGEST_WEIGHT ? weight : 1;
}

/** Whether an instance meets the filters. */
export function matches({ attributes }: Instance, { tenant, version, region, tags = [], attributes: others = {} }: InstanceFilters): boolean {
  const own = new Set((attributes['tags'] ?? '').split(',').map((tag) => tag.trim()));
  const isEqual = Object.entries({ ...others, tenant, version }).every(([name, value]) => value === undefined || attributes[name] === value);
  const isThere = region === undefined || (attributes['region'] ?? attributes['REGION']) === region;
  return isEqual && isThere && tags.every((tag) => own.has(tag));
}

/** Whether the last heartbeat of an instance is no older than it may be. One that never sent any is dead where they are asked for. */
export function isAlive({ attributes }: Instance, heartbeatLifeMs: number, nowMs: number): boolean {
  return heartbeatLifeMs === 0 || nowMs - Number(attributes[HEARTBEAT] ?? Number.NaN) <= heartbeatLifeMs;
}

function hostOf(attributes: Instance['attributes']): string | undefined {
  const ipv6 = attributes[IPV6];
  return attributes[IPV4] ?? (ipv6 === undefined ? undefined : `[${ipv6}]`) ?? attributes[CNAME] ?? attributes['AWS_ALIAS_DNS_NAME'];
}
