import type { CheckOptions, CheckRequest, HealthCheck } from './check.ts';
import { makeCheck } from './check-schema.ts';

/**
 * Asks a database, or anything else that a function can ask: healthy if it comes back, unhealthy if it throws, rejects or answers
 * `false`. What else it answers, such as rows, is not looked at. Required and shared by default.
 *
 * @param name Name of the check.
 * @param test Asks, for example `({ signal }) => pool.query('select 1')`; it should stop when the signal is aborted.
 * @param options How the check counts.
 * @throws ConfigurationError with every problem at once.
 */
export function databaseCheck(name: string, test: (request: CheckRequest) => unknown, options: CheckOptions = {}): HealthCheck {
  const problems = typeof test === 'function' ? [] : [`test is ${typeof test}: pass a function`];
  const run = async (request: CheckRequest): Promise<boolean> => (await test(request)) !== false;
  return makeCheck({ check: { name, shared: true, run }, options, problems });
}

/**
 * A check of your own: healthy, degraded or unhealthy, with figures if it likes. Required and not shared by default.
 *
 * @param name Name of the check.
 * @param run Asks; see `HealthCheck.run`.
 * @param options How the check counts.
 * @throws ConfigurationError with every problem at once.
 */
export function customCheck(name: string, run: HealthCheck['run'], options: CheckOptions = {}): HealthCheck {
  return makeCheck({ check: { name, run }, options });
}
