import { CONTRACT } from '../contract/contract.ts';
import type { CallContext } from '../core/call-context.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import { TIMEOUT_PARTS, timeoutPartsProblems } from '../core/timeout-schema.ts';
import type { NoTimeLeftError, TimedOutError, TimeoutAnswer } from './errors.ts';
import type { TimedCall, TimeoutLoad } from './timed-call.ts';

const SCHEMA = CONTRACT.configuration.timeout;

/** How a limit follows the request. */
export type TimeoutCalculator = 'fixed' | 'adaptive' | 'priority' | 'load';

/** The options that a stack can declare as well; bounds and defaults are the contract's. */
export interface DeclaredTimeoutOptions {
  /** Whether anything is cut short; switched off, work takes as long as it takes. Default true. */
  readonly enabled?: boolean | undefined;
  /** Time that the work may take, in milliseconds: 1 ms to 15 min. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  /** Limits by operation, a route such as `GET /orders/{id}`, in milliseconds. Default: none. */
  readonly operationTimeoutsMs?: Readonly<Record<string, number>> | undefined;
  /** Limits by tenant, in milliseconds; they come before those of operations. Default: none. */
  readonly tenantTimeoutsMs?: Readonly<Record<string, number>> | undefined;
  /**
   * By what a declared limit is multiplied. `fixed`: by nothing. `adaptive`: a GET by 1/2, POST and PUT by 2, DELETE by 3; by 2
   * with more than 5 query parameters; by 3 with a body over 1 MB. `priority`: critical by 5, high by 2, low by 1/2, background
   * by 1/4. `load`: under load the limit shrinks, to at least a fifth; needs `load`. Default `fixed`.
   */
  readonly calculator?: TimeoutCalculator | undefined;
  /** Least time that a calculator or `timeoutFor` gives, in milliseconds; work that has less left is refused: 1 ms to 15 min. Default 100 ms. */
  readonly minTimeoutMs?: number | undefined;
  /** Longest time that any call gets, in milliseconds: 1 ms to 15 min. Default 15 min. */
  readonly maxTimeoutMs?: number | undefined;
  /** What is left of the time of the invocation for the answer and what has to be written after it, in milliseconds: 0 to 1 min. Default 500 ms. */
  readonly marginMs?: number | undefined;
  /** Time that work has to end by itself after its signal was aborted, before the error is thrown, in milliseconds: 0 to 30 s. Default 0. */
  readonly graceMs?: number | undefined;
  /** How a request that took too long is answered: `gateway-timeout` (504) or `request-timeout` (408). Default `gateway-timeout`. */
  readonly answer?: TimeoutAnswer | undefined;
  /** Whether the time left that a caller states in a header is believed. It can only shorten the time there is. Default false. */
  readonly trustDeadline?: boolean | undefined;
}

/** Options of a timeout. */
export interface TimeoutOptions extends DeclaredTimeoutOptions {
  /** Name under which it reports: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. Default `timeout`. */
  readonly name?: string | undefined;
  /**
   * The limit of a call in milliseconds, before all that is declared; undefined leaves it to that, and so does what is no number
   * above 0 and what it throws, which is reported. Default: none.
   */
  readonly timeoutFor?: ((call: TimedCall) => number | undefined) | undefined;
  /** The load now, for the calculator `load`, for example `() => shedder.statistics`; what it throws is reported and means no load. Default: none. */
  readonly load?: (() => TimeoutLoad | undefined) | undefined;
  /**
   * Answers in place of work that took too long or was refused. It has `marginMs` for it; what it throws is reported, and the
   * error goes out. Default: none.
   */
  readonly onTimeout?: ((error: TimedOutError | NoTimeLeftError, call: CallContext, event?: unknown) => unknown) | undefined;
}

const CALLBACKS = ['timeoutFor', 'load', 'onTimeout'] as const;

/** Options with every default filled in. */
export type ResolvedTimeoutOptions = Omit<OptionValues<typeof SCHEMA>, 'calculator' | 'answer'> &
  Pick<TimeoutOptions, (typeof CALLBACKS)[number]> & {
    readonly name: string;
    readonly calculator: TimeoutCalculator;
    readonly answer: TimeoutAnswer;
    readonly operationTimeoutsMs: ReadonlyMap<string, number>;
    readonly tenantTimeoutsMs: ReadonlyMap<string, number>;
  };

/** The value of every option that is not set. */
export const TIMEOUT_DEFAULTS: OptionValues<typeof SCHEMA> & { readonly name: string } = Object.freeze({
  name: 'timeout',
  ...schemaDefaults(SCHEMA),
});

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range, a calculator
 * without what it looks at.
 */
export function resolveTimeoutOptions(options: TimeoutOptions = {}): ResolvedTimeoutOptions {
  const problems = timeoutOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the timeout cannot work', problems);
  const { operationTimeoutsMs = {}, tenantTimeoutsMs = {}, ...plain } = options;
  return Object.freeze({
    ...TIMEOUT_DEFAULTS,
    ...givenOf(plain),
    operationTimeoutsMs: new Map(Object.entries(operationTimeoutsMs)),
    tenantTimeoutsMs: new Map(Object.entries(tenantTimeoutsMs)),
  });
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
function timeoutOptionProblems(options: TimeoutOptions): string[] {
  const given: unknown = options;
  if (!isRecord(given)) return [`options is ${show(given)}: pass an object`];
  const { name, timeoutFor, load, onTimeout, operationTimeoutsMs: _operations, tenantTimeoutsMs: _tenants, ...declared } = options;
  const badName = name === undefined ? undefined : nameProblem(CONTRACT.configuration.name, 'options.name', name);
  const isBlind = options.calculator === 'load' && load === undefined && options.enabled !== false;
  return [
    ...(badName === undefined ? [] : [badName]),
    ...Object.entries({ timeoutFor, load, onTimeout })
      .filter(([, value]) => value !== undefined && typeof value !== 'function')
      .map(([key, value]) => `options.${key} is ${show(value)}: pass a function`),
    ...schemaProblems(SCHEMA, declared, 'options', ['name', ...TIMEOUT_PARTS, ...CALLBACKS]),
    ...timeoutPartsProblems('options', options),
    ...(isBlind ? ['options.calculator is "load", but nobody says what the load is: pass load, for example () => shedder.statistics'] : []),
  ];
}
