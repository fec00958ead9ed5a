import { isRejection, isResilienceError } from '../core/errors.ts';
import type { CompletedOutcome } from '../core/outcome.ts';
import { valueAt } from '../core/read.ts';
import { parseRetryAfter } from '../core/retry-after.ts';
import { FINAL_CODES, NETWORK_CODES, TRANSIENT_NAMES } from './error-signs.ts';
import { headerOf, statusOf } from './foreign.ts';

/** A kind of error: a class, or the name or code of one. What is derived from it is of that kind too. */
export type ErrorKind = string | (abstract new (...args: never[]) => unknown);

/** The options that say what may be tried again. */
export interface RetryRules {
  readonly retryableStatuses: readonly number[];
  readonly nonRetryableStatuses: readonly number[];
  readonly retryOn: readonly ErrorKind[];
  readonly neverRetryOn: readonly ErrorKind[];
}

/**
 * What the outcome of an attempt means. `fine`: there is nothing to try again for; `final`: nothing says that trying again would
 * help; `forbidden`: the rules name it as one that is never tried again.
 */
export type Verdict = 'fine' | 'retryable' | 'final' | 'forbidden';

/** What is known of the outcome of an attempt. */
export interface Classified {
  readonly verdict: Verdict;
  /** In one word what went wrong: a status (`status_503`), the code of a network error or the name of an error. */
  readonly errorType: string;
}

/** Shared by most calls. */
const FINE_VALUE: Classified = Object.freeze({ verdict: 'fine', errorType: 'result' });

/** Errors that hang on an error, itself included, that are looked at; causes may be cycles. */
const MOST_CAUSES = 16;
const LONGEST_ERROR_TYPE = 64;

/**
 * What the outcome of an attempt means. Of an error everything that has caused it is looked at: what `neverRetryOn` or
 * `nonRetryableStatuses` names anywhere in there ends the series, before anything allows to go on. After that, the outermost error
 * of which something is known decides. Errors of which nothing is known are programming errors as far as anybody can tell, and are
 * not tried again.
 */
export function classify(outcome: CompletedOutcome, rules: RetryRules): Classified {
  if (outcome.kind === 'success') return classifyValue(outcome.value, rules);
  const chain = chainOf(outcome.error);
  const forbidden = chain.find((error) => isForbidden(error, rules));
  if (forbidden !== undefined) return { verdict: 'forbidden', errorType: errorTypeOf(outcome.error) };
  const deciding = chain.find((error) => isAllowed(error, rules) !== undefined);
  if (deciding === undefined || isAllowed(deciding, rules) === false) return { verdict: 'final', errorType: errorTypeOf(outcome.error) };
  return { verdict: 'retryable', errorType: errorTypeOf(deciding) };
}

/** How long the outcome asks to stay away, in milliseconds; undefined if it says nothing. 0 means now. */
export function retryAfterOf(outcome: CompletedOutcome, nowMs: number): number | undefined {
  if (outcome.kind === 'success') return hintOf(outcome.value, nowMs);
  return chainOf(outcome.error).map((error) => hintOf(error, nowMs)).find((hintMs) => hintMs !== undefined);
}

function classifyValue(value: unknown, { retryableStatuses, nonRetryableStatuses }: RetryRules): Classified {
  const status = statusOf(value);
  if (status === undefined) return FINE_VALUE;
  const errorType = `status_${status}`;
  if (nonRetryableStatuses.includes(status)) return { verdict: 'forbidden', errorType };
  return { verdict: retryableStatuses.includes(status) ? 'retryable' : 'fine', errorType };
}

/** The error and what has caused it, outermost first. */
function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [error];
  for (let index = 0; index < chain.length && chain.length < MOST_CAUSES; index += 1) {
    for (const cause of causesOf(chain[index])) {
      if (cause !== undefined && chain.length < MOST_CAUSES && !chain.includes(cause)) chain.push(cause);
    }
  }
  return chain;
}

function causesOf(error: unknown): readonly unknown[] {
  const errors = valueAt(error, 'name') === 'AggregateError' ? valueAt(error, 'errors') : undefined;
  return [valueAt(error, 'cause'), ...(Array.isArray(errors) ? (errors.slice(0, MOST_CAUSES) as unknown[]) : [])];
}

/** Whether an error ends the series, wherever it stands among the causes. */
function isForbidden(error: unknown, { neverRetryOn, nonRetryableStatuses, retryOn }: RetryRules): boolean {
  if (isOfKind(error, neverRetryOn)) return true;
  // A refusal says when, not that, its like will pass: asking again at once is what it is there to prevent.
  if (isRejection(error) || isFinal(error)) return !isOfKind(error, retryOn);
  // The SDK has throttled requests answered with 400.
  return !isTransient(error) && hasStatusIn(error, nonRetryableStatuses);
}

/** Whether an error may be tried again; undefined if nothing is known of it, so that its causes decide. */
function isAllowed(error: unknown, { retryableStatuses, retryOn }: RetryRules): boolean | undefined {
  if (isOfKind(error, retryOn)) return true;
  if (valueAt(error, 'name') === 'AbortError') return false;
  if (isTransient(error) || hasStatusIn(error, retryableStatuses)) return true;
  return undefined;
}

function isFinal(error: unknown): boolean {
  return isResilienceError(error) && FINAL_CODES.has(error.code);
}

function isTransient(error: unknown): boolean {
  return (
    textIn(NETWORK_CODES, valueAt(error, 'code')) ||
    textIn(TRANSIENT_NAMES, valueAt(error, 'name')) ||
    // A timeout further in, which may have been told to answer with 408.
    (isResilienceError(error) && error.code === 'TIMEOUT') ||
    isObject(valueAt(error, '$retryable'))
  );
}

function hasStatusIn(error: unknown, statuses: readonly number[]): boolean {
  const status = statusOf(error);
  return status !== undefined && statuses.includes(status);
}

function textIn(texts: ReadonlySet<string>, value: unknown): boolean {
  return typeof value === 'string' && texts.has(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isOfKind(error: unknown, kinds: readonly ErrorKind[]): boolean {
  if (kinds.length === 0) return false;
  const [name, code, classes] = [valueAt(error, 'name'), valueAt(error, 'code'), classesOf(error)];
  return kinds.some((kind) => {
    if (typeof kind === 'string') return kind === name || kind === code || classes.has(kind);
    return isInstance(error, kind) || (isTelling(kind.name) && (kind.name === name || kind.name === code || classes.has(kind.name)));
  });
}

function isInstance(error: unknown, kind: Exclude<ErrorKind, string>): boolean {
  try {
    return error instanceof kind;
  } catch {
    return false;
  }
}

/** Minifiers give the same one or two letters to many classes. */
function isTelling(name: string): boolean {
  return name.length > 2;
}

const NO_CLASSES: ReadonlySet<string> = new Set();

/** By prototype, of which there are few, because the refusals of an overload are all looked at. */
const classNames = new WeakMap<object, ReadonlySet<string>>();

/** The names of the classes of an error: two copies of a class in one bundle share only that. */
function classesOf(error: unknown): ReadonlySet<string> {
  try {
    const prototype = isObject(error) ? prototypeOf(error) : null;
    if (prototype === null) return NO_CLASSES;
    const names = classNames.get(prototype) ?? classNamesOf(prototype);
    classNames.set(prototype, names);
    return names;
  } catch {
    // A proxy need not say.
    return NO_CLASSES;
  }
}

function classNamesOf(first: object): ReadonlySet<string> {
  const names = new Set<string>();
  for (let prototype: object | null = first; prototype !== null; prototype = prototypeOf(prototype)) {
    const name = valueAt(prototype, 'constructor', 'name');
    if (typeof name === 'string' && name !== '') names.add(name);
  }
  return names;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

function hintOf(value: unknown, nowMs: number): number | undefined {
  if (!isObject(value)) return undefined;
  const hintMs = valueAt(value, 'retryAfterMs');
  if (typeof hintMs === 'number' && hintMs >= 0) return hintMs;
  const header = headerOf(value, 'retry-after');
  return header === undefined ? undefined : parseRetryAfter(header, nowMs);
}

function errorTypeOf(error: unknown): string {
  const code = valueAt(error, 'code');
  if (textIn(NETWORK_CODES, code)) return code as string;
  const status = statusOf(error);
  if (status !== undefined && status >= 500 && !isResilienceError(error)) return `status_${status}`;
  const name = valueAt(error, 'name');
  return typeof name === 'string' && name !== '' ? name.slice(0, LONGEST_ERROR_TYPE) : typeof error;
}
