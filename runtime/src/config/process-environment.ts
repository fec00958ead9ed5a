import type { Environment } from './configuration.ts';

/** The environment variables of this process: the one place that reads them. */
export function processEnvironment(): Environment {
  return process.env;
}
