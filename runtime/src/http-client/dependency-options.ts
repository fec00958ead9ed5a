import type { BulkheadOptions } from '../bulkhead/index.ts';
import type { CircuitBreakerOptions } from '../circuit-breaker/index.ts';
import { CONTRACT } from '../contract/contract.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, type OptionValues } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import type { RetryOptions } from '../retry/index.ts';

const { timeout, attemptTimeout, hedgeAfterQuantile } = CONTRACT.configuration.dependency;

/** The times of a dependency, as the contract has them. */
export const TIMES: { readonly timeout: typeof timeout; readonly attemptTimeout: typeof attemptTimeout } = { timeout, attemptTimeout };

/** Retries of a dependency: its times and what comes of the last answer are options of the dependency itself. */
export type DependencyRetryOptions = Omit<RetryOptions, 'name' | 'attemptTimeoutMs' | 'totalTimeoutMs' | 'onExhausted'>;

/** Circuit of a dependency. */
export type DependencyCircuitOptions = Omit<CircuitBreakerOptions, 'name' | 'inbound'>;

/** Bulkhead of a dependency. */
export type DependencyBulkheadOptions = Omit<BulkheadOptions, 'name' | 'inbound'>;

/**
 * What every call of a dependency is protected by, outermost first: the total time, retries, the circuit breaker, the bulkhead, and
 * the time of each attempt. So the circuit counts attempts, no slot is held during a wait, and the wait for a slot is not the
 * dependency's.
 */
export interface DependencyOptions {
  /** Name of the dependency: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** Time that a call may take with all its attempts and waits, in milliseconds: 1 ms to 15 min; false leaves it to the caller's deadline. Default 30 s. */
  readonly timeoutMs?: number | false | undefined;
  /** Time that one attempt may take, in milliseconds: 1 ms to 15 min; false means that only the total counts. Default 10 s. */
  readonly attemptTimeoutMs?: number | false | undefined;
  /** How calls are tried again; false switches it off. Default: 3 attempts, exponential waits with full jitter, a budget of tokens. */
  readonly retry?: DependencyRetryOptions | boolean | undefined;
  /**
   * Quantile of the latency after which a call that may be repeated is made a second time, 0 to 0.999; 0 means never. Second calls are
   * taken from the budget of the retries, if there are any. Default 0.
   */
  readonly hedgeAfterQuantile?: number | undefined;
  /**
   * The circuit breaker; false switches it off. Default: on, and shared by the fleet where the function has a table for circuits and
   * the stack, if it declares any, declares this one.
   */
  readonly circuit?: DependencyCircuitOptions | boolean | undefined;
  /** The bulkhead; false switches it off. Default: on, with the slots of this environment unless the stack declares it. */
  readonly bulkhead?: DependencyBulkheadOptions | boolean | undefined;
  /**
   * What comes of a call whose last attempt returned something that would be tried again, such as a response with the status 503:
   * the value itself (`return`), or a `RetryExhaustedError` with it (`throw`). Default `return`.
   */
  readonly onExhausted?: 'return' | 'throw' | undefined;
}

/** Options with every default filled in. */
export interface ResolvedDependencyOptions {
  readonly name: string;
  readonly timeoutMs: number | false;
  readonly attemptTimeoutMs: number | false;
  readonly retry: DependencyRetryOptions | false;
  readonly hedgeAfterQuantile: number;
  readonly circuit: DependencyCircuitOptions | false;
  readonly bulkhead: DependencyBulkheadOptions | false;
  readonly onExhausted: 'return' | 'throw';
}

/** The value of every option that is not set: all is on. */
export const DEPENDENCY_DEFAULTS: Readonly<Omit<ResolvedDependencyOptions, 'name'>> & OptionValues<typeof TIMES> = Object.freeze({
  ...schemaDefaults(TIMES),
  retry: Object.freeze({}),
  hedgeAfterQuantile: hedgeAfterQuantile.default,
  circuit: Object.freeze({}),
  bulkhead: Object.freeze({}),
  onExhausted: 'return',
});

/** The names of the options of a dependency. */
export const DEPENDENCY_OPTIONS = ['name', 'timeoutMs', 'attemptTimeoutMs', 'retry', 'hedgeAfterQuantile', 'circuit', 'bulkhead', 'onExhausted'] as const;

const PARTS = ['retry', 'circuit', 'bulkhead'] as const;
const NOT_OF_RETRY = ['name', 'attemptTimeoutMs', 'totalTimeoutMs', 'onExhausted'];

/** Every problem of the options; what is inside a policy's options is checked when it is made. */
export function dependencyOptionProblems(options: Readonly<Record<string, unknown>>): string[] {
  const { name, timeoutMs, attemptTimeoutMs, hedgeAfterQuantile: quantile, onExhausted } = options;
  const badName = nameProblem(CONTRACT.configuration.name, 'options.name', name);
  const times = Object.entries({ timeoutMs, attemptTimeoutMs }).filter(([, value]) => value !== false);
  return [
    ...(badName === undefined ? [] : [badName]),
    ...schemaProblems(TIMES, Object.fromEntries(times), 'options').map((problem) => `${problem}, or false`),
    ...schemaProblems({ hedgeAfterQuantile }, { hedgeAfterQuantile: quantile }, 'options'),
    ...PARTS.flatMap((part) => partProblems(part, options[part])),
    ...(onExhausted === undefined || onExhausted === 'return' || onExhausted === 'throw'
      ? []
      : [`options.onExhausted is ${show(onExhausted)}: use one of return, throw`]),
  ];
}

function partProblems(part: (typeof PARTS)[number], value: unknown): string[] {
  if (value === undefined || typeof value === 'boolean') return [];
  if (!isRecord(value)) return [`options.${part} is ${show(value)}: pass an object of options, true or false`];
  const misplaced = part === 'retry' ? NOT_OF_RETRY : ['name', 'inbound'];
  return misplaced
    .filter((key) => value[key] !== undefined)
    .map((key) => `options.${part}.${key} is not an option here: ${part === 'retry' && key !== 'name' ? 'set it on the dependency itself' : 'leave it out'}`);
}

/** Fills in the defaults of options that have no problems. */
export function resolvedDependency(options: DependencyOptions): ResolvedDependencyOptions {
  return Object.freeze({
    name: options.name,
    timeoutMs: options.timeoutMs ?? DEPENDENCY_DEFAULTS.timeoutMs,
    attemptTimeoutMs: options.attemptTimeoutMs ?? DEPENDENCY_DEFAULTS.attemptTimeoutMs,
    retry: switched(options.retry),
    hedgeAfterQuantile: options.hedgeAfterQuantile ?? DEPENDENCY_DEFAULTS.hedgeAfterQuantile,
    circuit: switched(options.circuit),
    bulkhead: switched(options.bulkhead),
    onExhausted: options.onExhausted ?? DEPENDENCY_DEFAULTS.onExhausted,
  });
}

function switched<Options extends object>(value: Options | boolean | undefined): Options | Readonly<Record<string, never>> | false {
  if (value === false) return false;
  return value === true || value === undefined ? {} : value;
}
