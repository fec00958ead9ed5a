import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { BulkheadOptions } from '../bulkhead-options';
import type { CircuitOptions } from '../circuit-options';
import type { CloudMapOptions } from '../cloud-map-options';
import { DependencyProfile } from '../dependency-enums';
import type { DependencyOptions } from '../dependency-options';
import { documentOptions, type DocumentOptions } from './document-options';
import { isRecord } from './option-problem';
import { CLOUD_MAP_RULES, DEPENDENCY_RULES, RETRY_RULES } from './option-rules';

const { CRITICAL, NON_CRITICAL, HIGH_VOLUME } = DependencyProfile;

/** What protects calls to a dependency besides their times. */
type DependencyPolicy = 'retry' | 'circuit' | 'bulkhead';

const PROFILES: Readonly<Record<DependencyProfile, readonly DependencyPolicy[]>> = {
  [CRITICAL]: ['retry', 'circuit', 'bulkhead'],
  [NON_CRITICAL]: ['circuit'],
  [HIGH_VOLUME]: ['bulkhead'],
};

/** What a dependency has where it does not say: slots of the fleet cost a write, which only somebody who sets options has asked for. */
const UNSAID: { readonly circuit: CircuitOptions; readonly bulkhead: BulkheadOptions } = { circuit: {}, bulkhead: { shared: false } };

/**
 * One dependency, whose options have been checked, as the document holds it: its circuit and its bulkhead are sections of their own
 * under its name, which it names; false is none.
 */
export function dependencyDocument(checked: object, name: string): DocumentOptions {
  const options = checked as DependencyOptions;
  const { baseUrl, endpoints, cloudMap, retry } = options;
  const reference = (policy: DependencyPolicy) => (has(options, policy) ? name : false);
  return {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(endpoints === undefined ? {} : { endpoints: [...endpoints] }),
    ...(cloudMap === undefined ? {} : { cloudMap: cloudMapDocument(cloudMap) }),
    ...documentOptions(DEPENDENCY_RULES, options),
    ...(has(options, 'retry') ? retry && { retry: documentOptions(RETRY_RULES, retry) } : { retry: false }),
    circuit: reference('circuit'),
    bulkhead: reference('bulkhead'),
  };
}

/** A service in AWS Cloud Map by its names, which is how the runtime asks for it. */
function cloudMapDocument({ service, path, ...options }: CloudMapOptions): DocumentOptions {
  const names = { namespace: service.namespace.namespaceName, service: service.serviceName };
  return { ...names, ...(path === undefined ? {} : { path }), ...documentOptions(CLOUD_MAP_RULES, options) };
}

/** The services in AWS Cloud Map in which newly declared dependencies are found, by the name of the dependency. */
export function servicesOf(dependencies: unknown): ReadonlyMap<string, servicediscovery.IService> {
  const declared = (dependencies ?? {}) as Readonly<Record<string, DependencyOptions>>;
  return new Map(Object.entries(declared).flatMap(([name, { cloudMap }]) => (cloudMap === undefined ? [] : [[name, cloudMap.service] as const])));
}

/** Whether the calls to a dependency, as the document holds it, are tried again. Tokens count as yes. */
export function isTriedAgain({ retry }: DocumentOptions): boolean {
  return retry !== false && !(isRecord(retry) && retry['enabled'] === false);
}

/**
 * Options of the circuits or bulkheads that newly declared dependencies come with, by name.
 *
 * @param dependencies options by name, from a caller who may not have a compiler
 * @param isThere whether one of the name is there already; it then serves the dependency that has no options for it
 */
export function policiesOf(policy: 'circuit' | 'bulkhead', dependencies: unknown, isThere: (name: string) => boolean): Record<string, object> {
  if (!isRecord(dependencies)) return {};
  const found = Object.entries(dependencies).flatMap(([name, options]) => {
    if (!isRecord(options) || !has(options, policy)) return [];
    const own = options[policy];
    if (own === undefined) return isThere(name) ? [] : [[name, UNSAID[policy]] as const];
    return isRecord(own) ? [[name, own] as const] : [];
  });
  return Object.fromEntries(found);
}

/** What a profile has; what is none has nothing, and is a problem of its own. */
function partsOf(profile: string = CRITICAL): readonly DependencyPolicy[] {
  return new Map<string, readonly DependencyPolicy[]>(Object.entries(PROFILES)).get(profile) ?? [];
}

/** What is set is there whatever the profile. */
function has(options: DependencyOptions, policy: DependencyPolicy): boolean {
  return options[policy] !== undefined || partsOf(options.profile).includes(policy);
}
