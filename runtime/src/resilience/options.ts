import type { BulkheadMiddlewareOptions, BulkheadStore } from '../bulkhead/index.ts';
import type { CircuitBreakerOptions, CircuitStore } from '../circuit-breaker/index.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import type { Sleep } from '../core/sleep.ts';
import type { HealthCheckOptions } from '../health/index.ts';
import type { LoadProbe, LoadSheddingMiddlewareOptions } from '../load-shedding/index.ts';
import type { ClientOptions, ClientSources } from '../http-client/index.ts';
import { identityProblems, type CallerIdentity } from '../middy/caller.ts';
import type { ObservabilityDependencies, ObservabilityMiddlewareOptions } from '../observability/index.ts';
import type { RateLimitMiddlewareOptions, RateLimitStore } from '../rate-limit/index.ts';
import type { RetryBudgets, RetryMiddlewareOptions } from '../retry/index.ts';
import type { TimeoutMiddlewareOptions } from '../timeout/index.ts';
import { RESILIENCE_PROFILES, type ResilienceProfile } from './profiles.ts';

/** What code says of a circuit, over what the stack declares for it. */
export type CircuitOverrides = Omit<CircuitBreakerOptions, 'name'>;

/** What code says of a rate limit, over what the stack declares for it. */
export type RateLimitOverrides = Omit<RateLimitMiddlewareOptions, 'name'>;

/** What code says of a bulkhead, over what the stack declares for it. */
export type BulkheadOverrides = Omit<BulkheadMiddlewareOptions, 'name'>;

/** What code says of a dependency, over what the stack declares for it. */
export type DependencyOverrides = Omit<ClientOptions, 'name'>;

/** What code says of everything, over what the stack declares. */
export interface ResilienceOptions {
  /** Presets for a stage, under all that is said explicitly. Default: none, so that every pattern has its own defaults. */
  readonly profile?: ResilienceProfile | undefined;
  /** Where it is said who makes a call, for all patterns. Default: the platform and its authorizers, never the caller. */
  readonly identity?: CallerIdentity | undefined;
  /** Options of the observability; `false` leaves it out. Default: as declared. */
  readonly observability?: ObservabilityMiddlewareOptions | false | undefined;
  /** Options of the health; `false` switches it off, so that health requests reach the handler. Default: on. */
  readonly health?: HealthCheckOptions | false | undefined;
  /** Options of load shedding; `false` switches it off. Default: as declared, and off where the stack declares none. */
  readonly loadShedding?: LoadSheddingMiddlewareOptions | false | undefined;
  /** Options of the timeout; `false` switches it off. Default: as declared, and off where the stack declares none. Needs the exported `middy`. */
  readonly timeout?: TimeoutMiddlewareOptions | false | undefined;
  /** Options of the retry of the handler; `false` switches it off. Default: as declared, and off where the stack declares none. Needs the exported `middy`. */
  readonly retry?: RetryMiddlewareOptions | false | undefined;
  /** Options of rate limits by name; `false` switches one off. Default: as declared. */
  readonly rateLimits?: Readonly<Record<string, RateLimitOverrides | false | undefined>> | undefined;
  /** Options of circuits by name; `false` switches one off. Default: as declared. */
  readonly circuits?: Readonly<Record<string, CircuitOverrides | false | undefined>> | undefined;
  /** Options of bulkheads by name; `false` switches one off. Default: as declared. */
  readonly bulkheads?: Readonly<Record<string, BulkheadOverrides | false | undefined>> | undefined;
  /** Options of dependencies by name; `false` switches off all that protects one, its times included. Default: as declared. */
  readonly dependencies?: Readonly<Record<string, DependencyOverrides | false | undefined>> | undefined;
}

/** What may be given instead of what the environment provides; what observability takes as well. */
export interface ResilienceDependencies extends ObservabilityDependencies {
  /** Where circuits are kept. Default: the table named in the environment; the memory of this process if `shared` is false. */
  readonly circuitStore?: CircuitStore | undefined;
  /** Where rate limits are kept. Default: the table named in the environment; the memory of this process if `shared` is false. */
  readonly rateLimitStore?: RateLimitStore | undefined;
  /** Where bulkheads are kept. Default: the table named in the environment; the memory of this process if `shared` is false. */
  readonly bulkheadStore?: BulkheadStore | undefined;
  /** Where budgets of retries are shared by name. Default: those of this environment. */
  readonly retryBudgets?: RetryBudgets | undefined;
  /** Sends the requests of clients. Default: the global `fetch`, looked up at each request. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Who asks AWS Cloud Map for endpoints: `cloudMapClient()` of `resilient-lambda-runtime/cloud-map`. Default: nobody. */
  readonly cloudMap?: ClientSources['cloudMap'];
  /** Where the load of the process is read. Default: this process. */
  readonly loadProbe?: LoadProbe | undefined;
  /** Waits within a request, in milliseconds, until the signal is aborted. Default: a timer of this machine. */
  readonly sleep?: Sleep | undefined;
}

const PIECES = ['observability', 'health', 'loadShedding', 'timeout', 'retry'] as const;
const NAMED = ['rateLimits', 'circuits', 'bulkheads', 'dependencies'] as const;
const OPTIONS = ['profile', 'identity', ...PIECES, ...NAMED] as const;

/** Options that can be worked with, and what was wrong with the rest. */
export interface CheckedOptions {
  readonly options: ResilienceOptions;
  readonly problems: readonly string[];
}

/** Checks the shape of the options. What is inside is checked by the patterns; what has no shape is left out. */
export function checkedOptions(given: unknown): CheckedOptions {
  if (!isRecord(given)) return { options: {}, problems: [`options is ${show(given)}: pass an object`] };
  const wrong = new Map(OPTIONS.map((key) => [key, problemsOf(key, given[key])] as const));
  const sound = Object.entries(given).filter(([key]) => wrong.get(key as keyof ResilienceOptions)?.length === 0);
  const unknown = Object.keys(given).filter((key) => !OPTIONS.some((known) => known === key));
  return {
    options: Object.fromEntries(sound),
    problems: [...unknown.map((key) => unknownOption('options', key, OPTIONS)), ...[...wrong.values()].flat()],
  };
}

function problemsOf(key: (typeof OPTIONS)[number], value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (key === 'profile') return profileProblems(value);
  if (key === 'identity') return identityProblems('identity', value);
  if (PIECES.some((piece) => piece === key)) return pieceProblems(key, value);
  if (!isRecord(value)) return [`${key} is ${show(value)}: pass an object of options by name`];
  return Object.entries(value).flatMap(([name, options]) => pieceProblems(`${key}.${name}`, options));
}

function profileProblems(value: unknown): string[] {
  const known = Object.keys(RESILIENCE_PROFILES);
  return known.some((profile) => profile === value) ? [] : [`profile is ${show(value)}: use one of ${known.join(', ')}`];
}

function pieceProblems(path: string, value: unknown): string[] {
  if (value === undefined || value === false) return [];
  if (!isRecord(value)) return [`${path} is ${show(value)}: pass an object of options, or false`];
  const isNamed = NAMED.some((key) => path.startsWith(`${key}.`));
  return isNamed && value['name'] !== undefined ? [`${path}.name is ${show(value['name'])}: leave it out, its key is its name`] : [];
}
