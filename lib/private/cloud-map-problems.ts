import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import { isRecord, isTokenObject, optionsProblems, outline } from './option-problem';
import { CLOUD_MAP_RULES } from './option-rules';
import { knownMs, orderProblems } from './timeout-problems';

const { cloudMap: SCHEMA, urlPath: URL_PATH } = CONTRACT.configuration;

/** The options of a service in AWS Cloud Map that are no plain values. */
export const CLOUD_MAP_PARTS = ['service', 'path'] as const;

type Options = Readonly<Record<string, unknown>>;

/** Every problem of a service in AWS Cloud Map, from a caller who may not have a compiler. */
export function cloudMapProblems(path: string, options: Options): string[] {
  const { service, path: urlPath, cache, maxStale } = options;
  return [
    ...optionsProblems(CLOUD_MAP_RULES, path, options, CLOUD_MAP_PARTS),
    ...(isService(service) ? [] : [`${path}.service is ${outline(service)}: set a service of AWS Cloud Map`]),
    ...pathProblems(`${path}.path`, urlPath),
    ...orderProblems(`${path}.cache`, knownMs(cache, SCHEMA.cache.defaultMs), 'maxStale', knownMs(maxStale, SCHEMA.maxStale.defaultMs)),
  ];
}

/** Recognised by its members: an application may hold several copies of aws-cdk-lib. */
function isService(service: unknown): boolean {
  if (!isRecord(service) || isTokenObject(service)) return false;
  const { serviceName, serviceArn, namespace } = service;
  return typeof serviceName === 'string' && typeof serviceArn === 'string' && isRecord(namespace) && typeof namespace['namespaceName'] === 'string';
}

function pathProblems(path: string, urlPath: unknown): string[] {
  if (urlPath === undefined || Token.isUnresolved(urlPath)) return [];
  if (typeof urlPath === 'string' && new RegExp(URL_PATH.pattern).test(urlPath)) return [];
  return [`${path} is ${outline(urlPath)}: set a path that begins with a slash, without query and fragment`];
}
