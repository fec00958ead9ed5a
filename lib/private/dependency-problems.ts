import { Token } from 'aws-cdk-lib';
import { BulkheadEnforcement } from '../bulkhead-enums';
import { DependencyProfile } from '../dependency-enums';
import { bulkheadProblems } from './bulkhead-problems';
import { cloudMapProblems } from './cloud-map-problems';
import { CONTRACT } from './contract';
import { objectProblems, optionsProblems, outline } from './option-problem';
import { CIRCUIT_RULES, DEPENDENCY_RULES, RETRY_RULES, type OptionRules } from './option-rules';
import { knownMs, orderProblems } from './timeout-problems';

const { dependency: SCHEMA, maximumEndpoints: MOST_ENDPOINTS, baseUrl: BASE_URL } = CONTRACT.configuration;

/** The options of a dependency that say where it is, in the order in which the document holds them. */
export const DEPENDENCY_ADDRESSES = ['baseUrl', 'endpoints', 'cloudMap'] as const;

/** The options of a dependency that say what protects calls to it. */
export const DEPENDENCY_POLICIES = ['profile', 'retry', 'circuit', 'bulkhead'] as const;

/** The options of retries that are those of the dependency itself. */
const TIMES_OF_DEPENDENCY = ['attemptTimeout', 'totalTimeout'] as const;

/** The options of retries that a dependency takes. */
export const DEPENDENCY_RETRY_RULES: OptionRules = new Map([...RETRY_RULES].filter(([name]) => !isTimeOfDependency(name)));

const WANTED = 'an http or https address without credentials, query and fragment';

type Options = Readonly<Record<string, unknown>>;

/** Every problem of the options of one dependency, from a caller who may not have a compiler. */
export function dependencyProblems(path: string, options: Options): string[] {
  const timeoutMs = knownMs(options['timeout'], SCHEMA.timeout.defaultMs);
  return [
    ...optionsProblems(DEPENDENCY_RULES, path, options, [...DEPENDENCY_ADDRESSES, ...DEPENDENCY_POLICIES]),
    ...addressProblems(path, options),
    // A default is no wish: a shorter total simply ends the attempt.
    ...orderProblems(`${path}.attemptTimeout`, knownMs(options['attemptTimeout']), 'timeout', timeoutMs),
    ...profileProblems(`${path}.profile`, options['profile']),
    ...objectProblems(`${path}.retry`, options['retry'], retryProblems),
    ...objectProblems(`${path}.circuit`, options['circuit'], circuitProblems),
    ...objectProblems(`${path}.bulkhead`, options['bulkhead'], ownBulkheadProblems),
  ];
}

function addressProblems(path: string, options: Options): string[] {
  const { baseUrl, endpoints, cloudMap } = options;
  const set = DEPENDENCY_ADDRESSES.filter((name) => options[name] !== undefined);
  if (set.length === 0) return [`${path}.baseUrl is missing: set baseUrl, endpoints or cloudMap`];
  const remedy = set.length === 2 ? 'both set: leave one of them out' : 'all set: keep one of them';
  return [
    ...(set.length > 1 ? [`${set.map((name) => `${path}.${name}`).join(' and ')} are ${remedy}`] : []),
    ...objectProblems(`${path}.cloudMap`, cloudMap, cloudMapProblems, 'set an object of options with service'),
    ...(baseUrl === undefined ? [] : urlProblems(`${path}.baseUrl`, baseUrl)),
    ...(endpoints === undefined ? [] : endpointsProblems(`${path}.endpoints`, endpoints)),
  ];
}

function endpointsProblems(path: string, endpoints: unknown): string[] {
  if (!Array.isArray(endpoints) || Token.isUnresolved(endpoints)) return [`${path} is ${outline(endpoints)}: set a list of addresses`];
  const urls: readonly unknown[] = endpoints;
  if (urls.length === 0) return [`${path} is an empty list: set at least one address`];
  return [
    ...(urls.length > MOST_ENDPOINTS ? [`${path} has ${urls.length} addresses: set at most ${MOST_ENDPOINTS}`] : []),
    ...urls.flatMap((url, index) => {
      if (urls.indexOf(url) !== index) return [`${path}[${index}] is there already: list each address once`];
      return urlProblems(`${path}[${index}]`, url);
    }),
  ];
}

/** The address is not shown: it may hold a password. */
function urlProblems(path: string, url: unknown): string[] {
  if (Token.isUnresolved(url)) return [];
  if (typeof url !== 'string' || !URL.canParse(url)) return [`${path} is no address: set ${WANTED}`];
  return new RegExp(BASE_URL.pattern).test(url) ? [] : [`${path} has parts that a base address cannot have: set ${WANTED}`];
}

function profileProblems(path: string, profile: unknown): string[] {
  const known: readonly unknown[] = Object.values(DependencyProfile);
  // Which circuits and bulkheads there are has to be known at synthesis.
  return profile === undefined || known.includes(profile) ? [] : [`${path} is ${outline(profile)}: use one of ${known.join(', ')}`];
}

function retryProblems(path: string, options: Options): string[] {
  const misplaced = TIMES_OF_DEPENDENCY.filter((name) => options[name] !== undefined);
  const others = Object.fromEntries(Object.entries(options).filter(([name]) => !isTimeOfDependency(name)));
  return [
    ...optionsProblems(DEPENDENCY_RETRY_RULES, path, others),
    ...misplaced.map((name) => {
      const own = name === 'totalTimeout' ? 'timeout' : name;
      return `${path}.${name} is not an option here: set ${own} of the dependency itself`;
    }),
  ];
}

function isTimeOfDependency(name: string): boolean {
  return TIMES_OF_DEPENDENCY.some((time) => time === name);
}

function circuitProblems(path: string, options: Options): string[] {
  return [...optionsProblems(CIRCUIT_RULES, path, options), ...inboundProblems(path, options)];
}

function ownBulkheadProblems(path: string, { enforcement, ...options }: Options): string[] {
  const isLeftOut = enforcement === undefined || enforcement === BulkheadEnforcement.RUNTIME;
  return [
    ...bulkheadProblems(path, options),
    ...inboundProblems(path, options),
    ...(isLeftOut ? [] : [`${path}.enforcement is ${outline(enforcement)}: leave it out, because Lambda knows nothing of calls to a dependency`]),
  ];
}

function inboundProblems(path: string, { inbound }: Options): string[] {
  if (inbound === undefined || inbound === false) return [];
  return [`${path}.inbound is ${outline(inbound)}: leave it out, because it is around calls to the dependency`];
}
