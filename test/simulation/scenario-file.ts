import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import type { Scenario } from './scenario.ts';

/**
 * Reads a scenario; what it says is checked by the simulator.
 *
 * @throws ConfigurationError if there is none.
 */
export async function readScenario(file: string): Promise<Scenario> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Scenario;
  } catch (error) {
    throw new ConfigurationError('the scenario cannot be read', [(error as Error).message], error);
  }
}

/** One of the scenarios that come with the simulator. */
export function readNamedScenario(name: string): Promise<Scenario> {
  return readScenario(join(import.meta.dirname, 'scenarios', `${name}.json`));
}
