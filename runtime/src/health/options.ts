import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, type OptionSchema, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import type { HealthCheck } from './check.ts';

const SCHEMA = {
  enabled: { type: 'boolean', default: true },
  unhealthyThreshold: { type: 'integer', minimum: 1, maximum: 100, default: 3 },
  healthyThreshold: { type: 'integer', minimum: 1, maximum: 100, default: 2 },
  checkTimeout: { type: 'duration', minimumMs: 10, maximumMs: 900_000, defaultMs: 5000 },
  interval: { type: 'duration', minimumMs: 0, maximumMs: 3_600_000, defaultMs: 10_000 },
  maxStale: { type: 'duration', minimumMs: 0, maximumMs: 3_600_000, defaultMs: 60_000 },
  maxStaleWait: { type: 'duration', minimumMs: 10, maximumMs: 60_000, defaultMs: 500 },
  gracePeriod: { type: 'duration', minimumMs: 0, maximumMs: 900_000, defaultMs: 0 },
  readiness: { type: 'choice', values: ['fail-open', 'strict'], default: 'fail-open' },
  failWhenDegraded: { type: 'boolean', default: false },
} as const satisfies OptionSchema;

const CHECK_SCHEMA = {
  required: { type: 'boolean', default: true },
  shared: { type: 'boolean', default: false },
  timeout: SCHEMA.checkTimeout,
} as const satisfies OptionSchema;

/** Checks that one health has at most: every one of them is asked at once. */
export const MAXIMUM_CHECKS = 100;

/** What an operator may put in the place of what the checks say. */
export type ForcedStatus = 'healthy' | 'unhealthy';

/** Options of the health of a function. */
export interface HealthOptions {
  /** What is asked; more can be registered later. At most 100 in all. Default: nothing. */
  readonly checks?: readonly HealthCheck[] | undefined;
  /** Whether health requests are answered; switched off, they reach the handler and nothing is checked. Default true. */
  readonly enabled?: boolean | undefined;
  /** Failures in a row from which on a check that was healthy is unhealthy: 1 to 100. Default 3. */
  readonly unhealthyThreshold?: number | undefined;
  /** Runs in a row without failure from which on a check that was unhealthy is healthy: 1 to 100. Default 2. */
  readonly healthyThreshold?: number | undefined;
  /** Longest time of a run of a check in milliseconds, after which it is aborted: 10 ms to 15 min. Default 5 s. */
  readonly checkTimeoutMs?: number | undefined;
  /** Age from which on a result is refreshed by the next request, in milliseconds: 0 to 1 h; 0 means by every request. Default 10 s. */
  readonly intervalMs?: number | undefined;
  /** Age up to which a good result is answered if its refresh takes too long, in milliseconds: 0 to 1 h; 0 means never. Default 60 s. */
  readonly maxStaleMs?: number | undefined;
  /** Longest time that a request waits for the refresh of such a result in milliseconds: 10 ms to 1 min. Default 500 ms. */
  readonly maxStaleWaitMs?: number | undefined;
  /** Time after start in which this environment is not ready, in milliseconds: 0 to 15 min. Default 0, since every cold start would be an alarm. */
  readonly gracePeriodMs?: number | undefined;
  /** Whether checks that are `shared` leave this environment ready (`fail-open`) or not (`strict`). Default `fail-open`. */
  readonly readiness?: 'fail-open' | 'strict' | undefined;
  /** Whether degraded is answered with 503 on `/health` and `/health/detail`. Default false: with 200. */
  readonly failWhenDegraded?: boolean | undefined;
  /** Version of the function, shown in the detail. Default: none. */
  readonly version?: string | undefined;
  /** Name of the environment, such as `production`, shown in the detail. Default: none. */
  readonly environment?: string | undefined;
  /**
   * Asked before every answer: what an operator has decided for the whole fleet, for example in a feature flag that is cached.
   * Undefined leaves it to the checks, and so does what throws or takes longer than `checkTimeoutMs`. Default: none.
   */
  readonly override?: (() => ForcedStatus | undefined | PromiseLike<ForcedStatus | undefined>) | undefined;
}

/** Options with every default filled in. */
export type ResolvedHealthOptions = OptionValues<typeof SCHEMA> &
  Pick<HealthOptions, 'version' | 'environment' | 'override'> & { readonly checks: readonly HealthCheck[] };

/** The value of every option that is not set. */
export const HEALTH_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

const OTHERS = ['checks', 'version', 'environment', 'override'] as const;

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value, and may be refused.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range, checks that cannot work.
 */
export function resolveHealthOptions(options: HealthOptions = {}): ResolvedHealthOptions {
  const problems = healthOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the health check cannot work', problems);
  return Object.freeze({ ...HEALTH_DEFAULTS, checks: [], ...givenOf(options) });
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function healthOptionProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object`];
  const { checks, version, environment, override, ...plain } = options;
  return [
    ...schemaProblems(SCHEMA, plain, 'options', OTHERS),
    ...checksProblems(checks),
    ...Object.entries({ version, environment })
      .filter(([, value]) => value !== undefined && typeof value !== 'string')
      .map(([key, value]) => `options.${key} is ${show(value)}: pass text`),
    ...(override === undefined || typeof override === 'function' ? [] : [`options.override is ${show(override)}: pass a function`]),
  ];
}

function checksProblems(checks: unknown): string[] {
  if (checks === undefined) return [];
  if (!Array.isArray(checks)) return [`options.checks is ${show(checks)}: pass a list of checks`];
  const list: readonly unknown[] = checks;
  const names = list.map((check) => (isRecord(check) ? check['name'] : undefined));
  return [
    ...(list.length > MAXIMUM_CHECKS ? [`options.checks has ${list.length} entries: pass at most ${MAXIMUM_CHECKS}`] : []),
    ...list.flatMap((check, index) => checkProblems(`options.checks[${index}]`, check)),
    ...names
      .filter((name, index) => name !== undefined && names.indexOf(name) !== index)
      .map((name) => `options.checks has two named ${show(name)}: give each its own name`),
  ];
}

/** Every problem of a check. */
export function checkProblems(path: string, check: unknown): string[] {
  if (!isRecord(check)) return [`${path} is ${show(check)}: pass a check, { name, run }`];
  const { name, run, ...options } = check;
  const badName = nameProblem(CONTRACT.configuration.name, `${path}.name`, name);
  return [
    ...(badName === undefined ? [] : [badName]),
    ...(typeof run === 'function' ? [] : [`${path}.run is ${show(run)}: pass a function`]),
    ...schemaProblems(CHECK_SCHEMA, options, path, ['name', 'run']),
  ];
}
