import { CONTRACT } from '../contract/contract.ts';
import { schemaDefaults, schemaProblems, show, unknownOption, type OptionValues } from './option-schema.ts';
import { isRecord } from './record.ts';

const { cloudMap: SCHEMA, urlPath: URL_PATH } = CONTRACT.configuration;

/** The options of a service in AWS Cloud Map that are no plain values. */
export const CLOUD_MAP_PARTS = ['namespace', 'service', 'path'] as const;

/** The value of every plain option that is not set. */
export const CLOUD_MAP_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

type Values = Readonly<Record<string, unknown>>;

/** Names of the plain options, as the runtime has them. */
const PLAIN = Object.keys(CLOUD_MAP_DEFAULTS);

/** Every problem of where a stack finds the endpoints of a dependency; what is `undefined` is not set. */
export function cloudMapProblems(path: string, given: unknown, otherOptions: readonly string[] = []): string[] {
  if (!isRecord(given)) return [`${path} is ${show(given)}: set an object with namespace and service`];
  const known: readonly string[] = [...CLOUD_MAP_PARTS, ...otherOptions, ...PLAIN];
  return [
    ...Object.keys(given).flatMap((key) => (known.includes(key) ? [] : [unknownOption(path, key, known)])),
    ...cloudMapNameProblems(path, given),
    ...cloudMapValueProblems(path, given),
  ];
}

/** The problems of the names under which Cloud Map knows a service. */
export function cloudMapNameProblems(path: string, { namespace, service }: Values): string[] {
  return Object.entries({ namespace, service }).flatMap(([key, name]) =>
    typeof name === 'string' && name !== '' ? [] : [`${path}.${key} is ${show(name)}: pass the name of the ${key}`],
  );
}

/** Every problem of the values that say how endpoints are asked for, and how addresses are made of them. */
export function cloudMapValueProblems(path: string, options: Values): string[] {
  const plain = Object.fromEntries(PLAIN.map((key) => [key, options[key]]));
  const { path: urlPath } = options;
  const isPath = urlPath === undefined || (typeof urlPath === 'string' && new RegExp(URL_PATH.pattern).test(urlPath));
  return [
    ...schemaProblems(SCHEMA, plain, path),
    ...orderProblems(path, options),
    ...(isPath ? [] : [`${path}.path is ${show(urlPath)}: pass a path that begins with a slash, without query and fragment`]),
  ];
}

function orderProblems(path: string, { cacheMs = CLOUD_MAP_DEFAULTS.cacheMs, maxStaleMs = CLOUD_MAP_DEFAULTS.maxStaleMs }: Values): string[] {
  if (typeof cacheMs !== 'number' || typeof maxStaleMs !== 'number' || cacheMs <= maxStaleMs) return [];
  return [`${path}.cacheMs is ${cacheMs}, more than maxStaleMs, which is ${maxStaleMs}: set at most ${maxStaleMs}`];
}
