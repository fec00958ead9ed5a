import { show, unknownOption } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import type { HealthEndpoint } from './events.ts';

/** Where each endpoint is found; `false` switches it off. */
export type HealthPaths = Readonly<Record<HealthEndpoint, string | false>>;

/** The paths of endpoints that are not set. */
export const HEALTH_PATHS: HealthPaths = Object.freeze({ health: '/health', detail: '/health/detail', ready: '/ready', live: '/live' });

const ENDPOINTS = Object.keys(HEALTH_PATHS) as HealthEndpoint[];

/** Endpoints by path. */
export function endpointsByPath(paths: Partial<HealthPaths>): ReadonlyMap<string, HealthEndpoint> {
  return new Map(
    ENDPOINTS.flatMap((endpoint) => {
      const path = paths[endpoint] ?? HEALTH_PATHS[endpoint];
      return path === false ? [] : [[path, endpoint] as const];
    }),
  );
}

/** Every problem of the paths, each as one sentence. */
export function pathProblems(paths: unknown): string[] {
  if (paths === undefined) return [];
  if (!isRecord(paths)) return [`options.paths is ${show(paths)}: pass an object of ${ENDPOINTS.join(', ')}`];
  const all = ENDPOINTS.map((endpoint) => paths[endpoint] ?? HEALTH_PATHS[endpoint]).filter((path) => path !== false);
  return [
    ...Object.keys(paths).filter((key) => !ENDPOINTS.some((known) => known === key)).map((key) => unknownOption('options.paths', key, ENDPOINTS)),
    ...ENDPOINTS.filter((endpoint) => paths[endpoint] !== undefined && !isPath(paths[endpoint])).map(
      (endpoint) => `options.paths.${endpoint} is ${show(paths[endpoint])}: pass a path such as ${String(HEALTH_PATHS[endpoint])}, or false`,
    ),
    ...all.filter((path, index) => all.indexOf(path) !== index).map((path) => `options.paths has ${show(path)} twice: give each endpoint its own path`),
  ];
}

function isPath(path: unknown): boolean {
  return path === false || (typeof path === 'string' && /^\/[^?#\s]*[^?#\s/]$/.test(path));
}
