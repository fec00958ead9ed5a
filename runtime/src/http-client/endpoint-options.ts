import { CONTRACT } from '../contract/contract.ts';
import { addressProblems } from '../core/base-address.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, unknownOption, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import { BALANCING, type Balancing } from './routing-strategies.ts';

const { balancing: DECLARED, unhealthyThreshold, healthyThreshold, ejectionDuration, maxEjectedShare, slowStart } = CONTRACT.configuration.dependency;
const SCHEMA = {
  balancing: { ...DECLARED, values: BALANCING },
  hashBalanceFactor: { type: 'number', minimum: 1, maximum: Infinity, default: Infinity },
  unhealthyThreshold,
  healthyThreshold,
  ejectionDuration,
  maxEjectedShare,
  slowStart,
} as const;

/** One address of a dependency. */
export interface Endpoint {
  /** Base address: `http:` or `https:`, without credentials, query and fragment. */
  readonly url: string;
  /** How many calls it gets compared with the others: above 0, up to 1000. Default 1. */
  readonly weight?: number | undefined;
  /** Where it is, such as an Availability Zone. Default: unknown. */
  readonly zone?: string | undefined;
}

/** How one of several endpoints is chosen. */
export interface RoutingOptions {
  /**
   * How calls are spread. `peak-ewma`: the better of two by chance, by latency and calls in flight; `least-connections`: the one
   * with the fewest calls; `round-robin`: one after the other, from a place of chance on; `weighted`: by chance and weight;
   * `local-first`: like `peak-ewma`, among the healthy ones in `zone` if there are any; `consistent-hash`: for the same key the same
   * one, and like `peak-ewma` without a key. Default `peak-ewma`.
   */
  readonly balancing?: Balancing | undefined;
  /**
   * How many times its part of the calls in flight an endpoint may have before its keys go to the next one, for `consistent-hash`: 1
   * or more; `Infinity` means that there is no bound. Default `Infinity`.
   */
  readonly hashBalanceFactor?: number | undefined;
  /** Zone of this function, for `local-first`. Default: none. */
  readonly zone?: string | undefined;
  /** Failures in a row after which an endpoint is avoided: 1 to 100. Default 3. */
  readonly unhealthyThreshold?: number | undefined;
  /** Successes in a row after which an endpoint is used as before: 1 to 100. Default 2. */
  readonly healthyThreshold?: number | undefined;
  /** How long an endpoint is avoided the first time, in milliseconds: 100 ms to 15 min; longer each time, up to 5 min. Default 30 s. */
  readonly ejectionDurationMs?: number | undefined;
  /** Share of the endpoints that may be avoided at the same time, and then at least one: 0 to 1; 0 means that none is. Default 0.5. */
  readonly maxEjectedShare?: number | undefined;
  /** Time in which the share of an endpoint grows back, in milliseconds: 0 to 15 min. Default 10 s. */
  readonly slowStartMs?: number | undefined;
}

/** Options with every default filled in. */
export type ResolvedRoutingOptions = OptionValues<typeof SCHEMA> & { readonly zone: string | undefined };

/** Options of a pool of endpoints. */
export interface EndpointPoolOptions extends RoutingOptions {
  /** Name of the dependency: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** Its addresses, at least one; a string stands for an endpoint with nothing but an address. */
  readonly endpoints: readonly (string | Endpoint)[];
}

/** The value of every option that is not set. */
export const ROUTING_DEFAULTS: ResolvedRoutingOptions = Object.freeze({ ...schemaDefaults(SCHEMA), zone: undefined });

/** The names of the options that say how an endpoint is chosen. */
export const ROUTING_OPTIONS = [
  'balancing',
  'hashBalanceFactor',
  'zone',
  'unhealthyThreshold',
  'healthyThreshold',
  'ejectionDurationMs',
  'maxEjectedShare',
  'slowStartMs',
] as const;

const HEAVIEST = 1000;

/** Fills in the defaults of routing options that have no problems; other options are left out. */
export function resolvedRouting(options: RoutingOptions): ResolvedRoutingOptions {
  const own = Object.fromEntries(ROUTING_OPTIONS.map((key) => [key, options[key]])) as RoutingOptions;
  return Object.freeze({ ...ROUTING_DEFAULTS, ...givenOf(own) });
}

/** Every problem of the name and the routing options where endpoints are found; other options are left to whoever knows them. */
export function routingProblems(options: Readonly<Record<string, unknown>>): string[] {
  return [...nameProblems(options), ...routingValueProblems(options), ...zoneProblems(options)];
}

function nameProblems({ name }: Readonly<Record<string, unknown>>): string[] {
  const badName = nameProblem(CONTRACT.configuration.name, 'options.name', name);
  return badName === undefined ? [] : [badName];
}

/** Every problem that a routing option has by itself, whether there is anything to route or not. */
export function routingValueProblems(options: Readonly<Record<string, unknown>>): string[] {
  const declared = Object.fromEntries(ROUTING_OPTIONS.filter((key) => key !== 'zone').map((key) => [key, options[key]]));
  return [...schemaProblems(SCHEMA, declared, 'options'), ...textProblem('options.zone', options['zone'])];
}

/** Every problem of a list of addresses, and of choosing from it. */
export function endpointListProblems(options: Readonly<Record<string, unknown>>): string[] {
  return [...zoneProblems(options), ...placelessProblems(options), ...listProblems(options['endpoints'])];
}

function placelessProblems({ balancing, zone, endpoints }: Readonly<Record<string, unknown>>): string[] {
  if (balancing !== 'local-first' || zone === undefined || !Array.isArray(endpoints)) return [];
  const isPlaced = endpoints.some((each) => isRecord(each) && each['zone'] !== undefined);
  return isPlaced ? [] : ['options.balancing is "local-first", but no endpoint says where it is: give them in code, with their zones'];
}

/** The addresses of a list that has no problems. */
export function endpointList(endpoints: readonly (string | Endpoint)[]): Endpoint[] {
  return endpoints.map((each) => (typeof each === 'string' ? { url: each } : { ...each }));
}

/** The problem of `local-first` without a zone, wherever there are several endpoints. */
/** Every problem of choosing by zone, as far as it is not in the list of endpoints. */
export function zoneProblems({ zone, balancing: strategy }: Readonly<Record<string, unknown>>): string[] {
  const isLost = strategy === 'local-first' && zone === undefined;
  return isLost ? ['options.balancing is "local-first", but nobody says where the function is: pass zone'] : [];
}

/** Fills in the addresses of options that have no problems. */
export function resolveEndpointPoolOptions(options: EndpointPoolOptions): { name: string; routing: ResolvedRoutingOptions; endpoints: Endpoint[] } {
  const problems = poolProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the pool of endpoints cannot work', problems);
  return { name: options.name, routing: resolvedRouting(options), endpoints: endpointList(options.endpoints) };
}

function poolProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object with a name and endpoints`];
  const known = ['name', 'endpoints', ...ROUTING_OPTIONS];
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  return [...unknown.map((key) => unknownOption('options', key, known)), ...nameProblems(options), ...routingValueProblems(options), ...endpointListProblems(options)];
}

function listProblems(endpoints: unknown): string[] {
  if (!Array.isArray(endpoints) || endpoints.length === 0) return [`options.endpoints is ${show(endpoints)}: pass a list of at least one address`];
  const list: readonly unknown[] = endpoints;
  const urls = list.map((each) => (isRecord(each) ? each['url'] : each));
  const twice = urls.flatMap((url, index) => (urls.indexOf(url) < index ? [`options.endpoints[${index}] is there before: give each address once`] : []));
  return [...list.flatMap((each, index) => endpointProblems(`options.endpoints[${index}]`, each)), ...twice];
}

function endpointProblems(path: string, endpoint: unknown): string[] {
  if (!isRecord(endpoint)) return addressProblems(path, endpoint);
  const { url, weight, zone, ...rest } = endpoint;
  const isWeight = weight === undefined || (typeof weight === 'number' && weight > 0 && weight <= HEAVIEST);
  return [
    ...addressProblems(`${path}.url`, url),
    ...(isWeight ? [] : [`${path}.weight is ${show(weight)}: set a number above 0 and up to ${HEAVIEST}`]),
    ...textProblem(`${path}.zone`, zone),
    ...Object.keys(rest).map((key) => unknownOption(path, key, ['url', 'weight', 'zone'])),
  ];
}

function textProblem(path: string, text: unknown): string[] {
  return text === undefined || (typeof text === 'string' && text !== '') ? [] : [`${path} is ${show(text)}: pass a name that is not empty`];
}
