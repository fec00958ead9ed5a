import { CONTRACT } from '../contract/contract.ts';
import { addressProblems } from './base-address.ts';
import { cloudMapProblems } from './cloud-map-schema.ts';
import { schemaProblems, show } from './option-schema.ts';
import { isRecord } from './record.ts';

const { maximumEndpoints: MOST_ENDPOINTS, retry, dependency } = CONTRACT.configuration;
const { attemptTimeout: _attempt, totalTimeout: _total, ...RETRY } = retry;

/** The options of a declared dependency that are no plain values. */
export const DEPENDENCY_PARTS = ['baseUrl', 'endpoints', 'cloudMap', 'retry', 'circuit', 'bulkhead'] as const;

type Values = Readonly<Record<string, unknown>>;

/** Every problem of a declared dependency that no rule for a single value can state; what is `undefined` is not set. */
export function dependencyPartsProblems(path: string, options: Values): string[] {
  const { baseUrl, endpoints, cloudMap, retry: again, circuit, bulkhead } = options;
  return [
    ...timeProblems(path, options),
    ...(baseUrl === undefined ? [] : addressProblems(`${path}.baseUrl`, baseUrl)),
    ...endpointProblems(`${path}.endpoints`, endpoints),
    ...(cloudMap === undefined ? [] : cloudMapProblems(`${path}.cloudMap`, cloudMap)),
    ...placeProblems(path, { baseUrl, endpoints, cloudMap }),
    ...retryProblems(`${path}.retry`, again),
    ...policyProblems(`${path}.circuit`, circuit),
    ...policyProblems(`${path}.bulkhead`, bulkhead),
  ];
}

/** A dependency that is said to be in several places. */
export function placeProblems(path: string, places: Values): string[] {
  const set = Object.keys(places).filter((key) => places[key] !== undefined);
  if (set.length < 2) return [];
  return [`${set.map((key) => `${path}.${key}`).join(' and ')} are ${set.length === 2 ? 'both set: leave one of them out' : 'all set: keep one of them'}`];
}

/** An attempt that is longer than all of them. A default is no wish: a shorter total simply ends the attempt. */
function timeProblems(path: string, { attemptTimeoutMs: attempt, timeoutMs: total = dependency.timeout.defaultMs }: Values): string[] {
  if (typeof attempt !== 'number' || typeof total !== 'number' || attempt <= total) return [];
  return [`${path}.attemptTimeoutMs is ${attempt}, more than timeoutMs, which is ${total}: set at most ${total}`];
}

/**
 * The problems of circuits and bulkheads that the same document does not declare. A dependency has those of its own name, so that
 * everything that is said of it stands under one name.
 */
export function dependencyNameProblems({ circuits, bulkheads, dependencies }: Values): string[] {
  if (!isRecord(dependencies)) return [];
  return Object.entries(dependencies).flatMap(([name, options]) => {
    const { circuit, bulkhead }: Values = isRecord(options) ? options : {};
    return [
      ...nameProblems(`dependencies.${name}.circuit`, circuit, name, circuits),
      ...nameProblems(`dependencies.${name}.bulkhead`, bulkhead, name, bulkheads),
    ];
  });
}

function nameProblems(path: string, given: unknown, name: string, declared: unknown): string[] {
  if (typeof given !== 'string') return [];
  if (given !== name) return [`${path} is ${show(given)}: set the name of the dependency, ${show(name)}, or false`];
  return isRecord(declared) && Object.hasOwn(declared, name) ? [] : [`${path} is ${show(given)}, which the document does not declare: declare it, or leave it out`];
}

function retryProblems(path: string, again: unknown): string[] {
  if (again === undefined || again === false) return [];
  return isRecord(again) ? schemaProblems(RETRY, again, path) : [`${path} is ${show(again)}: set an object of options, or false`];
}

function policyProblems(path: string, name: unknown): string[] {
  return name === undefined || name === false || typeof name === 'string' ? [] : [`${path} is ${show(name)}: set a declared name, or false`];
}

function endpointProblems(path: string, endpoints: unknown): string[] {
  if (endpoints === undefined) return [];
  if (!Array.isArray(endpoints) || endpoints.length === 0) return [`${path} is ${show(endpoints)}: set a list of at least one address`];
  const list: readonly unknown[] = endpoints;
  const twice = list.flatMap((address, index) => (list.indexOf(address) < index ? [`${path}[${index}] is there before: set each address once`] : []));
  const most = list.length > MOST_ENDPOINTS ? [`${path} has ${list.length} addresses: set at most ${MOST_ENDPOINTS}`] : [];
  return [...list.flatMap((address, index) => addressProblems(`${path}[${index}]`, address)), ...twice, ...most];
}
